"""The published model: Newton's update, flat fronts, circles, ions at rest, applied voltage."""

from __future__ import annotations

import numpy as np
import pytest

from geometries import channels
from phasefield.grid.smoothed_domain import build_domain
from phasefield.models.base import AppliedCurrent, AppliedVoltage
from phasefield.models.published.newton_system import (
    PublishedStep,
    PublishedSystem,
    PublishedUnknowns,
)
from phasefield.models.published.readings import PublishedReadings
from phasefield.models.published.state import PublishedState
from phasefield.models.published.stepper import PublishedStepper
from phasefield.solvers.newton import solve
from phasefield.solvers.time_formula import TimeFormula, time_formula
from phasefield.validation.allen_cahn import front_speed, shrinking
from phasefield.validation.setups import (
    PAPER_WIDTH,
    THERMAL_VOLTAGE,
    heights,
    published_model,
    tanh_front,
    uniform_domain,
)

# -- Newton's method ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("control", "fixed"), [("current", False), ("voltage", False), ("current", True)]
)
@pytest.mark.parametrize("dimensions", [2, 3])
def test_newton_update_solves_the_linearised_system(dimensions, control, fixed):
    """J (update) = -residual, checked through differences of the residual along the update."""
    width = 0.4e-6
    scaffold = channels(
        pore_size=1.6e-6, porosity=0.5, height=4e-6, width="unit_cell", spacing=0.2e-6,
        dimensions=dimensions,
    )  # fmt: skip
    domain = build_domain(scaffold, width, force=True)
    system = PublishedSystem(domain, published_model(metal_side_fixed=fixed))
    rng = np.random.default_rng(4)
    cells = domain.grid.size
    grid = domain.grid
    along = grid.centres(grid.growth_axis)
    shape = [1, 1, 1]
    shape[grid.growth_axis] = -1
    front = 0.5 * (1 - np.tanh(2 * (along - 2e-6) / width)).reshape(shape) * (1 - domain.phi)
    xi = front.ravel() + 0.02 * rng.random(cells)
    point = PublishedUnknowns(
        xi,
        4e4 * (domain.phi.ravel() + 0.05 * rng.random(cells)),
        -6e-3 * rng.random(cells),
        np.array([7e-3]),
    )
    growth = 3.0 if control == "current" else None
    step = PublishedStep(
        TimeFormula(1.5, 2.0, -0.5, 2.0), 1.5 * xi * 0.99, 4e4 * domain.phi.ravel(), growth, 9e-3
    )
    residual, net = system.evaluate(point, step)
    change, extra = system.update(residual.copy(), net.copy(), step)
    scale = system.column_scale
    h = 1e-7 / max(np.abs(change).max(), np.abs(extra).max())
    forward = system.evaluate(point.moved(change, h * scale, h * scale[2] * extra), step)
    backward = system.evaluate(point.moved(change, -h * scale, -h * scale[2] * extra), step)
    for at, plus, minus in zip((residual, net), forward, backward, strict=True):
        derivative = (plus - minus) / (2 * h)
        assert derivative == pytest.approx(-at, abs=1e-4 * np.abs(residual).max())
    if control == "voltage":
        assert point.applied[0] + scale[2] * extra[0] == pytest.approx(9e-3, rel=1e-12)


# -- flat fronts ----------------------------------------------------------------------------------


@pytest.mark.parametrize("voltage", [2e-4, 1e-3, 5e-3, 1e-2])
def test_flat_front_moves_at_the_sharp_interface_speed(voltage):
    """v = 1.5 delta L_eta G in the limit of a small drive, here 0.02, to the 2 % of the grid."""
    assert front_speed(8, voltage, 0.02) == pytest.approx(1.5, rel=0.02)


def test_speed_of_a_flat_front_converges_with_the_grid():
    speeds = [front_speed(n, 1e-3, 0.1) for n in (4, 8, 16)]
    order = np.log2((speeds[1] - speeds[0]) / (speeds[2] - speeds[1]))
    limit = speeds[2] + (speeds[2] - speeds[1]) / 3
    assert order > 1.7
    assert limit == pytest.approx(0.98 * 1.5, rel=0.01)  # the profile narrows as the drive grows


# -- capillarity ----------------------------------------------------------------------------------


def test_circle_without_reaction_shrinks_by_its_curvature():
    """R^2 = R0^2 - 2 L_sigma kappa t: lithium goes without any current."""
    coarse, fine = shrinking(4)[0], shrinking(8)[0]
    assert fine == pytest.approx(1.0, abs=0.01)
    assert (1 - coarse) / (1 - fine) > 3.0


# -- ions -----------------------------------------------------------------------------------------


def boltzmann_error(cells):
    """Largest error of c in dense LLZO with a blocking electrode below, without reaction."""
    domain = uniform_domain((1, cells, 1), 1e-5 / cells, 1.0)
    system = PublishedSystem(domain, published_model(reaction_rate=0.0))
    zero = np.zeros(cells)
    applied = 2 * THERMAL_VOLTAGE
    found = PublishedUnknowns(zero, np.full(cells, 4e4), zero, np.zeros(1))
    for _ in range(4):
        step = PublishedStep(time_formula([0.0], 1e4), zero, found.concentration, None, applied)
        found = solve(system, found, step, 1e-10, 30).unknowns
    expected_v = -applied * (1 - heights(domain).ravel() / 1e-5)
    assert found.potential == pytest.approx(expected_v, abs=1e-12)
    return np.abs(found.concentration / (4e4 * np.exp(-expected_v / THERMAL_VOLTAGE)) - 1).max()


def test_ions_without_reaction_relax_to_the_boltzmann_profile():
    coarse, fine = boltzmann_error(20), boltzmann_error(40)
    assert fine < 1e-3
    assert coarse / fine == pytest.approx(4.0, rel=0.1)


def test_ions_between_two_fixed_concentrations_drift_through():
    """c = c0 everywhere; F D c0 V0/(V_T L) goes in at the top and comes out at the metal side."""
    domain = uniform_domain((1, 20, 1), 5e-7, 1.0)
    model = published_model(reaction_rate=0.0, metal_side_fixed=True)
    zero, c = np.zeros(20), np.full(20, 4e4)
    step = PublishedStep(time_formula([0.0], 10.0), zero, c, None, 0.01)
    start = PublishedUnknowns(zero, c, zero, np.zeros(1))
    found = solve(PublishedSystem(domain, model), start, step, 1e-10, 30).unknowns
    assert found.concentration == pytest.approx(c, rel=1e-8)
    shape, zero = domain.grid.shape, np.zeros(domain.grid.shape)
    fields = (found.concentration.reshape(shape), found.potential.reshape(shape))
    state = PublishedState(10.0, zero, *fields, 0.01)
    observer = PublishedReadings(domain, model, zero)
    through = 96485.33 * 2e-13 * 4e4 * 0.01 / THERMAL_VOLTAGE / 1e-5
    assert observer.electrode_currents(state)[1] == pytest.approx(through, rel=1e-6)
    assert observer.metal_side_ions(state) == pytest.approx(-through, rel=1e-6)
    blocked = PublishedReadings(domain, published_model(), zero)
    assert blocked.metal_side_ions(state) == 0.0


def test_applied_voltage_and_current_are_two_views_of_one_step():
    """The voltage that a current needs grows the same metal when it is applied instead."""
    domain = uniform_domain((1, 40, 1), PAPER_WIDTH / 5, 0.0)
    domain.phi[:, 25:] = 1.0
    front = tanh_front(heights(domain) - 5 * PAPER_WIDTH, PAPER_WIDTH)
    xi = front * (1 - domain.phi)
    zero = np.zeros_like(xi)
    start = [PublishedState(0.0, xi, 4e4 * domain.phi, zero, 0.0)]
    backend = PublishedStepper(domain, published_model(), PAPER_WIDTH, 1e-11, 30)
    by_current = backend.advance(start, 2.0, AppliedCurrent(2.0)).state
    by_voltage = backend.advance(start, 2.0, AppliedVoltage(by_current.applied_voltage)).state
    assert by_voltage.applied_voltage == by_current.applied_voltage > 0.0
    assert by_voltage.xi == pytest.approx(by_current.xi, abs=1e-10)
    grown = (by_current.xi - xi).sum() * domain.grid.spacing[1]
    assert grown * 96485.33 / 13.02e-6 == pytest.approx(2.0 * 2.0, rel=1e-8)
