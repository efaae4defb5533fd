"""Parts of the voltage, resistance of a snapshot, voids and dead lithium on a small slit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from geometries import channels
from phasefield.grid.smoothed_domain import build_domain
from phasefield.models.base import AppliedCurrent
from phasefield.models.conserved import conductor
from phasefield.models.conserved.contributions import equipped
from phasefield.models.conserved.lithium_bodies import find_bodies
from phasefield.models.conserved.readings import ConservedReadings
from phasefield.models.conserved.state import ConservedState
from phasefield.models.conserved.stepper import ConservedStepper
from phasefield.models.conserved.voltage import Electrochemistry

from .conftest import profile


def level_of(xi):
    zero = np.zeros_like(xi)
    return ConservedState(0.0, xi, zero, zero, zero, zero)


def with_drop(domain, width):
    """Lithium at the bottom, and a slab of it higher up that touches nothing else."""
    lower, upper = profile(domain, 1.2e-6, width), profile(domain, 2.4e-6, width)
    return lower + upper - profile(domain, 1.95e-6, width)


@pytest.fixture(params=["one body", "two bodies"])
def case(request, slit, model, width):
    xi = profile(slit, 1.5e-6, width) if request.param == "one body" else with_drop(slit, width)
    backend = ConservedStepper(*equipped(slit, model), 1e-12, 30)
    return xi, backend, ConservedReadings(*equipped(slit, model), xi)


def advanced(backend, xi, current, dt):
    return backend.advance([level_of(xi)], dt, AppliedCurrent(current)).state


@pytest.mark.parametrize("current", [2.0, -2.0])
def test_parts_add_up_to_the_voltage(case, current):
    xi, backend, observer = case
    state = advanced(backend, xi, current, 1.0)
    seen = observer.observe(state, current)
    parts = seen.parts
    assert parts.ohmic + parts.kinetic + parts.capillary == pytest.approx(seen.voltage, rel=1e-9)
    assert np.sign(parts.ohmic) == np.sign(parts.kinetic) == np.sign(current)


def test_without_current_all_is_capillary(case):
    xi, backend, observer = case
    state = advanced(backend, xi, 0.0, 1.0)
    parts = observer.observe(state, 0.0).parts
    assert (parts.ohmic, parts.kinetic) == (0.0, 0.0)
    assert parts.capillary == observer.voltage(state)


@pytest.mark.parametrize("current", [0.0, 20.0])
def test_resistance_is_the_slope_of_the_voltage(case, slit, current):
    """In a time so short that neither metal nor pressure moves; floating bodies included."""
    xi, backend, observer = case
    low, high = (advanced(backend, xi, current + step, 1e-5) for step in (-0.1, 0.1))
    slope = (observer.voltage(high) - observer.voltage(low)) / 0.2
    state = advanced(backend, xi, current, 1e-5)
    found = observer.observe(state, 0.0).resistance
    assert found.cell == pytest.approx(slope, rel=1e-3)
    assert 0 < found.interfacial < found.cell


def test_interfacial_resistance_is_that_of_the_contact(slit, model, width):
    """sigma R_ct, 79 um, is far beyond the depth: the current is even on the contact."""
    xi = profile(slit, 1.5e-6, width)
    seen = ConservedReadings(*equipped(slit, model), xi).observe(level_of(xi), 0.0)
    even = 24.6e-4 / seen.contact.contact_area_per_area
    assert seen.resistance.interfacial == pytest.approx(even, rel=0.01)


def test_more_contact_less_resistance(slit, model, width):
    shallow, deep = (profile(slit, depth, width) for depth in (1.0e-6, 2.0e-6))
    observer = ConservedReadings(*equipped(slit, model), shallow)
    found = [observer.observe(level_of(xi), 0.0).resistance.interfacial for xi in (shallow, deep)]
    assert found[0] > 1.8 * found[1]


def test_a_flat_front_has_no_voids_and_a_cavity_is_one(slit, model, width):
    xi = profile(slit, 2.0e-6, width)
    observer = ConservedReadings(*equipped(slit, model), xi)
    assert observer.second_contact(xi) == 1.0
    flat = observer.void_volume_per_area(xi)
    assert flat == pytest.approx(0.0, abs=2e-9)
    compressed = observer.void_volume_per_area(np.where(xi > 0.99, 1.02, xi))
    assert compressed == pytest.approx(flat, abs=1e-9)  # as if it filled 2 % more: -2e-8
    open_below = xi * (1.0 - (profile(slit, 1.5e-6, width) - profile(slit, 1.0e-6, width)))
    cavity = observer.void_volume_per_area(open_below)
    assert cavity == pytest.approx(0.5e-6 * slit.porosity, rel=0.02)
    assert np.isnan(observer.void_volume_per_area(np.zeros_like(xi)))


def test_dead_lithium_is_what_is_cut_off(slit, model, width):
    xi = with_drop(slit, width)
    index = find_bodies(xi, slit).index
    metal = np.where(index > 0, 3e-3, 0.0)
    state = replace(level_of(xi), metal_potential=metal)
    seen = ConservedReadings(*equipped(slit, model), xi).observe(state, 0.0)
    assert seen.dead_lithium_per_area == pytest.approx(0.45e-6 * slit.porosity, rel=0.03)
    assert seen.dead_lithium_potential == pytest.approx(3e-3)
    whole = ConservedReadings(*equipped(slit, model), xi).observe(
        level_of(profile(slit, 1.5e-6, width)), 0.0
    )
    assert whole.dead_lithium_per_area == 0.0
    assert np.isnan(whole.dead_lithium_potential)


def test_lithium_off_the_collector_is_all_dead(slit, model, width):
    xi = profile(slit, 2.4e-6, width) - profile(slit, 1.5e-6, width)
    observer = ConservedReadings(*equipped(slit, model), xi)
    seen = observer.observe(level_of(xi), 0.0)
    assert seen.dead_lithium_per_area == seen.lithium_volume_per_area
    assert np.isnan(seen.resistance.cell)


def test_iterations_find_the_resistance_of_the_factorisation(model, width, monkeypatch):
    """In 3D; with two bodies in the pores, one of them cut off."""
    scaffold = channels(1.2e-6, 0.4, 3e-6, "unit_cell", 0.15e-6, dimensions=3)
    domain = build_domain(scaffold, width, force=True)
    state = level_of(with_drop(domain, width))
    found = []
    for most in (0, 10**6):
        monkeypatch.setattr(conductor, "DIRECT_CELLS", most)
        bodies = find_bodies(state.xi, domain)
        found.append(Electrochemistry(*equipped(domain, model)).resistance(state, bodies))
    assert bodies.floating == 1
    assert found[0].cell == pytest.approx(found[1].cell, rel=1e-6)
    assert found[0].interfacial == pytest.approx(found[1].interfacial, rel=1e-6)
