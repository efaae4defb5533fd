"""Lithium | electrolyte | lithium: voltage, charge of both electrodes, their bodies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from geometries import channels
from geometries.scaffold import Scaffold
from phasefield.errors import NoElectrode
from phasefield.grid.grid import cell_centres
from phasefield.grid.smoothed_domain import build_domain
from phasefield.models.base import AppliedCurrent, AppliedVoltage
from phasefield.models.conserved.contributions import equipped
from phasefield.models.conserved.lithium_bodies import (
    find_bodies,
    of_first_electrode,
    short_circuited,
)
from phasefield.models.conserved.readings import ConservedReadings
from phasefield.models.conserved.state import ConservedState
from phasefield.models.conserved.stepper import ConservedStepper
from phasefield.models.conserved.symmetric_cell import SymmetricReadings

from .conftest import THERMAL_VOLTAGE, make_model, profile


def slab(spacing, height, lithium):
    """Lithium as thick at both ends, dense electrolyte between them, one column of cells."""
    shape = (1, round(height / spacing), 1)
    y = cell_centres(shape[1], spacing)
    distance = np.minimum(y - lithium, height - lithium - y)[None, :, None]
    return Scaffold(
        spacing=(spacing,) * 3,
        labels=(distance > 0).astype(np.uint8),
        growth_axis=1,
        mirror_axes=(),
        pore_size=lithium,
        pore_volume=2 * lithium * spacing**2,
        wall_area=2 * spacing**2,
        signed_distance=distance,
    )


def rest(xi):
    zero = np.zeros(xi.shape)
    return ConservedState(0.0, xi, zero, zero, zero, zero)


@pytest.mark.parametrize(
    ("current", "resistance"), [(1.0, 24.6e-4), (-50.0, 24.6e-4), (20.0, 5e-4)]
)
def test_voltage_of_a_cell_of_flat_electrodes(current, resistance):
    """V = J L/sigma + 2 (2 RT/F) asinh(J/2 i0), the pressure of the metal apart."""
    height, lithium, width = 6e-6, 1.2e-6, 0.3e-6
    domain = build_domain(slab(width / 4, height, lithium), width, symmetric=True)
    model = make_model(width=width, resistance=resistance)
    full = (domain.pore > 0) * 1.0
    backend = ConservedStepper(*equipped(domain, model), 1e-12, 30)
    state = backend.advance([rest(full)], 1e-2, AppliedCurrent(current)).state
    seen = SymmetricReadings(*equipped(domain, model), full).observe(state, 1e-2 * current)
    ohmic = current * (height - 2 * lithium) / model.conductivity
    kinetic = 4 * THERMAL_VOLTAGE * np.arcsinh(current * resistance / (2 * THERMAL_VOLTAGE))
    assert seen.voltage - seen.parts.capillary == pytest.approx(ohmic + kinetic, rel=3e-4)
    assert seen.parts.kinetic == pytest.approx(kinetic, rel=3e-3)
    assert sum(vars(seen.parts).values()) == pytest.approx(seen.voltage, rel=1e-6)


@pytest.fixture(scope="module")
def cell(width):
    """Slits with lithium 1.2 um deep in both ends, and its coefficients."""
    domain = build_domain(
        channels(1.2e-6, 0.5, 4.5e-6, "unit_cell", 0.075e-6), width, symmetric=True
    )
    lower = profile(domain, 1.2e-6, width)
    return domain, make_model(width=width), lower + np.flip(lower, 1)


def march(cell, width, steps, applied=AppliedCurrent(2.0)):  # noqa: B008
    domain, model, xi = cell
    backend = ConservedStepper(*equipped(domain, model), 1e-11, 30)
    states = [rest(xi)]
    for dt in steps:
        states.append(backend.advance(states[-3:], dt, applied).state)
    return states


def test_a_cell_in_balance_is_two_half_cells(cell, width):
    """The middle of a cell with equal ends is an equipotential: each half has half the voltage."""
    domain, model, xi = cell
    state = march(cell, width, [1e-3])[-1]
    parts = SymmetricReadings(*equipped(domain, model), xi).observe(state, 0.0).parts
    half = build_domain(channels(1.2e-6, 0.5, 2.25e-6, "unit_cell", 0.075e-6), width)
    lower = xi[:, : half.grid.shape[1]]
    alone = ConservedStepper(*equipped(half, model), 1e-11, 30)
    from_rest = alone.advance([rest(lower)], 1e-3, AppliedCurrent(2.0)).state
    of_half = ConservedReadings(*equipped(half, model), lower).observe(from_rest, 0.0).parts
    assert parts.ohmic == pytest.approx(2 * of_half.ohmic, rel=1e-3)
    assert parts.kinetic == pytest.approx(2 * of_half.kinetic, rel=1e-4)


def test_what_one_electrode_gains_the_other_loses(cell, width):
    domain, model, xi = cell
    observer = SymmetricReadings(*equipped(domain, model), xi)
    state = march(cell, width, [5.0, 5.0, 5.0])[-1]
    before, after = (observer.observe(each, 0.0) for each in (rest(xi), state))
    gained = after.lithium_volume_per_area - before.lithium_volume_per_area
    lost = after.second.lithium_volume_per_area - before.second.lithium_volume_per_area
    charge = 2.0 * 15.0
    assert gained == pytest.approx(charge * model.volume_per_charge, rel=1e-9)
    assert gained + lost == pytest.approx(0.0, abs=1e-14 * before.lithium_volume_per_area)
    assert after.second.lithium_change == pytest.approx(gained + lost, abs=1e-20)
    # a slit is pore in half of its cross-section
    second = observer.observe(state, charge).second.uniformity
    assert second.faraday_rise_m == pytest.approx(-2 * gained, rel=1e-3)
    assert second.mean_rise_m < 0.0


def test_traces_in_an_empty_cell_stay_with_their_electrode(cell, width):
    """At 2.1 um of 4.5 um they are the first one's, also when the other lithium is nearer."""
    domain, model, xi = cell
    observer = SymmetricReadings(*equipped(domain, model), xi)
    moved = profile(domain, 0.6e-6, width) + np.flip(profile(domain, 1.5e-6, width), 1)
    traces = moved.copy()
    traces[:, 28] += 1e-4 * (domain.pore[:, 28] > 0)
    added = observer.lithium_volume_per_area(traces) - observer.lithium_volume_per_area(moved)
    grid = domain.grid
    expected = 1e-4 * domain.pore[:, 28].sum() * grid.cell_volume / grid.cross_section
    assert added == pytest.approx(expected, rel=1e-6, abs=0.0)


def test_contact_of_the_second_electrode_is_counted_from_its_own_end(cell, width):
    """Half of its lithium leaves half of its contact; nothing of the first one counts."""
    domain, model, _ = cell

    def filled(below, above):
        return profile(domain, below, width) + np.flip(profile(domain, above, width), 1)

    observer = SymmetricReadings(*equipped(domain, model), filled(1.2e-6, 0.9e-6))
    assert observer.second_contact(filled(1.2e-6, 0.9e-6)) == pytest.approx(1.0)
    assert observer.second_contact(filled(0.6e-6, 0.9e-6)) == pytest.approx(1.0)
    assert observer.second_contact(filled(1.2e-6, 0.45e-6)) == pytest.approx(0.5, rel=0.01)


def test_voids_of_the_second_electrode_are_its_own(cell, width):
    """A hole in its metal is a void of that volume, and none of the first electrode's."""
    domain, model, xi = cell
    observer = SymmetricReadings(*equipped(domain, model), xi)
    holed = xi.copy()
    holed[:, -8:-5] = 0.0
    whole, found = (observer.observe(rest(each), 0.0) for each in (xi, holed))
    lost = np.sum(domain.pore * (xi - holed)) * domain.grid.cell_volume / domain.grid.cross_section
    opened = found.second.void_volume_per_area - whole.second.void_volume_per_area
    assert opened == pytest.approx(lost, rel=1e-9)
    assert found.void_volume_per_area == pytest.approx(whole.void_volume_per_area, abs=1e-9 * lost)


def test_exchanged_ends_and_current_give_the_mirror_image(cell, width):
    up = march(cell, width, [5.0, 5.0])[-1]
    down = march(cell, width, [5.0, 5.0], AppliedCurrent(-2.0))[-1]
    assert np.flip(down.xi, 1) == pytest.approx(up.xi, abs=1e-8)
    domain, model, xi = cell
    observer = SymmetricReadings(*equipped(domain, model), xi)
    assert observer.voltage(down) == pytest.approx(-observer.voltage(up), rel=1e-6)


def test_the_voltage_of_a_current_brings_that_current(cell, width):
    domain, model, xi = cell
    state = march(cell, width, [5.0])[-1]
    held = SymmetricReadings(*equipped(domain, model), xi).voltage(state)
    found = march(cell, width, [5.0], AppliedVoltage(held))[-1]
    assert found.current_density == pytest.approx(2.0, rel=1e-7)
    assert found.xi == pytest.approx(state.xi, abs=1e-8)


def test_the_resistance_is_the_slope_of_the_voltage(cell, width):
    domain, model, xi = cell
    observer, voltages = SymmetricReadings(*equipped(domain, model), xi), []
    for current in (1.9, 2.0, 2.1):
        state = march(cell, width, [1e-5], AppliedCurrent(current))[-1]
        voltages.append(observer.voltage(state))
        resistance = observer.observe(state, 0.0).resistance
    assert resistance.cell == pytest.approx((voltages[2] - voltages[0]) / 0.2, rel=1e-3)
    assert 0.0 < resistance.interfacial < resistance.cell


def test_lithium_between_both_electrodes_floats_and_goes_with_the_nearer(cell, width):
    domain, model, xi = cell
    lump = profile(domain, 2.1e-6, width) - profile(domain, 1.8e-6, width)
    lumpy = xi + lump
    bodies = find_bodies(lumpy, domain)
    assert (bodies.floating, bodies.unknown, bodies.total) == (1, 2, 3)
    assert of_first_electrode(lumpy, domain)[bodies.detached].all()
    mirrored = np.flip(lumpy, 1)
    assert not of_first_electrode(mirrored, domain)[find_bodies(mirrored, domain).detached].any()
    state = march((domain, model, lumpy), width, [1.0])[-1]
    grown = np.sum(domain.pore * (state.xi - lumpy), where=bodies.detached)
    assert abs(grown) < 1e-7 * np.sum(domain.pore * np.abs(state.xi - lumpy))
    potentials = [state.metal_potential[bodies.index == body].mean() for body in range(3)]
    assert potentials[0] == 0.0 < potentials[2] < potentials[1]
    seen = SymmetricReadings(*equipped(domain, model), lumpy).observe(state, 0.0)
    assert seen.dead_lithium_potential == pytest.approx(potentials[2])


def test_lithium_through_the_cell_is_a_short_circuit(cell):
    domain, _, xi = cell
    assert not short_circuited(xi, domain)
    through = np.where(domain.pore > 0, 1.0, 0.0)
    assert short_circuited(through, domain)
    with pytest.raises(NoElectrode, match="second current collector"):
        find_bodies(through, domain)
    with pytest.raises(NoElectrode, match="second current collector"):
        find_bodies(np.where(of_first_electrode(xi, domain), xi, 0.0), domain)


def test_a_half_cell_has_no_second_electrode(cell):
    domain, _, xi = cell
    bodies = find_bodies(xi, replace(domain, symmetric=False))
    assert (bodies.second, bodies.floating) == (False, 1)
