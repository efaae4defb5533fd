"""The coupled system: Jacobian against differences, flat 3D against 2D, mirror symmetry."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from geometries import channels
from phasefield.grid.smoothed_domain import build_domain
from phasefield.models.conserved.contributions import equipped
from phasefield.models.conserved.kernels import SLOTS
from phasefield.models.conserved.lithium_bodies import find_bodies
from phasefield.models.conserved.newton_system import CoupledSystem
from phasefield.models.conserved.state import ConservedState
from phasefield.models.conserved.step import Unknowns
from phasefield.models.conserved.stepper import predict
from phasefield.solvers.time_formula import time_formula

from .conftest import make_model, make_step, profile


def random_point(domain, width, seed=0, noise=0.02):
    """An uneven iterate with a detached drop, and the step it belongs to."""
    rng = np.random.default_rng(seed)
    height = domain.grid.height
    xi = profile(domain, 0.4 * height, width)
    drop = profile(domain, 0.9 * height, width) - profile(domain, 0.65 * height, width)
    xi = np.clip(xi + drop, 0, 1)
    bodies = find_bodies(xi, domain)
    cells = domain.grid.size
    xi = xi.ravel() + noise * rng.standard_normal(cells) * (domain.pore.ravel() > 0)
    point = Unknowns(
        xi,
        1e6 * rng.standard_normal(cells) * (domain.pore.ravel() > 0),
        1e-2 * rng.standard_normal(cells) * (domain.electrolyte.ravel() > 0),
        np.array([0.0] + [1e-3] * bodies.floating),
    )
    step = make_step(
        domain,
        make_model(width=width, angle=60.0),
        1.5,
        1.5 * xi * 0.99,
        7.0,
        2.0 * domain.electrode.ravel(),
        bodies,
    )
    return point, step


def moved(point, change, extra, scale, length):
    return point.moved(change, length * scale, length * scale[2] * extra)


@pytest.mark.parametrize("voltage", [None, 8e-3])
@pytest.mark.parametrize("dimensions", [2, 3])
def test_newton_update_solves_the_linearised_system(dimensions, voltage):
    """J (update) = -residual, checked through differences of the residual along the update."""
    width = 0.4e-6
    arguments = {"pore_size": 1.6e-6, "porosity": 0.5, "height": 6e-6, "width": "unit_cell"}
    scaffold = channels(**arguments, spacing=0.2e-6, dimensions=dimensions)
    domain = build_domain(scaffold, width, force=True)
    system = CoupledSystem(*equipped(domain, make_model(width=width, angle=60.0)))
    point, step = random_point(domain, width)
    step = replace(step, drive=replace(step.drive, voltage=voltage))
    point.half_cell_drop[0] = 1e-3 if voltage else 0.0
    assert step.nodes.floating == 1
    residual, net = system.evaluate(point, step)
    assert net.size == (1 if voltage is None else 2)
    change, extra = system.update(residual.copy(), net.copy(), step)
    scale = system.column_scale
    largest = max(np.abs(change).max(), np.abs(extra).max())
    h = 1e-6 / largest
    forward = system.evaluate(moved(point, change, extra, scale, h), step)
    backward = system.evaluate(moved(point, change, extra, scale, -h), step)
    if voltage is not None:
        derivative = (forward[1][-1] - backward[1][-1]) / (2 * h)
        assert derivative == pytest.approx(-net[-1], rel=1e-6)
    for at, plus, minus in zip((residual, net), forward, backward, strict=True):
        derivative = (plus - minus) / (2 * h)
        # bulk stiffness has kinks at xi = 0 and 1: the few cells that cross one are left out
        close = np.abs(derivative + at) <= 1e-4 * np.abs(at).max()
        assert close.mean() > 0.995


def test_flat_axis_changes_nothing(slit, model, width):
    """The residual of a 2D domain repeated along z is the same in every layer."""
    thick = replace(
        slit,
        grid=replace(slit.grid, shape=(3, *slit.grid.shape[1:])),
        **{
            name: np.repeat(getattr(slit, name), 3, axis=0)
            for name in ("pore", "electrolyte", "phi", "wall_density")
        },
    )
    results = []
    for domain in (slit, thick):
        xi = profile(domain, 1.5e-6, width)
        step = make_step(
            domain,
            model,
            1.0,
            0.98 * xi.ravel(),
            5.0,
            2 * domain.electrode.ravel(),
            find_bodies(xi, domain),
        )
        zero = np.zeros(xi.size)
        system = CoupledSystem(*equipped(domain, model))
        residual, _ = system.evaluate(Unknowns(xi.ravel(), zero, zero + 1e-3, np.zeros(1)), step)
        results.append(residual.reshape(*domain.grid.shape, 3))
    flat, repeated = results
    for layer in repeated:
        assert np.array_equal(layer, flat[0])


def test_mirror_symmetry(slit, model, width):
    """Mirroring the state across x mirrors the residual of the mirrored domain."""
    mirrored = replace(
        slit,
        **{
            name: getattr(slit, name)[:, :, ::-1].copy()
            for name in ("pore", "electrolyte", "phi", "wall_density")
        },
    )
    rng = np.random.default_rng(3)
    shape = slit.grid.shape
    xi = profile(slit, 1.5e-6, width) + 0.01 * rng.random(shape) * (slit.pore > 0)
    mu, ion = 1e6 * rng.random(shape), 1e-3 * rng.random(shape)
    residuals = []
    for domain, turn in ((slit, 1), (mirrored, -1)):
        fields = [np.ascontiguousarray(field[:, :, ::turn]) for field in (xi, mu, ion)]
        flat = [field.ravel() for field in fields]
        bodies = find_bodies(fields[0], domain)
        step = make_step(
            domain, model, 1.0, 0.99 * flat[0], 5.0, 2 * domain.electrode.ravel(), bodies
        )
        system = CoupledSystem(*equipped(domain, model))
        residual, _ = system.evaluate(Unknowns(*flat, np.zeros(1)), step)
        residuals.append(residual.reshape(*shape, 3)[:, :, ::turn])
    assert residuals[0] == pytest.approx(residuals[1], rel=1e-12, abs=1e-14)


def test_transport_only_moves_things(slit, model, width):
    """Summed up, (A) is storage minus reaction and (C) source minus the same reaction."""
    rng = np.random.default_rng(1)
    shape = slit.grid.shape
    xi = (profile(slit, 1.5e-6, width) + 0.01 * rng.random(shape) * (slit.pore > 0)).ravel()
    mu, ion = 1e6 * rng.random(xi.size), 1e-3 * rng.random(xi.size)
    dt, applied = 5.0, 2.0
    bodies = find_bodies(xi.reshape(shape), slit)
    step = make_step(slit, model, 1.0, 0.9 * xi, dt, applied * slit.electrode.ravel(), bodies)
    system = CoupledSystem(*equipped(slit, model))
    residual, _ = system.evaluate(Unknowns(xi, mu, ion, np.zeros(1)), step)
    rows = residual.sum(axis=0)
    stored = np.sum(slit.pore.ravel() * 0.1 * xi)
    source = (
        model.volume_per_charge * dt * applied * slit.grid.cross_section / slit.grid.cell_volume
    )
    assert rows[0] - rows[2] == pytest.approx(stored - source, rel=1e-12)


def test_an_iteration_leaves_a_cell_some_of_its_distance_from_an_end(slit, model):
    system, edge = CoupledSystem(*equipped(slit, model)), model.edge
    before = np.array([0.01, 0.99, 0.5 * edge, 1.0 + edge, 0.3, 0.7])
    after = np.array([-0.4, 1.3, -3.0 * edge, 0.2, 0.2, 0.9])
    nothing = np.zeros(6)
    limited = system.limited(
        Unknowns(before, nothing, nothing, np.zeros(1)),
        Unknowns(after, nothing, nothing, np.zeros(1)),
    ).xi
    assert limited[:2] == pytest.approx([0.0005, 0.9995], rel=1e-12)
    assert limited[2:4] == pytest.approx(after[2:4], rel=1e-12)  # within an end a tangent holds
    assert limited[4:] == pytest.approx(after[4:], rel=1e-12)


THIRD = time_formula([0.0, 1.0, 2.0], 1.0)


def test_prediction_leads_no_cell_beyond_full_or_empty(slit):
    shape = slit.grid.shape
    nothing = np.zeros(shape)

    def state(time, xi):
        return ConservedState(time, np.full(shape, xi), nothing, nothing, nothing, nothing)

    filling = predict(THIRD, [state(0.0, 0.1), state(1.0, 0.5), state(2.0, 0.95)])
    assert filling.xi.max() == 1.0
    emptying = predict(THIRD, [state(0.0, 0.9), state(1.0, 0.5), state(2.0, 0.05)])
    assert emptying.xi.min() == 0.0
    pressed = predict(THIRD, [state(0.0, 1.001), state(1.0, 1.002), state(2.0, 1.003)])
    assert pressed.xi.max() == 1.003


@pytest.mark.parametrize("reacting", [True, False])
def test_nothing_is_assembled_that_joins_no_unknowns(slit, model, width, reacting):
    """The multigrid reads all slots of all cells, and takes them for couplings of unknowns."""
    system = CoupledSystem(*equipped(slit, model), reacting=reacting)
    point, step = random_point(slit, width)
    residual, _ = system.evaluate(point, step)
    mask, cells = system.sparsity.mask, len(residual)
    assert np.all(residual[~mask] == 0.0)
    joined = np.zeros((cells, len(SLOTS)), bool)
    joined.ravel()[system.sparsity._entries()[2]] = True
    assert np.all(system._values[~joined] == 0.0)
    assert np.all(system.sparsity.matrix(system._values).diagonal() != 0.0)
