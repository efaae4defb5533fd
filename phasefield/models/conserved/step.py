"""One implicit step of the conserved model: what is fixed in it, and its unknowns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from phasefield.solvers.time_formula import TimeFormula
from phasefield.solvers.vectors import moved

__all__ = ["Drive", "ElectronNodes", "Fields", "Step", "Unknowns"]

Array = NDArray[np.float64]


class ElectronNodes(Protocol):
    """What has an electron potential: lithium bodies, or these and the cells of a coating."""

    @property
    def index(self) -> NDArray[np.int32]:
        """Node that each cell reacts against, (nz, ny, nx); 0 is the collector."""

    @property
    def unknown(self) -> int:
        """Number of potentials besides that of the collector."""

    @property
    def second(self) -> bool:
        """Whether node 1 is a second electrode."""

    @property
    def joined(self) -> bool:
        """Whether currents flow from one to another: then they are many, and are eliminated."""

    @property
    def conductance(self) -> sparse.csr_array:
        """-div(a G grad .) over the nodes from 1 on [S m-3]."""


class Fields(NamedTuple):
    """What the rows of a cell are made of in an iteration, flat (cells,).

    Attributes
    ----------
    xi, mu, ion : the iterate [1], [Pa], [V].
    intact : 1 where the metal is whole [1].
    history : what the time formula subtracts from alpha0 xi [1].
    source : ion source at the counter electrode [A m-3].
    """

    xi: Array
    mu: Array
    ion: Array
    intact: Array
    history: Array
    source: Array


@dataclass(frozen=True)
class Drive:
    """What is applied to the cell in a step.

    Attributes
    ----------
    source : ion source of the counter electrode, flat (cells,) [A m-3].
    current_density : J that a second electrode gives off [A m-2]; 0 with a counter electrode, where
        it is in `source`.
    voltage : of the counter or second electrode [V], where that is held; the current density then
        is found, and comes on top of `source`.
    half_cell : resistance on top of that of the half cells at the counter electrode [ohm m2].
    """

    source: Array
    current_density: float = 0.0
    voltage: float | None = None
    half_cell: float = 0.0

    @property
    def held(self) -> bool:
        """Whether a voltage is held."""
        return self.voltage is not None


@dataclass(frozen=True)
class Step:
    """What is fixed while one step is solved; arrays are flat (cells,).

    Attributes
    ----------
    formula : of time, alpha0 xi - history = dt dxi/dt.
    history : what it subtracts [1].
    drive : what is applied.
    nodes : the electron potentials.
    intact : 1 where the metal is whole [1].
    exchange : exchange current density i0 of the wall [A m-2].
    own : arrays of the contributions by their names, of any shape.
    """

    formula: TimeFormula
    history: Array
    drive: Drive
    nodes: ElectronNodes
    intact: Array
    exchange: Array
    own: Mapping[str, Array] = field(default_factory=dict)

    @classmethod
    def plain(
        cls, formula: TimeFormula, history: Array, source: Array, nodes: ElectronNodes
    ) -> Step:
        """A step in which metal bears no tension and nothing reacts; `source` [A m-3] is flat."""
        return cls(formula, history, Drive(source), nodes, *np.zeros((2, history.size)))

    @property
    def index(self) -> NDArray[np.int32]:
        """Number of the electron potential that each cell reacts against, flat."""
        return self.nodes.index.ravel()

    @property
    def holds_counter_electrode(self) -> bool:
        """Whether a counter electrode, not a second one, is held at a voltage."""
        return self.drive.held and not self.nodes.second


@dataclass
class Unknowns:
    """Iterate of Newton's method: flat (cells,) arrays, and unknowns that belong to no cell.

    `metal` has one entry per body, or node of the network, [0] is the grounded 0 V;
    `half_cell_drop`, (1,), is the current density found under a held voltage, as its drop over the
    half cells at the counter electrode (of a half cell; that of a symmetric one is read off the
    reaction). `solved` are the contributions' unknowns of Newton's method by name, in their order;
    `own` their other arrays; both of any shape.
    """

    xi: Array
    mu: Array
    ion: Array
    metal: Array
    half_cell_drop: Array = field(default_factory=lambda: np.zeros(1))
    own: Mapping[str, Array] = field(default_factory=dict)
    solved: Mapping[str, Array] = field(default_factory=dict)

    def moved(self, change: Array, step: Array, extra: Array) -> Unknowns:
        """Copy with (xi, mu, V_l) changed by the columns of `change` times `step`, the rest by
        `extra` [SI]: electron potentials, drop, and what is `solved`."""
        xi, mu, ion = moved(self.xi, self.mu, self.ion, change, step)
        at = len(self.metal)
        metal, drop = self.metal + extra[:at], self.half_cell_drop + extra[at : at + 1]
        solved, at = {}, at + 1
        for name, array in self.solved.items():
            solved[name] = array + extra[at : at + array.size].reshape(array.shape)
            at += array.size
        return Unknowns(xi, mu, ion, metal, drop, self.own, solved)
