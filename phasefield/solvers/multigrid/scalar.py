"""Potential in a network of cells joined by conductances: conjugate gradients and multigrid.

The scalar sibling of `multigrid`, with the same coarse grids: layers joined along strong couplings
only, conductances between coarse cells as resistances in series. A W-cycle, as there, is symmetric,
so that conjugate gradients may use it. It works in single precision, which halves what it reads
from memory and costs no iteration; matrix, residual and solution are in double precision.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from phasefield.errors import DidNotConverge
from phasefield.solvers.multigrid import scalar_kernels as kernels
from phasefield.solvers.multigrid.aggregation import WEAK, join_layers
from phasefield.solvers.multigrid.block import FEWER
from phasefield.solvers.threads import threads_for

__all__ = ["Faces", "Network", "Solution", "conductance_matrix", "face_conductances"]

Array = NDArray[np.float64]
AnyFloat = NDArray[np.floating]
Integers = NDArray[np.int64]
Shape = tuple[int, int, int]
Faces = tuple[Array, Array, Array]

SWEEPS = 2
"""Red-black sweeps before and after the coarse correction."""

TWICE_FROM = 8192
"""Cells from which on a level that is `FEWER` times smaller than the one above is visited twice in
a cycle, which halves the iterations (14 to 7 with 1000 x 1000 cells); smaller ones take calls."""

MOST_ITERATIONS = 200


@dataclass(frozen=True)
class Solution:
    """Potential (nz, ny, nx), iterations, and residual over right side (2-norms)."""

    potential: Array
    iterations: int
    residual: float


def face_conductances(conductivity: Array, spacing: tuple[float, float, float]) -> Faces:
    """Conductance of the faces along z, y and x, per volume of a cell: both halves in series.

    Parameters
    ----------
    conductivity : of every cell, at least 0, (nz, ny, nx) [S m-1].
    spacing : (dz, dy, dx) [m].

    Returns
    -------
    arrays one shorter than the grid along their own axis [S m-3].
    """
    faces = []
    for axis, step in enumerate(spacing):
        n = conductivity.shape[axis]
        one = conductivity.take(range(n - 1), axis)
        two = conductivity.take(range(1, n), axis)
        both = one + two
        safe = np.where(both > 0, both, 1.0)
        faces.append(2.0 * one * two / safe / step**2)
    return faces[0], faces[1], faces[2]


def conductance_matrix(faces: Faces, shape: Shape) -> sparse.csr_array:
    """What flows out of each cell per potential, over all cells of a grid: -div(sigma grad .).

    `faces` as of `face_conductances`, [S m-3].
    """
    size = int(np.prod(shape))
    number = np.arange(size).reshape(shape)
    total = sparse.csr_array((size, size))
    for axis, face in enumerate(faces):
        last = shape[axis] - 1
        low = number.take(range(last), axis).ravel()
        high = number.take(range(1, last + 1), axis).ravel()
        weight = face.ravel()
        entries = np.concatenate([weight, weight, -weight, -weight])
        rows, columns = np.concatenate([low, high, low, high]), [low, high, high, low]
        places = rows, np.concatenate(columns)
        total = total + sparse.csr_array((entries, places), shape=total.shape)
    return sparse.csr_array(total)


@dataclass
class _Level:
    """One grid; flat arrays, `faces` and `x` with `margin` more cells on both ends."""

    shape: Shape
    margin: int
    faces: tuple[AnyFloat, AnyFloat, AnyFloat]
    ground: AnyFloat
    diagonal: AnyFloat
    inverse: AnyFloat
    strongest: AnyFloat
    b: AnyFloat
    x: AnyFloat
    starts: tuple[Integers, ...] = ()
    parents: tuple[Integers, ...] = ()

    @classmethod
    def empty(cls, shape: Shape, kind: type[np.floating] = np.float32) -> _Level:
        cells, margin = int(np.prod(shape)), shape[1] * shape[2]
        if shape[0] == 1:
            margin = shape[2]
        deep = cells + 2 * margin if shape[0] > 1 else 1
        wide = cells + 2 * margin
        faces = np.zeros(deep, kind), np.zeros(wide, kind), np.zeros(wide, kind)
        ground, diagonal, inverse, strongest, b = (np.zeros(cells, kind) for _ in range(5))
        x = np.zeros(wide, kind)
        return cls(shape, margin, faces, ground, diagonal, inverse, strongest, b, x)

    def single(self) -> _Level:
        """Copy of the conductances in single precision, divided by the largest diagonal."""
        copy = _Level.empty(self.shape)
        scale = float(self.diagonal.max()) or 1.0
        for mine, its in zip((*self.faces, self.ground), (*copy.faces, copy.ground), strict=True):
            np.divide(mine, scale, out=its, casting="same_kind")
        return copy

    @property
    def deep(self) -> bool:
        """Whether there are couplings along z."""
        return self.shape[0] > 1

    @property
    def stencil(self) -> tuple[Shape, bool, int]:
        """What every kernel asks for first."""
        return self.shape, self.deep, self.margin


class Network:
    """Cells on a structured grid, joined to their neighbours and to the ground at 0 V.

    Parameters
    ----------
    faces : conductances along z, y and x, each one cell shorter than the grid along its axis.
    ground : conductance of each cell to the ground, (nz, ny, nx). Every connected body of cells
        needs some; cells without any conductance are no unknowns, and stay at 0.
    """

    def __init__(self, faces: Faces, ground: Array) -> None:
        shape = (ground.shape[0], ground.shape[1], ground.shape[2])
        self._fine = fine = _Level.empty(shape, np.float64)
        fine.ground[:] = ground.ravel()
        inner = slice(fine.margin, fine.margin + ground.size)
        for axis, face in enumerate(faces):
            if face.size:
                there = fine.faces[axis][inner].reshape(shape)
                there[tuple(slice(n) for n in face.shape)] = face
        self._finish(fine)
        self._levels = [fine.single()]
        self._finish(self._levels[0])
        while max(self._levels[-1].shape) > 1:
            self._levels.append(self._coarser(self._levels[-1]))

    def _finish(self, level: _Level) -> None:
        kernels.finish(
            *level.stencil, *level.faces, level.ground, level.diagonal, level.inverse,
            level.strongest,
        )  # fmt: skip

    def _coarser(self, level: _Level) -> _Level:
        """Join layers of cells and make the level below."""
        level.starts = join_layers(level.shape, [self._weak_share(level, a) for a in range(3)])
        level.parents = tuple(np.repeat(np.arange(s.size - 1), np.diff(s)) for s in level.starts)
        shape = (level.starts[0].size - 1, level.starts[1].size - 1, level.starts[2].size - 1)
        coarse = _Level.empty(shape)
        kernels.coarsen(
            *level.parents, level.starts[0], level.starts[1], level.margin, *level.faces,
            level.ground, level.strongest, coarse.margin, *coarse.faces, coarse.ground,
        )  # fmt: skip
        self._finish(coarse)
        return coarse

    def _weak_share(self, level: _Level, axis: int) -> Array:
        """Share of weak faces between each layer and the next one along an axis."""
        layers = level.shape[axis] - 1
        counts = np.zeros((kernels.CHUNKS, max(layers, 1), 2), np.int64)
        if layers:
            kernels.count_weak(
                level.shape, axis, WEAK, level.margin, level.faces[axis], level.strongest, counts
            )
        faces, weak = counts.sum(axis=0)[:layers].T
        return np.asarray(weak / np.maximum(faces, 1))

    def solve(
        self, current: Array, tolerance: float, most_iterations: int = MOST_ITERATIONS
    ) -> Solution:
        """Potential that drives `current` (nz, ny, nx), fed into each cell, to the ground.

        Iterates until the 2-norm of the residual is below `tolerance` times that of `current`.

        Raises
        ------
        DidNotConverge : after `most_iterations`.
        """
        level, cycled = self._fine, self._levels[0]
        nx, lines = level.shape[2], level.shape[0] * level.shape[1]
        potential, product, partial = (np.zeros(n) for n in (current.size, current.size, lines))
        direction, residual = np.zeros_like(level.x), current.ravel().astype(float)
        start = float(np.linalg.norm(residual))
        ratio, iterations, weight = float(start > 0.0), 0, 0.0
        while ratio > tolerance:
            if iterations == most_iterations or not np.isfinite(ratio):
                raise DidNotConverge(f"conduction: residual {ratio:.1e} after {iterations} cycles")
            scale = start * ratio  # what is cycled has length 1: single precision ends at 1e-38
            np.divide(residual, scale, out=cycled.b, casting="same_kind")
            self._cycle(0)
            kernels.dot(nx, level.margin, cycled.x, residual, partial)
            before, weight = weight, scale * float(np.sum(partial))
            share = weight / before if iterations else 0.0
            kernels.turn(nx, lines, share, scale, level.margin, cycled.x, direction)
            kernels.multiply(
                *level.stencil, *level.faces, level.diagonal, direction, product, partial
            )
            step = weight / float(np.sum(partial))
            kernels.advance(
                nx, step, level.margin, direction, product, potential, residual, partial
            )
            ratio = float(np.sqrt(np.sum(partial)) / start)
            iterations += 1
        return Solution(potential.reshape(level.shape), iterations, ratio)

    def _cycle(self, depth: int, *, empty: bool = True) -> None:
        """W-cycle on level `depth`, from zero or from what is in `x`."""
        level = self._levels[depth]
        if empty:
            level.x[:] = 0.0
        for colour in (0, 1) * SWEEPS:
            self._smooth(level, colour)
        if depth + 1 == len(self._levels):
            return
        coarse = self._levels[depth + 1]
        kernels.restrict(
            level.starts[0], level.starts[1], level.parents[2], *level.stencil, *level.faces,
            level.diagonal, level.b, level.x, coarse.b,
        )  # fmt: skip
        with threads_for(coarse.b.size):
            self._cycle(depth + 1)
            if coarse.b.size >= TWICE_FROM and level.b.size >= FEWER * coarse.b.size:
                self._cycle(depth + 1, empty=False)
        kernels.prolong(*level.parents, coarse.margin, coarse.x, level.margin, level.x)
        for colour in (1, 0) * SWEEPS:
            self._smooth(level, colour)

    def _smooth(self, level: _Level, colour: int) -> None:
        kernels.smooth(*level.stencil, colour, *level.faces, level.inverse, level.b, level.x)
