"""Unknowns of the conserved model at one time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

__all__ = ["ConservedState"]

Array = NDArray[np.float64]

NUMBERS = ("time", "current_density")
FIELDS = ("xi", "mu", "ion_potential", "metal_potential", "intact")


@dataclass(frozen=True)
class ConservedState:
    """Unknowns of the conserved model at one time, arrays of shape (nz, ny, nx).

    Attributes
    ----------
    time : [s].
    xi : lithium order parameter [1]; 0 in dropped cells.
    mu : chemical potential of lithium [Pa]; 0 in dropped cells.
    ion_potential : V_l [V]; 0 in dropped cells.
    metal_potential : V_s [V] that a cell reacts against, constant over each lithium body.
    intact : 1 where the metal is whole and bears tension from here on, else 0 (`VoidNucleation`).
    current_density : J per total cross-section that flows [A m-2]; none at rest.
    own : arrays of the contributions by their names, of any shape; see `Contribution.begin`.
    """

    time: float
    xi: Array
    mu: Array
    ion_potential: Array
    metal_potential: Array
    intact: Array
    current_density: float = 0.0
    own: Mapping[str, Array] = field(default_factory=dict)

    def at(self, time: float) -> ConservedState:
        """The same at another time [s]."""
        return replace(self, time=time)

    def arrays(self) -> dict[str, Array]:
        """Everything that it holds, by name: what a checkpoint keeps."""
        names = (*NUMBERS, *FIELDS)
        return {name: np.asarray(getattr(self, name)) for name in names} | dict(self.own)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> ConservedState:
        """The state that `arrays` came from."""
        time, current_density = (float(arrays[name]) for name in NUMBERS)
        own = {name: array for name, array in arrays.items() if name not in (*NUMBERS, *FIELDS)}
        xi, mu, ion_potential, metal_potential, intact = (arrays[name] for name in FIELDS)
        return cls(time, xi, mu, ion_potential, metal_potential, intact, current_density, own)
