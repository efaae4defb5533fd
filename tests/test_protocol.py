"""The schedule on the clock, without a solver, and the location of terminations."""

from __future__ import annotations

import ast
import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import phasefield
from phasefield.case import case_from_dict
from phasefield.case.protocol_steps import EntryContent
from phasefield.models.base import AppliedCurrent, AppliedVoltage
from phasefield.setup.forecast import preflight
from phasefield.simulation.schedule import (
    CHARGE,
    CONTACT,
    DURATION,
    SHORT,
    VOLTAGE,
    Schedule,
    StepRecord,
    applied_by,
)
from phasefield.simulation.terminations import locate, terminations

from .test_run import SMALL

PLATE = "plate: {current_density: 0.2 mA/cm^2, duration: 60 s}"
STRIP = "strip: {current_density: 0.2 mA/cm^2, charge: 0.01 mAh/cm^2}"
REST = "rest: {duration: 30 s}"
HOLD = "hold: {voltage: 5 mV, duration: 50 s}"


def case_of(*steps, **output):
    protocol = f"protocol=[{', '.join(f'{{{step}}}' for step in steps)}]"
    return case_from_dict(SMALL, [protocol, *(f"output.{k}={v}" for k, v in output.items())])


def schedule_of(*steps, every=50.0, **keys):
    return Schedule(case_of(*steps).stages, every, **keys)


def end(schedule, time, reason=DURATION, charge=0.0, **keys):
    stage = schedule.stages[schedule.position]
    record = StepRecord(
        schedule.position + 1, stage.cycle, stage.step.kind, schedule.start, time,
        charge - schedule.start_charge, reason, 0.0, 0.0, 1.0,
    )  # fmt: skip
    schedule.end_step(record, charge, **keys)


def walked(schedule):
    """Stops from the start to the end when no step ends early."""
    stops, time = [], 0.0
    while not schedule.finished:
        stop = schedule.next_stop(time)
        time = stop.time
        stops.append((stop.time, stop.frame, stop.ends_step))
        if stop.ends_step:
            end(schedule, time)
    return stops


def test_each_step_applies_its_own():
    steps = case_of(PLATE, STRIP, REST, HOLD).protocol
    assert [applied_by(step) for step in steps] == [
        AppliedCurrent(2.0), AppliedCurrent(-2.0), AppliedCurrent(0.0), AppliedVoltage(5e-3),
    ]  # fmt: skip


def test_steps_say_what_they_do():
    steps = case_of(PLATE, STRIP, REST, HOLD).protocol
    sides = [(s.applied.plates, s.applied.strips, s.applied.may_plate, s.applied.may_strip)
             for s in steps]  # fmt: skip
    assert sides == [
        (True, False, True, False), (False, True, False, True), (False,) * 4,
        (False, False, True, True),
    ]  # fmt: skip
    assert [step.expected_current_density(2e-3) for step in steps] == [2.0, -2.0, 0.0, 2.5]
    ends = ("voltage", 1.0), ("voltage", -1.0)
    assert [(limit.quantity, limit.value) for s in steps for limit in s.limits] == [*ends]
    (both,) = case_of(f"{HOLD[:-1]}, charge: 1 C/m^2, termination: 0.1 mA/cm^2}}").protocol
    assert [(e.quantity, e.value) for e in both.limits] == [("charge", 1), ("current density", 1)]


def test_entries_are_written_in_words():
    pulse = "pulse: {current_density: 1 mA/cm^2, on: 1 s, off: 4 s, times: 3}"
    entries = case_of(f"repeat: {{times: 2, steps: [{{{PLATE}}}, {{{HOLD}}}]}}", pulse, STRIP)
    words = [e.held.in_words(lambda what, value: f"{what} {value:g}") for e in entries.entries]
    assert words == [
        "2 cycles (current density 2 for duration 60 – voltage 0.005 held for duration 50)",
        "3 pulses of current density 10 for duration 1, duration 4 apart",
        "stripped at current density 2 to charge 360",
    ]


def kinds_under(parent):
    return {kind for child in parent.__subclasses__() for kind in (child, *kinds_under(child))}


def names_in(tree):
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name):
                yield name


def test_no_other_module_asks_which_kind_of_step_it_has():
    package = Path(phasefield.__file__).parent
    kinds = {kind.__name__ for kind in kinds_under(EntryContent)} - {"ProtocolStep"}
    assert {"PlateStep", "StripStep", "RestStep", "HoldStep", "RepeatEntry"} < kinds
    named = {
        str(path.relative_to(package)): found
        for path in package.rglob("*.py")
        if (found := kinds & {*names_in(ast.parse(path.read_text(encoding="utf-8")))})
    }
    assert named.keys() == {"case/protocol.py", "case/protocol_steps.py"}


def test_stops_are_frames_and_ends():
    assert walked(schedule_of(PLATE, HOLD)) == [
        (50.0, True, False), (60.0, True, True), (100.0, True, False), (110.0, True, True),
    ]  # fmt: skip
    assert walked(schedule_of(PLATE, every=30.0)) == [(30.0, True, False), (60.0, True, True)]


def test_frames_at_the_ends_can_be_left_out():
    found = walked(schedule_of(PLATE, REST, REST, every=60.0, frames_at_ends=False))
    assert found == [(60.0, True, True), (90.0, False, True), (120.0, True, True)]


@pytest.mark.parametrize("count", [3, 7, 10])
def test_no_slivers_where_times_miss_each_other_by_rounding(count):
    step = "rest: {duration: 0.1 s}"
    found = walked(schedule_of(*[step] * count, every=0.1))
    assert len(found) == count


def test_charge_sets_the_duration_and_whichever_is_first_the_reason():
    both = "plate: {current_density: 0.2 mA/cm^2, charge: 0.01 mAh/cm^2, duration: 100 s}"
    later = "plate: {current_density: 0.2 mA/cm^2, charge: 0.01 mAh/cm^2, duration: 1 h}"
    found = schedule_of(both, later)
    assert found.step.longest == 100.0
    assert found.planned_reason() == DURATION
    end(found, 100.0)
    assert found.step.longest == pytest.approx(180.0)  # 360 C/m2 at 2 A/m2
    assert found.planned_reason() == CHARGE
    assert found.next_stop(100.0).time == 150.0
    assert found.next_stop(250.0).time == pytest.approx(280.0)


def test_a_step_that_ends_early_moves_the_others_but_not_the_frames():
    schedule = schedule_of(PLATE, REST, every=50.0)
    end(schedule, 23.0, VOLTAGE, 46.0)
    assert (schedule.start, schedule.start_charge) == (23.0, 46.0)
    assert schedule.next_stop(23.0).time == 50.0
    assert schedule.next_stop(50.0).time == 53.0
    assert schedule.planned_end == 53.0


def test_cycles_are_counted_by_passes():
    repeat = f"repeat: {{times: 2, steps: [{{{PLATE}}}, {{{STRIP}}}]}}"
    stages = case_of(PLATE, REST, repeat, REST, PLATE).stages
    assert [stage.cycle for stage in stages] == [1, 1, 2, 2, 3, 3, 4, 4]
    assert case_of(repeat, repeat).stages[-1].cycle == 4


def test_pulses_are_plates_and_rests():
    pulse = "pulse: {current_density: 1 mA/cm^2, on: 1 s, off: 4 s, times: 3}"
    steps = case_of(pulse).protocol
    assert [step.kind for step in steps] == ["plate", "rest"] * 3
    assert case_of(pulse).duration == 15.0


STAIRS = "staircase: {last: 0.2 mA/cm^2, cycles: 2, charge: 0.01 mAh/cm^2}"


def test_a_staircase_climbs():
    stages = case_of(STAIRS, REST).stages
    currents = [s.step.applied.value for s in stages[:-1]]
    assert currents[::4] == pytest.approx([0.5, 1.0, 1.5, 2.0])
    assert currents[1::4] == pytest.approx([-0.5, -1.0, -1.5, -2.0])
    assert [s.cycle for s in stages[:6]] == [1, 1, 2, 2, 3, 3]
    assert [s.staircase for s in stages] == [1] * 16 + [0]
    assert stages[1].step.termination == -1.0


@pytest.mark.parametrize("reason", [VOLTAGE, CONTACT])
def test_a_staircase_is_left_where_it_fails(reason):
    schedule = schedule_of(STAIRS, REST)
    end(schedule, 10.0)
    end(schedule, 15.0, reason)
    assert schedule.step.kind == "rest"


def test_contact_lost_ends_one_step_a_short_circuit_all():
    schedule = schedule_of(STRIP, PLATE)
    end(schedule, 10.0, CONTACT)
    assert schedule.step.kind == "plate"
    end(schedule, 20.0, SHORT)
    assert schedule.finished
    schedule = schedule_of(STRIP, PLATE)
    end(schedule, 10.0, CONTACT, final=True)
    assert schedule.finished


def test_memory_is_the_place_in_the_protocol():
    schedule = schedule_of(PLATE, REST, STRIP)
    end(schedule, 12.5, VOLTAGE, 25.0)
    other = schedule_of(PLATE, REST, STRIP)
    other.recall(schedule.memory())
    assert other == schedule
    assert other.next_stop(12.5) == schedule.next_stop(12.5)


def test_predictions_count_every_step():
    found = preflight(case_of(PLATE, STRIP, "strip: {current_density: 1 mA/cm^2, duration: 1 h}"))
    assert found.front[0] < 0 < 1.5e-6 < found.front[1]
    assert "more is stripped than there is" in found.render()
    assert found.problems == ()
    balanced = preflight(case_of(PLATE, "strip: {current_density: 0.2 mA/cm^2, duration: 60 s}"))
    assert balanced.rise == 0.0
    assert balanced.front == pytest.approx((1.5e-6, 1.5e-6 + 120 * 13.02e-6 / 96485.33 / 0.5))
    assert "more is stripped" not in balanced.render()


def test_predicted_frames_are_those_written():
    for every, ends, count in (("25 s", "true", 7), ("25 s", "false", 6), ("50 s", "true", 5)):
        case = case_of(
            PLATE, "rest: {duration: 50 s}", fields_every=every, fields_at_step_ends=ends
        )
        stops = walked(Schedule(case.stages, case.output.fields_every, ends == "true"))
        assert 1 + sum(frame for _, frame, _ in stops) == preflight(case).frames == count


def test_locate_shortens_to_the_crossing():
    tried = []

    def attempt(size):
        tried.append(size)
        return math.exp(size)

    size, result = locate(attempt, lambda r: r - 2.0, (3.0, math.exp(3.0)), -1.0, 1e-6)
    assert size == pytest.approx(math.log(2.0), abs=1e-6)
    assert result == math.exp(size)
    assert len(tried) < 12


def test_locate_without_a_start_takes_a_tiny_step_that_is_beyond_already():
    size, result = locate(lambda s: 5.0 + s, lambda r: r - 2.0, (3.0, 8.0), None, 1e-6)
    assert (size, result) == (3e-3, 5.003)
    size, _ = locate(lambda s: s, lambda r: r - 2.0, (3.0, 3.0), None, 1e-6)
    assert size == pytest.approx(2.0, abs=1e-6)


def test_terminations_of_a_strip():
    xi = np.zeros((1, 4, 3))
    grid = SimpleNamespace(growth_axis=1)
    domain = SimpleNamespace(pore=np.ones_like(xi), grid=grid, symmetric=False)
    observer = SimpleNamespace(voltage=lambda state: state.v, contact_area_per_area=lambda xi: 0.02)
    state = SimpleNamespace(v=-0.1, xi=xi, current_density=-2.0)
    step = case_of("strip: {current_density: 1 mA/cm^2, duration: 1 s, termination: -50 mV}")
    found = {t.reason: t for t in terminations(step.protocol[0], observer, domain, 1.0)}
    assert found[VOLTAGE].excess(state, 0.0) == pytest.approx(1.0)
    assert found[CONTACT].excess(state, 0.0) == pytest.approx(-1.0)
    assert found[SHORT].excess(state, 0.0) == -1.0
    xi[0, -1, 1] = 0.75
    assert found[SHORT].excess(state, 0.0) == pytest.approx(0.5)
