"""Second-order backward differences on variable steps, their predictor and error estimate.

Hairer, Norsett & Wanner, Solving Ordinary Differential Equations I (1993), section III.5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["TimeFormula", "error_factor", "extrapolation_weights", "time_formula"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class TimeFormula:
    """alpha0 y(t + dt) - newest y(t) - older y(t - dt_old) = dt y'(t + dt).

    Made once for a step, by `time_formula`, and used by everything that the step integrates.
    Backward Euler is alpha0 = newest = 1, older = 0.

    Attributes
    ----------
    alpha0, newest, older : weights [1].
    dt : size of the step [s].
    times : the past ones that the step looks back on, newest last [s].
    """

    alpha0: float
    newest: float
    older: float
    dt: float
    times: tuple[float, ...] = (0.0,)

    @property
    def end(self) -> float:
        """Time at the end of the step [s]."""
        return self.times[-1] + self.dt

    @property
    def error_factor(self) -> float:
        """Local error of the step over its distance to the predictor, see the function."""
        return error_factor(self.times, self.dt)

    def history(self, past: Sequence[Array]) -> Array:
        """What is subtracted from alpha0 times the new value, flat; `past` values, newest last."""
        history = self.newest * past[-1]
        if self.older:
            history = history + self.older * past[-2]
        return np.asarray(history.ravel())

    def integrated(self, now: float, before: float, rate: float) -> float:
        """Value at the end of what is `now`, was `before`, and changes at `rate` at the end."""
        return (self.newest * now + self.older * before + self.dt * rate) / self.alpha0

    def predicted(self, past: Sequence[Array]) -> Array:
        """Value at the end on the polynomial through `past`, those at the last times of all."""
        weights = extrapolation_weights(self.times[-len(past) :], self.end)
        total = np.zeros_like(past[-1])
        for weight, values in zip(weights, past, strict=True):
            total += weight * values
        return total


def time_formula(times: Sequence[float], step: float) -> TimeFormula:
    """BDF2 over the last two of `times` [s] and a new step [s]; backward Euler from one time."""
    past = tuple(times)
    if len(past) < 2:
        return TimeFormula(1.0, 1.0, 0.0, step, past)
    ratio = step / (past[-1] - past[-2])
    weights = (1.0 + 2.0 * ratio) / (1.0 + ratio), 1.0 + ratio, -(ratio**2) / (1.0 + ratio)
    return TimeFormula(*weights, step, past)


def extrapolation_weights(times: Sequence[float], target: float) -> list[float]:
    """Lagrange weights [1] of values at `times` [s] in the polynomial through them at `target`."""
    weights = []
    for own in times:
        weight = 1.0
        for other in times:
            if other != own:
                weight *= (target - other) / (own - other)
        weights.append(weight)
    return weights


def error_factor(times: Sequence[float], step: float) -> float:
    """Local error of the step over its distance to the predictor through `times` (one to three).

    Three times: BDF2 against the quadratic predictor, the ratio of their leading error terms in
    y''' (Milne's device). Two times: a cautious guess against the linear predictor, at
    equal steps three quarters of what backward Euler would get; BDF2 itself is an order better.
    One time: nothing to compare with, 0.
    """
    if len(times) == 1:
        return 0.0
    last = times[-1] - times[-2]
    if len(times) == 2:
        return 0.5 * step / (step + last)
    before = times[-2] - times[-3]
    predictor = step * (step + last) * (step + last + before) / 6.0
    corrector = (step * (step + last)) ** 2 / (6.0 * (2.0 * step + last))
    return corrector / (predictor + corrector)
