"""What couples neighbouring cells in each model: layouts of the Jacobians and kernels for them."""

from __future__ import annotations

from numba import njit

from phasefield.solvers.assembly import MU, SLOTS, XI, V
from phasefield.solvers.cycle import make_kernels
from phasefield.solvers.paper_assembly import PAPER_SLOTS, C
from phasefield.solvers.stencil import make_layout

__all__ = ["CONSERVED_KERNELS", "CONSERVED_LAYOUT", "PAPER_KERNELS", "PAPER_LAYOUT"]

CONSERVED_LAYOUT = make_layout(SLOTS, {(XI, MU), (MU, XI), (V, V)})
PAPER_LAYOUT = make_layout(PAPER_SLOTS, {(XI, XI), (C, C), (C, V), (V, V)})


@njit(cache=True)
def _couple_conserved(off, c, n, x, other):
    """Groups (xi, xi), (xi, mu), (mu, xi), (V, V) of the conserved model."""
    xi = x[other, 0]
    return (
        off[c, n, 0] * xi + off[c, n, 1] * x[other, 1],
        off[c, n, 2] * xi,
        off[c, n, 3] * x[other, 2],
    )


@njit(cache=True)
def _couple_paper(off, c, n, x, other):
    """Groups (xi, xi), (c, xi), (c, c), (c, V), (V, xi), (V, V) of the published model."""
    xi, v = x[other, 0], x[other, 2]
    return (
        off[c, n, 0] * xi,
        off[c, n, 1] * xi + off[c, n, 2] * x[other, 1] + off[c, n, 3] * v,
        off[c, n, 4] * xi + off[c, n, 5] * v,
    )


CONSERVED_KERNELS = make_kernels(_couple_conserved)
PAPER_KERNELS = make_kernels(_couple_paper)
