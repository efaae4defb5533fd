"""Readings of the published model on fields whose sums are known by hand."""

from __future__ import annotations

import numpy as np
import pytest

from phasefield.models.published.readings import PublishedAudit, PublishedReadings
from phasefield.models.published.state import PublishedState
from phasefield.solvers.time_formula import TimeFormula
from phasefield.validation.setups import THERMAL_VOLTAGE, published_model, uniform_domain

SPACING, LAYERS = 2e-7, 10
HEIGHT = LAYERS * SPACING
SHAPE = (1, LAYERS, 3)
FARADAY = 96485.33
MODEL = published_model(metal_side_fixed=True)
W = MODEL.barrier_height


def full(value):
    return np.full(SHAPE, value)


def observer(phi=0.0, model=MODEL):
    domain = uniform_domain(SHAPE, SPACING, phi)
    domain.wall_density[:] = 3e6
    return PublishedReadings(domain, model, full(0.0))


def state(xi=0.0, c=4e4, potential=0.0, applied=0.0):
    return PublishedState(0.0, full(xi), full(c), full(potential), applied)


def test_energy_of_a_mixture_and_of_a_ramp():
    """W xi^2 (1 - xi)^2 + (A/2) xi^2 phi^2 with A = 4 W, and kappa/2 of the slope squared."""
    bulk = W * (0.3 * 0.7) ** 2 + 2 * W * (0.3 * 0.5) ** 2
    assert observer(0.5).free_energy(full(0.3)) == pytest.approx(bulk * HEIGHT)
    ramp = np.linspace(0.0, 0.9, LAYERS)[None, :, None] * np.ones(SHAPE)
    well = W * np.sum((ramp * (1 - ramp)) ** 2) / 3 * SPACING
    slope = 0.5 * MODEL.gradient_coefficient * (0.1 / SPACING) ** 2 * (HEIGHT - SPACING)
    assert observer().free_energy(ramp) == pytest.approx(well + slope)


def test_lithium_ions_and_contact():
    seen = observer(0.5)
    assert seen.lithium_volume_per_area(full(0.3)) == pytest.approx(0.3 * HEIGHT)
    assert seen.lithium_in_electrolyte(full(0.3)) == pytest.approx(0.3 * 0.5 * HEIGHT)
    assert seen.ion_inventory(state(c=3e4)) == pytest.approx(FARADAY * 3e4 * HEIGHT)
    found = seen.observe(state(0.3, applied=7e-3), 1.0)
    share = 0.3**2 * (3 - 2 * 0.3)
    assert found.contact.contact_area_per_area == pytest.approx(3e6 * share * HEIGHT)
    assert found.contact.contact_area == pytest.approx(
        3e6 * share * HEIGHT * 3 * SPACING**2, rel=1e-9, abs=0.0
    )
    assert found.voltage == 7e-3
    assert seen.salt_left(state(0.3)) == 1.0
    assert seen.volume_per_charge == pytest.approx(13.02e-6 / FARADAY, rel=1e-9, abs=0.0)


def test_reaction_is_the_drive_in_the_interface():
    """F c_s L_eta h'(1/2) G with h'(1/2) = 30/16, at c0/2 and eta of two thermal voltages."""
    drive = 0.5 * np.exp(-1.0) - np.exp(1.0)
    found = observer().reaction_current(state(0.5, 2e4, 2 * THERMAL_VOLTAGE))
    expected = MODEL.charge_density * MODEL.reaction_rate * 30 / 16 * drive * HEIGHT
    assert found == pytest.approx(expected)


def test_currents_through_both_ends():
    """Ohm's law over half a cell; ions from c0 at 0 V on top and from c0 at -V0 below."""
    seen, half = observer(1.0), SPACING / 2
    at = state(0.0, 3e4, -2e-3, applied=5e-3)
    current, ions = seen.electrode_currents(at)
    assert current == pytest.approx(0.032 * 2e-3 / half)
    per_drive = FARADAY * 2e-13 / half
    assert ions == pytest.approx(per_drive * (1e4 + 4e4 * 2e-3 / THERMAL_VOLTAGE))
    below = per_drive * (1e4 + 4e4 * (-5e-3 + 2e-3) / THERMAL_VOLTAGE)
    assert seen.metal_side_ions(at) == pytest.approx(below)
    blocked = observer(1.0, published_model())
    assert blocked.metal_side_ions(at) == 0.0


def test_currents_are_of_the_end_layers():
    seen, at = observer(1.0), state()
    at.potential[:, -1], at.potential[:, 0] = -1e-3, -9e-3
    assert seen.electrode_currents(at)[0] == pytest.approx(0.032 * 1e-3 / (SPACING / 2))
    at.concentration[:, -1], at.concentration[:, 0] = 2e4, 1e4
    drive = 2e4 + 4e4 * 1e-3 / THERMAL_VOLTAGE
    ions = seen.electrode_currents(at)[1]
    assert ions == pytest.approx(FARADAY * 2e-13 * drive / (SPACING / 2))
    drive = 3e4 + 4e4 * 9e-3 / THERMAL_VOLTAGE
    assert seen.metal_side_ions(at) == pytest.approx(FARADAY * 2e-13 * drive / (SPACING / 2))


def test_connection_is_looked_for_in_the_lower_half_of_the_lithium():
    """A front at 6 cells: the layers 0 to 2 count, a gap in layer 4 does not."""
    domain = uniform_domain(SHAPE, SPACING, 0.0)
    xi = full(0.0)
    xi[:, :6] = 1.0
    xi[:, 2] = 0.9
    xi[:, 4] = 0.6
    h = 0.9**3 * (6 * 0.9**2 - 15 * 0.9 + 10)
    assert PublishedReadings(domain, MODEL, xi).smallest_connection(xi) == pytest.approx(h)
    domain.phi[:, 2] = 0.5
    assert PublishedReadings(domain, MODEL, xi).smallest_connection(xi) == pytest.approx(1.0)
    short = full(0.0)
    short[:, :1] = 1.0
    assert PublishedReadings(domain, MODEL, short).smallest_connection(short) == pytest.approx(1.0)


def test_audit_integrates_with_the_time_formula():
    """BDF2 in equal steps: alpha0 q = 2 q1 - q0/2 + dt rate, alpha0 = 3/2."""
    seen = observer(1.0)
    at = state(0.5, 3e4, -2e-3, applied=5e-3)
    rates = (
        seen.reaction_current(at), *seen.electrode_currents(at), seen.metal_side_ions(at),
    )  # fmt: skip
    audit = PublishedAudit(initial_inventory=100.0)
    audit.record(TimeFormula(1.0, 1.0, 0.0, 4.0), at, seen)
    first = (audit.reaction, audit.electrode, audit.ions_in, audit.metal_side)
    assert first == pytest.approx([4.0 * rate for rate in rates])
    audit.record(TimeFormula(1.5, 2.0, -0.5, 4.0), at, seen)
    second = (audit.reaction, audit.electrode, audit.ions_in, audit.metal_side)
    assert second == pytest.approx([(2 * 4.0 + 4.0) / 1.5 * rate for rate in rates])
    assert audit.previous == first
    audit.record(TimeFormula(1.5, 2.0, -0.5, 4.0), at, seen)
    third = (audit.reaction, audit.electrode, audit.ions_in, audit.metal_side)
    expected = [
        (2 * b - 0.5 * a + 4.0 * r) / 1.5 for a, b, r in zip(first, second, rates, strict=True)
    ]
    assert third == pytest.approx(expected)
    assert audit.inventory == pytest.approx(seen.ion_inventory(at) - 100.0)
