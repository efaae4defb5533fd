"""Which layers of cells one level of multigrid joins: along strong couplings only.

Aggregates are products of pairs along the axes, so coarse grids stay structured. A pair of
neighbouring layers is not joined when that would short what hardly conducts: two channels with a
thin wall between them are two layers, however coarse the grid is along them.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

__all__ = ["WEAK", "find_strongest", "join_layers", "pair_layers"]

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

WEAK = 0.1
"""A face is weak below this share of the strongest coupling of both its cells; 0.25 is common in
algebraic multigrid, where one direction of an isotropic operator then still counts as strong."""

SHORTED = (0.25, 0.5, 0.75, np.inf)
"""Shares of weak faces between two layers from which on they are not joined; the first that is
enough. Going to the last at once shorts walls where a quarter of their length is beside metal."""

ENOUGH = 1.4
"""Cells must become fewer by this factor from level to level."""


def pair_layers(
    shape: tuple[int, int, int],
    directions: Integers,
    offsets: Integers,
    conducts: NDArray[np.bool_],
    off: NDArray[np.float32],
    strongest: NDArray[np.float32],
) -> tuple[Integers, Integers, Integers]:
    """First fine layer of every coarse layer along each axis, the end last.

    Parameters
    ----------
    shape, directions, offsets, off : of the level, see `stencil`.
    conducts : (groups,) the groups that count.
    strongest : (cells, groups) memory for the strongest coupling of each cell.
    """
    find_strongest(off, strongest)
    shares = []
    for axis in range(3):
        share = np.zeros(shape[axis] - 1)
        if share.size:
            place = int(np.flatnonzero(directions == 2 * axis + 1)[0])
            _weak_share(shape, axis, offsets[place], place, conducts, off, strongest, share)
        shares.append(share)
    return join_layers(shape, shares)


def join_layers(
    shape: tuple[int, int, int], shares: Sequence[Array]
) -> tuple[Integers, Integers, Integers]:
    """First fine layer of every coarse layer along each axis, the end last.

    `shares` are, along each axis, those of the weak faces between each layer and the next.
    """
    for limit in SHORTED:
        starts = [_starts(share, limit) for share in shares]
        if prod(shape) >= ENOUGH * prod(start.size - 1 for start in starts):
            break
    return starts[0], starts[1], starts[2]


def _starts(share: Array, limit: float) -> Integers:
    """Join layers two by two from the first on, except over faces whose share reaches `limit`."""
    starts, layer = [0], 0
    while layer <= share.size:
        layer += 2 if layer < share.size and share[layer] < limit else 1
        starts.append(layer)
    return np.array(starts, np.int64)


@njit(cache=True, parallel=True)
def find_strongest(off, strongest):
    """Write the largest coupling of every cell in each group to `strongest` (cells, groups)."""
    for c in prange(off.shape[0]):
        for g in range(off.shape[2]):
            largest = 0.0
            for n in range(off.shape[1]):
                largest = max(largest, abs(off[c, n, g]))
            strongest[c, g] = largest


@njit(cache=True, parallel=True)
def _weak_share(shape, axis, offset, place, conducts, off, strongest, share):
    """Share of weak faces between layer and next layer, of the group where it is largest."""
    stride = offset
    other, last = (1 if axis == 0 else 0), (1 if axis == 2 else 2)
    strides = (shape[1] * shape[2], shape[2], 1)
    for layer in prange(share.size):
        worst = 0.0
        for g in range(conducts.size):
            if not conducts[g]:
                continue
            faces, weak = 0, 0
            for p in range(shape[other]):
                start = layer * stride + p * strides[other]
                for q in range(shape[last]):
                    c = start + q * strides[last]
                    least = min(strongest[c, g], strongest[c + offset, g])
                    if least > 0.0:
                        faces += 1
                        weak += abs(off[c, place, g]) < WEAK * least
            if faces > 0:
                worst = max(worst, weak / faces)
        share[layer] = worst
