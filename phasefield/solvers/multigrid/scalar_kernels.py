"""Kernels of the multigrid for one potential: cells joined by conductances.

The conductance of the face between a cell and the next one along an axis is kept with the first of
the two; a cell at the far edge has none. Vectors with an `m` for index carry a margin of zeros on
both ends. `deep` says whether there are couplings along z. Sums that steer the iteration are
taken line by line, so that they do not depend on the number of threads. Indices of inner loops are
unsigned (`U`), which spares Numba the question whether they count from the end.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange

__all__ = [
    "advance",
    "coarsen",
    "count_weak",
    "dot",
    "finish",
    "multiply",
    "prolong",
    "restrict",
    "smooth",
    "turn",
]

U = np.uintp
ONE = U(1)

LEAST_SHARE = 0.25
"""Chosen: 0.1 to 0.5 take 17 to 23 iterations in such slits. 1 would be Galerkin's, and let no
coarse grid see a wall."""

CHUNKS = 16
"""Parts that weak faces are counted in; whole numbers, so any number will do."""


@njit(cache=True, inline="always")
def _inflow(deep, sz, sy, m, gz, gy, gx, x):
    """Conductance times potential, summed over the neighbours of cell m."""
    total = gx[m] * x[m + ONE] + gx[m - ONE] * x[m - ONE]
    total += gy[m] * x[m + sy] + gy[m - sy] * x[m - sy]
    if deep:
        total += gz[m] * x[m + sz] + gz[m - sz] * x[m - sz]
    return total


@njit(cache=True, parallel=True)
def smooth(shape, deep, margin, colour, gz, gy, gx, inverse, b, x):
    """Gauss-Seidel over the cells of one colour."""
    nz, ny, nx = shape
    sz, sy = U(ny * nx), U(nx)
    for line in prange(nz * ny):
        first = (line // ny + line % ny + colour) % 2
        for n in range(line * nx + first, (line + 1) * nx, 2):
            c, m = U(n), U(n + margin)
            x[m] = inverse[c] * (b[c] + _inflow(deep, sz, sy, m, gz, gy, gx, x))


@njit(cache=True, parallel=True)
def restrict(z_starts, y_starts, x_parent, shape, deep, margin, gz, gy, gx, diagonal, b, x, out):
    """Residual of the cells of colour 0, summed over coarse cells; that of colour 1 is zero."""
    _, ny, nx = shape
    my, mx = y_starts.size - 1, x_parent[-1] + 1
    sz, sy = U(ny * nx), U(nx)
    for row in prange(out.size // mx):
        out[row * mx : (row + 1) * mx] = 0.0
        for k in range(z_starts[row // my], z_starts[row // my + 1]):
            for j in range(y_starts[row % my], y_starts[row % my + 1]):
                start = (k * ny + j) * nx
                for i in range((k + j) % 2, nx, 2):
                    c, m = U(start + i), U(start + i + margin)
                    flow = _inflow(deep, sz, sy, m, gz, gy, gx, x)
                    out[U(row * mx + x_parent[U(i)])] += b[c] + flow - diagonal[c] * x[m]


@njit(cache=True, parallel=True)
def prolong(z_parent, y_parent, x_parent, coarse_margin, coarse_x, margin, x):
    """Add the coarse correction to the fine cells, the same for all cells of a coarse one."""
    ny, nx = y_parent.size, x_parent.size
    my, mx = y_parent[-1] + 1, x_parent[-1] + 1
    for line in prange(z_parent.size * ny):
        start = (z_parent[line // ny] * my + y_parent[line % ny]) * mx + coarse_margin
        for i in range(nx):
            x[line * nx + i + margin] += coarse_x[start + x_parent[i]]


@njit(cache=True, parallel=True)
def multiply(shape, deep, margin, gz, gy, gx, diagonal, x, out, partial):
    """Matrix times x, and x times that, line by line, in `partial`."""
    nz, ny, nx = shape
    sz, sy = U(ny * nx), U(nx)
    for line in prange(nz * ny):
        total = 0.0
        for n in range(line * nx, (line + 1) * nx):
            c, m = U(n), U(n + margin)
            value = diagonal[c] * x[m] - _inflow(deep, sz, sy, m, gz, gy, gx, x)
            out[c] = value
            total += x[m] * value
        partial[line] = total


@njit(cache=True, parallel=True)
def advance(nx, step, margin, direction, product, potential, residual, partial):
    """Take a step of conjugate gradients; square of the residual, line by line, in `partial`."""
    for line in prange(partial.size):
        total = 0.0
        for c in range(line * nx, (line + 1) * nx):
            potential[c] += step * direction[c + margin]
            left = residual[c] - step * product[c]
            residual[c] = left
            total += left * left
        partial[line] = total


@njit(cache=True, parallel=True)
def dot(nx, margin, x, b, partial):
    """Product of x, with margins, and b, line by line, in `partial`."""
    for line in prange(partial.size):
        total = 0.0
        for c in range(line * nx, (line + 1) * nx):
            total += x[c + margin] * b[c]
        partial[line] = total


@njit(cache=True, parallel=True)
def turn(nx, lines, share, scale, margin, x, direction):
    """Replace the direction by `scale` times x plus `share` of what it was."""
    for line in prange(lines):
        for m in range(line * nx + margin, (line + 1) * nx + margin):
            direction[m] = scale * x[m] + share * direction[m]


@njit(cache=True, parallel=True)
def finish(shape, deep, margin, gz, gy, gx, ground, diagonal, inverse, strongest):
    """Diagonal, its inverse (0 where no cell is) and the strongest coupling of each cell."""
    nz, ny, nx = shape
    sz = ny * nx
    for line in prange(nz * ny):
        for c in range(line * nx, (line + 1) * nx):
            m = c + margin
            total = gx[m] + gx[m - 1] + gy[m] + gy[m - nx]
            most = max(max(gx[m], gx[m - 1]), max(gy[m], gy[m - nx]))
            if deep:
                total += gz[m] + gz[m - sz]
                most = max(most, max(gz[m], gz[m - sz]))
            total += ground[c]
            diagonal[c], strongest[c] = total, most
            inverse[c] = 1.0 / total if total > 0.0 else 0.0


@njit(cache=True, parallel=True)
def count_weak(shape, axis, weak, margin, face, strongest, counts):
    """Faces along an axis, and those below `weak` times both cells' strongest, layer by layer.

    Added to `counts` (chunks, layers, 2).
    """
    nz, ny, nx = shape
    stride = (ny * nx, nx, 1)[axis]
    lines = nz * ny
    for chunk in prange(CHUNKS):
        for line in range(chunk * lines // CHUNKS, (chunk + 1) * lines // CHUNKS):
            k, j = line // ny, line % ny
            if (axis == 0 and k == nz - 1) or (axis == 1 and j == ny - 1):
                continue
            for i in range(nx - 1 if axis == 2 else nx):
                c = line * nx + i
                least = min(strongest[c], strongest[c + stride])
                layer = k if axis == 0 else (j if axis == 1 else i)
                counts[chunk, layer, 0] += least > 0.0
                counts[chunk, layer, 1] += face[c + margin] < weak * least


@njit(cache=True, inline="always")
def _chain(c, m, stride, inner, outer, face, strongest):
    """Conductance between two coarse cells over one fine face: halves of the cells in series.

    See `stencil.coarsen`; `inner` and `outer` say whether the cells on this and on the other side
    have a sibling in their coarse cell. At least `LEAST_SHARE` of the face itself: 1/2 between
    equal cells. Without that the end of a finger of metal, whose sibling is no metal, gets less
    and less from level to level, and is moved too far by its coarse grids (slits of 5 cells filled
    to uneven heights: a factor of 75 with 500 x 500 cells, and no end after 200 iterations).
    """
    between = face[m]
    if between == 0.0:
        return 0.0
    chain = 1.0 / between
    if inner and face[m - stride] > 0.0:
        far = strongest[c - stride]
        chain += far / ((strongest[c] + far) * face[m - stride])
    if outer and face[m + stride] > 0.0:
        far = strongest[c + 2 * stride]
        chain += far / ((strongest[c + stride] + far) * face[m + stride])
    return max(1.0 / chain, LEAST_SHARE * between)


@njit(cache=True, parallel=True)
def coarsen(
    z_parent, y_parent, x_parent, z_starts, y_starts, margin, gz, gy, gx, ground, strongest,
    coarse_margin, coarse_gz, coarse_gy, coarse_gx, coarse_ground,
):  # fmt: skip
    """Fill the faces and the ground of the next coarser level, which are zero before."""
    nz, ny, nx = z_parent.size, y_parent.size, x_parent.size
    my, mx = y_starts.size - 1, x_parent[-1] + 1
    sz = ny * nx
    for row in prange(coarse_ground.size // mx):
        kk, jj = row // my, row % my
        for k in range(z_starts[kk], z_starts[kk + 1]):
            up = k + 1 < nz and z_parent[k + 1] != kk
            z_inner = k > 0 and z_parent[k - 1] == kk
            z_outer = k + 2 < nz and z_parent[k + 2] == kk + 1
            for j in range(y_starts[jj], y_starts[jj + 1]):
                along = j + 1 < ny and y_parent[j + 1] != jj
                y_inner = j > 0 and y_parent[j - 1] == jj
                y_outer = j + 2 < ny and y_parent[j + 2] == jj + 1
                for i in range(nx):
                    c = (k * ny + j) * nx + i
                    m, ii = c + margin, x_parent[i]
                    coarse = row * mx + ii
                    coarse_ground[coarse] += ground[c]
                    if i + 1 < nx and x_parent[i + 1] != ii:
                        inner = i > 0 and x_parent[i - 1] == ii
                        outer = i + 2 < nx and x_parent[i + 2] == ii + 1
                        coarse_gx[coarse + coarse_margin] += _chain(
                            c, m, 1, inner, outer, gx, strongest
                        )
                    if along:
                        coarse_gy[coarse + coarse_margin] += _chain(
                            c, m, nx, y_inner, y_outer, gy, strongest
                        )
                    if up:
                        coarse_gz[coarse + coarse_margin] += _chain(
                            c, m, sz, z_inner, z_outer, gz, strongest
                        )
