"""What a sequence of refined grids says of a number: order, limit and error bar.

Richardson's extrapolation, reported as P. J. Roache proposed, Journal of Fluids Engineering 116
(1994) 405-413, doi:10.1115/1.2910291: the grid convergence index is the error bar.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["FORMAL_ORDER", "Limit", "extrapolate", "observed_order"]

FORMAL_ORDER = 2.0
"""Order of the discretisation; what is observed beyond it is not relied upon."""

THREE_GRIDS, TWO_GRIDS = 1.25, 3.0
"""Roache's factors of safety: where three grids showed the order, and where it is assumed."""


@dataclass(frozen=True)
class Limit:
    """What a number tends to on finer and finer grids.

    Attributes
    ----------
    order : observed [1]; NaN from two grids, and where the differences do not shrink in one
        direction.
    value : extrapolated, in the unit of the number.
    error : half the width of the error bar about `value`, in the same unit.
    """

    order: float
    value: float
    error: float


def observed_order(coarse: float, middle: float, fine: float, ratio: float) -> float:
    """Order p of values that go as f + a h^p on grids a `ratio` apart [1].

    NaN unless the second difference has the sign of the first and is smaller.
    """
    first, second = middle - coarse, fine - middle
    if first * second <= 0.0 or abs(second) >= abs(first):
        return math.nan
    return math.log(first / second) / math.log(ratio)


def extrapolate(values: Sequence[float], ratio: float) -> Limit:
    """Limit of values on grids, the coarsest first, each `ratio` times finer than the one before.

    From two grids the formal order 2 is assumed and the error bar is three times the estimated
    error; from three the observed order is taken, 2 at most, and 1.25 times the error. Where three
    values show no order, the finest one is given, with the range of all three as error bar.

    Raises
    ------
    ValueError : not two or three values, or a ratio of 1 or less.
    """
    if len(values) not in (2, 3) or ratio <= 1.0:
        raise ValueError(f"needs two or three grids, each finer, got {len(values)} and {ratio:g}")
    change, fine = values[-1] - values[-2], values[-1]
    if len(values) == 2:
        order, safety, used = math.nan, TWO_GRIDS, FORMAL_ORDER
    else:
        order = observed_order(values[0], values[1], values[2], ratio)
        if math.isnan(order):
            return Limit(order, fine, max(values) - min(values))
        safety, used = THREE_GRIDS, min(order, FORMAL_ORDER)
    correction = change / (ratio**used - 1.0)
    return Limit(order, fine + correction, safety * abs(correction))
