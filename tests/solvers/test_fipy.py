"""Two backends, one answer: FiPy's own discretisation against the Numba kernels."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from geometries import channels
from phasefield.case import load_case
from phasefield.fipy_backend.conserved import FipyConservedStepper
from phasefield.fipy_backend.library import LinearSource, fipy
from phasefield.grid.grid import Grid
from phasefield.grid.smoothed_domain import Domain, build_domain
from phasefield.models.base import AppliedCurrent, AppliedVoltage
from phasefield.models.conserved.contributions import equipped
from phasefield.models.conserved.lithium_bodies import find_bodies
from phasefield.models.conserved.newton_system import CoupledSystem
from phasefield.models.conserved.relaxation import relax
from phasefield.models.conserved.state import ConservedState
from phasefield.models.conserved.step import Unknowns
from phasefield.models.conserved.stepper import ConservedStepper
from phasefield.setup.parameters import coefficients
from phasefield.setup.scaffold import build_scaffold
from phasefield.solvers.newton import NewtonFailed

from .conftest import make_model, make_step, profile

WIDTH = 0.3e-6
PLATE = AppliedCurrent(2.0)
QUICKSTART = Path(__file__).parents[2] / "cases" / "quickstart.yaml"


def slit(spacing=0.09e-6, height=2.5e-6, **options):
    """A half slit; the spacing that fits differs between the axes."""
    return build_domain(channels(1.2e-6, 0.5, height, "unit_cell", spacing, **options), WIDTH)


def turned(domain, order):
    """The same domain with its axes in another order."""
    grid = domain.grid
    arrays = (domain.pore, domain.electrolyte, domain.phi, domain.wall_density)
    return Domain(
        Grid(
            tuple(grid.shape[axis] for axis in order),
            tuple(grid.spacing[axis] for axis in order),
            order.index(grid.growth_axis),
        ),
        *(np.ascontiguousarray(array.transpose(order)) for array in arrays),
        domain.area_bias,
        domain.level_shift,
    )


DOMAINS = {
    "flat z": lambda: slit(),
    "flat y": lambda: turned(slit(), (1, 0, 2)),
    "flat x": lambda: turned(slit(), (2, 1, 0)),
    "3D": lambda: build_domain(
        channels(1.6e-6, 0.5, 2.6e-6, "unit_cell", 0.21e-6, dimensions=3), WIDTH, force=True
    ),
}


@pytest.mark.parametrize("voltage", [None, 5e-3])
@pytest.mark.parametrize("name", DOMAINS)
def test_both_find_the_same_residual_anywhere(name, voltage):
    """At random, uneven states: every stencil, face value and dropped cell, to round-off."""
    domain = DOMAINS[name]()
    live = [h for n, h in zip(domain.grid.shape, domain.grid.spacing, strict=True) if n > 1]
    assert min(live) < 0.999 * max(live)
    rng = np.random.default_rng(0)
    flat = profile(domain, 0.3 * domain.grid.height, WIDTH)
    lump = profile(domain, 0.9 * domain.grid.height, WIDTH)
    lump = lump - profile(domain, 0.6 * domain.grid.height, WIDTH)
    bodies = find_bodies(flat + lump, domain)
    assert bodies.floating == 1

    def noise(share, scale):
        return scale * rng.standard_normal(domain.grid.size) * (share.ravel() > 0)

    xi = (flat + lump).ravel() + noise(domain.pore, 0.05)
    point = Unknowns(
        xi,
        noise(domain.pore, 1e7),
        noise(domain.electrolyte, 5e-3),
        np.array([0.0, 2e-3]),
        np.array([1e-5]),
    )
    model = make_model(width=WIDTH, angle=62.0)
    step = make_step(
        domain, model, 1.4, 1.39 * xi, 7.0, 2.0 * domain.electrode.ravel(), bodies, voltage
    )
    system = CoupledSystem(*equipped(domain, model))
    residual, expected_net = system.evaluate(point, step)
    expected = residual.T
    found, net = FipyConservedStepper(*equipped(domain, model), 1e-9, 25).residual(point, step)
    for row in range(3):
        assert np.abs(found[row] - expected[row]).max() < 1e-12 * np.abs(expected[row]).max()
    assert net == pytest.approx(expected_net, rel=1e-12)
    assert net.size == (1 if voltage is None else 2)


def march(backend, start, dt, steps, applied=PLATE):
    """Levels and sweeps after `steps` steps."""
    states, sweeps = [start], 0
    for _ in range(steps):
        result = backend.advance(states[-3:], dt, applied)
        states.append(result.state)
        sweeps += result.iterations
    return states, sweeps / steps


def both(domain, model, width, start, dt, steps, applied=PLATE):
    """Largest difference of the backends at any step: xi [1], V_l [V], V_s [V]."""
    ours, _ = march(ConservedStepper(*equipped(domain, model), 1e-9, 25), start, dt, steps, applied)
    theirs, sweeps = march(
        FipyConservedStepper(*equipped(domain, model), 1e-9, 25), start, dt, steps, applied
    )
    assert theirs[-1].current_density == pytest.approx(ours[-1].current_density, rel=1e-6)
    assert sweeps < 10
    assert np.abs(ours[-1].xi - start.xi).max() > 1e-3
    return tuple(
        max(
            float(np.abs(getattr(a, name) - getattr(b, name)).max())
            for a, b in zip(ours, theirs, strict=True)
        )
        for name in ("xi", "ion_potential", "metal_potential")
    )


@pytest.mark.parametrize("spacing", [0.1e-6, 0.05e-6])
def test_backends_agree_on_a_small_slit(spacing):
    """At a step of 20 s, in which the pressure builds up, and at half the spacing."""
    domain = slit(spacing, height=2e-6)
    model = make_model(width=WIDTH, angle=80.0)
    xi = profile(domain, 1e-6, WIDTH)
    start = relax(domain, model, xi, tolerance=1e-9, duration=40.0, pore_size=1.2e-6)
    xi_difference, ion, _ = both(domain, model, WIDTH, start, 20.0, 2)
    assert xi_difference < 1e-7
    assert ion < 1e-9


@pytest.mark.parametrize("applied", [PLATE, AppliedVoltage(4e-3)])
def test_backends_agree_on_a_detached_body(applied):
    """Its potential is solved for, at zero net current."""
    domain = slit(0.1e-6, height=4e-6)
    xi = profile(domain, 1e-6, WIDTH)
    xi = xi + profile(domain, 2.9e-6, WIDTH) - profile(domain, 2e-6, WIDTH)
    assert find_bodies(xi, domain).floating == 1
    zero = np.zeros(xi.shape)
    start = ConservedState(0.0, xi, zero, zero, zero, zero)
    xi_difference, ion, metal = both(domain, make_model(width=WIDTH), WIDTH, start, 1.0, 2, applied)
    assert xi_difference < 1e-7
    assert max(ion, metal) < 1e-9


def test_backends_agree_in_3d():
    domain = DOMAINS["3D"]()
    zero = np.zeros(domain.grid.shape)
    start = ConservedState(0.0, profile(domain, 1.3e-6, WIDTH), zero, zero, zero, zero)
    xi_difference, ion, _ = both(domain, make_model(width=WIDTH), WIDTH, start, 5.0, 1)
    assert xi_difference < 1e-7
    assert ion < 1e-9


def test_metal_grown_is_charge_passed():
    domain, model = slit(0.1e-6, height=2e-6), make_model(width=WIDTH)
    zero = np.zeros(domain.grid.shape)
    start = ConservedState(0.0, profile(domain, 1e-6, WIDTH), zero, zero, zero, zero)
    states, _ = march(FipyConservedStepper(*equipped(domain, model), 1e-9, 25), start, 5.0, 2)
    grown = np.sum(domain.pore * (states[-1].xi - start.xi)) * domain.grid.cell_volume
    charge = 2 * 5.0 * 2.0 * domain.grid.cross_section
    assert grown == pytest.approx(charge * model.volume_per_charge, rel=1e-9, abs=0.0)


def test_a_step_that_is_given_up_leaves_the_past_untouched():
    domain, model = slit(0.1e-6, height=2e-6), make_model(width=WIDTH)
    zero = np.zeros(domain.grid.shape)
    start = ConservedState(0.0, profile(domain, 1e-6, WIDTH), zero, zero, zero, zero)
    before = start.xi.copy()
    with pytest.raises(NewtonFailed, match="after 1 sweeps, asked 1e-09"):
        FipyConservedStepper(*equipped(domain, model), 1e-9, 1).advance([start], 5.0, PLATE)
    assert np.array_equal(start.xi, before)


@pytest.mark.parametrize("slope", [-3.0, 0.2])
def test_linear_source_is_implicit_whatever_its_sign(slope):
    """du/dt = S u by backward Euler is u = u0 / (1 - S dt)."""
    mesh = fipy.Grid1D(nx=3)
    u = fipy.CellVariable(mesh=mesh, value=1.0, hasOld=True)
    coefficient = fipy.CellVariable(mesh=mesh, value=slope)
    (fipy.TransientTerm(var=u) == LinearSource(coeff=coefficient, var=u)).solve(dt=1.0)
    assert u.value == pytest.approx(1.0 / (1.0 - slope))


IMPORT = """
import sys
sys.argv = ["phasefield", "--petsc", "--inline"]
from phasefield.fipy_backend.library import fipy
assert sys.argv == ["phasefield", "--petsc", "--inline"]
assert fipy.solvers.solver_suite == "scipy", fipy.solvers.solver_suite
"""


def test_fipy_does_not_see_our_command_line():
    subprocess.run([sys.executable, "-W", "error", "-c", IMPORT], check=True, timeout=120)


@pytest.mark.slow
@pytest.mark.parametrize(("spacing", "steps"), [("0.075 um", 50), ("0.0375 um", 10)])
def test_backends_agree_on_the_quickstart(spacing, steps):
    """The whole of cases/quickstart.yaml in steps of 20 s; its first 200 s at half the spacing."""
    case = load_case(QUICKSTART, [f"grid.spacing={spacing}"])
    width = case.interface.width
    domain = build_domain(build_scaffold(case), width)
    model = coefficients(case, case.kinetics.resistance)
    start = relax(
        domain, model, profile(domain, case.lithium.depth, width),
        tolerance=1e-9, duration=case.duration, pore_size=case.geometry.pore_size,
    )  # fmt: skip
    xi_difference, ion, _ = both(domain, model, width, start, 20.0, steps)
    print(f"spacing {spacing}: xi {xi_difference:.1e}, V_l {ion:.1e} V")
    assert xi_difference < 1e-5
    assert ion < 1e-6
