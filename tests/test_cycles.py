"""Plate, rest, strip and cycle on a small slit: charge, energy, voltage, how steps end, resume."""

from __future__ import annotations

import os
import signal
from dataclasses import replace

import numpy as np
import pytest

from phasefield.case import case_from_dict, with_overrides
from phasefield.errors import DidNotConverge, Interrupted
from phasefield.report import write_report
from phasefield.simulation.loop import Simulation, build
from phasefield.simulation.runner import run
from phasefield.solvers.newton import NewtonFailed

from .test_run import SMALL, assert_bitwise_equal, final_fields

PLATE = "plate: {current_density: 0.2 mA/cm^2, charge: 0.003 mAh/cm^2}"
STRIP = "strip: {current_density: 0.2 mA/cm^2, charge: 0.003 mAh/cm^2}"
CHARGE = 108.0


def case_of(*steps, angle=90, **solver):
    steps = ", ".join(f"{{{step}}}" for step in steps)
    overrides = [f"protocol=[{steps}]", "output={fields_every: 1 h, animation: false}"]
    given = [f"solver.{key}={value}" for key, value in solver.items()]
    wets = f"lithium.contact_angle={angle} deg"
    return case_from_dict(SMALL, [*overrides, wets, "solver={}", *given])


@pytest.fixture(scope="module")
def there_and_back(tmp_path_factory):
    """Plate, rest, strip the same."""
    case = case_of(PLATE, "rest: {duration: 120 s}", STRIP, max_step="10 s")
    return run(case, tmp_path_factory.mktemp("runs") / "run")


def part(found, step):
    """History of one step of the protocol, from the state it began with."""
    rows = found.history["protocol step [1]"].to_numpy()
    here = np.flatnonzero(rows == step)
    return found.history.iloc[here[0] - 1 : here[-1] + 1]


@pytest.mark.parametrize("angle", [62, 90, 142])
def test_rest_from_the_relaxed_state_changes_nothing(angle, tmp_path):
    """Nor does what non-wetting lithium left on the walls as it drew back from them."""
    found = run(case_of("rest: {duration: 1000 s}", angle=angle), tmp_path / "run")
    xi = found.fields["lithium_order_parameter"].values
    assert np.abs(xi[-1] - xi[0]).max() < 1e-10
    assert found.summary["charge_balance"] is None
    assert found.summary["nonuniformity"] is None
    assert found.summary["j_max_over_j_mean"] is None
    jurin = -2 * 0.5 * np.cos(np.deg2rad(angle)) / 1.2e-6
    assert found.summary["voltage_V"] == pytest.approx(jurin * 13.02e-6 / 96485, rel=0.01, abs=1e-9)


def test_charges_are_met_exactly_and_the_ledger_returns_to_zero(there_and_back):
    steps = there_and_back.summary["protocol"]
    assert [step["charge_C_per_m2"] for step in steps] == pytest.approx(
        [CHARGE, 0.0, -CHARGE], rel=1e-13, abs=1e-10
    )
    assert [step["ended_by"] for step in steps] == ["charge", "duration", "charge"]
    assert [step["end_s"] for step in steps] == pytest.approx([54.0, 174.0, 228.0], rel=1e-13)
    history, summary = there_and_back.history, there_and_back.summary
    assert abs(summary["charge_C_per_m2"]) < 1e-10 * 2 * CHARGE
    lithium = history["lithium volume per area [m]"].to_numpy() * 96485.33212 / 13.02e-6
    assert abs(lithium[-1] - lithium[0]) < 1e-10 * 2 * CHARGE
    assert history["absolute charge [C/m^2]"].iloc[-1] == pytest.approx(2 * CHARGE)
    assert summary["charge_balance"] is None
    assert summary["charge_balance_error"] < 1e-10
    assert summary["nonuniformity"] is None
    assert summary["packing"] is None


def test_rest_keeps_the_lithium_lowers_the_energy_and_relaxes_the_voltage(there_and_back):
    rest = part(there_and_back, 2)
    lithium = rest["lithium volume per area [m]"].to_numpy()
    assert np.abs(lithium / lithium[0] - 1).max() < 1e-12
    assert (rest["current density [A/m^2]"].iloc[1:] == 0.0).all()
    energy = rest["free energy [J/m^2]"].to_numpy()
    assert np.diff(energy).max() <= 1e-12 * energy[0]
    assert energy[-1] < energy[0]
    voltage = rest["voltage [V]"].to_numpy()[1:]
    assert (np.diff(voltage) <= 1e-9).all()
    assert 0 < voltage[-1] < 0.1 * voltage[0]


def test_parts_of_the_voltage_add_up_at_every_step(there_and_back):
    history = there_and_back.history[1:]
    parts = sum(history[f"{part} voltage [V]"] for part in ("ohmic", "kinetic", "capillary"))
    assert np.abs(parts - history["voltage [V]"]).max() < 1e-9
    assert history["interfacial resistance [ohm m^2]"].between(1e-3, 3e-3).all()


def test_the_cycle_is_summed_up(there_and_back):
    (cycle,) = there_and_back.summary["cycles"]
    assert cycle["coulombic_efficiency"] == pytest.approx(1.0, abs=1e-12)
    assert cycle["capacity_retention"] == 1.0
    assert cycle["plating_voltage_V"] > 0 > cycle["stripping_voltage_V"]
    assert cycle["ended_by"] == ["charge", "duration", "charge"]
    assert cycle["void_volume_m"] == there_and_back.summary["void_volume_m"]


def test_the_report_shows_the_protocol(there_and_back):
    page = write_report(there_and_back.path).read_text(encoding="utf-8")
    assert "Lithium cycled in 1.2 µm" in page
    assert "The steps of the protocol, and why each one ended" in page
    assert (there_and_back.path / "figures" / "voltage.png").stat().st_size > 10_000


def test_strip_mirrors_plate_in_sign(there_and_back):
    plate, strip = part(there_and_back, 1).iloc[1:], part(there_and_back, 3).iloc[1:]
    assert (plate["voltage [V]"] > 0).all()
    assert (strip["voltage [V]"] < 0).all()
    assert strip["min pressure [Pa]"].min() < -1e5
    contact = "mean contact current density [A/m^2]"
    assert (plate[contact] > 0).all()
    assert (strip[contact] < 0).all()


@pytest.fixture(scope="module")
def emptied(tmp_path_factory):
    """Strip to a voltage, then until contact is lost, twice, and plate again."""
    hard = "strip: {current_density: 2 mA/cm^2, charge: 0.2 mAh/cm^2}"
    gentle = "strip: {current_density: 0.2 mA/cm^2, duration: 1 h, termination: -5.6 mV}"
    case = case_of(gentle, hard, hard, "plate: {current_density: 0.1 mA/cm^2, duration: 10 s}")
    return case, run(case, tmp_path_factory.mktemp("runs") / "run")


def test_a_voltage_is_located(emptied):
    step = emptied[1].summary["protocol"][0]
    assert step["ended_by"] == "voltage"
    assert step["voltage_V"] == pytest.approx(-5.6e-3, rel=1e-4)


def test_contact_is_lost_without_a_crash(emptied):
    found = emptied[1]
    initial = found.history["contact area per area [1]"].iloc[0]
    _, first, second, plate = found.summary["protocol"]
    assert (first["ended_by"], second["ended_by"]) == ("contact lost", "contact lost")
    assert first["contact_area_per_area"] == pytest.approx(0.01 * initial, rel=1e-2)
    assert second["start_s"] == second["end_s"] == first["end_s"]
    assert second["charge_C_per_m2"] == 0.0
    assert plate["ended_by"] == "duration"
    assert found.summary["status"] == "finished"
    assert found.summary["charge_balance_error"] < 1e-10
    assert found.fields["lithium_order_parameter"].values.min() > -2e-3  # mu/K, metal under tension
    assert found.fields["time"].values[-1] == plate["end_s"]
    assert found.history["step [1]"].is_unique


def test_the_log_gives_the_reasons(emptied):
    log = (emptied[1].path / "run.log").read_text(encoding="utf-8")
    assert "strip, step 1 of the protocol, cycle 1, ends at t = " in log
    assert log.count("contact lost") == 2


def test_resumed_in_the_middle_is_bitwise_the_same(emptied, tmp_path, monkeypatch):
    case, found = emptied
    advance, wanted = Simulation.advance, [30, 2]

    def advance_and_signal(self):
        landed = advance(self)
        if wanted and self.step == wanted[-1]:
            wanted.pop()
            os.kill(os.getpid(), signal.SIGTERM)
        return landed

    monkeypatch.setattr(Simulation, "advance", advance_and_signal)
    for _ in range(2):
        with pytest.raises(Interrupted, match="SIGTERM"):
            run(case, tmp_path / "run")
    monkeypatch.undo()
    resumed = run(case, tmp_path / "run")
    assert_bitwise_equal(final_fields(resumed.path), final_fields(found.path))
    drop = ["wall time [s]"]
    assert resumed.history.drop(columns=drop).equals(found.history.drop(columns=drop))
    assert resumed.summary["protocol"] == found.summary["protocol"]


def test_a_hold_ends_at_a_charge_or_a_current(tmp_path):
    case = case_of(
        "hold: {voltage: 5 mV, duration: 1 h, charge: 0.002 mAh/cm^2}",
        "hold: {voltage: -5 mV, duration: 1 h, termination: 0.19 mA/cm^2}",
        max_step="20 s",
    )
    first, second = run(case, tmp_path / "run").summary["protocol"]
    assert first["ended_by"] == "charge"
    assert first["charge_C_per_m2"] == pytest.approx(72.0, rel=1e-6)
    assert second["ended_by"] == "current density"
    assert second["current_density"] == pytest.approx(-1.9, rel=1e-4)
    assert second["charge_C_per_m2"] < 0


def test_lithium_that_reaches_the_counter_electrode_ends_the_run(tmp_path):
    case = case_of(
        "plate: {current_density: 5 mA/cm^2, charge: 1 mAh/cm^2}", "rest: {duration: 1 h}"
    )
    found = run(case, tmp_path / "run", force=True)
    (step,) = found.summary["protocol"]
    assert step["ended_by"] == "short circuit"
    assert found.summary["status"] == "finished"
    assert found.fields["time"].values[-1] == step["end_s"]


def test_a_staircase_reports_the_current_at_which_it_fails(tmp_path):
    stairs = "staircase: {first: 1 mA/cm^2, step: 5 mA/cm^2, last: 100 mA/cm^2, duration: 1 s, "
    case = case_of(f"{stairs} termination: 60 mV}}", "rest: {duration: 1 s}", max_step="1 s")
    summary = run(case, tmp_path / "run").summary
    found = summary["protocol"]
    assert [step["kind"] for step in found[-2:]] == ["plate", "rest"]
    assert found[-2]["ended_by"] == "voltage"
    (stairs,) = summary["staircases"]
    assert stairs["failed"] == pytest.approx(60.0)
    assert summary["staircases"] == [{"held": 10.0, "failed": 60.0, "ended_by": "voltage"}]


@pytest.mark.slow
def test_a_hundred_cycles_keep_the_charge(tmp_path):
    steps = "[{plate: {current_density: 0.5 mA/cm^2, duration: 20 s}}, {rest: {duration: 5 s}}, "
    steps += "{strip: {current_density: 0.5 mA/cm^2, duration: 20 s}}]"
    case = case_of(f"repeat: {{times: 100, steps: {steps}}}", time_step="5 s")
    found = run(case, tmp_path / "run").summary
    assert found["charge_balance_error"] < 1e-8
    assert abs(found["charge_C_per_m2"]) < 1e-10 * 200 * 100.0
    assert len(found["protocol"]) == 300


def test_a_strip_that_finds_no_solution_with_little_contact_has_lost_it(monkeypatch):
    """Its step of the protocol ends without a time step; with contact left, the failure is one."""
    simulation = build(case_of(STRIP, PLATE))

    def fail(*_):
        raise NewtonFailed("no solution")

    monkeypatch.setattr(simulation.model.stepper, "advance", fail)
    with pytest.raises(DidNotConverge, match="no convergence"):
        simulation.advance()
    monkeypatch.setattr(simulation.model.readings, "contact_area_per_area", lambda xi: 0.05)
    assert simulation.advance() is None
    assert (simulation.step, simulation.schedule.step.kind) == (0, "plate")
    assert [each.ended_by for each in simulation.schedule.records] == ["contact lost"]


def test_no_lithium_on_the_collector_ends_the_protocol():
    simulation = build(case_of(PLATE, STRIP))
    state = simulation.state
    lifted = replace(state, xi=np.where(np.arange(state.xi.shape[1])[:, None] < 4, 0.0, state.xi))
    simulation.states = (lifted,)
    assert simulation.advance() is None
    assert simulation.finished
    assert simulation.schedule.records[-1].ended_by == "contact lost"


def test_both_backends_strip_alike():
    case = case_of(STRIP, time_step="5 s")
    ours, theirs = (build(with_overrides(case, [f"backend={name}"])) for name in ("numba", "fipy"))
    ours.advance()
    theirs.advance()
    assert theirs.observe().voltage == pytest.approx(ours.observe().voltage, rel=1e-6)
    assert np.abs(theirs.state.xi - ours.state.xi).max() < 1e-7
