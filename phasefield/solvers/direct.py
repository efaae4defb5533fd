"""Direct solution of the Newton systems: narrow bands as such, others by SuperLU."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import SuperLU, splu

from phasefield.solvers.band import BandFactors, bandwidth

__all__ = ["Factors"]

SOUND = 1e-6
"""Relative residual of a linear solve above which the factors are thrown away. Newton converges as
well with 1e-6 as with round-off; a factorisation that has lost its pivots is far above."""

NARROW = 128
"""Widest band that is factorised as such (4080 unknowns and a width of 52: 2.5 ms, SuperLU 10)."""


class Factors:
    """LU factors of a Newton matrix.

    A narrow grid makes a narrow band. Otherwise SuperLU: the pattern is symmetric, so minimum
    degree on A + A^T without pivoting fills in least (half of COLAMD in 2D and 3D). Pivoting would
    destroy that order and can fill in a hundredfold. The first solution is checked; if it is not
    sound, COLAMD with partial pivoting takes over.

    Attributes
    ----------
    size : number of unknowns.
    """

    def __init__(self, matrix: sparse.csc_array) -> None:
        self._matrix, self.size = matrix, matrix.shape[0]
        self._checked = False
        matrix.sum_duplicates()
        if (width := bandwidth(matrix)) <= NARROW:
            self._factors: BandFactors | SuperLU = BandFactors(matrix, width)
            return
        try:
            self._factors = splu(
                matrix,
                permc_spec="MMD_AT_PLUS_A",
                diag_pivot_thresh=0.0,
                options={"SymmetricMode": True},
            )
        except RuntimeError:  # a zero pivot
            self._pivot()

    def solve(self, right: NDArray[np.float64]) -> NDArray[np.float64]:
        """Solution of matrix x = right, shape (size,) or (size, columns).

        Raises
        ------
        RuntimeError : the matrix is singular.
        """
        found = self._factors.solve(right)
        if not self._checked:
            error = np.abs(self._matrix @ found - right).max()
            if not error <= SOUND * np.abs(right).max():
                self._pivot()
                found = self._factors.solve(right)
            self._checked = True
        return np.asarray(found, float)

    def _pivot(self) -> None:
        self._factors = splu(self._matrix, permc_spec="COLAMD")
        self._checked = True
