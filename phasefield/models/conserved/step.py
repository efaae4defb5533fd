"""One implicit step of the conserved model: what is fixed in it, and its unknowns."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from phasefield.models.conserved.conducting_coating import ElectronNetwork
from phasefield.models.conserved.lithium_bodies import Bodies
from phasefield.solvers.vectors import moved

__all__ = ["Step", "Unknowns"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Step:
    """What is fixed while one step is solved.

    Attributes
    ----------
    alpha0, history : time formula, alpha0 xi - history = dt dxi/dt; history is flat (cells,) [1].
    dt : step [s].
    source : ion source of the counter electrode, flat (cells,) [A m-3].
    bodies : the connected lithium bodies.
    current_density : J that a second electrode gives off [A m-2]; 0 with a counter electrode, where
        it is in `source`.
    voltage : of the counter or second electrode [V], where that is held; the current density then
        is found, and comes on top of `source`.
    bonded : 1 where metal is bonded, flat (cells,); None where it is nowhere.
    salt_history : as `history`, of the concentration c, flat (cells,) [mol m-3]; None: no salt.
    activity : i0(c)/i0(c0), flat (cells,) [1]; None: 1 everywhere.
    half_cell : resistance that salt adds on top of a half cell [ohm m2].
    shot : what noise adds to the reaction, flat (cells,) [A m-3]; None without noise.
    electrons : network of the coating and the bodies; None where no coating conducts electrons.
    """

    alpha0: float
    history: Array
    dt: float
    source: Array
    bodies: Bodies
    voltage: float | None = None
    bonded: Array | None = None
    current_density: float = 0.0
    salt_history: Array | None = None
    activity: Array | None = None
    half_cell: float = 0.0
    shot: Array | None = None
    electrons: ElectronNetwork | None = None

    @property
    def index(self) -> NDArray[np.int32]:
        """Number of the electron potential that each cell reacts against, flat."""
        found = self.bodies.index if self.electrons is None else self.electrons.index
        return found.ravel()

    @property
    def unknown(self) -> int:
        """Number of electron potentials besides that of the collector."""
        return self.bodies.unknown if self.electrons is None else self.electrons.unknown


@dataclass
class Unknowns:
    """Iterate of Newton's method: flat (cells,) arrays, and potentials that belong to no cell.

    `metal` has one entry per body, or node of the network, [0] is the grounded 0 V; `drop`, (1,),
    is the current density found under a held voltage, as its drop over the half cells at the
    counter electrode (of a half cell; that of a symmetric one is read off the reaction).
    """

    xi: Array
    mu: Array
    ion: Array
    metal: Array
    drop: Array = field(default_factory=lambda: np.zeros(1))

    def moved(self, change: Array, step: Array, extra: Array) -> Unknowns:
        """Copy with (xi, mu, V_l) changed by the columns of `change` times `step`, the rest by
        `extra` [V]."""
        xi, mu, ion = moved(self.xi, self.mu, self.ion, change, step)
        return Unknowns(xi, mu, ion, self.metal + extra[:-1], self.drop + extra[-1:])
