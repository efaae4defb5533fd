"""The coupled Jacobian as a stencil on the structured grid: packing, coarsening, block inverses.

A level of the multigrid hierarchy stores, for each cell, the couplings to its neighbours
(`off`, one number per direction and group) and the row sums of its 3 x 3 blocks (`rest`). The
diagonal block is the row sum minus the couplings. Stored this way a conductance that is 1e9 times
the storage term does not drown it in round-off.

A coarse cell is a block of up to 2 x 2 x 2 fine ones (`pairing`), all unknowns constant on it.
What that does wrong to a second-order term, a factor of two in each direction, is put right from
the matrix itself: two neighbouring cells are joined by the resistances between their centres in
series, as in a network. So a thin channel, a wall or a contrast that a coarse cell cannot see
stays in the coarse operator, as it does in Galerkin coarsening (Alcouffe, Brandt, Dendy & Painter
1981, SIAM J. Sci. Stat. Comput. 2, 430; over-correction of constant aggregates: Braess 1995,
Computing 55, 379).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

__all__ = [
    "Layout",
    "U",
    "active_directions",
    "coarsen",
    "flat_offsets",
    "invert",
    "make_layout",
    "pack",
]

Integers = NDArray[np.int64]

U = np.uintp
"""Unsigned indices spare Numba the question whether they count from the end."""


@dataclass(frozen=True)
class Layout:
    """Slots of a Jacobian, sorted into groups of seven (a stencil) and single ones (in the cell).

    Attributes
    ----------
    family : which couplings there are, see `block_couplings`.
    rows, columns, first : of every group; `first` is its diagonal slot, six neighbours follow.
    conducts : (groups,) bool, whether the group is a diffusion term, div(k grad).
    local_rows, local_columns, local_slots : of the couplings inside a cell.
    """

    family: int
    rows: Integers
    columns: Integers
    first: Integers
    conducts: NDArray[np.bool_]
    local_rows: Integers
    local_columns: Integers
    local_slots: Integers


def make_layout(
    family: int, slots: Sequence[tuple[int, int, int]], conducting: Collection[tuple[int, int]]
) -> Layout:
    """Layout of a list of slots (row, column, direction), see `Sparsity`.

    `conducting` names the pairs (row, column) that are diffusion terms.
    """
    pairs = [(row, column) for row, column, _ in slots]
    own = [n for n, slot in enumerate(slots) if slot[2] < 0]
    groups = [n for n in own if pairs.count(pairs[n]) == 7]
    single = [n for n in own if pairs.count(pairs[n]) == 1]

    def numbers(values: list[int]) -> Integers:
        return np.array(values, np.int64)

    return Layout(
        family,
        numbers([slots[n][0] for n in groups]),
        numbers([slots[n][1] for n in groups]),
        numbers(groups),
        np.array([pairs[n] in conducting for n in groups]),
        numbers([slots[n][0] for n in single]),
        numbers([slots[n][1] for n in single]),
        numbers(single),
    )


def active_directions(shape: tuple[int, int, int]) -> Integers:
    """Directions (0..5: -z +z -y +y -x +x) in which the grid is more than one cell wide."""
    return np.array([d for d in range(6) if shape[d // 2] > 1], np.int64)


def flat_offsets(shape: tuple[int, int, int], directions: Integers) -> Integers:
    """What to add to the flat index of a cell to come to its neighbours."""
    strides = np.array([shape[1] * shape[2], shape[2], 1], np.int64)
    return strides[directions // 2] * np.where(directions % 2, 1, -1)


@njit(cache=True, parallel=True)
def pack(directions, rows, columns, first, l_rows, l_columns, l_slots, values, off, rest):
    """Store the slots `values` as couplings `off` (cells, directions, groups) and row sums."""
    for c in prange(values.shape[0]):
        rest[c] = 0.0
        for g in range(rows.size):
            total = values[c, first[g]]
            for n in range(directions.size):
                coupling = values[c, first[g] + 1 + directions[n]]
                off[c, n, g] = coupling
                total += coupling
            rest[c, rows[g], columns[g]] += total
        for g in range(l_rows.size):
            rest[c, l_rows[g], l_columns[g]] += values[c, l_slots[g]]


@njit(cache=True)
def _inner(coupling, near, far):
    """Resistance from a cell to the middle of its coarse cell, where its sibling is `far`.

    The middle is weighted with how strongly each of them is coupled: half the way between equals,
    and no way at all for a cell of a channel whose sibling is in the wall.
    """
    return far / (near + far) / abs(np.float64(coupling)) if coupling != 0.0 else 0.0


@njit(cache=True)
def _sibling(parent, place, direction):
    """Whether the next cell along an axis belongs to the same coarse cell."""
    beside = place + (1 if direction % 2 else -1)
    return 0 <= beside < parent.size and parent[beside] == parent[place]


@njit(cache=True, parallel=True)
def coarsen(
    starts, parents, directions, offsets, conducts, strongest, off, rest, coarse_off, coarse_rest
):  # fmt: skip
    """Fill the next coarser level.

    `starts` and `parents` are, along each axis, the first fine layer of each coarse one, and the
    coarse layer of each fine one. The coarse level keeps the fine level's directions.
    """
    my, mx = starts[1].size - 1, starts[2].size - 1
    ny, nx = parents[1].size, parents[2].size
    for coarse in prange(coarse_rest.shape[0]):
        coarse_off[coarse] = 0.0
        coarse_rest[coarse] = 0.0
        kk, jj, ii = coarse // (my * mx), coarse // mx % my, coarse % mx
        for k in range(starts[0][kk], starts[0][kk + 1]):
            for j in range(starts[1][jj], starts[1][jj + 1]):
                for i in range(starts[2][ii], starts[2][ii + 1]):
                    c = U((k * ny + j) * nx + i)
                    for p in range(3):
                        for q in range(3):
                            coarse_rest[coarse, p, q] += rest[c, p, q]
                    for n in range(directions.size):
                        d = directions[n]
                        parent, place = parents[d // 2], (k, j, i)[d // 2]
                        if _sibling(parent, place, d):
                            continue
                        inner = _sibling(parent, place, d ^ 1)
                        beyond = place + (1 if d % 2 else -1)
                        outer = _sibling(parent, beyond, d)
                        step = U(offsets[n])
                        other = c + step
                        for g in range(conducts.size):
                            face = np.float64(off[c, n, g])
                            if conducts[g] and face != 0.0:
                                chain, near = 1.0 / abs(face), strongest[c, g]
                                if inner:
                                    far = strongest[c - step, g]
                                    chain += _inner(off[c, n ^ 1, g], near, far)
                                if outer:
                                    near, far = (
                                        strongest[other, g],
                                        strongest[other + step, g],
                                    )
                                    chain += _inner(off[other, n, g], near, far)
                                face = np.sign(face) / chain
                            coarse_off[coarse, n, g] += face


@njit(cache=True, parallel=True)
def invert(rows, columns, off, rest, inverse):
    """Invert the diagonal blocks: the row sums `rest` without the couplings.

    A row without entries is no unknown: its inverse is zero. So is that of a singular block.
    """
    for c in prange(rest.shape[0]):
        inverse[c] = rest[c]  # and on in double precision: neighbours add up to what they are
        for n in range(off.shape[1]):
            for g in range(rows.size):
                inverse[c, rows[g], columns[g]] -= off[c, n, g]
        _invert_block(inverse[c])


@njit(cache=True)
def _invert_block(block):
    """Inverse of a 3 x 3 block in its place, by cofactors, in double precision."""
    no_x = block[0, 0] == 0.0 and block[0, 1] == 0.0 and block[0, 2] == 0.0
    no_y = block[1, 0] == 0.0 and block[1, 1] == 0.0 and block[1, 2] == 0.0
    no_z = block[2, 0] == 0.0 and block[2, 1] == 0.0 and block[2, 2] == 0.0
    a, b, c = np.float64(block[0, 0]) + no_x, np.float64(block[0, 1]), np.float64(block[0, 2])
    d, e, f = np.float64(block[1, 0]), np.float64(block[1, 1]) + no_y, np.float64(block[1, 2])
    g, h, i = np.float64(block[2, 0]), np.float64(block[2, 1]), np.float64(block[2, 2]) + no_z
    first, second, third = e * i - f * h, f * g - d * i, d * h - e * g
    determinant = a * first + b * second + c * third
    block[:] = 0.0
    if determinant == 0.0:
        return
    factor = 1.0 / determinant
    if not no_x:
        block[0, 0], block[1, 0], block[2, 0] = (
            first * factor,
            second * factor,
            third * factor,
        )
    if not no_y:
        block[0, 1] = (c * h - b * i) * factor
        block[1, 1] = (a * i - c * g) * factor
        block[2, 1] = (b * g - a * h) * factor
    if not no_z:
        block[0, 2] = (b * f - c * e) * factor
        block[1, 2] = (c * d - a * f) * factor
        block[2, 2] = (a * e - b * d) * factor
