"""Newton's method as FiPy does it: coupled equations, linearised and solved in sweeps."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from phasefield.grid.collectives import largest_size
from phasefield.models.base import LARGEST_POTENTIAL_CHANGE, LARGEST_XI_CHANGE
from phasefield.models.conserved.step import Unknowns
from phasefield.models.published.newton_system import PublishedUnknowns
from phasefield.solvers.newton import NewtonFailed, NewtonResult

__all__ = ["between", "damping", "solve_by_sweeps", "sweep"]

Array = NDArray[np.float64]
U = TypeVar("U", Unknowns, PublishedUnknowns)
log = logging.getLogger(__name__)

SMALLEST = 1e-300
"""In place of a change of nothing."""


def solve_by_sweeps(
    guess: U,
    linearised: Callable[[U], tuple[float, U]],
    damped: Callable[[U, U], U],
    tolerance: float,
    most: int,
) -> NewtonResult[U]:
    """Sweep from `guess` until the residual of an iterate is within the tolerance.

    Parameters
    ----------
    guess : first iterate.
    linearised : residual at an iterate (max norm), and the solution of the equations linearised
        there.
    damped : that solution, kept within the range where the tangents at the iterate hold.
    tolerance : residual to reach, in units of xi.
    most : sweeps.

    Raises
    ------
    NewtonFailed : after `most` sweeps, on a singular matrix, or when numbers stop being finite.
    """
    now = guess
    for number in range(most + 1):
        residual, found = linearised(now)
        log.debug("sweep %d: residual %.1e", number, residual)
        if residual <= tolerance:
            return NewtonResult(now, number, residual)
        if not np.isfinite(residual):
            break
        now = damped(now, found)
    raise NewtonFailed(f"residual {residual:.1e} after {number} sweeps, asked {tolerance:.0e}")


def sweep(equation: Any, dt: float, solver: Any) -> Array:
    """Solve FiPy's coupled equations once, into their variables; their residual vector before.

    Raises
    ------
    NewtonFailed : on a matrix that is exactly singular.
    """
    vectors: list[Array] = []

    def keep(var: Any, matrix: Any, right: Any) -> float:
        vectors.append(matrix * np.array(var).ravel() - np.array(right).ravel())
        return 0.0

    try:
        equation.sweep(dt=dt, solver=solver, residualFn=keep)
    except RuntimeError as error:
        raise NewtonFailed(str(error)) from error
    return vectors[0]


def damping(
    xi_change: Array, potential_changes: tuple[Array, ...], thermal_voltage: float
) -> float:
    """Share of an update that leaves no unknown where its tangent says nothing, as Newton's [1]."""
    largest = max(SMALLEST, *(largest_size(change) for change in potential_changes))
    return min(
        1.0,
        LARGEST_XI_CHANGE / max(largest_size(xi_change), SMALLEST),
        LARGEST_POTENTIAL_CHANGE / (largest / thermal_voltage),
    )


def between(one: U, other: U, share: float) -> U:
    """one + share (other - one), of every array that an iterate has."""
    pairs = {
        each.name: (getattr(one, each.name), getattr(other, each.name)) for each in fields(one)
    }
    arrays = {name: pair for name, pair in pairs.items() if isinstance(pair[0], np.ndarray)}
    return replace(one, **{name: a + share * (b - a) for name, (a, b) in arrays.items()})
