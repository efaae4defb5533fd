"""Holding a voltage: the current that flows is found, the voltage kept, the charge booked."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np
import pytest

from phasefield.case import case_from_dict, load_case
from phasefield.errors import Interrupted
from phasefield.models.base import AppliedCurrent, AppliedVoltage
from phasefield.simulation.loop import Simulation, build
from phasefield.simulation.runner import run

from .test_run import SMALL, assert_bitwise_equal, final_fields

PAPER = Path(__file__).parents[1] / "cases" / "paper_quickstart.yaml"
PLATE = {
    "conserved": "plate: {current_density: 0.2 mA/cm^2, duration: 60 s}",
    "paper": "plate: {current_density: 0.2 mA/cm^2, duration: 200 s}",
}


def case_of(model, *steps):
    """A small case that takes the steps, with a fixed time step of 10 s."""
    overrides = [
        f"protocol=[{', '.join(f'{{{step}}}' for step in steps)}]",
        "output={fields_every: 50 s, animation: false}",
        "solver={time_step: 10 s}",
    ]
    return case_from_dict(SMALL, overrides) if model == "conserved" else load_case(PAPER, overrides)


def hold(voltage, duration=50.0):
    return f"hold: {{voltage: {voltage!r} V, duration: {duration} s}}"


@pytest.fixture(scope="module", params=["conserved", "paper"])
def plated(request, tmp_path_factory):
    """A model and its run that plates, up to where the voltage has settled."""
    directory = tmp_path_factory.mktemp("plated") / request.param
    return request.param, run(case_of(request.param, PLATE[request.param]), directory)


@pytest.fixture(scope="module")
def mixed(plated, tmp_path_factory):
    """The same, and then the voltage held with which it ended."""
    model, before = plated
    case = case_of(model, PLATE[model], hold(before.summary["voltage_V"]))
    return model, before, case, run(case, tmp_path_factory.mktemp("mixed") / model)


def test_the_voltage_that_a_current_ended_with_brings_that_current(mixed):
    """Up to what the voltage would still have changed: 2 A/m2 again, from 2 A/m2 before."""
    model, before, _, found = mixed
    plated = len(before.history)
    first = found.history.iloc[plated]
    settled = {"conserved": 5e-3, "paper": 0.1}[model]
    assert first["current density [A/m^2]"] == pytest.approx(2.0, rel=settled)
    columns = ["time [s]", "voltage [V]", "charge [C/m^2]", "mean rise [m]"]
    assert found.history[:plated][columns].equals(before.history[columns])


def test_the_voltage_is_held_and_the_charge_is_the_metal(mixed):
    model, before, _, found = mixed
    held = found.history[len(before.history) :]
    assert np.abs(held["voltage [V]"] - before.summary["voltage_V"]).max() < 1e-12
    assert held["current density [A/m^2]"].nunique() == len(held)
    assert found.summary["charge_balance_error"] <= 1e-10
    assert found.summary["current_density"] == held["current density [A/m^2]"].iloc[-1]
    xi = found.fields["lithium_order_parameter"].values
    pore = 1.0
    if model == "conserved":
        psi = 1 - found.fields["electrolyte_order_parameter"].values
        pore = np.where(psi < 1e-3, 0, psi)
    volume = np.sum(pore * (xi[-1] - xi[0])) * np.prod(found.summary["spacing_m"])
    charge = volume / found.summary["cross_section_m2"] * 96485.33212 / 13.02e-6
    assert found.summary["charge_C_per_m2"] == pytest.approx(charge, rel=1e-9)
    assert found.summary["charge_C_per_m2"] > before.summary["charge_C_per_m2"] + 50.0


def test_stopped_in_a_hold_and_resumed_is_bitwise_the_same(mixed, tmp_path, monkeypatch):
    _, before, case, found = mixed
    advance, at = Simulation.advance, len(before.history) + 1

    def advance_and_signal(self):
        landed = advance(self)
        if self.step == at:
            os.kill(os.getpid(), signal.SIGTERM)
        return landed

    monkeypatch.setattr(Simulation, "advance", advance_and_signal)
    with pytest.raises(Interrupted, match="SIGTERM"):
        run(case, tmp_path / "run")
    monkeypatch.undo()
    resumed = run(case, tmp_path / "run")
    assert_bitwise_equal(final_fields(resumed.path), final_fields(found.path))
    drop = ["wall time [s]"]
    assert resumed.history.drop(columns=drop).equals(found.history.drop(columns=drop))
    assert resumed.summary["current_density"] == found.summary["current_density"]


@pytest.mark.parametrize("model", ["conserved", "paper"])
def test_current_and_voltage_are_two_views_of_one_step(model):
    """The voltage that a current needs brings that current when it is held instead."""
    simulation = build(case_of(model, PLATE[model]))
    backend = simulation.model.stepper
    states = [simulation.state]
    for _ in range(2):
        states.append(backend.advance(states, 1.0, AppliedCurrent(2.0)).state)
    by_current = backend.advance(states, 1.0, AppliedCurrent(2.0)).state
    voltage = simulation.model.readings.observe(by_current, 2.0).voltage
    by_voltage = backend.advance(states, 1.0, AppliedVoltage(voltage)).state
    assert by_voltage.current_density == pytest.approx(2.0, rel=1e-6)
    assert np.abs(by_voltage.xi - by_current.xi).max() < 1e-8


@pytest.mark.parametrize("model", ["conserved", "paper"])
def test_a_run_that_only_holds(model, tmp_path):
    found = run(case_of(model, hold(6e-3, 30.0)), tmp_path / "run")
    history = found.history[1:]
    assert np.abs(history["voltage [V]"] - 6e-3).max() < 1e-12
    assert found.summary["charge_balance_error"] <= 1e-10


def test_charge_under_a_held_voltage_enters_by_the_ion_flux():
    """Conserved: the current found is that of the reaction on the wall, summed there."""
    simulation = build(case_of("conserved", hold(5e-3, 30.0)))
    simulation.advance()
    state, domain = simulation.state, simulation.domain
    i, _ = simulation.model.readings._current(state)
    x = np.clip(state.xi, 0, 1)
    total = np.sum(domain.wall_density * x**2 * (3 - 2 * x) * i) * domain.grid.cell_volume
    assert total / domain.grid.cross_section == pytest.approx(state.current_density, rel=1e-7)
