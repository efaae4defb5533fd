"""Newton's method for the coupled system, damped where the model is steepest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from phasefield.errors import PhaseFieldError
from phasefield.grid.collectives import largest as highest
from phasefield.grid.collectives import largest_size
from phasefield.grid.collectives import smallest as lowest
from phasefield.solvers.vectors import largest

__all__ = ["Iterate", "NewtonFailed", "NewtonResult", "System", "solve"]

Array = NDArray[np.float64]

SMALLEST = 1e-300
"""Instead of no change, to divide by."""


class NewtonFailed(PhaseFieldError):
    """The iteration did not reach the tolerance; the step is tried again with a smaller size."""


class Iterate(Protocol):
    """Unknowns of a model: three per cell, and extra ones that belong to no cell."""

    def moved(self, change: Array, step: Array, extra: Array) -> Self:
        """Copy changed by the columns of `change` (cells, 3) times `step` (3,), and by `extra`."""


I = TypeVar("I", bound=Iterate)  # noqa: E741
I_in = TypeVar("I_in", bound=Iterate, contravariant=True)
S_in = TypeVar("S_in", contravariant=True)
S = TypeVar("S")


class System(Protocol[I_in, S_in]):
    """The nonlinear equations of one implicit step."""

    @property
    def column_scale(self) -> Array:
        """SI value of one unit of each of the three unknowns of a cell, (3,)."""

    @property
    def column_limits(self) -> Array:
        """Largest change in an iteration for which the tangent holds, likewise scaled, (3,)."""

    @property
    def extra_scale(self) -> Array | float:
        """SI value of one unit of the extra unknowns, of each or of all."""

    @property
    def extra_limits(self) -> Array | float:
        """Largest change of the extra unknowns in an iteration, of each or of all, scaled."""

    def evaluate(self, unknowns: I_in, step: S_in) -> tuple[Array, Array]:
        """Residual of the cells and of the extra equations, scaled to a change of xi."""

    def update(self, residual: Array, net: Array, step: S_in) -> tuple[Array, Array]:
        """Newton update at the last evaluation, scaled: (cells, 3), and the extra unknowns."""


@dataclass(frozen=True)
class NewtonResult(Generic[I]):
    """Solution, iterations used, and the residual reached (max norm, in units of xi)."""

    unknowns: I
    iterations: int
    residual: float


def solve(
    system: System[I, S],
    guess: I,
    step: S,
    tolerance: float,
    most_iterations: int,
    limited: Callable[[I, I], I] | None = None,
) -> NewtonResult[I]:
    """Solve one implicit step to a residual of `tolerance` (max norm, in units of xi).

    `limited`, given the iterate before and after an update, takes back what no tangent foresees.

    Raises
    ------
    NewtonFailed : after `most_iterations`, on a singular matrix, or when numbers stop being finite.
    """
    now = guess
    left = np.inf
    for iteration in range(most_iterations + 1):
        residual, net = system.evaluate(now, step)
        left = max(highest(residual), -lowest(residual), largest_size(net))
        if left <= tolerance:
            return NewtonResult(now, iteration, left)
        if not np.isfinite(left) or iteration == most_iterations:
            break
        try:
            change, extra = system.update(residual, net, step)
        except (RuntimeError, np.linalg.LinAlgError) as error:  # exactly singular
            raise NewtonFailed(str(error)) from error
        moved = _damped(system, now, change, extra)
        now = moved if limited is None else limited(now, moved)
    raise NewtonFailed(f"residual {left:.1e} after {iteration} iterations, asked {tolerance:.0e}")


def _damped(system: System[I, S], now: I, change: Array, extra: Array) -> I:
    """Take the update, shortened so that no unknown leaves the range where its tangent holds."""
    in_cells = system.column_limits / np.maximum(largest(change), SMALLEST)
    beside = np.min(system.extra_limits / np.maximum(np.abs(extra), SMALLEST), initial=1.0)
    length = min(1.0, float(in_cells.min()), float(beside))
    return now.moved(change, length * system.column_scale, length * system.extra_scale * extra)
