"""Unknowns of the conserved model at one time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Level"]


@dataclass(frozen=True)
class Level:
    """Unknowns of the conserved model at one time, arrays of shape (nz, ny, nx).

    Attributes
    ----------
    time : [s].
    xi : lithium order parameter [1]; 0 in dropped cells.
    mu : chemical potential of lithium [Pa]; 0 in dropped cells.
    ion_potential : V_l [V]; 0 in dropped cells.
    metal_potential : V_s [V] that a cell reacts against, constant over each lithium body.
    bonded : 1 where the metal is whole and bears tension from here on, else 0 (`Cohesion`).
    current_density : J per total cross-section that flows [A m-2]; none at rest.
    concentration : c of the salt [mol m-3]; c0 in dropped cells; None in a single-ion conductor.
    noise : what random flows brought in the step to this level, (3, nz, ny, nx), see
        `ThermalNoise.brings`; None without noise.
    """

    time: float
    xi: NDArray[np.float64]
    mu: NDArray[np.float64]
    ion_potential: NDArray[np.float64]
    metal_potential: NDArray[np.float64]
    bonded: NDArray[np.float64]
    current_density: float = 0.0
    concentration: NDArray[np.float64] | None = None
    noise: NDArray[np.float64] | None = None
