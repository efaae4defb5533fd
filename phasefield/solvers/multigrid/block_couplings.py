"""Which of the three unknowns of a cell couple to which, and sums over the couplings.

A system of three unknowns a cell has one of the patterns below: it lists its slots in the order of
the pattern. Kernels cannot be made for a function, or a list, that they are given without losing
either their place in Numba's cache or their speed; so another pattern is another branch in the
three functions of this module that ask for `family`.
"""

from __future__ import annotations

from numba import njit, prange

from phasefield.solvers.multigrid.block_coarsening import U

__all__ = ["CASCADE", "CHAIN", "couple", "multiply", "slots_of"]

CHAIN, CASCADE = 0, 1
"""Families: 0 and 1 exchange with neighbours through each other, 2 by itself; or 0 by itself, 1
and 2 driven by it as well."""

STENCIL, CELL = True, False

PATTERNS = {
    CHAIN: (
        (0, 0, STENCIL), (0, 1, STENCIL), (0, 2, CELL), (1, 0, STENCIL), (1, 1, CELL),
        (2, 2, STENCIL), (2, 0, CELL), (2, 1, CELL),
    ),
    CASCADE: (
        (0, 0, STENCIL), (0, 1, CELL), (0, 2, CELL), (1, 0, STENCIL), (1, 1, STENCIL),
        (1, 2, STENCIL), (2, 0, STENCIL), (2, 2, STENCIL),
    ),
}  # fmt: skip
"""Row, column, and whether neighbours are coupled or the cell alone, in the order of the slots."""


def slots_of(family: int) -> list[tuple[int, int, int]]:
    """Slots (row, column, direction) of a family, see `Sparsity`."""
    return [
        (row, column, direction)
        for row, column, stencil in PATTERNS[family]
        for direction in (range(-1, 6) if stencil else (-1,))
    ]


@njit(cache=True)
def couple(family, off, c, n, y0, y1, y2):
    """What unknowns (y0, y1, y2) of neighbour number n of cell c add to the three rows of c.

    The groups of `off` are the stencils of the family, in the order of `PATTERNS`.
    """
    if family == CHAIN:
        return off[c, n, 0] * y0 + off[c, n, 1] * y1, off[c, n, 2] * y0, off[c, n, 3] * y2
    return (
        off[c, n, 0] * y0,
        off[c, n, 1] * y0 + off[c, n, 2] * y1 + off[c, n, 3] * y2,
        off[c, n, 4] * y0 + off[c, n, 5] * y2,
    )


# first slot of each block of a family, in the order of PATTERNS
H_00, H_01, H_02, H_10, H_11, H_22, H_20, H_21 = 0, 7, 14, 15, 22, 23, 30, 31
S_00, S_01, S_02, S_10, S_11, S_12, S_20, S_22 = 0, 7, 8, 9, 16, 23, 30, 37


@njit(cache=True)
def _own(family, s, y0, y1, y2):
    """What the slots `s` of a cell take from its own unknowns."""
    if family == CHAIN:
        return (
            s[H_00] * y0 + s[H_01] * y1 + s[H_02] * y2,
            s[H_10] * y0 + s[H_11] * y1,
            s[H_20] * y0 + s[H_21] * y1 + s[H_22] * y2,
        )
    return (
        s[S_00] * y0 + s[S_01] * y1 + s[S_02] * y2,
        s[S_10] * y0 + s[S_11] * y1 + s[S_12] * y2,
        s[S_20] * y0 + s[S_22] * y2,
    )


@njit(cache=True)
def _beside(family, s, d, y0, y1, y2):
    """What the slots `s` of a cell take from those of its neighbour in direction `d`."""
    n = U(1 + d)
    if family == CHAIN:
        return s[U(H_00) + n] * y0 + s[U(H_01) + n] * y1, s[U(H_10) + n] * y0, s[U(H_22) + n] * y2
    return (
        s[S_00 + n] * y0,
        s[S_10 + n] * y0 + s[S_11 + n] * y1 + s[S_12 + n] * y2,
        s[S_20 + n] * y0 + s[S_22 + n] * y2,
    )


@njit(cache=True, parallel=True)
def multiply(family, directions, offsets, values, x, out):
    """Jacobian of the slots `values` times x, in double precision; x and out (cells, 3)."""
    last = values.shape[0] - 1
    for n_c in prange(values.shape[0]):
        c = U(n_c)
        s = values[c]
        t0, t1, t2 = _own(family, s, x[c, 0], x[c, 1], x[c, 2])
        for n in range(directions.size):
            # beyond an edge there is no cell, and nothing in the slots
            other = U(min(max(n_c + offsets[n], 0), last))
            s0, s1, s2 = _beside(family, s, directions[n], x[other, 0], x[other, 1], x[other, 2])
            t0 += s0
            t1 += s1
            t2 += s2
        out[c, 0], out[c, 1], out[c, 2] = t0, t1, t2
