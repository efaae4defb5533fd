"""The formula of the waves on a front: its limits and the constants in it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from phasefield.physics.published import interpolation_prime
from phasefield.validation import dispersion
from phasefield.validation.dispersion import CONSTANT, FED, growth_rate, relative_speed


def test_even_force_leaves_curvature_alone():
    even = replace(CONSTANT, supply=1e-9)
    assert growth_rate(even, 0.7) == pytest.approx(-(0.7**2) / (12 * even.bend), rel=1e-6)


def test_far_electrode_and_small_field_give_mullins_and_sekerka():
    """q G_c/2 of the tip and P G_c/(2k) that it eats, less what the finite front corrects."""
    far = replace(FED, supply=1e-3, voltage=1e-3, above=4e3, below=4e3)
    k, q = 1e-3, far.supply * far.pace(far.force)
    rise = 1e-6 * far.force
    slope = far.force_slope * (far.pace(far.force + rise) - far.pace(far.force)) / rise
    curved = slope * q / 2 - k**2 / (12 * far.bend)
    sharp = curved / (1 + slope * (far.supply / (2 * k)))
    assert growth_rate(far, k) == pytest.approx(sharp, rel=0.01)


def test_concentration_of_the_flat_front_carries_its_flux():
    flux = FED.supply * FED.pace(FED.force)
    gap = dispersion.lead(dispersion.RATIO)
    low, high = FED.concentration(np.array([0.2, 0.7]))
    assert (high - low) / 0.5 == pytest.approx(flux)
    y = np.linspace(gap + 0.1, FED.above, 2001)
    c = FED.concentration(y)
    assert np.gradient(c, y)[5:-5] + FED.field * c[5:-5] == pytest.approx(flux, rel=1e-4)
    assert c[-1] == pytest.approx(1.0)
    felt = FED.concentration(np.zeros(1))[0] + dispersion.SPREAD * flux
    alike = FED.force_slope
    assert felt * alike - 1 / alike == pytest.approx(FED.force)


def test_spread_of_the_reaction():
    xi = (np.arange(200_000) + 0.5) / 200_000
    mean = np.mean(interpolation_prime.py_func(xi) * np.log(xi * (1 - xi)))
    assert -mean / 8 == pytest.approx(dispersion.SPREAD, rel=1e-6)


def test_travelling_wave():
    assert relative_speed(0.0) == 1.5
    assert relative_speed(1e-3) == pytest.approx(1.5, rel=1e-5)
    assert relative_speed(0.1) == pytest.approx(1.4717, abs=1e-3)  # 1.468 found with 16 cells
