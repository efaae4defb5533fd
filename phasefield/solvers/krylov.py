"""Flexible GMRES with its memory taken once, and sums that do not depend on the thread count."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray
from scipy.linalg.lapack import dgels

__all__ = ["Operator", "Workspace"]

Array = NDArray[np.float64]

GAIN = 0.1
"""By what factor `USUAL` iterations have to reduce the residual: else a restart would not help."""

USUAL = 40

CHUNK = 4096
"""Numbers that are summed by one thread: a fixed partition makes a fixed sum."""


class Operator(Protocol):
    """A matrix with a preconditioner; vectors have any fixed shape."""

    def multiply(self, x: Array, out: Array) -> None:
        """Write the matrix times `x` to `out`."""

    def precondition(self, b: Array, x: Array, product: Array) -> None:
        """Write an approximate solution `x` for the right side `b`, and the matrix times x."""


@njit(cache=True, parallel=True)
def _dots(basis, count, vector, partial):
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
def _add(basis, weights, vector):
    """Add the rows of `basis`, each times its weight, to `vector`."""
    size = vector.size
    for chunk in prange((size + CHUNK - 1) // CHUNK):
        start, stop = chunk * CHUNK, min((chunk + 1) * CHUNK, size)
        for row in range(weights.size):
            weight = weights[row]
            for n in range(start, stop):
                vector[n] += weight * basis[row, n]


class Workspace:
    """Memory for vectors of `shape`, and up to `most` iterations until a restart.

    Attributes
    ----------
    iterations : preconditioned products spent so far, over all solutions.
    """

    def __init__(self, shape: tuple[int, ...], most: int) -> None:
        self._shape, self._most = shape, most
        size = int(np.prod(shape))
        # not zeroed: an operating system only backs what is written to
        self._basis = np.empty((most + 1, size))
        self._directions = np.empty((most, size))
        self._partial = np.empty((-(-size // CHUNK), most + 1))
        self._residual = np.empty(size)
        self.iterations = 0

    def solve(self, operator: Operator, b: Array, tolerance: float) -> tuple[Array, Array, float]:
        """Solve until the 2-norm of the residual is below `tolerance` times that of b.

        Returns the solution, its residual b - A x (a view, overwritten by the next call), and the
        ratio of the norms that was reached.
        """
        x = np.zeros(self._basis.shape[1])
        residual = self._residual
        residual[:] = b.ravel()
        start = ratio = self._norm(residual)
        if start == 0.0:
            return x.reshape(self._shape), residual.reshape(self._shape), 0.0
        ratio, enough = 1.0, GAIN ** (self._most / USUAL)
        while ratio > tolerance:
            before = ratio
            self._minimise(operator, x, residual, tolerance / ratio)
            operator.multiply(x.reshape(self._shape), residual.reshape(self._shape))
            np.subtract(b.ravel(), residual, out=residual)
            ratio = self._norm(residual) / start
            if not ratio < enough * before:
                break
        return x.reshape(self._shape), residual.reshape(self._shape), ratio

    def _norm(self, vector: Array) -> float:
        _dots(vector[None], 1, vector, self._partial)
        return float(np.sqrt(np.sum(self._partial[:, 0])))

    def _minimise(self, operator: Operator, x: Array, residual: Array, tolerance: float) -> None:
        """Add to x what minimises the residual over one Krylov space."""
        basis, directions, shape = self._basis, self._directions, self._shape
        norm = self._norm(residual)
        np.divide(residual, norm, out=basis[0])
        upper = np.zeros((self._most + 1, self._most))
        weights, step = np.zeros(0), 0
        while step < self._most:
            product = basis[step + 1]
            operator.precondition(
                basis[step].reshape(shape), directions[step].reshape(shape), product.reshape(shape)
            )
            step += 1
            upper[:step, step - 1] = self._orthogonalise(product, step)
            length = self._norm(product)
            upper[step, step - 1] = length
            weights, left = _least_squares(upper[: step + 1, :step])
            if left <= tolerance or length == 0.0 or not np.isfinite(length):
                break
            np.divide(product, length, out=product)
        self.iterations += step
        _add(directions, norm * weights, x)

    def _orthogonalise(self, vector: Array, count: int) -> Array:
        """Take the first `count` basis vectors out of `vector`; return how much of each it had."""
        _dots(self._basis, count, vector, self._partial)
        parts: Array = np.sum(self._partial[:, :count], axis=0)
        _add(self._basis, -parts, vector)
        return parts


def _least_squares(upper: Array) -> tuple[Array, float]:
    """Weights that minimise |e1 - H y|, and the minimum."""
    right = np.zeros(len(upper))
    right[0] = 1.0
    weights = dgels(upper, right)[1][: upper.shape[1]]
    return weights, float(np.linalg.norm(right - upper @ weights))
