"""Second-order backward differences on variable steps, their predictor and error estimate.

Hairer, Norsett & Wanner, Solving Ordinary Differential Equations I (1993), section III.5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["TimeFormula", "error_factor", "extrapolate", "extrapolation_weights", "time_formula"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class TimeFormula:
    """alpha0 y(t + dt) - newest y(t) - older y(t - dt_old) = dt y'(t + dt), all dimensionless.

    Backward Euler is alpha0 = newest = 1, older = 0.
    """

    alpha0: float
    newest: float
    older: float


def time_formula(times: Sequence[float], step: float) -> TimeFormula:
    """BDF2 over the last two of `times` [s] and a new step [s]; backward Euler from one time."""
    if len(times) < 2:
        return TimeFormula(1.0, 1.0, 0.0)
    ratio = step / (times[-1] - times[-2])
    return TimeFormula(
        (1.0 + 2.0 * ratio) / (1.0 + ratio), 1.0 + ratio, -(ratio**2) / (1.0 + ratio)
    )


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


def extrapolate(levels: Sequence[Any], name: str, time: float) -> Array:
    """Field `name` at `time` [s], on the polynomial through `levels`."""
    weights = extrapolation_weights([level.time for level in levels], time)
    total = np.zeros_like(levels[-1].xi)
    for weight, level in zip(weights, levels, strict=True):
        total += weight * getattr(level, name)
    return total
