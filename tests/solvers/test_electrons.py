"""Coatings that conduct electrons, in a run: Jacobian, steady limit, ledger."""

from __future__ import annotations

from dataclasses import replace
from math import pi

import numpy as np
import pytest

from geometries import channels
from phasefield.grid.smoothed_domain import Maps, Wall, build_domain
from phasefield.models.base import AppliedCurrent, AppliedVoltage
from phasefield.models.conserved import voltage
from phasefield.models.conserved.contributions import equipped
from phasefield.models.conserved.electron_network import Electrons
from phasefield.models.conserved.local_parameters import conducting_coating
from phasefield.models.conserved.newton_system import CoupledSystem
from phasefield.models.conserved.readings import ConservedReadings
from phasefield.models.conserved.relaxation import relax
from phasefield.models.conserved.state import ConservedState
from phasefield.models.conserved.step import Unknowns
from phasefield.models.conserved.stepper import ConservedStepper
from phasefield.models.conserved.transmission_line import two_rails
from phasefield.physics.salt import Salt

from .conftest import make_model, profile
from .test_system import moved, random_point

WIDTH = 0.3e-6


def coated(sheet, onset=0.0, lowest=0.0, highest=np.inf, **arguments):
    """A slit of 1.2 um, its walls coated between two heights."""
    given = {"pore_size": 1.2e-6, "porosity": 0.5, "height": 6e-6, "width": "unit_cell"}
    domain = build_domain(channels(**(given | arguments), spacing=0.075e-6), WIDTH)
    height = domain.grid.centres(1)
    there = ((height > lowest) & (height < highest)).astype(np.uint8)
    number = np.broadcast_to(there[None, :, None], domain.grid.shape)
    wall = Wall("film", 24.6e-4, pi / 2, sheet, onset)
    return replace(domain, maps=Maps(number, (wall,), np.zeros_like(number), ()))


def stepped(domain, current, steps=1, dt=0.05, xi=None):
    """Levels of a few steps from a flat front, backend and model."""
    model = make_model(width=WIDTH)
    backend = ConservedStepper(*equipped(domain, model), 1e-12, 20)
    zero = np.zeros(domain.grid.shape)
    xi = profile(domain, 2e-6, WIDTH) if xi is None else xi
    states = [ConservedState(0.0, xi, zero, zero, zero, zero)]
    for _ in range(steps):
        states.append(backend.advance(states[-3:], dt, AppliedCurrent(current)).state)
    return states, backend, model


@pytest.mark.parametrize("voltage", [None, 8e-3])
def test_newton_update_solves_the_linearised_system(voltage):
    domain = coated(1e-9)
    model = make_model(width=WIDTH)
    system = CoupledSystem(*equipped(domain, model))
    point, step = random_point(domain, WIDTH, noise=0.0)
    rng = np.random.default_rng(1)
    inside = (0.02 + 0.96 * point.xi) * (domain.pore.ravel() > 0)  # away from kinks of the well
    electrons = Electrons(domain, conducting_coating(domain).sheet, WIDTH)
    network = electrons.network(inside.reshape(domain.grid.shape), step.nodes)
    step = replace(step, nodes=network, drive=replace(step.drive, voltage=voltage))
    metal = np.append(0.0, 1e-3 * rng.standard_normal(network.unknown))
    point = Unknowns(inside, point.mu, point.ion, metal, np.array([1e-3 if voltage else 0.0]))
    residual, net = system.evaluate(point, step)
    assert net.size == network.unknown + (voltage is not None)
    change, extra = system.update(residual.copy(), net.copy(), step)
    h = 1e-6 / max(np.abs(change).max(), np.abs(extra).max())
    ends = [
        system.evaluate(moved(point, change, extra, system.column_scale, sign * h), step)
        for sign in (1.0, -1.0)
    ]
    for at, plus, minus in zip((residual, net), *ends, strict=True):
        off = np.abs((plus - minus) / (2 * h) + at)
        kinks = off > 1e-4 * np.abs(at).max()  # V_l = V_s on bare coating
        assert kinks.mean() < 0.002


def test_each_block_of_the_potentials_is_a_derivative():
    """Net currents to cells and to potentials, residuals to potentials, row by row."""
    domain = coated(1e-10)
    system = CoupledSystem(*equipped(domain, make_model(width=WIDTH)))
    drawn, step = random_point(domain, WIDTH, noise=0.0)
    xi = (0.02 + 0.96 * drawn.xi) * (domain.pore.ravel() > 0)
    electrons = Electrons(domain, conducting_coating(domain).sheet, WIDTH)
    network = electrons.network(xi.reshape(domain.grid.shape), step.nodes)
    step = replace(step, nodes=network)
    rng = np.random.default_rng(1)
    metal = np.append(0.0, 1e-3 * rng.standard_normal(network.unknown))
    ion = np.where(domain.electrolyte.ravel() > 0, 6e-3, 0.0)  # bare coating plates everywhere
    point = Unknowns(xi, drawn.mu, ion, metal)
    system.evaluate(point, step)
    coating = system._condensed(step)
    still = np.zeros(network.unknown + 2)
    for kind in range(4):
        change, extra = np.zeros((xi.size, 3)), still.copy()
        if kind < 3:
            change[:, kind] = rng.standard_normal(xi.size)
        else:
            extra[1:-1] = rng.standard_normal(network.unknown)
        ends = [
            system.evaluate(moved(point, change, extra, system.column_scale, h), step)
            for h in (1e-6, -1e-6)
        ]
        rows, net = ((plus - minus) / 2e-6 for plus, minus in zip(*ends, strict=True))
        if kind < 3:
            expected = coating.gather(change)
            assert np.abs(net - expected).max() < 1e-5 * np.abs(expected).max()
        else:
            assert np.abs(coating.factors.solve(net) - extra[1:-1]).max() < 1e-5
            found = coating.spread(extra[1:-1])
            assert np.abs(rows - found).max() < 1e-5 * np.abs(found).max()


@pytest.mark.parametrize("sheet", [2e-12, 2e-10, 2e-8, 2e-5])
def test_a_short_step_takes_the_steady_current_of_two_conductors(sheet):
    domain = coated(sheet)
    model = make_model(width=WIDTH)
    start = relax(
        domain, model, profile(domain, 2e-6, WIDTH), tolerance=1e-10, duration=1.0, pore_size=1e-6
    )
    states, _, _ = stepped(domain, 0.2, dt=0.01, xi=start.xi)
    expected = two_rails(domain, model, sheet, 0.2, states[0].xi)
    observer = ConservedReadings(*equipped(domain, model), states[0].xi)
    found = observer.fields(states[-1])["contact_current_density"]
    wall = domain.wall_density > 0.0
    assert np.isfinite(found[wall]).all()
    area = domain.wall_density.sum(axis=(0, 2))
    layers = [
        np.sum(domain.wall_density * np.where(wall, i, 0.0), axis=(0, 2)) / area
        for i in (found, expected.current_density)
    ]
    off = np.abs(layers[0] - layers[1]).max() / np.abs(layers[1]).max()
    assert off < 0.02
    assert observer.voltage(states[-1]) == pytest.approx(expected.voltage, rel=0.015)


@pytest.mark.parametrize("sheet", [2e-10, 2e-7])
def test_metal_is_charge_and_the_parts_of_the_voltage_add_up(sheet):
    domain = coated(sheet)
    states, _, model = stepped(domain, 2.0, steps=6, dt=2.0)
    observer = ConservedReadings(*equipped(domain, model), states[0].xi)
    start, end = (observer.lithium_volume_per_area(states[n].xi) for n in (0, -1))
    charge = 2.0 * 12.0 * model.volume_per_charge
    assert end - start == pytest.approx(charge, rel=1e-10)
    seen = observer.observe(states[-1], 24.0)
    parts = seen.parts
    total = parts.ohmic + parts.kinetic + parts.capillary + parts.electronic
    assert total == pytest.approx(seen.voltage, rel=1e-9)
    assert parts.electronic > 0.0
    assert 0.05 < seen.bare_share < 1.2


def test_the_poorer_carrier_says_where_lithium_comes():
    """Bottom up where electrons are scarce, mostly on top where ions are."""
    found = []
    for sheet in (2e-11, 2e-6):
        domain = coated(sheet)
        states, _, _ = stepped(domain, 2.0, steps=8, dt=10.0)
        grown = np.sum(domain.pore * (states[-1].xi - states[0].xi), axis=(0, 2))
        above = domain.grid.spacing[1] * np.arange(grown.size) > 3e-6
        found.append(grown[above].sum() / grown.sum())
    assert found[0] < 0.01
    assert found[1] > 0.5


def test_a_wall_on_which_lithium_does_not_nucleate_is_a_clean_one():
    clean = coated(0.0)
    states, _, _ = stepped(clean, 2.0, steps=4, dt=5.0)
    barred, _, _ = stepped(coated(2e-6, onset=0.1), 2.0, steps=4, dt=5.0)
    np.testing.assert_allclose(barred[-1].xi, states[-1].xi, atol=1e-4)
    open_to, _, _ = stepped(coated(2e-6), 2.0, steps=4, dt=5.0)
    assert np.abs(open_to[-1].xi - states[-1].xi).max() > 0.02


def test_a_coating_without_a_way_to_the_collector_plates_nothing():
    domain = coated(2e-8, lowest=4e-6)
    states, _, model = stepped(domain, 2.0)
    cell, contributions = equipped(domain, model)
    observer = ConservedReadings(cell, contributions, states[0].xi)
    assert abs(observer.observe(states[-1], 0.1).bare_share) < 1e-6
    network = contributions.coating.network(states[0].xi)
    assert network.grounded[0]
    assert not network.grounded[1:].any()


def test_lithium_that_a_coating_joins_to_the_collector_is_not_dead():
    parts = []
    for domain in (coated(2e-8), coated(0.0)):
        drop = profile(domain, 4.5e-6, WIDTH) - profile(domain, 3.5e-6, WIDTH)
        xi = np.clip(profile(domain, 1.5e-6, WIDTH) + drop, 0.0, 1.0)
        states, _, model = stepped(domain, 2.0, xi=xi)
        parts.append(ConservedReadings(*equipped(domain, model), xi).observe(states[-1], 0.1))
    joined, alone = parts
    assert joined.dead_lithium_per_area == 0.0
    assert alone.dead_lithium_per_area == pytest.approx(0.5e-6, rel=0.1)
    assert joined.voltage < alone.voltage


def test_a_held_voltage_finds_the_current_that_gives_it():
    domain = coated(1e-9)
    states, backend, model = stepped(domain, 2.0, dt=0.002)
    observer = ConservedReadings(*equipped(domain, model), states[0].xi)
    voltage = observer.voltage(states[-1])
    held = backend.advance(states[:1], 0.002, AppliedVoltage(voltage)).state
    assert held.current_density == pytest.approx(2.0, rel=1e-6)
    small = backend.advance(states[:1], 0.002, AppliedCurrent(2.02)).state
    slope = (observer.voltage(small) - voltage) / 0.02
    resistance = observer.observe(states[-1], 0.1).resistance
    assert resistance.cell == pytest.approx(slope, rel=1e-3)
    more = (
        np.nan_to_num(observer.fields(state)["contact_current_density"])
        for state in (small, states[-1])
    )
    change = (next(more) - next(more)) / 0.02
    volume = domain.grid.cell_volume / domain.grid.cross_section
    taken = 24.6e-4 * np.sum(domain.wall_density * change**2) * volume
    assert resistance.interfacial == pytest.approx(taken, rel=0.01)


def test_no_resistance_is_made_of_more_than_can_be_factorised(monkeypatch):
    domain = coated(2e-8)
    states, _, model = stepped(domain, 2.0)
    observer = ConservedReadings(*equipped(domain, model), states[0].xi)
    cells = np.count_nonzero(domain.electrolyte)
    monkeypatch.setattr(voltage, "DIRECT_UNKNOWNS", {2: cells})
    assert np.isnan(observer.observe(states[-1], 0.1).resistance.cell)
    monkeypatch.setattr(voltage, "DIRECT_UNKNOWNS", {2: 2 * cells})
    assert observer.observe(states[-1], 0.1).resistance.cell > 0.0


def test_less_salt_plates_less_on_bare_coating():
    domain = coated(2e-5)
    states, _, model = stepped(domain, 2.0, dt=0.002)
    salt = Salt(0.5, 1e-10, 1000.0, model.thermal_voltage)
    observer = ConservedReadings(*equipped(domain, model, salt), states[0].xi)
    full = replace(states[-1], own={"concentration": np.full(domain.grid.shape, 1000.0)})
    half = replace(full, own={"concentration": np.full(domain.grid.shape, 500.0)})
    more, less = (observer.observe(state, 0.1) for state in (full, half))
    assert less.bare_share / more.bare_share == pytest.approx(0.5**0.5, rel=1e-6)
    rise = less.resistance.interfacial / more.resistance.interfacial
    assert rise == pytest.approx(2**0.5, rel=0.1)
