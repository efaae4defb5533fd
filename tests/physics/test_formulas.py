"""Formulas: each derivative against the energy or current it belongs to, limits, known numbers."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest

from phasefield.case import load_case
from phasefield.grid.faces import face_mean, halves, neighbour, series_mean
from phasefield.models.conserved.contact import bare_current_density, current_density
from phasefield.physics import energy, kinetics, transport
from phasefield.physics.front import front_at_rest, front_coefficients
from phasefield.physics.salt import Salt, diffusion_voltage, exchange_ratio
from phasefield.physics.transport import VAPOUR, contact, contact_prime
from phasefield.setup.parameters import coefficients

XI = np.linspace(-0.2, 1.2, 57) + 1e-4  # never on a kink


def slope(function, x, *args, step=1e-6):
    return (function(x + step, *args) - function(x - step, *args)) / (2 * step)


@pytest.mark.parametrize(
    ("function", "prime", "parameter"),
    [
        (energy.double_well, energy.double_well_prime, 2.4e7),
        (energy.double_well_prime, energy.double_well_second, 2.4e7),
        (energy.wall, energy.wall_prime, 1.3),
        (energy.wall_prime, energy.wall_second, 1.3),
    ],
)
def test_derivatives_of_the_energy(function, prime, parameter):
    expected = slope(function.py_func, XI, parameter)
    assert prime.py_func(XI, parameter) == pytest.approx(expected, rel=1e-6, abs=1e-6 * parameter)


STIFF = 1.1e10  # K [Pa]
BARRIER = front_coefficients(0.5, 0.25e-6)[0]  # W [Pa]
EDGE = energy.well_edge(BARRIER, STIFF)
WELL = BARRIER, STIFF, EDGE, 0.0


def test_derivatives_of_the_well():
    near = np.linspace(-2 * EDGE, 2 * EDGE, 41) + 1e-7  # both sides of both kinks
    x = np.concatenate([XI, near, 1 + near])
    for function, prime in (
        (energy.elastic_well, energy.elastic_well_prime),
        (energy.elastic_well_prime, energy.elastic_well_second),
    ):
        expected = slope(function.py_func, x, *WELL, step=1e-9)
        assert prime.py_func(x, *WELL) == pytest.approx(expected, rel=1e-4, abs=1e4)


def test_well_is_lithium_s_bulk_modulus_on_either_side_of_the_metal():
    assert pytest.approx(1.04e-4, rel=0.01) == EDGE
    strain = np.array([-0.99 * EDGE, -1e-5, 1e-5, 4.5e-3])
    assert energy.elastic_well_prime.py_func(1 + strain, *WELL) == pytest.approx(STIFF * strain)
    assert energy.elastic_well_second(1 - 1.01 * EDGE, *WELL) < 0.26 * STIFF
    x = np.linspace(-0.1, 1.1, 121)
    assert energy.elastic_well.py_func(x, *WELL) == pytest.approx(
        energy.elastic_well.py_func(1 - x, *WELL), abs=1e-6
    )
    ends = energy.elastic_well.py_func(np.array([0.0, 1.0]), *WELL)
    assert ends == pytest.approx([0.0, 0.0], abs=1e-9)


def test_bonded_metal_pulls_with_its_bulk_modulus():
    bonded = BARRIER, STIFF, EDGE, 1.0
    xi = np.array([0.9, 0.9955, 1 - EDGE / 2, 1.0, 1.004])
    assert energy.elastic_well.py_func(xi, *bonded) == pytest.approx(0.5 * STIFF * (xi - 1) ** 2)
    assert energy.elastic_well_prime.py_func(xi, *bonded) == pytest.approx(STIFF * (xi - 1))
    assert energy.elastic_well_second.py_func(xi, *bonded) == pytest.approx(STIFF)
    assert energy.elastic_well_prime(0.9955, *bonded) == pytest.approx(-49.5e6)  # 0.45 % at 50 MPa


def test_filling_moves_metal_but_no_vapour():
    assert transport.filling(0.5, VAPOUR) == pytest.approx(0.499 / 0.999)
    assert transport.filling(1.0, VAPOUR) == 1.0 == transport.filling(1.1, VAPOUR)
    assert transport.filling(1e-3, VAPOUR) == 0.0 == transport.filling(-1e-3, VAPOUR)
    assert transport.filling(5e-4, 0.0) == pytest.approx(5e-4)  # before t = 0
    inside = XI[(XI > 0.01) & (XI < 0.99)]
    for immobile in (VAPOUR, 0.0):
        expected = slope(partial(transport.filling.py_func, immobile=immobile), inside)
        found = transport.filling_prime.py_func(inside, immobile)
        assert found == pytest.approx(expected, rel=1e-6)
    for x in (-0.1, -5e-4, 5e-4, 1.1):
        assert transport.filling_prime(x, VAPOUR) == 0.0


def test_what_was_taken_too_much_flows_back():
    assert transport.filling(-0.006, VAPOUR) == pytest.approx(0.5)
    assert transport.filling(-0.1, VAPOUR) == 1.0
    x = np.linspace(-0.0105, -0.0015, 10)
    expected = slope(partial(transport.filling.py_func, immobile=VAPOUR), x)
    assert transport.filling_prime.py_func(x, VAPOUR) == pytest.approx(expected, rel=1e-6)


def test_contact_function_and_its_derivative():
    inside = XI[(XI > 0) & (XI < 1)]
    assert contact_prime.py_func(inside) == pytest.approx(slope(contact.py_func, inside), abs=1e-8)
    assert contact(-0.3) == 0.0 == contact_prime(-0.3)
    assert contact(1.3) == 1.0
    assert contact_prime(1.3) == 0.0


def test_compiled_and_plain_formulas_are_the_same():
    for x in (-0.1, 0.3, 0.9999, 1.05):
        for formula in (energy.elastic_well, energy.elastic_well_prime, energy.elastic_well_second):
            assert formula(x, *WELL) == formula.py_func(x, *WELL)
        assert contact(x) == pytest.approx(contact.py_func(x), rel=1e-15)


def test_wall_energy_is_young_s_law():
    gamma, angle = 0.5, np.deg2rad(62)
    assert energy.wall(1.0, gamma * np.cos(angle)) == pytest.approx(-gamma * np.cos(angle))


def test_surface_energy_of_the_tanh_profile():
    """Integral of f + kappa/2 xi'^2 over the profile is gamma (W = 12 gamma/delta)."""
    gamma, delta = 0.5, 0.25e-6
    x = np.linspace(-2e-6, 2e-6, 40001)
    xi = 0.5 * (1 - np.tanh(2 * x / delta))
    gradient = np.gradient(xi, x)
    well = energy.double_well.py_func(xi, 12 * gamma / delta)
    density = well + 0.75 * gamma * delta * gradient**2
    assert np.trapezoid(density, x) == pytest.approx(gamma, rel=1e-5)


@pytest.mark.parametrize("delta", [0.1e-6, 0.25e-6, 0.4e-6])
def test_front_at_rest(delta):
    """Its energy, the integral of f + kappa/2 xi'^2, is gamma; it obeys kappa xi'' = f'."""
    gamma = 0.5
    barrier, stiffness = front_coefficients(gamma, delta)
    x = np.linspace(-delta, delta, 40001)
    xi = front_at_rest(x, delta)
    gradient = np.gradient(xi, x)
    well = energy.elastic_well.py_func(xi, barrier, STIFF, energy.well_edge(barrier, STIFF), 0.0)
    energy_per_area = np.trapezoid(well + 0.5 * stiffness * gradient**2, x)
    assert energy_per_area == pytest.approx(gamma, rel=2e-3)
    assert gradient.min() == pytest.approx(-1.2 / delta, rel=1e-4)
    inner = (xi > 0.05) & (xi < 0.95)
    force = energy.elastic_well_prime.py_func(xi, barrier, STIFF, 1e-9, 0.0)
    missed = stiffness * np.gradient(gradient, x)[inner] - force[inner]
    assert np.abs(missed).max() < 2e-3 * barrier


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


def test_overpotential_of_plating():
    """Ions above the metal's potential plate, metal under pressure plates less."""
    assert kinetics.overpotential(0.010, 0.003, 0.002) == pytest.approx(0.005)


def test_lithium_mobility():
    """5.6e-15 m2/s of 13.02e-6 m3/mol at RT = 2478 J/mol, by hand."""
    found = transport.lithium_mobility(5.6e-15, 13.02e-6, 2478.0)
    assert found == pytest.approx(2.9424e-23, rel=1e-4, abs=0)


def test_mean_on_a_face_is_closed_by_a_dropped_cell():
    assert face_mean(1.0, 0.5) == 0.75
    assert face_mean(0.5, 0.0) == 0.0 == face_mean(0.0, 0.5)


def test_neighbours_of_a_cell_and_of_one_at_the_edge():
    """Directions are -z +z -y +y -x +x; the number of a cell is that of its place in the array."""
    numbers = np.arange(60).reshape(3, 4, 5)
    for place in np.ndindex(numbers.shape):
        for direction in range(6):
            there = np.array(place)
            there[direction // 2] += 1 if direction % 2 else -1
            there = np.clip(there, 0, np.array(numbers.shape) - 1)
            assert neighbour(direction, *place, *numbers.shape) == numbers[tuple(there)]
            assert neighbour.py_func(direction, *place, *numbers.shape) == numbers[tuple(there)]


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_cells_on_either_side_of_the_faces(axis):
    numbers = np.arange(60.0).reshape(3, 4, 5)
    lower, upper = halves(numbers, axis)
    np.testing.assert_array_equal(upper - lower, np.diff(numbers, axis=axis))
    assert lower.flat[0] == 0.0


def test_coefficients_of_the_quickstart():
    """RT/F is 25.68 mV at 298 K, V_m/F 1.3494e-10 m3/C; i0 = RT/(F R_ct)."""
    case = load_case(Path(__file__).parents[2] / "cases" / "quickstart.yaml")
    model = coefficients(case, 24.6e-4)
    assert model.thermal_voltage == pytest.approx(0.025680, rel=1e-4)
    assert model.volume_per_charge == pytest.approx(1.3494e-10, rel=1e-4, abs=0)
    assert model.exchange_current_density == pytest.approx(10.439, rel=1e-4)
    assert model.mobility == pytest.approx(2.9427e-23, rel=1e-3, abs=0)
    assert model.conductivity == pytest.approx(0.032)
    assert model.wetting == pytest.approx(0.0, abs=1e-15)
    assert model.barrier_height == pytest.approx(4.5256 * 0.5 / 0.3e-6, rel=1e-4)
    assert model.gradient_coefficient == pytest.approx(1.1111 * 0.5 * 0.3e-6, rel=1e-4)


def test_half_cells_in_series():
    assert series_mean(2.0, 2.0) == 2.0
    assert series_mean(1.0, 3.0) == pytest.approx(1.5) == series_mean(3.0, 1.0)


def test_current_density_counts_the_pressure_of_the_metal():
    """10 MPa of lithium are 1.349 mV: the ions lie that much lower."""
    case = load_case(Path(__file__).parents[2] / "cases" / "quickstart.yaml")
    model = coefficients(case, 24.6e-4)
    found = current_density.py_func(1e7, 0.012, 0.001, 10.4, model)
    arguments = 0.011 - 1e7 * 1.34940e-10, 10.4, 0.5, model.thermal_voltage
    assert found[0] == pytest.approx(kinetics.butler_volmer.py_func(*arguments), rel=1e-4)
    assert found[1] == pytest.approx(kinetics.butler_volmer_prime.py_func(*arguments), rel=1e-4)


def test_bare_coating_plates_beyond_its_onset_and_never_dissolves():
    """At V_l - V_s = 8 mV and an onset of 5 mV the current of 3 mV flows, below the onset none."""
    case = load_case(Path(__file__).parents[2] / "cases" / "quickstart.yaml")
    model = coefficients(case, 24.6e-4)
    found = bare_current_density.py_func(0.011, 0.003, 0.005, 10.4, model)
    arguments = 3e-3, 10.4, 0.5, model.thermal_voltage
    assert found[0] == pytest.approx(kinetics.butler_volmer.py_func(*arguments))
    assert found[1] == pytest.approx(kinetics.butler_volmer_prime.py_func(*arguments))
    assert bare_current_density.py_func(0.007, 0.003, 0.005, 10.4, model) == (0.0, 0.0)
    assert bare_current_density.py_func(-0.1, 0.003, 0.005, 10.4, model) == (0.0, 0.0)


def test_a_salt_moves_the_current_and_the_reaction():
    """2 (1 - t+) RT/F at t+ = 0.4, and i0 by the power 1 - alpha of c/c0."""
    assert diffusion_voltage(0.4, 298.0) == pytest.approx(1.2 * 8.314462618 * 298 / 96485.33212)
    assert exchange_ratio(250.0, 1000.0, 0.5) == pytest.approx(0.5)
    assert exchange_ratio(250.0, 1000.0, 0.25) == pytest.approx(0.25**0.75)
    assert Salt(0.4, 1e-10, 1000.0, 0.03).anions_per_charge == pytest.approx(0.6 / 96485.33212)
