"""LU factors of a band matrix, without pivoting: what a Newton matrix of a narrow grid is.

Row i of the matrix is row i of `band`, its entry of column j in [i, left + j - i]. Four columns are
eliminated at once, so that a row is fetched a quarter as often (Golub & Van Loan, Matrix
Computations, 4th ed., section 4.3). Rows have `BLOCK - 1` zeros more than they need on both ends,
and come in fours: then all rows of a block end at the same column.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy import sparse

__all__ = ["BandFactors", "bandwidth"]

Array = NDArray[np.float64]

BLOCK = 4
"""Columns eliminated at once; `_eliminate` is written for this number."""


def bandwidth(matrix: sparse.csc_array) -> int:
    """Largest distance of an entry from the diagonal."""
    columns = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    return int(np.abs(matrix.indices - columns).max(initial=0))


class BandFactors:
    """Factors of a square matrix without duplicate entries; not finite after a zero pivot.

    Parameters
    ----------
    matrix : to factorise.
    width : its `bandwidth`.
    """

    def __init__(self, matrix: sparse.csc_array, width: int) -> None:
        self._size, self._left = matrix.shape[0], width + BLOCK - 1
        rows = -(-self._size // BLOCK) * BLOCK
        self._band = np.zeros((rows, 2 * self._left + 1))
        columns = np.repeat(np.arange(self._size), np.diff(matrix.indptr))
        self._band[matrix.indices, self._left + columns - matrix.indices] = matrix.data
        self._band[self._size :, self._left] = 1.0
        _eliminate(self._band, width)

    def solve(self, right: Array) -> Array:
        """Solution for right sides (size,) or (size, columns)."""
        found = np.zeros((len(self._band), right[:1].size))
        found[: self._size] = right.reshape(self._size, -1)
        _substitute(self._band, found)
        return found[: self._size].reshape(right.shape)


@njit(cache=True, error_model="numpy")
def _eliminate(band, width):
    """Put L below the diagonal of the matrix and U on and above it."""
    rows, left = band.shape[0], band.shape[1] // 2
    for k in range(0, rows, 4):
        end = min(k + 4 + width, rows)  # of the columns, and of the rows, that the block reaches
        for p in range(k, k + 3):
            for i in range(p + 1, k + 4):
                at = left - i
                band[i, at + p] /= band[p, left]
                for j in range(p + 1, end):
                    band[i, at + j] -= band[i, at + p] * band[p, left - p + j]
        d0, d1 = 1.0 / band[k, left], 1.0 / band[k + 1, left]
        d2, d3 = 1.0 / band[k + 2, left], 1.0 / band[k + 3, left]
        u01, u02, u03 = band[k, left + 1], band[k, left + 2], band[k, left + 3]
        u12, u13, u23 = band[k + 1, left + 1], band[k + 1, left + 2], band[k + 2, left + 1]
        past = left + end - k
        r0, r1 = band[k, left + 4 : past], band[k + 1, left + 3 : past - 1]
        r2, r3 = band[k + 2, left + 2 : past - 2], band[k + 3, left + 1 : past - 3]
        for i in range(k + 4, end):
            at = left - i + k
            l0 = band[i, at] * d0
            l1 = (band[i, at + 1] - l0 * u01) * d1
            l2 = (band[i, at + 2] - l0 * u02 - l1 * u12) * d2
            l3 = (band[i, at + 3] - l0 * u03 - l1 * u13 - l2 * u23) * d3
            band[i, at], band[i, at + 1], band[i, at + 2], band[i, at + 3] = l0, l1, l2, l3
            row = band[i, at + 4 : at + end - k]
            for j in range(row.size):
                row[j] -= l0 * r0[j] + l1 * r1[j] + l2 * r2[j] + l3 * r3[j]


@njit(cache=True, error_model="numpy")
def _substitute(band, x):
    """Solve L U x = x in place, x (rows, columns)."""
    rows, left = band.shape[0], band.shape[1] // 2
    for column in range(x.shape[1]):
        for i in range(rows):
            total = x[i, column]
            for j in range(max(i - left, 0), i):
                total -= band[i, left - i + j] * x[j, column]
            x[i, column] = total
        for i in range(rows - 1, -1, -1):
            total = x[i, column]
            for j in range(i + 1, min(i + left + 1, rows)):
                total -= band[i, left - i + j] * x[j, column]
            x[i, column] = total / band[i, left]
