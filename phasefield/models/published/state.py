"""Unknowns of the published model at one time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

__all__ = ["PublishedState"]


@dataclass(frozen=True)
class PublishedState:
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

    def at(self, time: float) -> PublishedState:
        """The same at another time [s]."""
        return replace(self, time=time)

    def arrays(self) -> dict[str, NDArray[np.float64]]:
        """Everything that it holds, by name: what a checkpoint keeps."""
        return {each.name: np.asarray(getattr(self, each.name)) for each in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.float64]]) -> PublishedState:
        """The state that `arrays` came from."""
        return cls(
            float(arrays["time"]),
            arrays["xi"],
            arrays["concentration"],
            arrays["potential"],
            float(arrays["applied_voltage"]),
            float(arrays["current_density"]),
        )
