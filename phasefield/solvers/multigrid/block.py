"""Multigrid for the coupled Jacobian: one cycle is the preconditioner of the Krylov solver."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import get_num_threads
from numpy.typing import NDArray

from phasefield.solvers.multigrid.aggregation import find_strongest, pair_layers
from phasefield.solvers.multigrid.block_coarsening import (
    Layout,
    active_directions,
    coarsen,
    flat_offsets,
    invert,
    pack,
)
from phasefield.solvers.multigrid.block_couplings import multiply
from phasefield.solvers.multigrid.block_kernels import prolong, restrict, smooth
from phasefield.solvers.threads import threads_for
from phasefield.solvers.vectors import scale

__all__ = ["FEWER", "Multigrid"]

Array = NDArray[np.float64]
Single = NDArray[np.float32]
Integers = NDArray[np.int64]
Shape = tuple[int, int, int]

SWEEPS = 2
"""Red-black sweeps before and after the coarse correction: two halve the Krylov iterations of one
(measured on the cases of Fig. 5 and on cylinders) and spare half of the orthogonalisation."""

SWEEPS_BELOW = 4
"""The same on the grid below a large one, where two can leave a few stubborn modes of the front: a
unit cell of 4.2 million cells took 14 Krylov iterations with two, 5 with four, which cost a tenth
of a cycle in 3D. Where two suffice four lose nothing that could be measured."""

TWICE_FROM = 512
"""Cells from which on a level is visited twice in a cycle. Corrections that are constant on a
coarse cell make a V-cycle worse with every level, a W-cycle not (Hackbusch 1985, Multi-Grid Methods
and Applications): with V-cycles the last systems of a step take 10, 11, 22 and 40 Krylov iterations
in 2D with 128, 256, 512 and 1024 cells along an edge. Levels below take calls, not work."""

LARGE = 50_000
"""Cells from which on a grid gets W-cycles: on one of 10 000 their calls cost half as much again as
the rest, and spare no iteration."""

WAVE_BYTES = 1_000_000
"""What the lines that a wave of sweeps is at may hold: a core's share of the caches."""

FEWER = 3
"""By what factor a level has to be smaller than the one above to be visited twice: with two, where
only one axis is coarsened, every level would cost the same."""


@dataclass
class _Level:
    """One grid: matrix and work vectors. `x` has `margin` more cells on both ends.

    `starts` and `parents` say how it is coarsened, see `coarsen`; none on the coarsest. `sweeps`
    go before and after the correction.
    """

    shape: Shape
    offsets: Integers
    margin: int
    off: Single
    rest: Single
    strongest: Single
    inverse: Array
    b: Array
    x: Array
    starts: tuple[Integers, ...] = ()
    parents: tuple[Integers, ...] = ()
    sweeps: int = SWEEPS

    @classmethod
    def empty(cls, shape: Shape, directions: Integers, groups: int) -> _Level:
        cells = int(np.prod(shape))
        offsets = flat_offsets(shape, directions)
        margin = int(np.abs(offsets).max(initial=0))
        return cls(
            shape,
            offsets,
            margin,
            np.zeros((cells, directions.size, groups), np.float32),
            np.zeros((cells, 3, 3), np.float32),
            np.zeros((cells, groups), np.float32),
            np.zeros((cells, 3, 3)),
            np.zeros((cells, 3)),
            np.zeros((cells + 2 * margin, 3)),
        )


class Multigrid:
    """Hierarchy of a Jacobian on a structured grid; memory is taken again only if it changes shape.

    Layers of cells are joined two by two until there is one cell. The smoother solves the three
    unknowns of a cell together (Gauss-Seidel, red-black), which the pair (xi, mu) of a
    Cahn-Hilliard equation needs (Kim, Kang & Lowengrub 2004, J. Comput. Phys. 193, 511) and which
    takes any charge-transfer resistance. Couplings and row sums are kept in single precision,
    half of what is read and held: that is another matrix, 1e-7 away, of the same structure. Vectors
    and inverses are not.

    Parameters
    ----------
    layout : slots of the Jacobian.
    shape : cells along (z, y, x).
    """

    def __init__(self, layout: Layout, shape: Shape) -> None:
        self._layout = layout
        self._directions = active_directions(shape)
        self._levels = [_Level.empty(shape, self._directions, layout.rows.size)]
        self._values: Array = np.zeros((0, 0))
        self._large = np.prod(shape) >= LARGE

    def factorise(self, values: Array, *, as_before: bool = False) -> None:
        """Build all levels from the slots `values` (cells, slots), 0 where no unknowns are joined.

        They are read again by `multiply`. With `as_before` the layers are joined as they were for
        the last Jacobian.
        """
        layout, level, depth = self._layout, self._levels[0], 0
        self._values = values
        groups = layout.rows, layout.columns, layout.first
        table = *groups, layout.local_rows, layout.local_columns, layout.local_slots
        pack(self._directions, *table, values, level.off, level.rest)
        while max(level.shape) > 1:
            coarse = self._levels[depth + 1] if as_before else self._coarse(depth)
            if as_before:
                find_strongest(level.off, level.strongest)
            coarsen(
                level.starts, level.parents, self._directions, level.offsets, layout.conducts,
                level.strongest, level.off, level.rest, coarse.off, coarse.rest,
            )  # fmt: skip
            invert(layout.rows, layout.columns, level.off, level.rest, level.inverse)
            level, depth = coarse, depth + 1
        invert(layout.rows, layout.columns, level.off, level.rest, level.inverse)

    def _coarse(self, depth: int) -> _Level:
        """The level below, taken from the last Jacobian if the same layers are joined."""
        level, layout = self._levels[depth], self._layout
        starts = pair_layers(
            level.shape, self._directions, level.offsets, layout.conducts, level.off,
            level.strongest,
        )  # fmt: skip
        known = len(level.starts) == 3
        if not (known and all(map(np.array_equal, starts, level.starts))):
            level.starts = starts
            level.parents = tuple(np.repeat(np.arange(s.size - 1), np.diff(s)) for s in starts)
            shape = (starts[0].size - 1, starts[1].size - 1, starts[2].size - 1)
            coarser = _Level.empty(shape, self._directions, layout.rows.size)
            coarser.sweeps = SWEEPS_BELOW if self._large and depth == 0 else SWEEPS
            self._levels[depth + 1 :] = [coarser]
        return self._levels[depth + 1]

    def multiply(self, x: Array, out: Array) -> None:
        """Write the Jacobian times `x` to `out`, both (cells, 3)."""
        multiply(
            self._layout.family, self._directions, self._levels[0].offsets, self._values, x, out
        )

    def precondition(self, b: Array, x: Array, product: Array) -> None:
        """Write an approximate solution `x` of the system with right side `b`, and J x."""
        level = self._levels[0]
        level.b = b
        self._cycle(0)
        found = level.x[level.margin : level.margin + len(b)]
        scale(found.ravel(), 1.0, x.ravel())
        self.multiply(x, product)

    def _cycle(self, depth: int, *, empty: bool = True) -> None:
        """W-cycle on level `depth`, from zero or from what is in `x`; V-cycle on small grids."""
        level = self._levels[depth]
        self._smooth(level, 0, empty)
        if depth + 1 == len(self._levels):
            return
        coarse = self._levels[depth + 1]
        restrict(
            self._layout.family, level.starts, level.parents, level.offsets, level.margin,
            level.off, level.rest, level.b, level.x, coarse.b,
        )  # fmt: skip
        with threads_for(len(coarse.b)):
            self._cycle(depth + 1)
            fewer = len(level.b) >= FEWER * len(coarse.b)
            if self._large and fewer and len(coarse.b) >= TWICE_FROM:
                self._cycle(depth + 1, empty=False)
        prolong(level.parents, coarse.shape, level.margin, coarse.margin, coarse.x, level.x)
        self._smooth(level, 1, False)

    def _smooth(self, level: _Level, first: int, empty: bool) -> None:
        """Red-black sweeps that begin with the colour `first`."""
        smooth(
            get_num_threads(), WAVE_BYTES, self._layout.family, level.shape, level.offsets,
            level.margin, first, 2 * level.sweeps, empty, level.off, level.inverse, level.b,
            level.x,
        )  # fmt: skip
