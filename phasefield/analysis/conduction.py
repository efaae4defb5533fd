"""Effective conductivity of a structure of cells, from the potential that drives a current."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, sparse

__all__ = ["Conduction", "conduction", "effective_conductivity"]

FloatArray = NDArray[np.float64]
Spacing = tuple[float, float, float]

TOLERANCE = 1e-8
"""Residual of the linear system; the conductivity is then good to about as many digits."""


@dataclass(frozen=True)
class Conduction:
    """What a phase conducts along an axis.

    Attributes
    ----------
    relative : effective conductivity over that of the phase itself [1]; 0 when it does not reach
        from face to face.
    tortuosity_factor : share of the phase over `relative` [1], 1 for straight channels; infinite
        when nothing is conducted.
    """

    relative: float
    tortuosity_factor: float


def conduction(phase: NDArray[np.bool_], spacing: Spacing, axis: int) -> Conduction:
    """Effective conductivity of one phase, the other one insulating.

    Parameters
    ----------
    phase : where the conducting phase is, (nz, ny, nx).
    spacing : (dz, dy, dx) [m].
    axis : along which the current flows.
    """
    found = effective_conductivity(phase.astype(np.float64), spacing, axis)
    share = float(phase.mean())
    return Conduction(found, share / found if found > 0 else float("inf"))


def effective_conductivity(sigma: FloatArray, spacing: Spacing, axis: int) -> float:
    """Conductivity of the equivalent uniform block between two opposite faces [unit of sigma].

    Finite volumes: the face between two cells conducts as both halves in series; the two faces
    have potentials 1 and 0 half a cell off the first and last centres, no current leaves the
    sides. Cells without conductivity, and bodies that do not join both faces, are left out.
    Exact on layers; error of the first order in the spacing where walls are slanted.

    Parameters
    ----------
    sigma : conductivity of every cell, at least 0, (nz, ny, nx).
    spacing : (dz, dy, dx) [m].
    axis : along which the current flows.
    """
    joined = _joining_both_faces(sigma > 0, axis)
    if not joined.any():
        return 0.0
    conductance, into = _system(np.where(joined, sigma, 0.0), joined, spacing, axis)
    potential = _solve(conductance, into)
    # through the face at potential 1: conductance of the half cells times what they lack to 1
    current = float(np.sum(into * (1.0 - potential)))
    lengths = [n * d for n, d in zip(sigma.shape, spacing, strict=True)]
    across = float(np.prod([length for a, length in enumerate(lengths) if a != axis]))
    return current * lengths[axis] / across


def _joining_both_faces(conducting: NDArray[np.bool_], axis: int) -> NDArray[np.bool_]:
    bodies, _ = ndimage.label(conducting)
    both = np.intersect1d(bodies.take(0, axis=axis), bodies.take(-1, axis=axis))
    return np.asarray(np.isin(bodies, both[both > 0]))


def _system(
    sigma: FloatArray, joined: NDArray[np.bool_], spacing: Spacing, axis: int
) -> tuple[sparse.csr_array, FloatArray]:
    """Matrix of the cells that conduct, and the conductance of each to the face at potential 1."""
    number = np.full(sigma.shape, -1, np.int64)
    count = int(joined.sum())
    number[joined] = np.arange(count)
    diagonal, rows, columns, values = np.zeros(count), [], [], []
    volume = float(np.prod(spacing))
    for a, step in enumerate(spacing):
        low, high = _halves(number, a)
        near = (low >= 0) & (high >= 0)
        one, two = (half[near] for half in _halves(sigma, a))
        value = 2 * one * two / (one + two) * volume / step**2
        i, j = low[near], high[near]
        diagonal += np.bincount(i, value, count) + np.bincount(j, value, count)
        rows += [i, j]
        columns += [j, i]
        values += [-value, -value]
    into = np.zeros(count)
    for end in (0, -1):
        cells = np.asarray(number.take(end, axis=axis))
        cells = cells[cells >= 0]
        value = 2 * sigma[joined][cells] * volume / spacing[axis] ** 2
        diagonal[cells] += value
        if end == 0:
            into[cells] += value
    rows.append(np.arange(count))
    columns.append(np.arange(count))
    values.append(diagonal)
    entries = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    return sparse.csr_array(entries, shape=(count, count)), into


def _solve(matrix: sparse.csr_array, right: FloatArray) -> FloatArray:
    """Solution of a symmetric positive definite system, by conjugate gradients and multigrid."""
    import pyamg

    if matrix.shape[0] < 2000:
        from scipy.sparse.linalg import spsolve

        return np.asarray(spsolve(matrix.tocsc(), right))
    scale = float(matrix.diagonal().max())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pyamg calls NumPy in ways that are deprecated
        levels = pyamg.ruge_stuben_solver(sparse.csr_matrix(matrix / scale))
        found = levels.solve(right / scale, tol=TOLERANCE, accel="cg", maxiter=200)
    return np.asarray(found)


def _halves(field: NDArray[Any], axis: int) -> tuple[NDArray[Any], NDArray[Any]]:
    n = field.shape[axis]
    return field.take(range(n - 1), axis), field.take(range(1, n), axis)
