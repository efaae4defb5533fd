"""Newton's method for the coupled system, damped where the model is steepest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from phasefield.errors import PhaseFieldError
from phasefield.solvers.system import CoupledSystem, Step, Unknowns

__all__ = ["NewtonFailed", "NewtonResult", "solve"]

LARGEST_XI_CHANGE = 0.5
"""Half an interface per iteration: beyond that the double well's tangent says nothing."""

LARGEST_POTENTIAL_CHANGE = 4.0
"""In RT/F per iteration: exp(2) at alpha = 1/2, from where Newton on an exponential recovers."""


class NewtonFailed(PhaseFieldError):
    """The iteration did not reach the tolerance; the step is tried again with a smaller size."""


@dataclass(frozen=True)
class NewtonResult:
    """Solution, iterations used, and the residual reached (max norm, in units of xi)."""

    unknowns: Unknowns
    iterations: int
    residual: float


def solve(
    system: CoupledSystem, guess: Unknowns, step: Step, tolerance: float, most_iterations: int
) -> NewtonResult:
    """Solve one implicit step to a residual of `tolerance` (max norm, in units of xi).

    Raises
    ------
    NewtonFailed : after `most_iterations`, on a singular matrix, or when numbers stop being finite.
    """
    now = guess
    largest = np.inf
    for iteration in range(most_iterations + 1):
        residual, net = system.evaluate(now, step)
        largest = float(max(np.abs(residual).max(), np.abs(net).max(initial=0.0)))
        if largest <= tolerance:
            return NewtonResult(now, iteration, largest)
        if not np.isfinite(largest) or iteration == most_iterations:
            break
        try:
            change, metal = system.update(residual, net, step)
        except (RuntimeError, np.linalg.LinAlgError) as error:  # exactly singular
            raise NewtonFailed(str(error)) from error
        now = _damped(now, change, metal, system.column_scale)
    raise NewtonFailed(
        f"residual {largest:.1e} after {iteration} iterations, asked {tolerance:.0e}"
    )


def _damped(now: Unknowns, change: np.ndarray, metal: np.ndarray, scale: np.ndarray) -> Unknowns:
    """Take the update, shortened so that no cell leaves the range where its tangent holds."""
    xi_change = np.abs(change[:, 0]).max()
    ion_change = max(np.abs(change[:, 2]).max(), np.abs(metal).max())
    length = min(
        1.0,
        LARGEST_XI_CHANGE / max(xi_change, 1e-300),
        LARGEST_POTENTIAL_CHANGE / max(ion_change, 1e-300),
    )
    return Unknowns(
        now.xi + length * change[:, 0],
        now.mu + length * scale[1] * change[:, 1],
        now.ion + length * scale[2] * change[:, 2],
        now.metal + length * scale[2] * metal,
    )
