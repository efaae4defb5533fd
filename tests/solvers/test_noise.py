"""Thermal noise: fluctuation against dissipation, equipartition, its path, runs, refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from geometries import channels
from phasefield.case import load_case
from phasefield.errors import CaseError
from phasefield.grid.smoothed_domain import build_domain
from phasefield.models.base import AppliedCurrent
from phasefield.models.conserved.cell import Cell
from phasefield.models.conserved.contributions import equipped
from phasefield.models.conserved.kernels import MU, XI, V
from phasefield.models.conserved.lithium_bodies import find_bodies
from phasefield.models.conserved.newton_system import CoupledSystem
from phasefield.models.conserved.step import Unknowns
from phasefield.models.conserved.stepper import ConservedStepper
from phasefield.models.conserved.thermal_noise import ThermalNoise
from phasefield.physics.noise import Noise
from phasefield.simulation.loop import build
from phasefield.validation.fluctuations import fluctuate
from phasefield.validation.setups import at_rest, shipped_case
from tests.solvers.conftest import make_model, make_step, profile

THERMAL_ENERGY = 4.11e-21
WIDTH = 0.4e-6
QUICK = ["noise={thermal: true, thickness: 0.2 um}", "solver.time_step=25 s"]


def dissipation(domain, model, state, dt):
    """Change of psi xi in a step per mu [Pa-1] at rest, ions and reaction in between included."""
    system = CoupledSystem(*equipped(domain, model))
    flat = (getattr(state, name).ravel() for name in ("xi", "mu", "ion_potential"))
    point = Unknowns(*flat, np.zeros(1))
    step = make_step(
        domain, model, 1.0, point.xi, dt, np.zeros(point.xi.size), find_bodies(state.xi, domain)
    )
    system.evaluate(point, step)
    matrix = system.sparsity.matrix(system._values).toarray()
    size, unpack = system.sparsity.size, system.sparsity.unpack
    number = np.where(unpack(np.ones(size)) > 0.0, unpack(np.arange(size)), -1).astype(int)
    xi, mu, ion = (number[number[:, n] >= 0, n] for n in (XI, MU, V))
    by_ion = matrix[np.ix_(xi, ion)] @ np.linalg.inv(matrix[np.ix_(ion, ion)])
    whole = matrix[np.ix_(xi, mu)] - by_ion @ matrix[np.ix_(ion, mu)]
    return whole / model.barrier_height, by_ion


@pytest.mark.parametrize("dimensions", [2, 3])
def test_fluctuation_is_what_dissipation_asks_for(dimensions):
    """Covariance 2 kT L of what noise brings, L from the Jacobian: lithium, ions and reaction."""
    scaffold = channels(1.2e-6, 0.4, 2.0e-6, "unit_cell", 0.2e-6, dimensions=dimensions)
    domain = build_domain(scaffold, WIDTH, force=True)
    model, thickness = make_model(width=WIDTH), 1e-7 if dimensions == 2 else None
    noise = ThermalNoise(Cell(domain, model), Noise(THERMAL_ENERGY, 1.0, 1, thickness))
    state, dt = at_rest(profile(domain, 1.0e-6, WIDTH)), 7.0
    asked, by_ion = dissipation(domain, model, state, dt)
    volume = domain.grid.cell_volume
    volume *= 1.0 if thickness is None else thickness / domain.grid.spacing[0]
    pore, electrolyte = domain.pore.ravel() > 0, domain.electrolyte.ravel() > 0
    path, columns = np.zeros_like(noise.path(0.0, dt)), []
    for n in range(path.size):
        path[:] = 0.0
        path.flat[n] = np.sqrt(dt)
        lithium, shot, ions = noise.brings(state, path).reshape(3, -1)
        metal = (lithium + model.volume_per_charge * shot)[pore]
        columns.append(metal - by_ion @ (model.volume_per_charge * (shot - ions))[electrolyte])
    found = np.array(columns).T @ np.array(columns)
    expected = 2.0 * THERMAL_ENERGY / volume * asked
    assert np.abs(found - expected).max() < 1e-12 * np.abs(expected).max()


def test_waves_of_a_flat_front_have_the_energy_of_equipartition():
    """Three standard deviations; a noise twice too strong gives 4, twice too weak 0.25.

    Known beforehand: BDF2 leaves the faster of both waves 4 % short at a step of half its decay.
    """
    waves = fluctuate(16, 8.0, (1, 2), 0.5, 220, seed=1)
    found = waves.weights() @ waves.mean(40)
    assert abs(found - 0.97) < 3.0 * waves.scatter(180) < 0.5
    assert waves.iterations < 6.0
    assert abs(waves.loss) < 1e-13


@pytest.fixture(scope="module")
def slab():
    scaffold = channels(1.2e-6, 0.4, 2.4e-6, "unit_cell", 0.2e-6)
    return build_domain(scaffold, WIDTH, force=True)


def noise_on(domain, *, seed=1, thickness=1e-7, interval=2.0):
    coefficients = Noise(THERMAL_ENERGY, interval, seed, thickness)
    return ThermalNoise(Cell(domain, make_model(width=WIDTH)), coefficients)


def test_the_path_depends_on_time_and_seed_alone(slab):
    noise = noise_on(slab)
    whole = noise.path(3.0, 7.0)
    pieces = [noise.path(3.0, 0.4), noise.path(3.4, 3.6), noise.path(7.0, 3.0)]
    assert np.allclose(sum(pieces), whole, rtol=0, atol=1e-12)
    assert np.array_equal(whole, noise_on(slab).path(3.0, 7.0))
    assert not np.allclose(whole, noise_on(slab, seed=2).path(3.0, 7.0))
    one, other = noise.path(0.0, 2.0), noise.path(2.0, 2.0)
    assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 4 / np.sqrt(one.size)
    assert np.var(one) == pytest.approx(2.0, abs=4 * 2.0 * np.sqrt(2 / one.size))
    assert np.array_equal(noise.path(0.0, 1.0), 0.5 * one)  # constant over an interval


def test_noise_goes_with_the_root_of_the_thickness(slab):
    state = at_rest(profile(slab, 1.2e-6, WIDTH))
    thin, thick = noise_on(slab), noise_on(slab, thickness=4e-7)
    path = thin.path(0.0, 2.0)
    expected = 2.0 * thick.brings(state, path)
    assert thin.brings(state, path) == pytest.approx(expected, rel=1e-12, abs=0.0)


def test_noise_neither_makes_lithium_nor_moves_it_where_there_is_none(slab):
    state = at_rest(profile(slab, 1.2e-6, WIDTH))
    noise = noise_on(slab)
    lithium, shot, ions = noise.brings(state, noise.path(0.0, 2.0))
    for moved in (lithium, ions):
        assert abs(moved.sum()) < 1e-13 * np.abs(moved).sum()
    empty = ~ndimage.binary_dilation(state.xi > 0.0)
    assert empty.any() and np.all(lithium[empty] == 0.0)
    assert np.all(lithium[slab.pore == 0.0] == 0.0)
    assert np.all(shot[(slab.wall_density == 0.0) | (state.xi == 0.0)] == 0.0)
    assert np.all(ions[slab.electrolyte == 0.0] == 0.0)


def test_a_step_in_two_pieces_meets_the_same_noise(slab):
    """As after a rejection: what is left between both is the error of the step, no other draw."""
    start = replace(
        at_rest(profile(slab, 1.2e-6, WIDTH)), own={"noise": np.zeros((3, *slab.pore.shape))}
    )
    ends = []
    for pieces in (1, 2):
        coefficients = Noise(THERMAL_ENERGY, 0.02, 1, 1e-8)
        model = make_model(width=WIDTH)
        backend = ConservedStepper(*equipped(slab, model, noise=coefficients), 1e-11, 25)
        states = [start]
        for _ in range(pieces):
            found = backend.advance(states, 0.02 / pieces, AppliedCurrent(0.0))
            states = [found.state]
        ends.append(states[-1].xi)
    front = (start.xi > 0.2) & (start.xi < 0.8)
    moved, differ = (np.std((ends[1] - other)[front]) for other in (start.xi, ends[0]))
    assert differ < 0.25 * moved


def ran(*changes, steps=4):
    simulation = build(load_case(shipped_case("quickstart"), [*QUICK, *changes]))
    for _ in range(steps):
        simulation.advance()
    return simulation


def test_a_run_is_the_same_again_and_after_a_checkpoint():
    once, again = ran(), ran(steps=2)
    other = build(again.case)
    other.recall(*again.memory())
    for simulation in (again, other):
        for _ in range(2):
            simulation.advance()
        found, expected = simulation.state.arrays(), once.state.arrays()
        for name in ("xi", "mu", "ion_potential", "noise"):
            assert np.array_equal(found[name], expected[name])
    assert abs(once.ledger.balance - 1.0) < 1e-13
    assert once.newton_iterations / once.step < 8
    seeded, plain = ran("noise.seed=7"), ran("noise={thermal: false}")
    for different in (seeded, plain):
        assert 1e-6 < np.abs(different.state.xi - once.state.xi).max() < 0.1
    assert "noise" not in plain.state.own


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (["noise={thermal: true}", "solver.time_step=1 s"], "noise.thickness.*2D needs it"),
        (["noise={thermal: true, thickness: 1 um}"], "solver.time_step.*fixed step"),
        (["noise={seed: 3}"], "need thermal: true"),
        ([*QUICK, "dimensions=3"], "has 3 dimensions"),
        ([*QUICK, "backend=fipy"], "needs backend: numba"),
        ([*QUICK, "model=paper"], "needs model: conserved"),
        (
            [
                *QUICK,
                "electrolyte={conductivity: 1 mS/cm, transference_number: 0.4, "
                "diffusivity: 1e-10 m^2/s, concentration: 1000 mol/m^3}",
            ],
            "single-ion conductor",
        ),
    ],
)
def test_what_is_refused(changes, words):
    with pytest.raises(CaseError, match=words):
        load_case(shipped_case("quickstart"), changes)
