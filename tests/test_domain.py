"""The smoothed scaffold: what cannot take part is dropped, wall area stays."""

from __future__ import annotations

import numpy as np
import pytest

from geometries import channels
from geometries.images import scaffold_of_labels
from phasefield.grid.smoothed_domain import DROPPED_BELOW, build_domain

STEP = 0.1e-6
WIDTH = 4 * STEP


def scaffold(*boxes):
    """A 2D wall (x from 0 to 4 um, y from 0 to 6 um) with a pore and boxes of another phase."""
    labels = np.ones((1, 60, 40), np.uint8)
    labels[0, :45, 4:18] = 0  # from the lithium side to 4.5 um
    for phase, y, x in boxes:
        labels[0, y, x] = phase
    return scaffold_of_labels(labels, (STEP, STEP, STEP), 1, STEP)


CLOSED_PORE = (0, slice(20, 32), slice(24, 36))
GRAIN = (1, slice(20, 30), slice(8, 14))


def test_a_closed_pore_takes_no_part():
    domain = build_domain(scaffold(CLOSED_PORE), WIDTH, force=True)
    assert domain.phi[0, 26, 30] < 0.1, "it is there"
    assert domain.pore[0, 20:32, 24:].max() == 0.0
    assert domain.wall_density[0, 20:32, 24:].max() == 0.0
    assert domain.pore[0, 26, 10] > 0.99


def test_a_floating_grain_takes_no_part():
    domain = build_domain(scaffold(GRAIN), WIDTH, force=True)
    assert domain.phi[0, 25, 11] > 0.8, "it is there"
    assert domain.electrolyte[0, 18:32, 8:14].max() == 0.0
    assert domain.wall_density[0, 19:31, 7:15].max() == 0.0
    assert domain.pore[0, 25, 11] < 0.2, "lithium does not flow through it"


def test_what_stays_is_as_it_was():
    domain = build_domain(scaffold(CLOSED_PORE), WIDTH, force=True)
    left = domain.phi[0, :, :20]
    np.testing.assert_array_equal(
        domain.pore[0, :, :20], np.where(1.0 - left < DROPPED_BELOW, 0.0, 1.0 - left)
    )
    alone = build_domain(scaffold(), WIDTH, force=True)
    assert domain.wall_density.sum() == pytest.approx(alone.wall_density.sum(), rel=0.02)


def test_pores_that_keep_their_shape_are_straight():
    slit = build_domain(channels(1.2e-6, 0.5, 3e-6, "unit_cell", 0.075e-6), 0.3e-6)
    assert slit.straight_to(3e-6)
    domain = build_domain(scaffold(CLOSED_PORE), WIDTH, force=True)
    assert not domain.straight_to(5e-6), "the pore ends at 4.5 um"
