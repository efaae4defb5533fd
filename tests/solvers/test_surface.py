"""Anisotropic surface energy: the tangent, Wulff's shape and its pressure, what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from geometries import channels
from phasefield.case import load_case
from phasefield.errors import CaseError
from phasefield.grid.grid import cell_centres
from phasefield.grid.smoothed_domain import build_domain
from phasefield.models.conserved.contributions import equipped
from phasefield.models.conserved.lithium_bodies import find_bodies
from phasefield.models.conserved.newton_system import CoupledSystem
from phasefield.models.conserved.readings import ConservedReadings
from phasefield.models.conserved.step import Unknowns
from phasefield.physics.front import front_at_rest
from phasefield.simulation.loop import build
from phasefield.solvers import block_solver
from phasefield.solvers.newton import solve
from phasefield.validation.setups import shipped_case, uniform_domain
from tests.solvers.conftest import make_model, make_step
from tests.solvers.test_system import random_point

WIDTH = 0.4e-6


@pytest.mark.parametrize("factorised", [True, False])
@pytest.mark.parametrize("dimensions", [2, 3])
def test_newton_update_solves_the_linearised_system(dimensions, factorised, monkeypatch):
    """With the derivatives that join two axes, which no factor and no coarse grid knows of."""
    if not factorised:
        monkeypatch.setattr(block_solver, "DIRECT_BELOW", dict.fromkeys(range(4), 0))
    scaffold = channels(1.6e-6, 0.5, 4e-6, "unit_cell", 0.2e-6, dimensions=dimensions)
    domain = build_domain(scaffold, WIDTH, force=True)
    model = make_model(width=WIDTH, angle=60.0)._replace(anisotropy=0.12)
    system = CoupledSystem(*equipped(domain, model))
    point, step = random_point(domain, WIDTH)
    residual, net = system.evaluate(point, step)
    change, extra = system.update(residual.copy(), net.copy(), step)
    scale = system.column_scale
    h = 1e-6 / max(np.abs(change).max(), np.abs(extra).max())

    def along(length):
        moved = point.moved(change, length * scale, length * scale[2] * extra)
        return system.evaluate(moved, step)[0]

    derivative = (along(h) - along(-h)) / (2 * h)
    close = np.abs(derivative + residual) <= 1e-3 * np.abs(residual).max()
    assert close.mean() > 0.99  # but for cells that cross a kink of the well
    lost = derivative + residual
    kept = np.sum(residual[:, 0] - residual[:, 2])
    assert abs(np.sum(lost[:, 0] - lost[:, 2])) < 1e-6 * abs(kept)


def radius(xi, spacing, diagonal):
    """Where xi falls through 1/2 along x or along the diagonal of a quarter plane."""
    along = np.diagonal(xi[0]) if diagonal else xi[0, 0]
    stretch = np.sqrt(2.0) if diagonal else 1.0
    at = stretch * spacing * (np.arange(along.size) + 0.5)
    return float(np.interp(0.5, along[::-1], at[::-1]))


@pytest.mark.parametrize(("epsilon", "fold"), [(0.1, 4), (0.15, 2)])
def test_particle_at_rest_has_the_shape_and_the_pressure_of_wulff(epsilon, fold):
    """Support function h = gamma/mu; on an axis of symmetry the radius is h."""
    spacing, cells = WIDTH / 6, 28
    domain = uniform_domain((1, cells, cells), spacing, 0.0)
    model = make_model(width=WIDTH)._replace(anisotropy=epsilon, fold=float(fold))
    at = cell_centres(cells, spacing)
    xi = front_at_rest(np.hypot(*np.meshgrid(at, at))[None] - 3.2 * WIDTH, WIDTH)
    observer, system = (
        ConservedReadings(*equipped(domain, model), xi),
        CoupledSystem(*equipped(domain, model), reacting=False),
    )
    zero, bodies = np.zeros(xi.size), find_bodies(xi, domain)
    now, dt, most = Unknowns(xi.ravel(), zero, zero, np.zeros(1)), 2e3, 0
    energies = [observer.free_energy(xi)]
    for _ in range(14):
        step = make_step(domain, model, 1.0, now.xi, dt, zero, bodies)
        found = solve(system, now, step, 1e-10, 25, system.limited)
        now, dt, most = found.unknowns, 2.0 * dt, max(most, found.iterations)
        energies.append(observer.free_energy(now.xi.reshape(xi.shape)))
    assert most <= 10
    assert np.all(np.diff(energies) <= 1e-14 * energies[0])
    assert now.xi.sum() == pytest.approx(xi.sum(), rel=1e-14)
    mu, xi = float(now.mu[now.xi > 0.9].mean()), now.xi.reshape(xi.shape)
    low, high = (0.0, 0.5 * np.pi) if fold == 2 else (0.0, 0.25 * np.pi)
    ends = [xi, xi.transpose(0, 2, 1)] if fold == 2 else [xi, xi]
    for end, theta, diagonal in zip(ends, (low, high), (False, fold == 4), strict=True):
        gamma = 0.5 * np.sqrt(1 + epsilon * np.cos(fold * theta))
        assert mu * radius(end, spacing, diagonal) / gamma == pytest.approx(1.0, abs=8e-3)


def test_a_plane_has_the_energy_of_its_direction(slit, model):
    """A slope along y: cos(4 theta) = 1, so kappa1 is kappa (1 + epsilon) on every face."""
    open_space = replace(slit, pore=np.ones_like(slit.pore))
    plane = np.broadcast_to(0.01 * np.arange(slit.pore.shape[1])[None, :, None], slit.pore.shape)
    plain, stiff = (
        ConservedReadings(*equipped(open_space, model._replace(anisotropy=e)), plane).free_energy(
            plane
        )
        for e in (0.0, 0.1)
    )
    gradient, faces = 0.01 / slit.grid.spacing[1], plane.size - plane.shape[2]
    added = 0.5 * 0.1 * model.gradient_coefficient * gradient**2 * faces
    expected = added * slit.grid.cell_volume / slit.grid.cross_section
    assert stiff - plain == pytest.approx(expected, rel=1e-9)


def test_plating_on_an_anisotropic_surface_keeps_charge_and_newton():
    """The quick case: as many iterations as an isotropic surface takes, and another height."""
    taken, ends = [], []
    for epsilon in (0.0, 0.1):
        changes = [f"lithium.anisotropy={epsilon}", "solver.time_step=25 s"]
        simulation = build(load_case(shipped_case("quickstart"), changes))
        for _ in range(6):
            simulation.advance()
        assert abs(simulation.ledger.balance - 1.0) < 1e-13
        taken.append(simulation.newton_iterations)
        ends.append(simulation.state.xi)
    assert taken[1] <= taken[0] + 6
    assert 1e-3 < np.abs(ends[1] - ends[0]).max() < 0.5


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (["lithium.anisotropy=0.15"], ["lithium.anisotropy", "not convex", "below 0.1429"]),
        (["lithium.anisotropy=0.06", "lithium.fold=6"], ["not convex", "below 0.05882"]),
        (["lithium.anisotropy=0.05", "lithium.fold=5"], ["lithium.fold", "multiple of 2"]),
        (["lithium.anisotropy=0.05", "backend=fipy"], ["needs backend: numba"]),
        (["lithium.anisotropy=0.05", "model=paper"], ["paper.anisotropy"]),
        (["lithium.fold=6", "dimensions=3"], ["cubic, w = 4, you gave 6"]),
    ],
)
def test_what_is_refused(changes, words):
    with pytest.raises(CaseError) as refused:
        load_case(shipped_case("quickstart"), changes)
    for word in words:
        assert word in str(refused.value)
