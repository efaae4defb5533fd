"""The published model: Newton's update, flat fronts, circles, ions at rest, applied voltage."""

from __future__ import annotations

import numpy as np
import pytest

from geometries import channels
from phasefield.analysis.paper_observables import PaperObserver
from phasefield.domain import Domain, build_domain
from phasefield.grid import Grid
from phasefield.physics.paper import PaperCoefficients
from phasefield.protocol import AppliedCurrent, AppliedVoltage
from phasefield.solvers.newton import solve
from phasefield.solvers.paper_backend import PaperBackend
from phasefield.solvers.paper_system import PaperStep, PaperSystem, PaperUnknowns
from phasefield.state import PaperLevel

DELTA = 0.5e-6
VOLTAGE = 0.0257


def make_model(**changes):
    """Numbers of the default closures for 0.5 J/m2, delta 0.5 um, 24.6 ohm cm2, 2 A/m2."""
    barrier = 12 * 0.5 / DELTA
    rate = 2 / 3 * VOLTAGE / 24.6e-4 * 13.02e-6 / (96485.33 * DELTA)
    model = PaperCoefficients(
        barrier_height=barrier,
        gradient_coefficient=1.5 * 0.5 * DELTA,
        cross_barrier=4 * barrier,
        interface_mobility=rate * 0.383 / (0.4 * barrier),
        reaction_rate=rate,
        transfer_coefficient=0.5,
        thermal_voltage=VOLTAGE,
        ion_concentration=4e4,
        site_density=1 / 13.02e-6,
        charge_density=96485.33 / 13.02e-6,
        diffusivity_metal=5.6e-15,
        diffusivity_electrolyte=2e-13,
        diffusivity_vacuum=2e-19,
        conductivity_metal=32.0,
        conductivity_electrolyte=0.032,
        conductivity_vacuum=3.2e-8,
        metal_side_fixed=False,
        anisotropy=0.0,
        fold=4.0,
    )
    return model._replace(**changes)


def uniform_domain(shape, spacing, phi):
    """A domain of one phase: phi 0 (empty) or 1 (LLZO) everywhere; grows along y."""
    field = np.full(shape, phi)
    zero = np.zeros(shape)
    grid = Grid(shape, (spacing,) * 3, 1)
    return Domain(grid, 1 - field, field, field, zero, 0.0, 0.0)


def heights(domain):
    return (np.arange(domain.grid.shape[1]) + 0.5)[None, :, None] * domain.grid.spacing[1]


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
    system = PaperSystem(domain, make_model(metal_side_fixed=fixed))
    rng = np.random.default_rng(4)
    cells = domain.grid.size
    grid = domain.grid
    along = (np.arange(grid.shape[grid.growth_axis]) + 0.5) * grid.spacing[grid.growth_axis]
    shape = [1, 1, 1]
    shape[grid.growth_axis] = -1
    front = 0.5 * (1 - np.tanh(2 * (along - 2e-6) / width)).reshape(shape) * (1 - domain.phi)
    xi = front.ravel() + 0.02 * rng.random(cells)
    point = PaperUnknowns(
        xi,
        4e4 * (domain.phi.ravel() + 0.05 * rng.random(cells)),
        -6e-3 * rng.random(cells),
        np.array([7e-3]),
    )
    growth = 3.0 if control == "current" else None
    step = PaperStep(1.5, 1.5 * xi * 0.99, 4e4 * domain.phi.ravel(), 2.0, growth, 9e-3)
    residual, net = system.evaluate(point, step)
    change, extra = system.update(residual.copy(), net.copy(), step)
    scale = system.column_scale
    h = 1e-7 / max(np.abs(change).max(), np.abs(extra).max())
    forward = system.evaluate(point.moved(h * change * scale, h * scale[2] * extra), step)
    backward = system.evaluate(point.moved(-h * change * scale, -h * scale[2] * extra), step)
    for at, plus, minus in zip((residual, net), forward, backward, strict=True):
        derivative = (plus - minus) / (2 * h)
        assert derivative == pytest.approx(-at, abs=1e-4 * np.abs(residual).max())
    if control == "voltage":
        assert point.applied[0] + scale[2] * extra[0] == pytest.approx(9e-3, rel=1e-12)


# -- flat fronts ----------------------------------------------------------------------------------


def front_speed(cells_per_width, voltage, drive):
    """Speed of a flat front in an empty domain over delta L_eta G at an applied `voltage` [V].

    The metal conducts so much better than the rest that its potential -V0 reaches through the
    whole reaction zone, and ions diffuse so fast that they keep c = c0 exp(-V/V_T): G is known.
    `drive` is L_eta G/(L_sigma W).
    """
    spacing = DELTA / cells_per_width
    domain = uniform_domain((1, 8 * cells_per_width, 1), spacing, 0.0)
    eta = -voltage / VOLTAGE
    force = np.exp(-eta) * np.exp(-0.5 * eta) - np.exp(0.5 * eta)
    plain = make_model()
    model = plain._replace(
        interface_mobility=plain.reaction_rate * force / (drive * plain.barrier_height),
        diffusivity_metal=1e-11,
        diffusivity_electrolyte=1e-11,
        diffusivity_vacuum=1e-11,
    )
    unit = DELTA * model.reaction_rate * force
    xi = 0.5 * (1 - np.tanh(2 * (heights(domain) - 2.5 * DELTA) / DELTA))
    backend = PaperBackend(domain, model, DELTA, 1e-8, 30)
    c = 4e4 * np.exp(voltage / VOLTAGE * np.ones_like(xi))
    levels = [PaperLevel(0.0, xi, c, np.full_like(xi, -voltage) * (xi > 0.01), voltage)]
    dt = spacing / (1.5 * unit) / 4
    metal = []
    for _ in range(6 * cells_per_width):
        levels = [*levels, backend.advance(levels, dt, AppliedVoltage(voltage)).level][-3:]
        metal.append(levels[-1].xi.sum() * spacing)
    window = 4 * cells_per_width  # a whole interface width: many cells, no lattice ripple
    slope = (metal[-1] - metal[-1 - window]) / (window * dt)
    return slope / unit


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


def shrinking(cells_per_width):
    """-d(R^2)/dt of a circle of 6 delta over 2 L_sigma kappa, a quarter of it, no reaction."""
    spacing, cells = DELTA / cells_per_width, 8 * cells_per_width
    domain = uniform_domain((1, cells, cells), spacing, 0.0)
    model = make_model(reaction_rate=0.0)
    radius = 6 * DELTA
    distance = np.hypot(heights(domain), np.swapaxes(heights(domain), 1, 2))
    xi = 0.5 * (1 - np.tanh(2 * (distance - radius) / DELTA))
    zero = np.zeros_like(xi)
    backend = PaperBackend(domain, model, DELTA, 1e-9, 30)
    levels = [PaperLevel(0.0, xi, zero, zero, 0.0)]
    rate = 2 * model.interface_mobility * model.gradient_coefficient
    dt = 0.02 * radius**2 / rate
    squares = [4 / np.pi * xi.sum() * spacing**2]
    for _ in range(10):
        levels = [*levels, backend.advance(levels, dt, AppliedVoltage(0.0)).level][-3:]
        squares.append(4 / np.pi * levels[-1].xi.sum() * spacing**2)
    return (squares[2] - squares[-1]) / (8 * dt * rate)


def test_circle_without_reaction_shrinks_by_its_curvature():
    """R^2 = R0^2 - 2 L_sigma kappa t: lithium goes without any current."""
    coarse, fine = shrinking(4), shrinking(8)
    assert fine == pytest.approx(1.0, abs=0.01)
    assert (1 - coarse) / (1 - fine) > 3.0


# -- ions -----------------------------------------------------------------------------------------


def boltzmann_error(cells):
    """Largest error of c in dense LLZO with a blocking electrode below, without reaction."""
    domain = uniform_domain((1, cells, 1), 1e-5 / cells, 1.0)
    system = PaperSystem(domain, make_model(reaction_rate=0.0))
    zero = np.zeros(cells)
    applied = 2 * VOLTAGE
    found = PaperUnknowns(zero, np.full(cells, 4e4), zero, np.zeros(1))
    for _ in range(4):
        step = PaperStep(1.0, zero, found.concentration, 1e4, None, applied)
        found = solve(system, found, step, 1e-10, 30).unknowns
    expected_v = -applied * (1 - heights(domain).ravel() / 1e-5)
    assert found.potential == pytest.approx(expected_v, abs=1e-12)
    return np.abs(found.concentration / (4e4 * np.exp(-expected_v / VOLTAGE)) - 1).max()


def test_ions_without_reaction_relax_to_the_boltzmann_profile():
    coarse, fine = boltzmann_error(20), boltzmann_error(40)
    assert fine < 1e-3
    assert coarse / fine == pytest.approx(4.0, rel=0.1)


def test_ions_between_two_fixed_concentrations_drift_through():
    """c = c0 everywhere; F D c0 V0/(V_T L) goes in at the top and comes out at the metal side."""
    domain = uniform_domain((1, 20, 1), 5e-7, 1.0)
    model = make_model(reaction_rate=0.0, metal_side_fixed=True)
    zero, c = np.zeros(20), np.full(20, 4e4)
    step = PaperStep(1.0, zero, c, 10.0, None, 0.01)
    start = PaperUnknowns(zero, c, zero, np.zeros(1))
    found = solve(PaperSystem(domain, model), start, step, 1e-10, 30).unknowns
    assert found.concentration == pytest.approx(c, rel=1e-8)
    shape, zero = domain.grid.shape, np.zeros(domain.grid.shape)
    fields = (found.concentration.reshape(shape), found.potential.reshape(shape))
    level = PaperLevel(10.0, zero, *fields, 0.01)
    observer = PaperObserver(domain, model, zero)
    through = 96485.33 * 2e-13 * 4e4 * 0.01 / VOLTAGE / 1e-5
    assert observer.electrode_currents(level)[1] == pytest.approx(through, rel=1e-6)
    assert observer.metal_side_ions(level) == pytest.approx(-through, rel=1e-6)
    blocked = PaperObserver(domain, make_model(), zero)
    assert blocked.metal_side_ions(level) == 0.0


def test_applied_voltage_and_current_are_two_views_of_one_step():
    """The voltage that a current needs grows the same metal when it is applied instead."""
    domain = uniform_domain((1, 40, 1), DELTA / 5, 0.0)
    domain.phi[:, 25:] = 1.0
    xi = 0.5 * (1 - np.tanh(2 * (heights(domain) - 5 * DELTA) / DELTA)) * (1 - domain.phi)
    zero = np.zeros_like(xi)
    start = [PaperLevel(0.0, xi, 4e4 * domain.phi, zero, 0.0)]
    backend = PaperBackend(domain, make_model(), DELTA, 1e-11, 30)
    by_current = backend.advance(start, 2.0, AppliedCurrent(2.0)).level
    by_voltage = backend.advance(start, 2.0, AppliedVoltage(by_current.applied_voltage)).level
    assert by_voltage.applied_voltage == by_current.applied_voltage > 0.0
    assert by_voltage.xi == pytest.approx(by_current.xi, abs=1e-10)
    grown = (by_current.xi - xi).sum() * domain.grid.spacing[1]
    assert grown * 96485.33 / 13.02e-6 == pytest.approx(2.0 * 2.0, rel=1e-8)
