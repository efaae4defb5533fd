"""Effective conductivities that are known: layers, checkerboards, dilute spheres, strips."""

from __future__ import annotations

import math

import numpy as np
import pytest

from geometries import channels
from phasefield.analysis.conduction import conduction, effective_conductivity
from phasefield.validation.conduction import checkerboard, layers

UNIT = (1.0, 1.0, 1.0)


def test_layers_in_series_and_in_parallel():
    assert layers(0) == pytest.approx(1.6, rel=1e-10)
    for axis in (1, 2):
        assert layers(axis) == pytest.approx(2.5, rel=1e-10)


def test_large_systems_take_multigrid_and_agree():
    sigma = np.ones((20, 20, 20))
    sigma[:10] = 4.0
    assert effective_conductivity(sigma, UNIT, 0) == pytest.approx(1.6, rel=1e-6)


def test_checkerboard_tends_to_the_geometric_mean():
    """Keller, J. Math. Phys. 5 (1964) 548: exactly sqrt(s1 s2) in two dimensions."""
    errors = [abs(checkerboard(n) / 3 - 1) for n in (8, 16, 32)]
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 0.06


def test_dilute_insulating_spheres_follow_maxwell():
    c = np.arange(32) + 0.5
    z, y, x = np.meshgrid(c, c, c, indexing="ij")
    sphere = (z - 16) ** 2 + (y - 16) ** 2 + (x - 16) ** 2 < 9**2
    share = sphere.mean()
    found = conduction(~sphere, UNIT, 0)
    assert found.relative == pytest.approx(
        2 * (1 - share) / (2 + share), rel=0.015
    )  # steps of cells add 1 %
    assert found.tortuosity_factor == pytest.approx((1 - share) / found.relative)


def test_straight_and_slanted_strips():
    s = channels(2.0, 0.5, 6.0, 4.0, 0.1)
    found = conduction(s.labels == 0, s.spacing, 1)
    assert found.relative == pytest.approx(0.5, rel=1e-6)
    assert found.tortuosity_factor == pytest.approx(1, rel=1e-6)
    slanted = np.zeros((1, 60, 90), bool)
    for k in range(60):
        slanted[0, k, k : k + 24] = True
    # a band at 45 degrees conducts along itself: share x cos^2, but for its ends
    found = conduction(slanted, UNIT, 1)
    assert found.relative == pytest.approx(slanted.mean() * math.cos(math.pi / 4) ** 2, rel=0.15)


def test_what_does_not_reach_through_conducts_nothing():
    wall = np.ones((6, 6, 6), bool)
    wall[3] = False
    found = conduction(wall, UNIT, 0)
    assert found.relative == 0
    assert math.isinf(found.tortuosity_factor)
    assert conduction(wall, UNIT, 1).relative == pytest.approx(5 / 6)
