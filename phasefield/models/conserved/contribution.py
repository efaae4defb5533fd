"""The seam by which physics enters the conserved model beside equations (A) to (E).

A contribution is asked at fixed places of a step, and does nothing where it overrides nothing. Its
arrays in the states are carried, saved in checkpoints and brought back by name. It may bring
unknowns of its own, as many as it likes and wherever they live, which are solved for in the same
Newton iteration: with cells x and own unknowns m, [J C; R K] [x; m], m is eliminated, so that the
linear solver sees J - C K^-1 R.

What it adds to rows must be affine in alpha0 and dt of the time formula, as the rows (A) to (C)
are: then the same assembly, at two of them, gives the matrices K and M of the linear response,
which no contribution has to write a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from phasefield.models.conserved.state import ConservedState
from phasefield.models.conserved.step import Step, Unknowns
from phasefield.solvers.block_solver import UnassembledOperator
from phasefield.solvers.newton import NewtonResult
from phasefield.solvers.time_formula import TimeFormula

__all__ = ["Contribution", "Elimination", "Solve"]

Array = NDArray[np.float64]

Solve = Callable[[Unknowns, Step], NewtonResult[Unknowns]]
"""Finds the unknowns of a step from a first guess."""


class Elimination(Protocol):
    """Unknowns that belong to no cell, at the last evaluation; all scaled as the residual is."""

    @property
    def size(self) -> int:
        """How many they are."""

    def gather(self, x: Array) -> Array:
        """R x, from cells (cells, 3) to the own unknowns."""

    def spread(self, m: Array) -> Array:
        """C m, from the own unknowns to cells (cells, 3)."""

    def solve(self, right: Array) -> Array:
        """K^-1 of a right side."""

    def multiply(self, x: Array, out: Array) -> None:
        """Add -C K^-1 R x to `out`, both (cells, 3)."""
        out -= self.spread(self.solve(self.gather(x)))


class Contribution:
    """What a case may add to the conserved model.

    Attributes
    ----------
    at_rest : whether it takes part where nothing reacts, in the relaxation before t = 0.
    solved : name of the array of its own unknowns in states and iterates; empty without any.
    own_scale : SI value of one unit of its own unknowns.
    own_limit : largest change of them in an iteration of Newton's method, in those units.
    """

    at_rest: bool = False
    solved: str = ""
    own_scale: float = 1.0
    own_limit: float = np.inf

    def begin(self) -> dict[str, Array]:
        """Its arrays in the state at t = 0, by name, that of own unknowns among them."""
        return {}

    def prepare(self, states: Sequence[ConservedState], step: Step) -> Step:
        """The step with what is fixed in it: history, source, exchange current, data of its own."""
        del states
        return step

    def predict(self, formula: TimeFormula, states: Sequence[ConservedState]) -> dict[str, Array]:
        """First guess of its arrays at the end of the step, where it is not the last value."""
        del formula, states
        return {}

    def react(self, unknowns: Unknowns, step: Step, reaction: Array) -> None:
        """Add to a H i and its derivatives to xi, mu and V_l, `reaction` (4, cells)."""

    def add(self, unknowns: Unknowns, step: Step, residual: Array, values: Array) -> None:
        """Add to the rows (cells, 3) and to the slots of the Jacobian (cells, slots).

        Entries of the slots are preconditioned for: they go to factors and coarse grids.
        """

    def operator(self, step: Step) -> UnassembledOperator | None:
        """Its part of the Jacobian at the last evaluation that has no slots; None: there is none.

        A part that only the preconditioner shall see is added to the slots and taken back here.
        """
        del step
        return None

    def lacking(self, unknowns: Unknowns, step: Step) -> Array:
        """Residuals of its own unknowns, flat, scaled to a change of xi in a cell."""
        del unknowns, step
        return np.zeros(0)

    def eliminate(self, step: Step) -> Elimination | None:
        """What its own unknowns make of the matrix at the last evaluation; None without any.

        They are joined to cells and to each other, not to electron potentials, a voltage that is
        held or other contributions. Their part may not add to the sum of rows (A) less (C).
        """
        del step
        return None

    def around(self, solve: Solve, reaction: Array) -> Solve:
        """A fixed point around Newton's method, for what is not solved for in it.

        `reaction` (4, cells) is as in `react`, as `solve` leaves it.
        """
        del reaction
        return solve

    def finish(self, state: ConservedState, step: Step) -> tuple[ConservedState, tuple[str, ...]]:
        """The state as it is kept, and what has happened to it, in words, that is not smooth."""
        del step
        return state, ()

    def error(self, found: ConservedState, predicted: ConservedState) -> float:
        """Distance of its arrays from predictor to solution [1], as the front's over delta."""
        del found, predicted
        return 0.0

    def fields(self, state: ConservedState) -> dict[str, Array]:
        """Its fields of the output, (nz, ny, nx), NaN where they have no meaning."""
        del state
        return {}
