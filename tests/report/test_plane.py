from __future__ import annotations

import numpy as np
import pytest

from phasefield.report.plane import plane_of

SPACING = (0.2, 0.1, 0.1)


def mirrored_slit():
    return plane_of(SPACING, 1, (2,), np.ones((1, 40, 5)))


def test_2d_plane_is_the_whole_domain():
    plane = mirrored_slit()
    assert (plane.across, plane.third, plane.index) == (2, 0, 0)
    assert plane.height == pytest.approx(4.0)
    assert plane.period == pytest.approx(1.0)


def test_unfolding_puts_the_pore_centre_in_the_middle_of_every_period():
    plane = mirrored_slit()
    values = plane.unfold(np.arange(5.0), 2)
    np.testing.assert_array_equal(values, [4, 3, 2, 1, 0, 0, 1, 2, 3, 4] * 2)
    assert plane.across_edges(2) == pytest.approx((-0.5, 1.5))
    centres = plane.across_centres(2)
    assert len(centres) == len(values)
    assert centres[4:6] == pytest.approx([-0.05, 0.05])


def test_unfolding_keeps_leading_axes():
    assert mirrored_slit().unfold(np.zeros((3, 40, 5)), 2).shape == (3, 40, 20)


def test_tall_domains_get_more_than_two_periods():
    assert mirrored_slit().copies() == 2
    assert mirrored_slit().copies(aspect=1.0) == 4


def test_a_domain_without_mirrors_is_shown_once():
    plane = plane_of(SPACING, 1, (), np.ones((1, 40, 5)))
    assert plane.copies() == 1
    np.testing.assert_array_equal(plane.unfold(np.arange(5.0), 1), np.arange(5.0))
    assert plane.across_edges(1) == pytest.approx((0.0, 0.5))


def test_3d_plane_of_a_unit_cell_passes_through_the_pore_axis():
    pore = np.zeros((4, 6, 6))
    pore[:, 3] = 1.0
    plane = plane_of(SPACING, 0, (1, 2), pore)
    assert (plane.growth_axis, plane.across, plane.third, plane.index) == (0, 2, 1, 0)


def test_3d_plane_without_mirrors_cuts_the_most_pore():
    pore = np.zeros((4, 6, 6))
    pore[:, 3] = 1.0
    assert plane_of(SPACING, 0, (), pore).index == 3
