"""What a sequence of refined grids says of a number: order, limit and error bar.

Richardson's extrapolation, reported as P. J. Roache proposed, Journal of Fluids Engineering 116
(1994) 405-413, doi:10.1115/1.2910291: the grid convergence index is the error bar. With ratios of
any size between the grids, as in I. B. Celik and others, Journal of Fluids Engineering 130 (2008)
078001, doi:10.1115/1.2960953.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from scipy.optimize import brentq

__all__ = ["FORMAL_ORDER", "LOWEST_ORDER", "Limit", "extrapolate", "observed_order"]

FORMAL_ORDER = 2.0
"""Order of the discretisation; what is observed beyond it is not relied upon."""

LOWEST_ORDER = 0.5
"""Observed order below which nothing is extrapolated (L. Eca and M. Hoekstra, Journal of
Computational Physics 262 (2014) 104-130, doi:10.1016/j.jcp.2014.01.006): changes that hardly shrink
do not say where they lead."""

THREE_GRIDS, TWO_GRIDS = 1.25, 3.0
"""Roache's factors of safety: where three grids showed the order, and where it is assumed."""

LARGEST_ORDER = 50.0
"""Orders are looked for up to this size; beyond, the last change is rounding."""


@dataclass(frozen=True)
class Limit:
    """What a number tends to on finer and finer grids.

    Attributes
    ----------
    order : observed [1], below 0 where the changes grow; NaN from two grids, and where the changes
        turn round.
    value : extrapolated, in the unit of the number; that of the finest grid where `doubt` says so.
    error : half the width of the error bar about `value`, in the same unit.
    doubt : why nothing was extrapolated from three grids, as a sentence; empty where it was.
    """

    order: float
    value: float
    error: float
    doubt: str = ""


def observed_order(values: Sequence[float], sizes: Sequence[float]) -> float:
    """Order p of three values that go as f + a h^p on grids of the given sizes h [1].

    Below 0 where the second change is the larger one in spite of its smaller step; NaN where it
    turns round, or is nothing.

    Parameters
    ----------
    values : on the grids, the coarsest first.
    sizes : h of each [m].
    """
    first, second = values[1] - values[0], values[2] - values[1]
    if first * second <= 0.0:
        return math.nan
    # (h1^p - h2^p) / (h2^p - h3^p) = first / second, in units of h2
    coarser, finer = math.log(sizes[0] / sizes[1]), math.log(sizes[1] / sizes[2])

    def excess(p: float) -> float:
        steps = math.expm1(p * coarser) / -math.expm1(-p * finer) if p else coarser / finer
        return math.log(steps) - math.log(first / second)

    if excess(LARGEST_ORDER) < 0.0 or excess(-LARGEST_ORDER) > 0.0:
        return math.nan
    return float(brentq(excess, -LARGEST_ORDER, LARGEST_ORDER, xtol=1e-12))


def extrapolate(values: Sequence[float], sizes: Sequence[float]) -> Limit:
    """Limit of values on two or three grids, the coarsest first.

    From two grids the formal order 2 is assumed and the error bar is three times the estimated
    error; from three the observed order is taken, 2 at most, and 1.25 times the error. Where three
    show no order, or one below 0.5, the finest value is given, with the range of all three as error
    bar in the first case and three times that in the second.

    Parameters
    ----------
    values : on the grids, the coarsest first.
    sizes : spacing, or interface width, of each [m].

    Raises
    ------
    ValueError : not two or three values, or a size that is not below the one before.
    """
    finer = len(values) == len(sizes) and all(one > other > 0.0 for one, other in pairwise(sizes))
    if len(values) not in (2, 3) or not finer:
        given = ", ".join(f"{size:g}" for size in sizes)
        raise ValueError(f"needs two or three grids, each finer, got sizes {given}")
    change, fine, ratio = values[-1] - values[-2], values[-1], sizes[-2] / sizes[-1]
    if len(values) == 2:
        order, safety = math.nan, TWO_GRIDS
    else:
        order, safety = observed_order(values, sizes), THREE_GRIDS
        spread = max(values) - min(values)
        if math.isnan(order):
            turn = "its changes do not go in one direction: nothing is extrapolated, the error bar"
            return Limit(order, fine, spread, f"{turn} is the range" if spread else "")
        if order < LOWEST_ORDER:
            slow = (
                f"the observed order {order:.2f} is below {LOWEST_ORDER}: nothing is extrapolated"
            )
            doubt = f"{slow}, the error bar is {TWO_GRIDS:g} times the range"
            return Limit(order, fine, TWO_GRIDS * spread, doubt)
    used = FORMAL_ORDER if math.isnan(order) else min(order, FORMAL_ORDER)
    correction = change / (ratio**used - 1.0)
    return Limit(order, fine + correction, safety * abs(correction))
