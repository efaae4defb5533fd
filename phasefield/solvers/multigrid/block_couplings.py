"""What couples unknowns in each model: layouts of the Jacobians, and sums over them."""

from __future__ import annotations

from numba import njit, prange

from phasefield.models.conserved import kernels as conserved
from phasefield.models.conserved.kernels import MU, SLOTS, XI, V
from phasefield.models.published import kernels as published
from phasefield.models.published.kernels import PUBLISHED_SLOTS, C
from phasefield.solvers.multigrid.block_coarsening import U, make_layout

__all__ = ["CONSERVED_LAYOUT", "PUBLISHED_LAYOUT", "couple", "multiply"]

CONSERVED, PUBLISHED = 0, 1

CONSERVED_LAYOUT = make_layout(CONSERVED, SLOTS, {(XI, MU), (V, V)})
"""The surface energy, (mu, xi), is no network: on coarse grids its share of (B) must not get less
than on the fine one, or the double well, which has no such share, wins over it. Counted in, metal
of 1e-10 m2/s takes 52 iterations in 3D instead of 9."""

PUBLISHED_LAYOUT = make_layout(PUBLISHED, PUBLISHED_SLOTS, {(XI, XI), (C, C), (C, V), (V, V)})


@njit(cache=True)
def couple(family, off, c, n, y0, y1, y2):
    """What unknowns (y0, y1, y2) of neighbour number n of cell c add to the three rows of c.

    The groups of `off` are, in the conserved model, (xi, xi), (xi, mu), (mu, xi), (V, V); in the
    published one (xi, xi), (c, xi), (c, c), (c, V), (V, xi), (V, V). Kernels cannot be made for a
    function that they are given: Numba would compile them again in every process.
    """
    if family == CONSERVED:
        return off[c, n, 0] * y0 + off[c, n, 1] * y1, off[c, n, 2] * y0, off[c, n, 3] * y2
    return (
        off[c, n, 0] * y0,
        off[c, n, 1] * y0 + off[c, n, 2] * y1 + off[c, n, 3] * y2,
        off[c, n, 4] * y0 + off[c, n, 5] * y2,
    )


A_XI, A_MU, A_V = conserved.A_XI, conserved.A_MU, conserved.A_V
B_XI, B_MU = conserved.B_XI, conserved.B_MU
C_V, C_XI, C_MU = conserved.C_V, conserved.C_XI, conserved.C_MU
P_X_XI, P_X_C, P_X_V = published.X_XI, published.X_C, published.X_V
P_C_XI, P_C_C, P_C_V = published.C_XI, published.C_C, published.C_V
P_V_XI, P_V_V = published.V_XI, published.V_V


@njit(cache=True)
def _own(family, s, y0, y1, y2):
    """What the slots `s` of a cell take from its own unknowns."""
    if family == CONSERVED:
        return (
            s[A_XI] * y0 + s[A_MU] * y1 + s[A_V] * y2,
            s[B_XI] * y0 + s[B_MU] * y1,
            s[C_XI] * y0 + s[C_MU] * y1 + s[C_V] * y2,
        )
    return (
        s[P_X_XI] * y0 + s[P_X_C] * y1 + s[P_X_V] * y2,
        s[P_C_XI] * y0 + s[P_C_C] * y1 + s[P_C_V] * y2,
        s[P_V_XI] * y0 + s[P_V_V] * y2,
    )


@njit(cache=True)
def _beside(family, s, d, y0, y1, y2):
    """What the slots `s` of a cell take from those of its neighbour in direction `d`."""
    n = U(1 + d)
    if family == CONSERVED:
        return s[U(A_XI) + n] * y0 + s[U(A_MU) + n] * y1, s[U(B_XI) + n] * y0, s[U(C_V) + n] * y2
    return (
        s[P_X_XI + n] * y0,
        s[P_C_XI + n] * y0 + s[P_C_C + n] * y1 + s[P_C_V + n] * y2,
        s[P_V_XI + n] * y0 + s[P_V_V + n] * y2,
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
