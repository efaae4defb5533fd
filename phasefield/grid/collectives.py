"""Numbers of whole fields: sums, means, extremes and connected bodies, each in one place.

Everything that is read off all cells at once goes through here, so that a grid which is divided
over processes, or lies on another device, has one file in which that is arranged. Sums are
NumPy's, pairwise and in the order of the memory: the same to the last bit whatever the number of
threads. Kernels that sum write one value per row, which is then summed here.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from phasefield.grid.grid import Grid

__all__ = [
    "connected",
    "largest",
    "largest_size",
    "mean",
    "per_cross_section",
    "smallest",
    "total",
    "total_by_number",
    "weighted_mean",
]

Array = NDArray[np.float64]


def total(values: Array, where: NDArray[np.bool_] | bool = True) -> float:
    """Sum of `values`, of any shape; of those `where` that is true."""
    return float(np.sum(values, where=where))


def per_cross_section(values: Array, grid: Grid) -> float:
    """Integral over the domain, over its cross-section; unit of `values` times m."""
    return total(values) * grid.cell_volume / grid.cross_section


def mean(values: Array | NDArray[np.bool_]) -> float:
    """Mean of `values`, of any shape."""
    return float(np.mean(values))


def weighted_mean(values: Array, weights: Array) -> float:
    """Mean of `values` with `weights`, of the same shape; ZeroDivisionError where they sum to 0."""
    return float(np.average(values, weights=weights))


def largest(values: Array) -> float:
    """Largest of `values`; ValueError without any."""
    return float(np.max(values))


def smallest(values: Array) -> float:
    """Smallest of `values`; ValueError without any."""
    return float(np.min(values))


def largest_size(values: Array) -> float:
    """Largest size of `values`, their max norm; 0 without any."""
    return float(np.abs(values).max(initial=0.0))


def total_by_number(numbers: NDArray[np.integer], values: Array, count: int) -> Array:
    """Sums of flat `values` over the cells of each of the `numbers` below `count`, (count,)."""
    return np.asarray(np.bincount(numbers, weights=values, minlength=count), float)


def connected(cells: NDArray[np.bool_]) -> tuple[NDArray[np.int32], int]:
    """Bodies of `cells` joined through faces, as labels from 1 (0: none), and their number."""
    labels = np.empty(cells.shape, np.int32)
    return labels, int(ndimage.label(cells, output=labels))
