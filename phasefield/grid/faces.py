"""Faces between cells: neighbours, and the means that carry something across."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from phasefield.physics.scalar import Scalar

__all__ = ["face_mean", "harmonic", "harmonic_slope", "neighbour", "series_mean"]

Array = NDArray[np.float64]


@njit(cache=True)
def face_mean(here: Scalar, there: Scalar) -> Scalar:
    """Arithmetic mean on a face of a phase indicator; 0 when either side is a dropped cell."""
    return 0.5 * (here + there) * (here > 0.0) * (there > 0.0)


@njit(cache=True)
def series_mean(here: Scalar, there: Scalar) -> Scalar:
    """Mean of two positive conductivities of half cells in series, harmonic; exact where equal."""
    low, high = np.minimum(here, there), np.maximum(here, there)
    return 2.0 * low * (high / (low + high))


SMALLEST = 1e-300
"""Below every sum of two diffusivities or conductivities [SI], and not 0."""


@njit(cache=True)
def harmonic(here: Scalar, there: Scalar) -> Scalar:
    """Harmonic mean on a face, 2 a b / (a + b); 0 between two cells where nothing moves."""
    return 2.0 * here * there / np.maximum(here + there, SMALLEST)


@njit(cache=True)
def harmonic_slope(here: Scalar, there: Scalar) -> Scalar:
    """Derivative of `harmonic` to its first argument, 2 b^2 / (a + b)^2."""
    return 2.0 * (there / np.maximum(here + there, SMALLEST)) ** 2


def halves(field: Array, axis: int) -> tuple[Array, Array]:
    """Cells below and above every inner face along `axis`."""
    lower = [slice(None)] * 3
    upper = [slice(None)] * 3
    lower[axis], upper[axis] = slice(None, -1), slice(1, None)
    return field[tuple(lower)], field[tuple(upper)]


@njit(cache=True)
def neighbour(direction: int, k: int, j: int, i: int, nz: int, ny: int, nx: int) -> int:
    """Flat index of the neighbour of cell (k, j, i); the cell itself at the edge (no flux)."""
    if direction == 0:
        k = max(k - 1, 0)
    elif direction == 1:
        k = min(k + 1, nz - 1)
    elif direction == 2:
        j = max(j - 1, 0)
    elif direction == 3:
        j = min(j + 1, ny - 1)
    elif direction == 4:
        i = max(i - 1, 0)
    else:
        i = min(i + 1, nx - 1)
    return (k * ny + j) * nx + i
