"""The published model's local terms, its coefficients, and its anisotropic gradient energy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from phasefield import cli
from phasefield.case import load_case
from phasefield.case.cross_checks import largest_anisotropy
from phasefield.errors import CaseError
from phasefield.grid import faces
from phasefield.grid.grid import cell_centres
from phasefield.materials.parameter_sets import CHOSEN, CLOSURES
from phasefield.models.published.gradient_kernels import gradient_divergence
from phasefield.physics import anisotropy, published
from phasefield.physics.energy import double_well
from phasefield.setup.citations import bibtex
from phasefield.setup.published_parameters import (
    force_scale,
    published_parameters,
    smallest_cross_term,
)

QUICK = str(Path(__file__).parents[2] / "cases" / "paper_quickstart.yaml")
XI = np.linspace(-0.2, 1.2, 57)


def slope(function, x, *args, step=1e-6):
    return (function(x + step, *args) - function(x - step, *args)) / (2 * step)


def test_interpolation_is_the_quintic_step():
    assert published.interpolation.py_func(np.array([0.0, 0.5, 1.0])).tolist() == [0.0, 0.5, 1.0]
    h = published.interpolation.py_func
    prime, second = published.interpolation_prime.py_func, published.interpolation_second.py_func
    assert prime(XI) == pytest.approx(slope(h, XI), abs=1e-8)
    assert second(XI) == pytest.approx(slope(prime, XI), abs=1e-7)


@pytest.mark.parametrize("phi", [0.0, 0.3, 1.0])
def test_chemical_terms_derive_from_the_energy(phi):
    barrier, cross = 1.2e7, 4.8e7

    def energy(xi):
        return double_well.py_func(xi, barrier) + 0.5 * cross * (xi * phi) ** 2

    def prime(xi):
        return published.chemical_prime.py_func(xi, phi, barrier, cross)

    found = published.chemical_second.py_func(XI, phi, barrier, cross)
    assert prime(XI) == pytest.approx(slope(energy, XI), rel=1e-6, abs=1e-6 * barrier)
    assert found == pytest.approx(slope(prime, XI), rel=1e-6, abs=1e-6 * barrier)


def test_driving_force_plates_below_zero_and_rests_at_equilibrium():
    def force(c, eta):
        return published.driving_force.py_func(c, eta, 0.3, 0.0257)

    assert force(1.0, 0.0) == 0.0
    assert force(0.5, 0.0257 * np.log(0.5)) == pytest.approx(0.0, abs=1e-15)  # Nernst
    assert force(1.0, -1e-3) > 0.0 > force(1.0, 1e-3)
    to_c, to_eta = published.driving_force_slopes.py_func(0.8, -4e-3, 0.3, 0.0257)
    assert to_c == pytest.approx(slope(lambda c: force(c, -4e-3), 0.8), rel=1e-7)
    assert to_eta == pytest.approx(slope(lambda eta: force(0.8, eta), -4e-3), rel=1e-7)


def test_effective_values_of_the_three_phases():
    values = (3e1, 3e-2, 3e-8)
    found = [
        published.effective.py_func(np.float64(x), p, *values) for x, p in ((1, 0), (0, 1), (0, 0))
    ]
    assert found == pytest.approx(list(values), rel=1e-14)
    for xi in (0.2, 0.6):
        expected = slope(lambda x: published.effective.py_func(x, 0.3, *values), xi)
        found = published.effective_prime.py_func(xi, 0.3, values[0], values[2])
        assert found == pytest.approx(expected, rel=1e-6)
        floor = slope(lambda x: published.effective.py_func(x, 0.3, 0.0, 0.0, 1.0), xi)
        assert published.effective_prime.py_func(xi, 0.3, 0.0, 1.0) == pytest.approx(
            floor, rel=1e-6
        )
    # where lithium and LLZO overlap by more than a whole, no vacuum is left to change
    assert published.effective.py_func(0.5, 0.6, 0.0, 0.0, 1.0) == 0.0
    assert published.effective_prime.py_func(0.5, 0.6, 0.0, 1.0) == 0.0
    here, there = 2.0, 5e-3
    found = faces.harmonic_slope.py_func(here, there)
    assert found == pytest.approx(slope(faces.harmonic.py_func, here, there), rel=1e-4)


def test_faces_deep_in_metal_that_no_ion_enters_pass_none():
    """D is exactly 0 on both sides there when the metal's is 0: no 0/0."""
    for mean in (faces.harmonic, faces.harmonic_slope):
        assert mean(0.0, 0.0) == mean.py_func(0.0, 0.0) == 0.0
        assert mean(0.0, 2e-19) >= 0.0
    assert published.effective(1.0, 0.0, 0.0, 2e-13, 2e-19) == 0.0


def test_coefficients_follow_from_measurable_numbers():
    """gamma 0.5 J/m2, delta 0.5 um, 5 ohm cm2: W 1.2e7, kappa 3.75e-7, L_eta 9.25e-3 (SI)."""
    also = ["interface.width=0.5 um", "geometry.pore_size=5 um", "kinetics.resistance=5 ohm*cm^2"]
    model = published_parameters(load_case(QUICK, also))
    assert model.barrier_height == pytest.approx(1.2e7, rel=1e-9)
    assert model.gradient_coefficient == pytest.approx(3.75e-7, rel=1e-9)
    assert model.reaction_rate == pytest.approx(9.25e-3, rel=2e-3)
    width = np.sqrt(8 * model.gradient_coefficient / model.barrier_height)
    assert width == pytest.approx(0.5e-6, rel=1e-9)
    # the numerical mobility holds the profile: drive L_eta G / (L_sigma W) = 0.4
    force = 2 * 2.0 / (model.thermal_voltage / 5e-4)
    drive = model.reaction_rate * force / (model.interface_mobility * model.barrier_height)
    assert drive == pytest.approx(0.4, rel=1e-9)
    consistent = published_parameters(
        load_case(QUICK, [*also, "paper.interface_mobility=consistent"]), force=True
    )
    ratio = consistent.interface_mobility / consistent.reaction_rate
    assert ratio == pytest.approx(13.02e-6 / (8.314462618 * 298), rel=1e-9)


def test_a_hold_sets_the_mobility_by_the_drive_at_its_voltage():
    """G = 2 sinh(U/2 V_T) at alpha = 1/2; with a current in the protocol the larger one counts."""
    plate, hold = (
        "{plate: {current_density: 2 A/m^2, duration: 1 s}}",
        "{hold: {voltage: 12 mV, duration: 1 s}}",
    )
    by_plate, by_hold, by_both = (
        published_parameters(load_case(QUICK, [f"protocol=[{steps}]"]))
        for steps in (plate, hold, f"{plate}, {hold}")
    )
    drive = 2 * np.sinh(12e-3 / 2 / by_hold.thermal_voltage)
    expected = by_hold.reaction_rate * drive / (0.4 * by_hold.barrier_height)
    assert by_hold.interface_mobility == pytest.approx(expected, rel=1e-9)
    assert by_both == by_hold
    assert by_plate.interface_mobility < by_hold.interface_mobility
    steep = load_case(QUICK, ["protocol=[{hold: {voltage: 12 mV, duration: 1 s}}]",
                              "kinetics.transfer_coefficient=0.3"])  # fmt: skip
    force = force_scale(steep.protocol[0], 10.4, 0.3, 0.0257)
    assert force == pytest.approx(np.exp(0.3 * 12 / 25.7) - np.exp(-0.7 * 12 / 25.7), rel=1e-9)


@pytest.mark.parametrize(
    ("drive", "smallest"), [(1e-9, 0.25), (0.1, 0.45), (0.4, 1.52), (1.0, 4.1), (3.0, 12.9)]
)
def test_smallest_cross_term(drive, smallest):
    assert smallest_cross_term(drive) == pytest.approx(smallest, rel=0.01)


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("paper.cross_term=1.5", ["A/W1 > 1.52", "you gave 1.5"]),
        ("paper.interface_mobility=consistent", ["A/W1 >", "you gave 4"]),
        ("paper.anisotropy=0.2", ["epsilon = 0.2 and w = 4", "below about 0.143"]),
    ],
)
def test_refusals_name_the_rule_and_both_numbers(tmp_path, capsys, override, words):
    case = load_case(QUICK, [override])
    with pytest.raises(CaseError) as refused:
        published_parameters(case)
    assert refused.value.exit_code == 2
    published_parameters(case, force=True)  # --force goes on
    assert cli.main(["run", QUICK, "--set", override, "--out", str(tmp_path / "run")]) == 2
    said = " ".join(capsys.readouterr().err.split())
    for word in words:
        assert word in said


@pytest.mark.parametrize(("epsilon", "fold"), [(0.1, 4), (0.05, 6), (0.3, 2)])
def test_planar_flux_is_the_derivative_of_the_energy(epsilon, fold):
    """Along and across the gradient, in every direction; kappa1 grad xi alone misses this."""

    def energy(py, px):
        stiff = 2.0 * (1 + epsilon * np.cos(fold * np.arctan2(py, px)))
        return 0.5 * stiff * (py**2 + px**2)

    for theta in np.linspace(0.05, 6.2, 23):
        py, px = 1.3 * np.sin(theta), 1.3 * np.cos(theta)
        fy, fx, stiff = anisotropy.planar_flux(py, px, 2.0, epsilon, float(fold))
        assert fy == pytest.approx(slope(lambda p, q=px: energy(p, q), py), abs=1e-8)
        assert fx == pytest.approx(slope(lambda p, q=py: energy(q, p), px), abs=1e-8)
        assert 0.5 * stiff * 1.3**2 == pytest.approx(energy(py, px), rel=1e-12)


def test_cubic_flux_is_the_derivative_of_the_energy():
    rng = np.random.default_rng(2)

    def energy(p):
        fourth = np.sum(p**4) / np.sum(p**2) ** 2
        return 0.5 * 2.0 * (1 + 0.1 * (4 * fourth - 3)) * np.sum(p**2)

    for p in rng.standard_normal((20, 3)):
        flux = anisotropy.cubic_flux(*p, 2.0, 0.1)[:3]
        for axis in range(3):
            step = 1e-6 * np.eye(3)[axis]
            expected = (energy(p + step) - energy(p - step)) / 2e-6
            assert flux[axis] == pytest.approx(expected, abs=1e-8)
    assert anisotropy.cubic_flux(0.0, 0.0, 0.0, 2.0, 0.1) == (0.0, 0.0, 0.0, 2.0)


@pytest.mark.parametrize(("epsilon", "fold"), [(0.1, 4), (0.05, 6), (0.3, 2)])
def test_planar_curvature_is_the_derivative_of_the_flux(epsilon, fold):
    def flux(p):
        return np.array(anisotropy.planar_flux(*p, 2.0, epsilon, float(fold))[:2])

    for theta in np.linspace(0.05, 6.2, 23):
        p = 1.3 * np.array([np.sin(theta), np.cos(theta)])
        dy, dx = ((flux(p + s) - flux(p - s)) / 2e-6 for s in 1e-6 * np.eye(2))
        found = anisotropy.planar_curvature(*p, 2.0, epsilon, float(fold))
        assert found == pytest.approx((dy[0], dx[1], dy[1]), abs=1e-8)
    assert anisotropy.planar_curvature(0.0, 0.0, 2.0, epsilon, float(fold)) == (2.0, 2.0, 0.0)


def test_cubic_curvature_is_the_derivative_of_the_flux():
    def flux(p):
        return np.array(anisotropy.cubic_flux(*p, 2.0, 0.1)[:3])

    for p in np.random.default_rng(2).standard_normal((20, 3)):
        dz, dy, dx = ((flux(p + s) - flux(p - s)) / 2e-6 for s in 1e-6 * np.eye(3))
        found = anisotropy.cubic_curvature(*p, 2.0, 0.1)
        assert found == pytest.approx((dz[0], dy[1], dx[2], dz[1], dz[2], dy[2]), abs=2e-8)
    nowhere = anisotropy.cubic_curvature(0.0, 0.0, 0.0, 2.0, 0.1)
    assert nowhere == (2.0, 2.0, 2.0, 0.0, 0.0, 0.0)


def test_cubic_in_a_cube_plane_is_fourfold():
    for theta in (0.1, 0.7, 2.0):
        py, px = np.sin(theta), np.cos(theta)
        flat = anisotropy.planar_flux(py, px, 2.0, 0.1, 4.0)
        assert anisotropy.cubic_flux(0.0, py, px, 2.0, 0.1)[1:] == pytest.approx(flat, abs=1e-14)


@pytest.mark.parametrize("fold", [4, 6])
def test_convexity_ends_where_it_should(fold):
    """gamma + gamma'' of sqrt(1 + eps cos(w t)) at its maximum: 1 + eps - w^2 eps/2 > 0."""
    limit = 2 / (fold**2 - 2)
    assert largest_anisotropy(fold) == limit
    assert anisotropy.is_convex(0.98 * limit, fold, 2)
    assert not anisotropy.is_convex(1.02 * limit, fold, 2)


@pytest.mark.parametrize("limit", [1 / 7, -1 / 7])
def test_cubic_convexity_ends_at_the_cube_face(limit):
    """There kappa is 1 + eps cos(4 t): 1 + 7 eps > 0 at 45 degrees, 1 - 7 eps > 0 at 0."""
    assert anisotropy.is_convex(0.98 * limit, 4, 3)
    assert not anisotropy.is_convex(1.02 * limit, 4, 3)


@pytest.mark.parametrize("epsilon", [0.98 / 7, -0.98 / 7])
def test_no_other_direction_stops_earlier(epsilon):
    """Second differences of |p| sqrt(kappa1(p)) across 4000 directions."""
    p = np.random.default_rng(3).normal(size=(4000, 3))
    p /= np.linalg.norm(p, axis=1)[:, None]
    across = np.cross(p, np.roll(p, 1, axis=1))
    across /= np.linalg.norm(across, axis=1)[:, None]

    def energy(q):
        square = np.sum(q**2, axis=1)
        fourth = np.sum(q**4, axis=1) / square**2
        return np.sqrt(square * (1 + epsilon * (4 * fourth - 3)))

    for turn in np.linspace(0.0, np.pi, 12, endpoint=False):
        way = 1e-3 * (np.cos(turn) * across + np.sin(turn) * np.cross(p, across))
        assert (energy(p + way) + energy(p - way) - 2 * energy(p)).min() > 0.0


def bend_of(xi, spacing, kappa, epsilon, fold):
    bend, stiffest = np.zeros(xi.size), np.zeros(xi.size)
    gradient_divergence(
        xi.shape, (spacing,) * 3, xi.ravel(), kappa, epsilon, float(fold), bend, stiffest
    )
    return bend.reshape(xi.shape)


def energy_of(xi, spacing, epsilon, fold):
    """Gradient energy of a periodic-free smooth field, from central differences."""
    gy, gx = np.gradient(xi[0], spacing, edge_order=2)
    stiff = 1 + epsilon * np.cos(fold * np.arctan2(gy, gx))
    return float(np.sum(0.5 * stiff * (gy**2 + gx**2))) * spacing**2


def test_divergence_on_the_grid_is_minus_the_derivative_of_the_energy():
    """d/ds of the energy of xi + s bump is -integral of the divergence times the bump."""
    errors = []
    for n in (40, 80, 160):
        spacing = 1.0 / n
        at = cell_centres(n, spacing)
        y, x = np.meshgrid(at, at, indexing="ij")
        xi = (x + 0.6 * y + 0.1 * np.sin(3 * x) * np.cos(2 * y))[None]  # gradient nowhere 0
        bump = np.exp(-(((x - 0.5) ** 2 + (y - 0.45) ** 2) / 0.01))[None]
        found = -np.sum(bend_of(xi, spacing, 1.0, 0.1, 4) * bump) * spacing**2
        expected = (
            energy_of(xi + 1e-5 * bump, spacing, 0.1, 4)
            - energy_of(xi - 1e-5 * bump, spacing, 0.1, 4)
        ) / 2e-5
        errors.append(abs(found / expected - 1))
    assert errors[-1] < 2e-3
    assert errors[0] / errors[1] > 3.0
    assert errors[1] / errors[2] > 3.0


@pytest.mark.parametrize("epsilon", [0.1])
def test_particle_of_fixed_volume_takes_the_wulff_shape(epsilon):
    """r_max/r_min = sqrt((1 + eps)/(1 - eps)), the ratio of gamma ~ sqrt(kappa1); delta = R/5.

    Allen-Cahn descent with the multiplier that keeps the volume, explicit, in a quarter plane.
    """
    spacing, radius, cells = 0.2, 5.0, 36
    at = cell_centres(cells, spacing)
    distance = np.hypot(*np.meshgrid(at, at, indexing="ij"))[None]
    xi = 0.5 * (1 - np.tanh(2 * (distance - radius)))
    barrier = 8.0  # kappa0 = 1, delta = 1
    for _ in range(2500):
        bend = bend_of(xi, spacing, 1.0, epsilon, 4)
        force = bend - 2 * barrier * xi * (1 - xi) * (1 - 2 * xi)
        weight = xi * (1 - xi)
        force -= weight * (force.sum() / weight.sum())
        xi = xi + 0.15 * spacing**2 * force
    along = np.interp(0.5, xi[0, 0, ::-1], at[::-1])
    diagonal = np.sqrt(2) * np.interp(0.5, np.diagonal(xi[0])[::-1], at[::-1])
    expected = np.sqrt((1 + epsilon) / (1 - epsilon))
    assert along / diagonal == pytest.approx(expected, rel=5e-3)


def test_chosen_closures_are_the_defaults_of_a_case():
    case = load_case(QUICK)
    for name, quantity in CLOSURES:
        assert quantity.source == CHOSEN
        assert quantity.note
        if name != "drive":
            assert getattr(case.paper, name) == pytest.approx(quantity.value, rel=1e-12, abs=0.0)


def test_a_case_of_the_published_model_cites_where_it_comes_from():
    text = bibtex(load_case(QUICK))
    for key in ("porous_llzo_membranes", "chen2015", "kobayashi1993", "numba2015"):
        assert f"{{{key}," in text
    assert "10.1016/j.jpowsour.2015.09.055" in text
    assert "yu2012" not in text
