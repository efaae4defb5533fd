"""From a level function to a scaffold of exactly the asked porosity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from geometries.boxes import Box, um
from geometries.distance import signed_distance
from geometries.metrics import surface_marching_cubes
from geometries.scaffold import GeometryError, Scaffold

__all__ = ["from_distance", "from_level", "sharp_porosity", "shift_to_porosity"]

FloatArray = NDArray[np.float64]

CELL_PRECISION = 5e-4
"""Largest miss of the porosity of cells that is left alone; 0.1 percentage point is promised."""


def from_level(
    box: Box,
    level: NDArray[np.floating],
    porosity: float,
    pore_size: float,
    provenance: Mapping[str, Any],
    largest_shift: float | None = None,
    hint: str = "choose a larger box, a finer spacing or another seed",
) -> Scaffold:
    """Scaffold whose wall is the level of a field at which the porosity is the asked one.

    Parameters
    ----------
    box : the grid.
    level : shape of the box [m], about the signed distance near the wall, positive in the solid.
    porosity : asked [1].
    pore_size : asked [m].
    provenance : see `Scaffold`.
    largest_shift : how far the wall may be moved [m] to meet the porosity; half a cell if not
        given, which changes the pore size by at most one.
    hint : what to do when that is not enough.

    Raises
    ------
    GeometryError
        When the porosity asks for a larger shift; the message says what is reachable.
    """
    allowed = 0.5 * max(box.spacing[axis] for axis in box.axes)
    allowed = allowed if largest_shift is None else largest_shift
    shift = shift_to_porosity(level, porosity, max(box.spacing))
    if abs(shift) > allowed:
        low, high = (sharp_porosity(level + s, max(box.spacing)) for s in (allowed, -allowed))
        raise GeometryError(
            f"a porosity of {100 * porosity:.4g} % with pores of {um(pore_size)} is not reachable "
            f"here: {100 * low:.2f} % to {100 * high:.2f} % are, if the pore size may change by "
            f"{um(2 * allowed)}; {hint}"
        )
    return from_distance(
        box, signed_distance(level + shift, box.spacing), porosity, pore_size, provenance
    )


def from_distance(
    box: Box,
    distance: FloatArray,
    porosity: float,
    pore_size: float,
    provenance: Mapping[str, Any],
    wall_area: float | None = None,
) -> Scaffold:
    """Scaffold of a signed distance that already has the asked porosity; see `from_level`.

    Parameters
    ----------
    wall_area : of the sharp wall [m2] where it is known, else that of its triangulation.
    """
    labels = (distance > 0).astype(np.uint8)
    if wall_area is None:
        wall_area = surface_marching_cubes(labels, box.spacing, distance) * box.volume
    return Scaffold(
        labels=labels,
        spacing=box.spacing,
        growth_axis=box.growth_axis,
        pore_volume=porosity * box.volume,
        wall_area=wall_area,
        signed_distance=distance,
        pore_size=pore_size,
        porosity=porosity,
        provenance=provenance,
    )


def shift_to_porosity(level: NDArray[np.floating], porosity: float, step: float) -> float:
    """What to add to a level function [m] so that the porosity is met.

    By counting cells where they can be counted to 0.05 percentage point; where many cells share
    one value, as in regular structures, by the volume that the wall cuts off its cells.

    Parameters
    ----------
    level : about the signed distance [m], positive in the solid.
    porosity : asked [1].
    step : edge of a cell [m].
    """
    rank = round(porosity * level.size)
    if 0 < rank < level.size:
        around = np.partition(level, (rank - 1, rank), axis=None)[rank - 1 : rank + 1]
        shift = -0.5 * float(around[0] + around[1])
        if abs(np.count_nonzero(level + shift <= 0) / level.size - porosity) <= CELL_PRECISION:
            return shift
    low, high = float(level.min()) - step, float(level.max()) + step
    return float(
        brentq(lambda s: sharp_porosity(level + s, step) - porosity, -high, -low, xtol=1e-6 * step)
    )


def sharp_porosity(level: NDArray[np.floating], step: float) -> float:
    """Volume share of the pores [1], cells near the wall counted by the share the wall leaves."""
    return float(np.clip(0.5 - level / step, 0.0, 1.0).mean())
