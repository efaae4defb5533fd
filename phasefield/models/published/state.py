"""Unknowns of the published model at one time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["PaperLevel"]


@dataclass(frozen=True)
class PaperLevel:
    """Unknowns of the published model at one time, arrays of shape (nz, ny, nx).

    Attributes
    ----------
    time : [s].
    xi : lithium order parameter [1].
    concentration : c of lithium ions [mol m-3].
    potential : V [V], 0 at the counter electrode.
    applied_voltage : V0 [V]; the metal side is at -V0.
    current_density : J per total cross-section that grows metal [A m-2]; none at rest.
    """

    time: float
    xi: NDArray[np.float64]
    concentration: NDArray[np.float64]
    potential: NDArray[np.float64]
    applied_voltage: float
    current_density: float = 0.0
