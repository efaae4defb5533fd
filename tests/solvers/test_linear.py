"""Multigrid and Krylov against the direct solver: contrasts, dead cells, odd and thin grids."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from scipy import ndimage

from geometries import channels
from phasefield.grid.smoothed_domain import build_domain
from phasefield.models.conserved import kernels as conserved
from phasefield.models.conserved.contributions import equipped
from phasefield.models.conserved.kernels import C_V, CONSERVED_LAYOUT, SLOTS
from phasefield.models.conserved.newton_system import LITHIUM, CoupledSystem
from phasefield.models.published import kernels as published
from phasefield.models.published.kernels import PUBLISHED_LAYOUT, PUBLISHED_SLOTS
from phasefield.solvers import block_solver
from phasefield.solvers.block_solver import LinearSolver
from phasefield.solvers.direct import Factors
from phasefield.solvers.fgmres import Workspace
from phasefield.solvers.multigrid import block_couplings
from phasefield.solvers.multigrid.block import Multigrid
from phasefield.solvers.multigrid.block_couplings import CASCADE, CHAIN, PATTERNS, slots_of
from phasefield.solvers.sparsity import Sparsity

from .conftest import make_model
from .test_system import random_point

FEW = 20
"""Krylov iterations per Newton system that the solver is built for."""


def poisson(conductivity):
    """Slots and mask of div(sigma grad V) = b, V = 0 beyond the first layer of y; 0 is no cell."""
    shape = conductivity.shape
    values = np.zeros((*shape, len(SLOTS)))
    for direction in range(6):
        axis, forward = direction // 2, direction % 2
        here = [slice(None)] * 3
        there = [slice(None)] * 3
        here[axis] = slice(None, -1) if forward else slice(1, None)
        there[axis] = slice(1, None) if forward else slice(None, -1)
        one, two = conductivity[tuple(here)], conductivity[tuple(there)]
        face = 2 * one * two / np.maximum(one + two, 1e-300)
        values[(*here, C_V + 1 + direction)] = face
        values[(*here, C_V)] -= face
    values[:, 0, :, C_V] -= 2 * conductivity[:, 0]
    mask = np.zeros((conductivity.size, 3), bool)
    mask[:, 2] = conductivity.ravel() > 0
    return values.reshape(-1, len(SLOTS)), mask


def krylov(conductivity, tolerance=1e-8):
    """Iterations and solution with a current through the last layer of y, and the right side."""
    values, mask = poisson(conductivity)
    grid = Multigrid(CONSERVED_LAYOUT, conductivity.shape)
    grid.factorise(values)
    work = Workspace(mask.shape, 60)
    b = np.zeros(mask.shape)
    b.reshape(*conductivity.shape, 3)[:, -1, :, 2] = conductivity[:, -1]
    x, residual, ratio = work.solve(grid, b, tolerance)
    assert ratio <= tolerance
    assert np.linalg.norm(residual) <= 1.01 * tolerance * np.linalg.norm(b)
    return work.iterations, x, b


class Diagonal:
    """Numbers from 1 to 200, preconditioned by nothing: what takes many iterations."""

    numbers = np.linspace(1.0, 200.0, 400)

    def multiply(self, x, out):
        out[:] = self.numbers * x

    def precondition(self, b, x, product):
        x[:] = b
        self.multiply(x, product)


def test_a_solver_that_starts_again_needs_less_memory_and_goes_as_far():
    b, system = np.ones(400), Diagonal()
    short, long = Workspace(b.shape, 10), Workspace(b.shape, 400)
    for work in (short, long):
        x, residual, ratio = work.solve(system, b, 1e-8)
        assert ratio <= 1e-8
        np.testing.assert_allclose(system.numbers * x, b - residual, rtol=1e-12)
    assert 1 < short.iterations / long.iterations < 4
    assert short._basis.nbytes < long._basis.nbytes / 30


def stripes(shape, contrast, filled=0.33):
    """Channels along y, 3 cells wide, walls of 2: none fits a coarse cell. One end is filled."""
    good = np.arange(shape[2]) % 5 < 3
    conductivity = np.where(good, 1.0, 1.0 / contrast) * np.ones(shape)
    conductivity[:, : int(filled * shape[1])] = 1.0
    return conductivity


@pytest.mark.parametrize("filled", [0.0, 0.33])
@pytest.mark.parametrize("contrast", [1.0, 1e2, 1e9])
@pytest.mark.parametrize("shape", [(1, 63, 65), (1, 12, 1000), (1, 1000, 12), (17, 14, 33)])
def test_poisson_iterations_stay_few_whatever_the_contrast(shape, contrast, filled):
    assert krylov(stripes(shape, contrast, filled))[0] <= 24


def test_poisson_iterations_hardly_grow_with_the_grid():
    few, many = (krylov(stripes((1, n, n), 1e9))[0] for n in (60, 240))
    assert many <= few


@pytest.mark.parametrize("shape", [(1, 1, 37), (1, 41, 1), (1, 23, 31), (9, 7, 11), (2, 3, 1)])
def test_random_contrast_and_dead_cells_against_the_direct_solver(shape):
    rng = np.random.default_rng(3)
    conductivity = 10.0 ** rng.uniform(-4, 0, shape)
    conductivity[rng.random(shape) < 0.1] = 0.0
    conductivity[:, 0] = 1.0
    labels, _ = ndimage.label(conductivity > 0)
    conductivity *= np.isin(labels, np.unique(labels[:, 0]))  # islands have no potential
    _, x, b = krylov(conductivity, 1e-12)
    values, mask = poisson(conductivity)
    sparsity = Sparsity(SLOTS, mask, shape)
    exact = sparsity.unpack(Factors(sparsity.matrix(values)).solve(sparsity.pack(b)))
    assert np.all(x[~mask] == 0.0)
    assert np.abs(x - exact).max() <= 1e-6 * np.abs(exact).max()


def coupled(arguments, width, **constants):
    """A coupled system at a front with a detached drop, and a right side."""
    domain = build_domain(channels(**arguments), width, force=True)
    system = CoupledSystem(*equipped(domain, make_model(width=width, **constants)))
    point, step = random_point(domain, width, noise=2e-4)
    point.mu *= 1e-2  # 0.01 MPa, 0.1 mV: the noise of a state, not more than its driving force
    point.ion *= 1e-2
    residual, _ = system.evaluate(point, step)
    return system.sparsity, system._values, -residual


def times(sparsity, values, x):
    """The Jacobian of the slots `values` times x, through its sparse matrix."""
    return sparsity.unpack(sparsity.matrix(values) @ sparsity.pack(x))


SLIT = {
    "pore_size": 1.2e-6,
    "porosity": 0.5,
    "height": 7.35e-6,
    "width": "unit_cell",
    "spacing": 0.075e-6,
}
CYLINDER = {**SLIT, "height": 2.6e-6, "spacing": 0.15e-6, "dimensions": 3}


@pytest.fixture(autouse=True)
def _iterate(monkeypatch):
    """Small systems are solved by iterations here, as large ones are."""
    monkeypatch.setattr(block_solver, "DIRECT_BELOW", dict.fromkeys(range(4), 1500))


@pytest.mark.parametrize("arguments", [SLIT, CYLINDER], ids=["slit", "cylinder"])
@pytest.mark.parametrize(
    "constants",
    [
        {},
        {"diffusivity": 1e-18},
        {"diffusivity": 1e-10},
        {"resistance": 0.05e-4},
        {"resistance": 1000e-4},
        {"angle": 30.0},
    ],
    ids=str,
)
def test_coupled_system_takes_few_iterations(arguments, constants):
    sparsity, values, right = coupled(arguments, 0.3e-6, **constants)
    solver = LinearSolver(CONSERVED_LAYOUT, sparsity, LITHIUM)
    x = solver.factorise(values).solve(right)
    assert 0 < solver._workspace.iterations <= FEW
    left = right - times(sparsity, values, x)
    assert np.linalg.norm(left) <= 10 * block_solver.TOLERANCE * np.linalg.norm(right)
    lost = np.sum(left @ LITHIUM) / np.abs(right).sum()
    assert abs(lost) < 1e-13


def test_paper_system_takes_few_iterations():
    """Diffusion, drift, reaction and a conductivity contrast of 1e9 in one made-up Jacobian."""
    rng = np.random.default_rng(5)
    shape = (1, 41, 36)
    conductivity = stripes(shape, 1e9)
    potential = poisson(conductivity)[0]
    values = np.zeros((conductivity.size, len(PUBLISHED_SLOTS)))
    seven = slice(C_V, C_V + 7)
    values[:, 0:7] = -potential[:, seven]
    values[:, 0] += 1.5 + rng.uniform(0, 5, len(values))
    values[:, 16:23] = -0.3 * potential[:, seven]
    values[:, 16] += 1.5
    values[:, 23:30] = -0.3 * potential[:, seven]
    values[:, 37:44] = potential[:, seven]
    values[:, [7, 8, 9, 30]] = rng.uniform(-0.1, 0.1, (len(values), 4))
    everywhere = np.ones((len(values), 3), bool)
    sparsity = Sparsity(PUBLISHED_SLOTS, everywhere, shape)
    solver = LinearSolver(PUBLISHED_LAYOUT, sparsity)
    right = rng.standard_normal(everywhere.shape)
    x = solver.factorise(values).solve(right)
    assert 0 < solver._workspace.iterations <= FEW
    left = right - times(sparsity, values, x)
    assert np.linalg.norm(left) <= 1.1 * block_solver.TOLERANCE * np.linalg.norm(right)


def test_thread_count_does_not_change_a_bit():
    if numba.config.NUMBA_NUM_THREADS < 2:
        pytest.skip("one thread only")
    sparsity, values, right = coupled(SLIT, 0.3e-6)
    solver = LinearSolver(CONSERVED_LAYOUT, sparsity, LITHIUM)
    found = []
    before = numba.get_num_threads()
    for threads in (1, 2):
        numba.set_num_threads(threads)
        found.append(solver.factorise(values).solve(right))
    numba.set_num_threads(before)
    assert np.array_equal(*found)


def test_a_system_that_krylov_cannot_solve_is_factorised(monkeypatch):
    sparsity, values, right = coupled(SLIT, 0.3e-6)
    solver = LinearSolver(CONSERVED_LAYOUT, sparsity, LITHIUM)
    monkeypatch.setattr(block_solver, "LOST", 0.0)
    x = solver.factorise(values).solve(right)
    assert np.abs(times(sparsity, values, x) - right).max() < 1e-9 * np.abs(right).max()
    monkeypatch.setattr(block_solver, "DIRECT_UNKNOWNS", {2: 10})
    with pytest.raises(RuntimeError, match="of its right side"):
        solver.factorise(values).solve(right)


@pytest.mark.parametrize(("family", "kernels"), [(CHAIN, conserved), (CASCADE, published)])
def test_a_model_and_the_solver_mean_the_same_slots(family, kernels):
    """First slots of the blocks stand as literals in the kernels of both rooms."""
    blocks = [(row, column) for row, column, _ in PATTERNS[family]]
    slots = [(row, column) for row, column, direction in slots_of(family) if direction < 0]
    assert slots == blocks
    prefix = "H" if family == CHAIN else "S"
    of_solver = [getattr(block_couplings, f"{prefix}_{row}{column}") for row, column in blocks]
    first = [slots_of(family).index((row, column, -1)) for row, column in blocks]
    names = {
        CHAIN: ("A_XI", "A_MU", "A_V", "B_XI", "B_MU", "C_V", "C_XI", "C_MU"),
        CASCADE: ("X_XI", "X_C", "X_V", "C_XI", "C_C", "C_V", "V_XI", "V_V"),
    }
    assert of_solver == first == [getattr(kernels, name) for name in names[family]]
