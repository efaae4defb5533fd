"""Numbers read off a state: energy against the solver's own mu, voltage, contact, rises."""

from __future__ import annotations

import numpy as np
import pytest

from geometries import channels
from phasefield.grid.smoothed_domain import build_domain
from phasefield.models.conserved.contributions import equipped
from phasefield.models.conserved.lithium_bodies import find_bodies
from phasefield.models.conserved.newton_system import CoupledSystem
from phasefield.models.conserved.readings import ConservedReadings
from phasefield.models.conserved.state import ConservedState
from phasefield.models.conserved.step import Unknowns
from phasefield.models.fields import FIELDS
from tests.solvers.conftest import make_model, make_step, profile

WIDTH, DEPTH = 0.3e-6, 1.5e-6
MODEL = make_model(width=WIDTH, angle=62)


@pytest.fixture(scope="module")
def slit():
    return build_domain(channels(1.2e-6, 0.5, 3e-6, "unit_cell", 0.075e-6), WIDTH)


@pytest.fixture(scope="module")
def cylinder():
    scaffold = channels(1.2e-6, 0.4, 1.2e-6, "unit_cell", 0.15e-6, dimensions=3)
    return build_domain(scaffold, WIDTH, force=True)


def rough(domain, seed=0):
    """A front with noise on it, off the kinks of the bulk energy, inside the pore only."""
    rng = np.random.default_rng(seed)
    xi = profile(domain, domain.grid.height / 2, WIDTH) + 0.2 * rng.uniform(
        -1, 1, domain.grid.shape
    )
    for kink in (0.0, 1.0):
        xi = np.where(np.abs(xi - kink) < 0.05, kink + 0.05, xi)
    return np.where(domain.pore > 0, xi, 0.0)


def work_to_add(domain, xi, model):
    """Derivative of the free energy to xi of each cell [J] by the solver: psi mu x volume."""
    zero, flat = np.zeros(xi.size), xi.ravel()
    bodies = find_bodies(xi, domain)
    step = make_step(domain, model, 1.0, flat, 1.0, zero, bodies)
    point = Unknowns(flat, zero, zero, np.zeros(bodies.floating + 1))
    system = CoupledSystem(*equipped(domain, model))
    residual, _ = system.evaluate(point, step)  # at mu = 0: psi mu / W is all of row (B)
    row = residual[:, 1]
    return row * model.barrier_height * domain.grid.cell_volume


@pytest.mark.parametrize(("epsilon", "missed"), [(0.0, 1e-9), (0.1, 1e-6)])
@pytest.mark.parametrize("name", ["slit", "cylinder"])
def test_mu_of_the_solver_is_the_derivative_of_the_free_energy(name, epsilon, missed, request):
    """Well, gradient and wall; five points leave h^4/30 of a fifth derivative, off the kinks."""
    domain, model = request.getfixturevalue(name), MODEL._replace(anisotropy=epsilon)
    xi = rough(domain)
    observer, expected = (
        ConservedReadings(*equipped(domain, model), xi),
        work_to_add(domain, xi, model),
    )
    h = 1e-3
    cells = np.flatnonzero(domain.pore.ravel() > 0)
    cells = np.random.default_rng(1).choice(cells, 120, replace=False)
    assert (domain.wall_density.ravel()[cells] > 0).sum() > 20
    slopes = []
    for cell in cells:
        energies = []
        for steps in (1, -1, 2, -2):
            moved = xi.copy()
            moved.flat[cell] += steps * h
            energies.append(observer.free_energy(moved) * domain.grid.cross_section)
        near, far = energies[0] - energies[1], energies[2] - energies[3]
        slopes.append((8 * near - far) / (12 * h))
    assert slopes == pytest.approx(expected[cells], rel=1e-8, abs=missed * np.abs(expected).max())


def level_of(domain, xi, mu=0.0, ion=0.0, metal=0.0, current=2.0):
    shape = domain.grid.shape
    fields = (np.broadcast_to(value, shape) * 1.0 for value in (mu, ion, metal))
    return ConservedState(1.0, xi, *fields, np.zeros(shape), current)


def test_voltage_is_that_of_the_face_of_the_counter_electrode(slit):
    """A linear potential that carries J through the electrolyte, read at its upper end."""
    xi = profile(slit, DEPTH, WIDTH)
    observer, current = ConservedReadings(*equipped(slit, MODEL), xi), 2.0
    share = slit.electrolyte[0, -1].mean()
    slope = current / (share * MODEL.conductivity)
    heights = slit.grid.centres(1)
    state = level_of(slit, xi, ion=(1e-3 + slope * heights)[None, :, None], current=current)
    assert observer.voltage(state) == pytest.approx(1e-3 + slope * 3e-6, rel=1e-12)


def test_contact_of_a_flat_front_is_the_wall_below_it(slit):
    """S x depth of the sharp geometry: slits have S = 2 p/w."""
    observer = ConservedReadings(*equipped(slit, MODEL), profile(slit, DEPTH, WIDTH))
    seen = observer.observe(level_of(slit, profile(slit, DEPTH, WIDTH)), 1.0).contact
    assert seen.contact_area_per_area == pytest.approx(2 * 0.5 / 1.2e-6 * DEPTH, rel=1e-5)
    assert observer.lithium_volume_per_area(profile(slit, DEPTH, WIDTH)) == pytest.approx(
        0.5 * DEPTH, rel=2e-4
    )
    found = observer.contact_area_per_area(profile(slit, DEPTH, WIDTH))
    assert found == pytest.approx(seen.contact_area_per_area)


def test_current_is_read_with_the_pressure_and_the_metal_against_it(slit):
    """One e everywhere: V_l of 5 mV, less V_s of 1 mV, less 10 MPa (1.35 mV)."""
    xi = profile(slit, DEPTH, WIDTH)
    state = level_of(slit, xi, mu=1e7, ion=5e-3, metal=1e-3, current=4.0)
    seen = ConservedReadings(*equipped(slit, MODEL), xi).observe(state, 1.0)
    e = 5e-3 - 1e-3 - 1e7 * 13.02e-6 / 96485.33
    expected = 2 * MODEL.exchange_current_density * np.sinh(e / (2 * 0.0257))
    assert seen.contact.mean_current_density == pytest.approx(expected, rel=1e-12)
    assert seen.contact.max_current_density == pytest.approx(expected, rel=1e-12)
    assert seen.contact.gini == pytest.approx(0.0, abs=1e-12)
    assert seen.contact.current_density_reduction_peak == pytest.approx(1 - expected / 4.0)
    assert seen.max_pressure == 1e7


@pytest.mark.parametrize("name", ["slit", "cylinder"])
def test_flat_front_raised_by_a_charge_rises_by_faraday(name, request):
    domain = request.getfixturevalue(name)
    start, rise = domain.grid.height / 2, 0.15e-6
    before, after = profile(domain, start, WIDTH), profile(domain, start + rise, WIDTH)
    observer = ConservedReadings(*equipped(domain, MODEL), before)
    gained = observer.lithium_volume_per_area(after) - observer.lithium_volume_per_area(before)
    seen = observer.observe(level_of(domain, after), gained / MODEL.volume_per_charge)
    assert seen.uniformity.faraday_rise_m == pytest.approx(rise, rel=2e-3)
    assert seen.uniformity.mean_rise_m == pytest.approx(rise, rel=1e-6)
    assert seen.uniformity.nonuniformity == pytest.approx(0.0, abs=1e-9)
    assert seen.uniformity.packing == pytest.approx(1.0, rel=2e-3)


def test_fields_are_nan_where_they_mean_nothing(slit):
    xi = profile(slit, DEPTH, WIDTH)
    fields = ConservedReadings(*equipped(slit, MODEL), xi).fields(level_of(slit, xi, ion=1e-3))
    assert list(fields) == list(FIELDS)
    known = {name: np.isfinite(values) for name, values in fields.items()}
    assert known["lithium_order_parameter"].all()
    assert np.array_equal(known["ion_potential"], slit.electrolyte > 0)
    assert np.array_equal(known["chemical_potential"], slit.pore > 0)
    assert np.array_equal(known["metal_potential"], slit.pore * xi > 0.5)
    contact = known["contact_current_density"]
    assert contact.any()
    assert not contact[:, 24:].any()  # nothing above the front
    assert (slit.wall_density[contact] > 0).all()


@pytest.mark.parametrize(("xi", "share"), [(0.51, 1.0), (0.49, 0.0)])
def test_the_contact_proper_begins_at_half(slit, xi, share):
    """H(1/2) = 1/2: the wall of a thin deposit of 51 % counts, one of 49 % does not."""
    field = np.where(slit.pore > 0, xi, 0.0)
    i = ConservedReadings(*equipped(slit, MODEL), field).fields(level_of(slit, field))[
        "contact_current_density"
    ]
    on_wall = (slit.wall_density > 0) & (slit.pore > 0)
    assert np.isfinite(i)[on_wall].mean() == share
