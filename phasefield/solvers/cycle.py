"""Kernels of the multigrid cycle.

Vectors `x` carry a margin of zero cells on both ends, so that a neighbour beyond the edge, whose
coupling is zero, can be read without asking. `family` says which couplings the model has.
"""

from __future__ import annotations

from numba import njit, prange

from phasefield.solvers.couplings import couple

__all__ = ["prolong", "restrict", "smooth"]


@njit(cache=True, parallel=True)
def smooth(
    family, shape, offsets, margin, first, passes, empty, off, inverse, b, x
):  # fmt: skip
    """Gauss-Seidel over the cells of one colour, all unknowns of a cell together, then the other.

    `passes` in all, the `first` one over colour 0 or 1. Where `empty`, x is taken for zero.
    """
    nz, ny, nx = shape
    for count in range(passes):
        colour = first + count
        beside = 0 if empty and count == 0 else offsets.size
        for line in prange(nz * ny):
            for i in range((line // ny + line % ny + colour) % 2, nx, 2):
                c = line * nx + i
                r0, r1, r2 = b[c, 0], b[c, 1], b[c, 2]
                for n in range(beside):
                    other = c + margin + offsets[n]
                    s0, s1, s2 = couple(family, off, c, n, x[other, 0], x[other, 1], x[other, 2])
                    r0 -= s0
                    r1 -= s1
                    r2 -= s2
                a = inverse[c]
                x[c + margin, 0] = a[0, 0] * r0 + a[0, 1] * r1 + a[0, 2] * r2
                x[c + margin, 1] = a[1, 0] * r0 + a[1, 1] * r1 + a[1, 2] * r2
                x[c + margin, 2] = a[2, 0] * r0 + a[2, 1] * r1 + a[2, 2] * r2


@njit(cache=True, parallel=True)
def restrict(
    family, starts, shape, offsets, margin, off, rest, b, x, coarse_b
):  # fmt: skip
    """Residual of the cells of colour 0, summed over coarse cells; that of colour 1 is zero.

    What flows between two cells is counted by their difference: in single precision a row's
    diagonal would not hold what little comes on top of its couplings.
    """
    my, mx = starts[1].size - 1, starts[2].size - 1
    for coarse in prange(coarse_b.shape[0]):
        kk, jj, ii = coarse // (my * mx), coarse // mx % my, coarse % mx
        t0, t1, t2 = 0.0, 0.0, 0.0
        for k in range(starts[0][kk], starts[0][kk + 1]):
            for j in range(starts[1][jj], starts[1][jj + 1]):
                first = starts[2][ii]
                for i in range(first + (k + j + first) % 2, starts[2][ii + 1], 2):
                    c = (k * shape[1] + j) * shape[2] + i
                    y0, y1, y2 = x[c + margin, 0], x[c + margin, 1], x[c + margin, 2]
                    a = rest[c]
                    t0 += b[c, 0] - (a[0, 0] * y0 + a[0, 1] * y1 + a[0, 2] * y2)
                    t1 += b[c, 1] - (a[1, 0] * y0 + a[1, 1] * y1 + a[1, 2] * y2)
                    t2 += b[c, 2] - (a[2, 0] * y0 + a[2, 1] * y1 + a[2, 2] * y2)
                    for n in range(offsets.size):
                        other = c + margin + offsets[n]
                        s0, s1, s2 = couple(
                            family, off, c, n, x[other, 0] - y0, x[other, 1] - y1, x[other, 2] - y2
                        )
                        t0 -= s0
                        t1 -= s1
                        t2 -= s2
        coarse_b[coarse, 0], coarse_b[coarse, 1], coarse_b[coarse, 2] = t0, t1, t2


@njit(cache=True, parallel=True)
def prolong(parents, coarse_shape, margin, coarse_margin, coarse_x, x):
    """Add the coarse correction to the fine cells, the same for all cells of a coarse one."""
    nz, ny, nx = parents[0].size, parents[1].size, parents[2].size
    for line in prange(nz * ny):
        row = parents[0][line // ny] * coarse_shape[1] + parents[1][line % ny]
        start = row * coarse_shape[2] + coarse_margin
        for i in range(nx):
            for p in range(3):
                x[line * nx + i + margin, p] += coarse_x[start + parents[2][i], p]
