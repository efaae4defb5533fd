"""The published model on two backends: FiPy's own discretisation against the Numba kernels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from geometries import channels
from phasefield.case import load_case
from phasefield.fipy_backend.library import EquilibratedLU
from phasefield.fipy_backend.published import FipyPublishedStepper
from phasefield.fipy_backend.published_equations import FipyPublishedEquations
from phasefield.grid.smoothed_domain import build_domain
from phasefield.models.base import AppliedCurrent, AppliedVoltage
from phasefield.models.published.newton_system import (
    PublishedStep,
    PublishedSystem,
    PublishedUnknowns,
)
from phasefield.models.published.stepper import PublishedStepper
from phasefield.setup.model import make_model
from phasefield.setup.published_parameters import published_parameters
from phasefield.setup.scaffold import build_scaffold
from phasefield.solvers.newton import NewtonFailed
from phasefield.solvers.time_formula import TimeFormula

from .test_fipy import turned

QUICKSTART = Path(__file__).parents[2] / "cases" / "paper_quickstart.yaml"
PLATE = AppliedCurrent(2.0)
PORE, WIDTH, HEIGHT = 1.2e-6, 0.3e-6, 2.4e-6
SMALL = (
    "geometry.pore_size=1.2 um",
    "geometry.height=2.4 um",
    "lithium.depth=1.2 um",
    "interface.width=0.3 um",
)


def small_case(*overrides):
    return load_case(QUICKSTART, [*SMALL, *overrides])


def slit(spacing=0.09e-6):
    """A half slit; the spacing that fits differs between the axes."""
    return build_domain(channels(PORE, 0.5, HEIGHT, "unit_cell", spacing), WIDTH)


def cylinder():
    scaffold = channels(1.6e-6, 0.5, HEIGHT, "unit_cell", 0.21e-6, dimensions=3)
    return build_domain(scaffold, WIDTH, force=True)


DOMAINS = {
    "flat z": slit,
    "flat y": lambda: turned(slit(), (1, 0, 2)),
    "flat x": lambda: turned(slit(), (2, 1, 0)),
    "3D": cylinder,
}


def build(case):
    """Domain, model and start of a case."""
    domain = build_domain(build_scaffold(case), case.interface.width, force=True)
    parts = make_model(case, domain, None, force=False)
    return domain, published_parameters(case), parts.start


def march(backend, start, sizes, applied=PLATE):
    """Levels and iterations after steps of the given sizes [s]."""
    states, iterations = [start], 0
    for dt in sizes:
        result = backend.advance(states[-3:], dt, applied)
        assert result.residual < 1e-8
        states.append(result.state)
        iterations += result.iterations
    return states, iterations


def both(case, sizes, applied=PLATE):
    """Largest difference of the backends at any step: xi [1], c/c0 [1], V and V0 [V]."""
    domain, model, start = build(case)
    width, found = case.interface.width, []
    for backend in (PublishedStepper, FipyPublishedStepper):
        found.append(march(backend(domain, model, width, 1e-8, 25), start, sizes, applied))
    (ours, newton), (theirs, sweeps) = found
    print(f"Newton iterations {newton}, sweeps {sweeps}, in {len(sizes)} steps")
    assert np.abs(ours[-1].xi - start.xi).max() > 1e-3

    def largest(name):
        pairs = zip(ours, theirs, strict=True)
        return max(np.abs(getattr(a, name) - np.array(getattr(b, name))).max() for a, b in pairs)

    ions = largest("concentration") / model.ion_concentration
    potential = max(largest("potential"), largest("applied_voltage"))
    print(f"xi {largest('xi'):.1e}, c/c0 {ions:.1e}, V {potential:.1e} V")
    return largest("xi"), ions, potential


def anywhere(domain, model, seed):
    """A random, uneven state and a step of BDF2-like weights."""
    rng = np.random.default_rng(seed)
    cells = domain.grid.size
    xi = rng.uniform(-0.05, 1.05, cells) * rng.choice([0.0, 1.0], cells, p=[0.2, 0.8])
    point = PublishedUnknowns(
        xi,
        model.ion_concentration * rng.uniform(0.1, 2.0, cells),
        model.thermal_voltage * rng.standard_normal(cells),
        np.array([5e-3]),
    )
    past = xi - 0.1 * rng.standard_normal(cells)
    ions = model.ion_concentration * rng.uniform(0.1, 2.0, cells)
    return point, PublishedStep(TimeFormula(1.4, 1.0, 0.0, 7.0), 1.39 * past, 1.41 * ions, 3.0)


@pytest.mark.parametrize(
    "closure", ["anisotropy=0", "anisotropy=0.03", "metal_side_concentration=fixed"]
)
@pytest.mark.parametrize("name", DOMAINS)
def test_both_find_the_same_residual_anywhere(name, closure):
    """Every stencil, face value and electrode: in each cell to round-off, vacuum or metal."""
    domain = DOMAINS[name]()
    model = published_parameters(small_case(f"paper.{closure}"))
    point, step = anywhere(domain, model, 0)
    system = PublishedSystem(domain, model)
    residual, expected_net = system.evaluate(point, step)
    expected = residual.T
    found, net = FipyPublishedStepper(domain, model, WIDTH, 1e-9, 25).residual(point, step)
    assert np.all(np.abs(found - expected) < 1e-10 * np.abs(expected))
    assert net == pytest.approx(expected_net[0], rel=1e-12)


def place(equations, point):
    """Give FiPy's variables the values of `point`."""
    equations.xi.setValue(point.xi)
    equations.c.setValue(point.concentration)
    equations.v.setValue(point.potential)
    equations.applied.setValue(point.applied[0])


@pytest.mark.parametrize("name", ["flat z", "3D"])
def test_a_sweep_solves_the_tangent_of_the_equations(name):
    """FiPy's matrix along a random direction is the slope of the residual there.

    The one slope left out is that of sigma and D on the electrodes: none where xi is 0 or 1.
    """
    domain = DOMAINS[name]()
    model = published_parameters(small_case())
    point, step = anywhere(domain, model, 1)
    ends = np.zeros(domain.grid.shape, bool)
    np.moveaxis(ends, domain.grid.growth_axis, 0)[[0, -1]] = True
    point.xi[ends.ravel()] = np.round(point.xi[ends.ravel()]).clip(0.0, 1.0)
    equations = FipyPublishedEquations(domain, model)
    place(equations, point)
    frozen = equations.coupled(step)
    scale = np.array([1.0, model.ion_concentration, model.thermal_voltage])
    way = 1e-5 * np.random.default_rng(2).standard_normal((domain.grid.size, 3)) * scale

    def residual(sign, equation=None):
        place(equations, point.moved(way, sign * np.ones(3), np.zeros(1)))
        equation = equation or equations.coupled(step)
        vector = equation.justResidualVector(dt=step.formula.dt, solver=EquilibratedLU())
        return np.asarray(vector).reshape(3, -1)

    slope = residual(1.0) - residual(-1.0)
    tangent = residual(1.0, frozen) - residual(-1.0, frozen)
    for row in range(3):
        assert np.abs(tangent[row] - slope[row]).max() < 1e-4 * np.abs(slope[row]).max()


@pytest.mark.parametrize("spacing", ["0.075 um", "0.0375 um"])
def test_backends_agree_on_a_small_slit(spacing):
    """A first step by backward Euler and a larger one by BDF2; and at half the spacing."""
    case = small_case(f"grid.spacing={spacing}")
    xi, ions, potential = both(case, (0.5, 5.0))
    assert xi < 1e-7
    assert ions < 1e-6
    assert potential < 1e-8


def test_backends_agree_under_an_applied_voltage():
    xi, _, potential = both(small_case("grid.spacing=0.15 um"), (0.5,), AppliedVoltage(0.02))
    assert xi < 1e-7
    assert potential < 1e-8


def test_backends_agree_on_an_anisotropic_surface():
    case = small_case("grid.spacing=0.15 um", "paper.anisotropy=0.05")
    xi, _, potential = both(case, (0.5, 5.0))
    assert xi < 1e-6
    assert potential < 1e-7


def test_backends_agree_with_ions_fixed_at_the_metal_side():
    case = small_case("grid.spacing=0.15 um", "paper.metal_side_concentration=fixed")
    xi, ions, potential = both(case, (0.5, 5.0))
    assert xi < 1e-7
    assert ions < 1e-6
    assert potential < 1e-8


def test_backends_agree_in_3d():
    shape = ("dimensions=3", "geometry.arrangement=square", "geometry.pore_size=1.6 um")
    case = small_case(*shape, "grid.spacing=0.21 um")
    xi, _, potential = both(case, (0.5,))
    assert xi < 1e-7
    assert potential < 1e-8


def test_metal_grown_is_the_charge_asked_for():
    domain, model, start = build(small_case("grid.spacing=0.15 um"))
    states, _ = march(FipyPublishedStepper(domain, model, WIDTH, 1e-8, 25), start, (0.5,))
    grown = np.sum(states[-1].xi - start.xi) * domain.grid.cell_volume * model.charge_density
    assert grown == pytest.approx(0.5 * 2.0 * domain.grid.cross_section, rel=1e-6, abs=0.0)


def test_a_step_that_is_given_up_leaves_the_past_untouched():
    domain, model, start = build(small_case("grid.spacing=0.15 um"))
    before = start.xi.copy()
    with pytest.raises(NewtonFailed, match="after 1 sweeps, asked 1e-09"):
        FipyPublishedStepper(domain, model, WIDTH, 1e-9, 1).advance([start], 0.5, PLATE)
    assert np.array_equal(start.xi, before)


def test_the_case_chooses_the_backend():
    case = small_case("grid.spacing=0.15 um", "backend=fipy")
    domain = build_domain(build_scaffold(case), case.interface.width)
    assert type(make_model(case, domain, None, force=False).stepper) is FipyPublishedStepper


@pytest.mark.slow
@pytest.mark.parametrize(("spacing", "steps"), [("0.09375 um", 10), ("0.046875 um", 5)])
def test_backends_agree_on_the_quickstart(spacing, steps):
    """The first 100 s of cases/paper_quickstart.yaml in steps of 10 s; 50 s at half the spacing."""
    case = load_case(QUICKSTART, [f"grid.spacing={spacing}"])
    xi, _, potential = both(case, (0.1, 1.0, *[10.0] * steps))
    assert xi < 1e-5
    assert potential < 1e-6
