"""Direct solution: bands against dense algebra, and who takes over when a pivot is lost."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from phasefield.solvers import direct
from phasefield.solvers.band import BandFactors, bandwidth
from phasefield.solvers.direct import NARROW, Factors


def band(size, width, seed=0):
    """A matrix of that band with random entries, its diagonal the largest of each row."""
    numbers = np.random.default_rng(seed)
    reach = min(width, size - 1)
    offsets = range(-reach, reach + 1)
    entries = [
        numbers.uniform(-1.0, 1.0, size - abs(o)) + (2 * reach + 1) * (o == 0) for o in offsets
    ]
    return sparse.csc_array(sparse.diags_array(entries, offsets=offsets))


@pytest.mark.parametrize("width", [0, 1, 3, 4, 6, 20])
@pytest.mark.parametrize("size", [1, 2, 4, 5, 8, 30, 59])
def test_a_band_of_any_width_and_length_is_solved(size, width):
    matrix = band(size, width)
    right = np.random.default_rng(1).uniform(-1.0, 1.0, (size, 3))
    factors = BandFactors(matrix, bandwidth(matrix))
    exact = np.linalg.solve(matrix.toarray(), right)
    assert factors.solve(right) == pytest.approx(exact, rel=1e-12, abs=1e-14)
    assert factors.solve(right[:, 1]) == pytest.approx(exact[:, 1], rel=1e-12, abs=1e-14)


def test_the_width_is_that_of_the_farthest_entry_on_either_side():
    for row, column in ((2, 9), (9, 2)):
        matrix = sparse.csc_array(([1.0], ([row], [column])), shape=(12, 12))
        assert bandwidth(matrix) == 7
    assert bandwidth(sparse.csc_array((4, 4))) == 0


def test_only_narrow_bands_are_taken_for_bands():
    for width, kind in ((NARROW, "BandFactors"), (NARROW + 1, "SuperLU")):
        matrix = band(400, width)
        factors = Factors(matrix)
        assert type(factors._factors).__name__ == kind
        right = np.linspace(-1.0, 1.0, 400)
        assert matrix @ factors.solve(right) == pytest.approx(right, abs=1e-12)


def test_entries_that_are_given_twice_are_added():
    twice = sparse.csc_array(
        (np.array([1.0, 1.0, 4.0]), np.array([0, 0, 1]), np.array([0, 2, 3])), shape=(2, 2)
    )
    assert Factors(twice).solve(np.array([2.0, 4.0])) == pytest.approx([1.0, 1.0])


@pytest.mark.parametrize("pivot", [0.0, 1e-20])
def test_a_lost_pivot_hands_over_to_one_that_pivots(pivot):
    matrix = sparse.csc_array(np.array([[pivot, 1.0, 0.0], [1.0, 1.0, 2.0], [0.0, 3.0, 1.0]]))
    factors, right = Factors(matrix), np.array([1.0, 2.0, 3.0])
    assert matrix @ factors.solve(right) == pytest.approx(right, abs=1e-12)
    assert isinstance(factors._factors, direct.SuperLU)


def test_a_singular_matrix_is_refused():
    with pytest.raises(RuntimeError, match="singular"):
        Factors(sparse.csc_array(np.array([[1.0, 1.0], [1.0, 1.0]]))).solve(np.array([1.0, 2.0]))
