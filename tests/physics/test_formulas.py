"""Formulas: each derivative against the energy or current it belongs to, limits, known numbers."""

from __future__ import annotations

import numpy as np
import pytest

from phasefield.physics import energy, kinetics, transport

XI = np.linspace(-0.2, 1.2, 57) + 1e-4  # never on a kink


def slope(function, x, *args, step=1e-6):
    return (function(x + step, *args) - function(x - step, *args)) / (2 * step)


@pytest.mark.parametrize(
    ("function", "prime", "parameter"),
    [
        (energy.double_well, energy.double_well_prime, 2.4e7),
        (energy.double_well_prime, energy.double_well_second, 2.4e7),
        (energy.bulk, energy.bulk_prime, 1.1e10),
        (energy.bulk_prime, energy.bulk_second, 1.1e10),
        (energy.wall, energy.wall_prime, 1.3),
        (energy.wall_prime, energy.wall_second, 1.3),
    ],
)
def test_derivatives_of_the_energy(function, prime, parameter):
    expected = slope(function.py_func, XI, parameter)
    assert prime.py_func(XI, parameter) == pytest.approx(expected, rel=1e-6, abs=1e-6 * parameter)


def test_contact_function_and_its_derivative():
    inside = XI[(XI > 0) & (XI < 1)]
    assert transport.contact_prime.py_func(inside) == pytest.approx(
        slope(transport.contact.py_func, inside), abs=1e-8
    )
    assert transport.contact(-0.3) == 0.0 == transport.contact_prime(-0.3)
    assert transport.contact(1.3) == 1.0
    assert transport.contact_prime(1.3) == 0.0


def test_compiled_and_plain_formulas_are_the_same():
    for x in (-0.1, 0.3, 1.05):
        assert energy.bulk_prime(x, 1e10) == energy.bulk_prime.py_func(x, 1e10)
        assert transport.contact(x) == transport.contact.py_func(x)


def test_wall_energy_is_young_s_law():
    gamma, angle = 0.5, np.deg2rad(62)
    assert energy.wall(1.0, 6 * gamma * np.cos(angle)) == pytest.approx(-gamma * np.cos(angle))


def test_surface_energy_of_the_tanh_profile():
    """Integral of f + kappa/2 xi'^2 over the profile is gamma (W = 12 gamma/delta)."""
    gamma, delta = 0.5, 0.25e-6
    x = np.linspace(-2e-6, 2e-6, 40001)
    xi = 0.5 * (1 - np.tanh(2 * x / delta))
    gradient = np.gradient(xi, x)
    well = energy.double_well.py_func(xi, 12 * gamma / delta)
    density = well + 0.75 * gamma * delta * gradient**2
    assert np.trapezoid(density, x) == pytest.approx(gamma, rel=1e-5)


def test_butler_volmer_inverts_the_planar_overpotential():
    """i0 = 51.4 A/m2: 2 A/m2 needs 1.00 mV, 514 A/m2 needs 118.8 mV (2 RT/F asinh(i / 2 i0))."""
    voltage = 8.31446 * 298.15 / 96485.33
    assert kinetics.butler_volmer(1.0e-3, 51.4, 0.5, voltage) == pytest.approx(2.0, rel=1e-3)
    assert kinetics.butler_volmer(0.1188, 51.4, 0.5, voltage) == pytest.approx(514.0, rel=1e-3)


@pytest.mark.parametrize("alpha", [0.3, 0.5, 0.7])
def test_butler_volmer_slope_and_zero(alpha):
    e = np.linspace(-0.1, 0.1, 21)
    arguments = (10.4, alpha, 0.0257)
    assert kinetics.butler_volmer_prime.py_func(e, *arguments) == pytest.approx(
        slope(kinetics.butler_volmer.py_func, e, *arguments), rel=1e-6
    )
    assert kinetics.butler_volmer(0.0, *arguments) == 0.0
    resistance = 1 / kinetics.butler_volmer_prime(0.0, *arguments)
    assert kinetics.exchange_current_density(resistance, 0.0257) == pytest.approx(10.4)
