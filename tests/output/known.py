"""A case, and fields whose every value is known from frame, cell and name."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from phasefield.grid.grid import Grid

CASE = """\
format: 1
name: Narrow Pores, 1.5 um    # a comment that must survive
model: conserved
dimensions: 2
geometry: {kind: channels, pore_size: 1.5 um, porosity: 50 %, height: 6 um, width: unit_cell}
grid: {spacing: 0.05 um}
lithium: {depth: 3 um}
electrolyte: {material: llzo}
kinetics: {resistance: 24.6 ohm*cm^2}
protocol:
  - plate: {current_density: 0.2 mA/cm^2, duration: 100 s}
"""

Fields = dict[str, NDArray[np.float64]]


def time_of(index: int) -> float:
    return index / 3.0


def static_fields(grid: Grid) -> Fields:
    cells = np.arange(grid.size, dtype=float).reshape(grid.shape)
    return {"electrolyte_order_parameter": cells / 7.0, "wall_density": 1e6 * cells}


def frame(grid: Grid, index: int) -> Fields:
    cells = np.arange(grid.size, dtype=float).reshape(grid.shape)
    potential = np.where(cells % 5 == 0, np.nan, cells / 9.0 - index)
    return {"lithium_order_parameter": cells / 3.0 + 100.0 * index, "ion_potential": potential}
