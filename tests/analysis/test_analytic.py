"""Formulas: the numbers known from the paper and its analysis, limits, maps and warnings."""

from __future__ import annotations

import math

import numpy as np
import pytest

from phasefield.analysis import analytic as a
from phasefield.constants import FARADAY, GAS_CONSTANT
from phasefield.materials.parameter_sets import ELECTROLYTES

UM = 1e-6
OHM_CM2 = 1e-4
CYLINDERS = 0.4e6


def test_specific_surfaces() -> None:
    assert a.specific_surface_area_channels(0.5, 5 * UM) == pytest.approx(CYLINDERS)
    assert a.specific_surface_area_slits(0.5, 5 * UM) == pytest.approx(CYLINDERS / 2)
    assert a.specific_surface_area_spheres(0.51, 2.3 * UM) == pytest.approx(1.33e6, rel=1e-2)
    boolean = a.specific_surface_area_boolean_spheres(0.51, 0.75 * UM)
    assert boolean == pytest.approx(1.40e6, rel=1e-2)


def test_boolean_spheres_tend_to_isolated_ones() -> None:
    isolated = a.specific_surface_area_spheres(1e-6, 2 * UM)
    assert a.specific_surface_area_boolean_spheres(1e-6, UM) == pytest.approx(isolated, rel=1e-5)


def test_image_based_surface_reduces_to_cylinders_for_circles() -> None:
    image_area, radius, pores = (50 * UM) ** 2, 2.5 * UM, 30
    perimeter = pores * 2 * math.pi * radius
    p = pores * math.pi * radius**2 / image_area
    measured = a.specific_surface_area_image(perimeter, image_area)
    assert measured == pytest.approx(a.specific_surface_area_channels(p, 2 * radius))
    stereological = a.specific_surface_area_image(perimeter, image_area, isotropic=True)
    assert stereological == pytest.approx(4 / math.pi * measured)


def test_ideal_reduction() -> None:
    assert a.current_density_reduction(CYLINDERS, 10 * UM) == pytest.approx(0.75)
    assert a.current_density_reduction(1.3e6, 5 * UM) == pytest.approx(0.846, abs=5e-4)


def test_too_little_contact_is_a_warning() -> None:
    assert a.current_density_reduction(CYLINDERS, 2.6 * UM) == pytest.approx(1 - 1 / 1.04)
    with pytest.warns(a.ContactAreaWarning, match="S d <= 1"):
        assert a.current_density_reduction(CYLINDERS, 2.5 * UM) == pytest.approx(0)
    with pytest.warns(a.ContactAreaWarning):
        reduced = a.current_density_reduction(CYLINDERS, np.array([1.0, 10.0]) * UM)
    np.testing.assert_allclose(reduced, [-1.5, 0.75])


def test_no_contact_is_an_error() -> None:
    with pytest.raises(ValueError, match="S d must be positive"):
        a.current_density_reduction(0.0, UM)
    with pytest.raises(ValueError, match="d/lambda must be positive"):
        a.current_density_reduction_kinetic(CYLINDERS, -UM, UM)


@pytest.mark.parametrize(
    ("resistance", "cylinders", "scaffold"),
    [(24.6, 0.67, 0.79), (5.0, 0.43, 0.62), (0.5, -0.77, -0.18)],
)
def test_kinetic_reduction(resistance: float, cylinders: float, scaffold: float) -> None:
    """50 % cylinders of 5 um filled 10 um deep; the paper's scaffold filled 5 um deep."""
    straight = a.straight_channels(0.032, 0.5)
    reach = a.penetration_length(straight, resistance * OHM_CM2, CYLINDERS)
    reduced = a.current_density_reduction_kinetic(CYLINDERS, 10 * UM, reach)
    assert reduced == pytest.approx(cylinders, abs=5e-3)
    reach = a.penetration_length(a.bruggeman(0.032, 0.51), resistance * OHM_CM2, 1.3e6)
    reduced = a.current_density_reduction_kinetic(1.3e6, 5 * UM, reach)
    assert reduced == pytest.approx(scaffold, abs=5e-3)


def test_slow_kinetics_spread_the_current_evenly() -> None:
    ideal = a.current_density_reduction(CYLINDERS, 10 * UM)
    slow = a.current_density_reduction_kinetic(CYLINDERS, 10 * UM, 1.0)
    assert slow == pytest.approx(ideal)


def test_contact_profile_carries_the_current_and_agrees_with_its_peak() -> None:
    reach, d = 4 * UM, 10 * UM
    x = np.linspace(0, d, 2001)
    profile = a.contact_current_profile(x, CYLINDERS, d, reach)
    assert CYLINDERS * np.trapezoid(profile, x) == pytest.approx(1, rel=1e-5)
    peak = 1 - a.current_density_reduction_kinetic(CYLINDERS, d, reach)
    assert profile[-1] == pytest.approx(peak)
    ratio = a.current_density_max_over_mean(d, reach)
    assert ratio == pytest.approx(peak * CYLINDERS * d)
    far = a.contact_current_profile(np.array([0.0, 1.0]), CYLINDERS, 1.0, 1e-4)
    np.testing.assert_allclose(far, [0, 1 / (CYLINDERS * 1e-4)])


def test_contact_profile_solves_the_transmission_line() -> None:
    reach, d = 4 * UM, 10 * UM
    x = np.linspace(0, d, 401)
    j = a.contact_current_profile(x, CYLINDERS, d, reach)
    curvature = np.diff(j, 2) / (x[1] - x[0]) ** 2
    np.testing.assert_allclose(curvature, j[1:-1] / reach**2, rtol=1e-4)
    assert j[1] - j[0] == pytest.approx(curvature[0] * (x[1] - x[0]) ** 2 / 2, rel=1e-3)


def test_effective_conductivities() -> None:
    assert a.bruggeman(0.032, 0.51) == pytest.approx(0.011, rel=5e-3)
    assert a.straight_channels(0.032, 0.5) == 0.016


def test_arrhenius() -> None:
    llzo = ELECTROLYTES["llzo"]
    cold, energy = llzo.conductivity.value, llzo.activation_energy.value
    assert a.arrhenius(293.15, cold, energy, 293.15) == pytest.approx(cold)
    warm = a.arrhenius(298.15, cold, energy, 293.15)
    assert warm / cold == pytest.approx(math.exp(0.417 / 8.617333e-5 * (1 / 293.15 - 1 / 298.15)))
    slope = math.log(warm / cold) / (1 / 293.15 - 1 / 298.15)
    assert slope * GAS_CONSTANT == pytest.approx(energy)


def test_polarisation_of_the_symmetric_cell() -> None:
    volts = a.cell_polarisation(1.0, 24.6 * OHM_CM2, 50 * UM, a.bruggeman(0.032, 0.51))
    assert volts == pytest.approx(9.5e-3, rel=5e-3)


def test_capacity_and_depth() -> None:
    assert a.dense_depth(36000.0) == pytest.approx(4.86 * UM, abs=0.005 * UM)
    assert a.areal_capacity(a.dense_depth(1234.0)) == pytest.approx(1234.0)
    assert a.dense_depth(2.0 * 1000) == pytest.approx(0.2699 * UM, rel=1e-3)
    assert a.faraday_rise(2.0 * 1000, 0.5) == pytest.approx(0.540 * UM, rel=1e-3)


def test_planar_overpotential() -> None:
    assert a.planar_overpotential(2.0, 51.4, 298.15) == pytest.approx(1.00e-3, rel=2e-3)
    assert a.planar_overpotential(514.0, 51.4, 298.15) == pytest.approx(118.8e-3, rel=2e-3)
    thermal = GAS_CONSTANT * 298.15 / FARADAY
    e = a.planar_overpotential(np.array([-30.0, 7.0]), 51.4, 298.15)
    i = 51.4 * (np.exp(0.5 * e / thermal) - np.exp(-0.5 * e / thermal))
    np.testing.assert_allclose(i, [-30, 7])


def test_formulas_make_maps() -> None:
    p, w = np.meshgrid(np.linspace(0.3, 0.7, 3), np.array([0.6, 1.5]) * UM, indexing="ij")
    s = a.specific_surface_area_channels(p, w)
    reach = a.penetration_length(a.straight_channels(0.032, p), 24.6 * OHM_CM2, s)
    for values in (
        a.current_density_reduction(s, 10 * UM),
        a.current_density_reduction_kinetic(s, 10 * UM, reach),
        a.contact_current_profile(0.0, s, 10 * UM, reach),
        a.specific_surface_area_boolean_spheres(p, w),
    ):
        assert np.shape(values) == (3, 2)
        assert np.isfinite(values).all()


def test_the_membrane_by_every_formula() -> None:
    """Pores of 2.3 um, 51 %: the paper measures 1.3 um^-1 on images."""
    p, w = 0.51, 2.3 * UM
    assert a.specific_surface_area_channels(p, w) == pytest.approx(0.887e6, rel=1e-3)
    assert a.specific_surface_area_channels_isotropic(p, w) == pytest.approx(1.129e6, rel=1e-3)
    assert a.specific_surface_area_spheres(p, w) == pytest.approx(1.330e6, rel=1e-3)
    assert a.specific_surface_area_boolean_spheres(p, w / 2) == pytest.approx(0.912e6, rel=1e-3)


def test_bending_strength_and_coating() -> None:
    assert a.bending_strength(0.146, 5e-3, 5e-3, 65e-6) == pytest.approx(51.8e6, rel=1e-3)
    # 12.9 nm of 1e-8 S/cm
    assert a.coating_resistance(12.9e-9, 1e-6) == pytest.approx(0.0129)
