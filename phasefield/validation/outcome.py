"""What a validation problem returns: numbers by name, and curves to draw."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Curve", "Outcome", "Plot", "Problem", "observed_order"]

Values = Sequence[float] | NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """Values y over x, drawn as points or as a line."""

    label: str
    x: Values
    y: Values
    points: bool = False


@dataclass(frozen=True)
class Plot:
    """Curves in one pair of axes, both logarithmic or neither."""

    x_label: str
    y_label: str
    curves: tuple[Curve, ...]
    logarithmic: bool = False


@dataclass(frozen=True)
class Outcome:
    """Measured values by the name of their check, in the unit that the check says."""

    measured: Mapping[str, float]
    plot: Plot | None = None


Problem = Callable[[bool], Outcome]
"""A problem takes `quick`: whether to leave out what takes minutes."""


def observed_order(coarse: float, fine: float, refinement: float = 2.0) -> float:
    """Order of convergence from two errors, or differences, a `refinement` apart [1]."""
    return float(np.log(abs(coarse / fine)) / np.log(refinement))
