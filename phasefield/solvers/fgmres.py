"""Flexible GMRES with its memory taken once, and sums that do not depend on the thread count."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dgels

from phasefield.solvers.vectors import add, dots, partial_sums, scale, subtract

__all__ = ["Operator", "Workspace"]

Array = NDArray[np.float64]

GAIN = 0.1
"""By what factor `USUAL` iterations have to reduce the residual: else a restart would not help."""

USUAL = 40


class Operator(Protocol):
    """A matrix with a preconditioner; vectors have any fixed shape."""

    def multiply(self, x: Array, out: Array) -> None:
        """Write the matrix times `x` to `out`."""

    def precondition(self, b: Array, x: Array, product: Array) -> None:
        """Write an approximate solution `x` for the right side `b`, and the matrix times x."""


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
        self._partial = partial_sums(size, most + 1)
        self._residual = np.empty(size)
        self.iterations = 0

    def solve(self, operator: Operator, b: Array, tolerance: float) -> tuple[Array, Array, float]:
        """Solve until the 2-norm of the residual is below `tolerance` times that of b.

        Returns the solution, its residual b - A x (a view, overwritten by the next call), and the
        ratio of the norms that was reached.
        """
        x = np.zeros(self._basis.shape[1])
        residual = self._residual
        scale(b.ravel(), 1.0, residual)
        start = ratio = self._norm(residual)
        if start == 0.0:
            return x.reshape(self._shape), residual.reshape(self._shape), 0.0
        ratio, enough = 1.0, GAIN ** (self._most / USUAL)
        while ratio > tolerance:
            before = ratio
            self._minimise(operator, x, residual, tolerance / ratio)
            operator.multiply(x.reshape(self._shape), residual.reshape(self._shape))
            subtract(b.ravel(), residual)
            ratio = self._norm(residual) / start
            if not ratio < enough * before:
                break
        return x.reshape(self._shape), residual.reshape(self._shape), ratio

    def _norm(self, vector: Array) -> float:
        dots(vector[None], 1, vector, self._partial)
        return float(np.sqrt(np.sum(self._partial[:, 0])))

    def _minimise(self, operator: Operator, x: Array, residual: Array, tolerance: float) -> None:
        """Add to x what minimises the residual over one Krylov space."""
        basis, directions, shape = self._basis, self._directions, self._shape
        norm = self._norm(residual)
        scale(residual, 1.0 / norm, basis[0])
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
            scale(product, 1.0 / length, product)
        self.iterations += step
        add(directions, norm * weights, x)

    def _orthogonalise(self, vector: Array, count: int) -> Array:
        """Take the first `count` basis vectors out of `vector`; return how much of each it had."""
        dots(self._basis, count, vector, self._partial)
        parts: Array = np.sum(self._partial[:, :count], axis=0)
        add(self._basis, -parts, vector)
        return parts


def _least_squares(upper: Array) -> tuple[Array, float]:
    """Weights that minimise |e1 - H y|, and the minimum."""
    right = np.zeros(len(upper))
    right[0] = 1.0
    weights = dgels(upper, right)[1][: upper.shape[1]]
    return weights, float(np.linalg.norm(right - upper @ weights))
