"""The smoother's wave through memory does what pass after pass does, in any number of blocks."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from phasefield.models.conserved.kernels import CONSERVED_LAYOUT
from phasefield.solvers.multigrid.block_coarsening import active_directions, flat_offsets
from phasefield.solvers.multigrid.block_couplings import couple
from phasefield.solvers.multigrid.block_kernels import restrict, smooth
from phasefield.solvers.vectors import largest, weighted_sum

FAMILY = CONSERVED_LAYOUT.family


def made_up(shape):
    """Couplings, row sums, block inverses and a right side, at random; offsets and margin."""
    rng, cells = np.random.default_rng(2), int(np.prod(shape))
    directions = active_directions(shape)
    offsets = flat_offsets(shape, directions)
    off = -rng.random((cells, directions.size, 4)).astype(np.float32)
    place = np.indices(shape).reshape(3, -1)
    for n, d in enumerate(directions):
        off[place[d // 2] == (shape[d // 2] - 1 if d % 2 else 0), n] = 0.0
    inverse, b = 0.1 * rng.random((cells, 3, 3)), rng.random((cells, 3))
    margin = int(np.abs(offsets).max(initial=0))
    x = np.zeros((cells + 2 * margin, 3))
    x[margin : margin + cells] = rng.random((cells, 3))
    return off, inverse.astype(np.float32), inverse, b, offsets, margin, x


def flows(off, offsets, x, at, c, *, less):
    """What the neighbours of cell c add to its rows, x[at] being that of c; x less that of c."""
    total = np.zeros(3)
    for n, offset in enumerate(offsets):
        total += couple.py_func(FAMILY, off, c, n, *(x[at + offset] - less))
    return total


def one_after_another(shape, first, passes, empty, off, inverse, b, offsets, margin, x):
    """The passes as they are meant, cell by cell."""
    colours = np.indices(shape).sum(axis=0).ravel() % 2
    for count in range(passes):
        for c in np.flatnonzero(colours == (first + count) % 2):
            taken = np.zeros(3)
            if not (empty and count == 0):
                taken = flows(off, offsets, x, c + margin, c, less=0.0)
            x[c + margin] = inverse[c] @ (b[c] - taken)


SHAPES = [(13, 6, 5), (6, 13, 5), (1, 26, 5), (2, 3, 4), (1, 1, 7)]


@pytest.mark.parametrize("empty", [False, True])
@pytest.mark.parametrize(("first", "passes"), [(0, 2), (1, 4)])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_wave_does_what_pass_after_pass_does(shape, first, passes, empty):
    off, _, inverse, b, offsets, margin, start = made_up(shape)
    expected = start.copy()
    one_after_another(shape, first, passes, empty, off, inverse, b, offsets, margin, expected)
    found = []
    for blocks, room in itertools.product((1, 2, 3), (1, 10_000, 10_000_000)):
        x = start.copy()
        smooth(
            blocks, room, FAMILY, shape, offsets, margin, first, passes, empty, off, inverse, b, x
        )
        found.append(x)
        assert np.allclose(x, expected, rtol=1e-12, atol=0.0)
        assert np.array_equal(x, found[0])


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_restriction_sums_the_residual_of_one_colour(shape):
    off, rest, _, b, offsets, margin, x = made_up(shape)
    starts = tuple(np.append(np.arange(0, n, 2), n) for n in shape)
    parents = tuple(np.repeat(np.arange(s.size - 1), np.diff(s)) for s in starts)
    coarse_shape = tuple(s.size - 1 for s in starts)
    coarse = np.full((int(np.prod(coarse_shape)), 3), np.nan)
    restrict(FAMILY, starts, parents, offsets, margin, off, rest, b, x, coarse)
    expected = np.zeros_like(coarse)
    for c, place in enumerate(np.ndindex(shape)):
        if sum(place) % 2 == 0:
            own = x[c + margin]
            left = b[c] - rest[c] @ own - flows(off, offsets, x, c + margin, c, less=own)
            at = tuple(parents[axis][n] for axis, n in enumerate(place))
            expected[np.ravel_multi_index(at, coarse_shape)] += left
    assert np.allclose(coarse, expected, rtol=1e-6, atol=1e-6)


def test_sums_and_maxima_of_long_vectors():
    cells = np.random.default_rng(0).standard_normal((10_000, 3))
    weights = np.array([1.0, 0.0, -1.0])
    assert weighted_sum(cells, weights) == pytest.approx(np.sum(cells @ weights), rel=1e-12)
    assert np.array_equal(largest(cells), np.abs(cells).max(axis=0))
