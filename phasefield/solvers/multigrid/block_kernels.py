"""Kernels of the multigrid cycle.

Vectors `x` carry a margin of zero cells on both ends, so that a neighbour beyond the edge, whose
coupling is zero, can be read without asking. `family` says which couplings the model has.
"""

from __future__ import annotations

from numba import njit, prange

from phasefield.solvers.multigrid.block_coarsening import U
from phasefield.solvers.multigrid.block_couplings import couple

__all__ = ["prolong", "restrict", "smooth"]


@njit(cache=True)
def _relax(family, line, colour, nx, offsets, beside, margin, off, inverse, b, x):
    """One pass over the cells of a colour in one line along x; `beside` neighbours count."""
    for i in range(colour % 2, nx, 2):
        c = U(line * nx + i)
        r0, r1, r2 = b[c, 0], b[c, 1], b[c, 2]
        for n in range(beside):
            other = c + U(margin + offsets[n])
            s0, s1, s2 = couple(family, off, c, n, x[other, 0], x[other, 1], x[other, 2])
            r0 -= s0
            r1 -= s1
            r2 -= s2
        a, m = inverse[c], c + U(margin)
        x[m, 0] = a[0, 0] * r0 + a[0, 1] * r1 + a[0, 2] * r2
        x[m, 1] = a[1, 0] * r0 + a[1, 1] * r1 + a[1, 2] * r2
        x[m, 2] = a[2, 0] * r0 + a[2, 1] * r1 + a[2, 2] * r2


@njit(cache=True)
def _wave(
    layers, lean, outer, inner, nx, room, first, passes, empty, family, offsets, margin, off,
    inverse, b, x,
):  # fmt: skip
    """All passes over a range of layers, as one wave: pass p goes p layers and p lines behind.

    Pass p covers the layers from layers[0] + lean[0] p to layers[1] + lean[1] p. `outer` and
    `inner` hold the number of layers and of lines in a layer, and their strides in lines. A wave
    takes as many lines of each layer along as `room` [bytes] holds.
    """
    cell = 16 * offsets.size + 120  # [bytes] couplings of each direction; inverse, b and x
    width = max(1, room // ((passes + 2) * nx * cell))
    start, stop = layers[0] + min(lean[0], 0) * passes, layers[1] + (max(lean[1], 0) + 1) * passes
    for left in range(0, inner[0] + passes - 1, width):
        for front in range(start, stop):
            for p in range(passes):
                layer = front - p
                if not layers[0] + lean[0] * p <= layer < layers[1] + lean[1] * p:
                    continue
                beside = 0 if empty and p == 0 else offsets.size
                for place in range(max(left - p, 0), min(left + width - p, inner[0])):
                    _relax(
                        family, layer * outer[1] + place * inner[1], layer + place + first + p, nx,
                        offsets, beside, margin, off, inverse, b, x,
                    )  # fmt: skip


@njit(cache=True, parallel=True)
def smooth(
    threads, room, family, shape, offsets, margin, first, passes, empty, off, inverse, b, x
):  # fmt: skip
    """Gauss-Seidel over the cells of one colour, all unknowns of a cell together, then the other.

    `passes` in all, the `first` one over colour 0 or 1. Where `empty`, x is taken for zero.

    What a cell takes is what it would take in one pass after another, but the passes follow each
    other through memory as a wave, so that it is read once. Each thread has a block of layers, of
    which every pass leaves one more at an inner end, for it waits for the neighbour's; these
    wedges come last (split tiling: Grosser et al. 2013, Proc. GPGPU-6, 24).
    """
    nz, ny, nx = shape
    outer, inner = ((nz, ny), (ny, 1)) if nz >= ny else ((ny, 1), (nz, ny))
    blocks = max(1, min(threads, outer[0] // (2 * passes)))
    for t in prange(blocks):
        layers = outer[0] * t // blocks, outer[0] * (t + 1) // blocks
        _wave(
            layers, (min(t, 1), -min(blocks - 1 - t, 1)), outer, inner, nx, room, first, passes,
            empty, family, offsets, margin, off, inverse, b, x,
        )  # fmt: skip
    for t in prange(1, blocks):
        edge = outer[0] * t // blocks
        _wave(
            (edge, edge), (-1, 1), outer, inner, nx, room, first, passes, empty,
            family, offsets, margin, off, inverse, b, x,
        )  # fmt: skip


@njit(cache=True, parallel=True)
def restrict(
    family, starts, parents, offsets, margin, off, rest, b, x, coarse_b
):  # fmt: skip
    """Residual of the cells of colour 0, summed over coarse cells; that of colour 1 is zero.

    What flows between two cells is counted by their difference: in single precision a row's
    diagonal would not hold what little comes on top of its couplings.
    """
    ny, nx, my, mx = parents[1].size, parents[2].size, starts[1].size - 1, starts[2].size - 1
    for row in prange((starts[0].size - 1) * my):
        coarse_b[row * mx : (row + 1) * mx] = 0.0
        for k in range(starts[0][row // my], starts[0][row // my + 1]):
            for j in range(starts[1][row % my], starts[1][row % my + 1]):
                for i in range((k + j) % 2, nx, 2):
                    c = (k * ny + j) * nx + i
                    y0, y1, y2 = x[c + margin, 0], x[c + margin, 1], x[c + margin, 2]
                    a = rest[c]
                    r0 = b[c, 0] - (a[0, 0] * y0 + a[0, 1] * y1 + a[0, 2] * y2)
                    r1 = b[c, 1] - (a[1, 0] * y0 + a[1, 1] * y1 + a[1, 2] * y2)
                    r2 = b[c, 2] - (a[2, 0] * y0 + a[2, 1] * y1 + a[2, 2] * y2)
                    for n in range(offsets.size):
                        other = c + margin + offsets[n]
                        s0, s1, s2 = couple(
                            family, off, c, n, x[other, 0] - y0, x[other, 1] - y1, x[other, 2] - y2
                        )
                        r0 -= s0
                        r1 -= s1
                        r2 -= s2
                    coarse = row * mx + parents[2][i]
                    coarse_b[coarse, 0] += r0
                    coarse_b[coarse, 1] += r1
                    coarse_b[coarse, 2] += r2


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
