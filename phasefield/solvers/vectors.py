"""Long vectors on all threads: sums are the same to the last bit whatever their number."""

from __future__ import annotations

import numpy as np
from numba import njit, prange

__all__ = [
    "add",
    "dots",
    "largest",
    "moved",
    "partial_sums",
    "scale",
    "subtract",
    "weighted_sum",
]

CHUNK = 4096
"""Numbers that are summed by one thread: a fixed partition makes a fixed sum."""


def partial_sums(size: int, rows: int) -> np.ndarray:
    """Memory for `dots` of up to `rows` vectors of `size` numbers, (chunks, rows)."""
    return np.empty((-(-size // CHUNK), rows))


@njit(cache=True, parallel=True)
def dots(basis, count, vector, partial):
    """Products of the first `count` rows of `basis` with `vector`, chunk by chunk."""
    size = vector.size
    for chunk in prange(partial.shape[0]):
        start, stop = chunk * CHUNK, min((chunk + 1) * CHUNK, size)
        for row in range(count):
            total = 0.0
            for n in range(start, stop):
                total += basis[row, n] * vector[n]
            partial[chunk, row] = total


@njit(cache=True, parallel=True)
def add(basis, weights, vector):
    """Add the rows of `basis`, each times its weight, to `vector`."""
    size = vector.size
    for chunk in prange((size + CHUNK - 1) // CHUNK):
        start, stop = chunk * CHUNK, min((chunk + 1) * CHUNK, size)
        for row in range(weights.size):
            weight = weights[row]
            for n in range(start, stop):
                vector[n] += weight * basis[row, n]


@njit(cache=True, parallel=True)
def scale(vector, factor, out):
    """Write `factor` times `vector` to `out`, which may be the same."""
    for n in prange(vector.size):
        out[n] = factor * vector[n]


@njit(cache=True, parallel=True)
def subtract(vector, out):
    """Write `vector` minus what is in `out` to `out`."""
    for n in prange(vector.size):
        out[n] = vector[n] - out[n]


@njit(cache=True, parallel=True)
def moved(one, two, three, change, step):
    """Three flat fields, each with its column of `change` (cells, 3) times its `step` added."""
    new_one, new_two, new_three = np.empty_like(one), np.empty_like(two), np.empty_like(three)
    for c in prange(one.size):
        new_one[c] = one[c] + step[0] * change[c, 0]
        new_two[c] = two[c] + step[1] * change[c, 1]
        new_three[c] = three[c] + step[2] * change[c, 2]
    return new_one, new_two, new_three


@njit(cache=True, parallel=True)
def _largest(cells, found):
    for chunk in prange(found.shape[0]):
        found[chunk] = 0.0
        for c in range(chunk * CHUNK, min((chunk + 1) * CHUNK, cells.shape[0])):
            for p in range(found.shape[1]):
                found[chunk, p] = max(found[chunk, p], abs(cells[c, p]))


def largest(cells: np.ndarray) -> np.ndarray:
    """Largest magnitude in each of the three columns of `cells` (cells, 3)."""
    found = np.empty((-(-len(cells) // CHUNK), 3))
    _largest(cells, found)
    return np.asarray(found.max(axis=0))


@njit(cache=True, parallel=True)
def _weighted(cells, weights, partial):
    for chunk in prange(partial.size):
        total = 0.0
        for c in range(chunk * CHUNK, min((chunk + 1) * CHUNK, cells.shape[0])):
            for p in range(weights.size):
                total += weights[p] * cells[c, p]
        partial[chunk] = total


def weighted_sum(cells: np.ndarray, weights: np.ndarray) -> float:
    """Sum over all of `cells` (cells, 3), the three columns times `weights`."""
    partial = np.empty(-(-len(cells) // CHUNK))
    _weighted(cells, weights, partial)
    return float(np.sum(partial))
