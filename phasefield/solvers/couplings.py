"""What couples neighbouring cells in each model: layouts of the Jacobians, and sums over them."""

from __future__ import annotations

from numba import njit

from phasefield.solvers.assembly import MU, SLOTS, XI, V
from phasefield.solvers.paper_assembly import PAPER_SLOTS, C
from phasefield.solvers.stencil import make_layout

__all__ = ["CONSERVED_LAYOUT", "PAPER_LAYOUT", "couple"]

CONSERVED, PUBLISHED = 0, 1

CONSERVED_LAYOUT = make_layout(CONSERVED, SLOTS, {(XI, MU), (V, V)})
"""The surface energy, (mu, xi), is no network: on coarse grids its share of (B) must not get less
than on the fine one, or the double well, which has no such share, wins over it. Counted in, metal
of 1e-10 m2/s takes 52 iterations in 3D instead of 9."""

PAPER_LAYOUT = make_layout(PUBLISHED, PAPER_SLOTS, {(XI, XI), (C, C), (C, V), (V, V)})


@njit(cache=True)
def couple(family, off, c, n, x, other):
    """What neighbour number n of cell c, which is at `other` in x, adds to the three rows of c.

    The groups of `off` are, in the conserved model, (xi, xi), (xi, mu), (mu, xi), (V, V); in the
    published one (xi, xi), (c, xi), (c, c), (c, V), (V, xi), (V, V). Kernels cannot be made for a
    function that they are given: Numba would compile them again in every process.
    """
    xi, v = x[other, 0], x[other, 2]
    if family == CONSERVED:
        return (
            off[c, n, 0] * xi + off[c, n, 1] * x[other, 1],
            off[c, n, 2] * xi,
            off[c, n, 3] * v,
        )
    return (
        off[c, n, 0] * xi,
        off[c, n, 1] * xi + off[c, n, 2] * x[other, 1] + off[c, n, 3] * v,
        off[c, n, 4] * xi + off[c, n, 5] * v,
    )
