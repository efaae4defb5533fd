"""Cycles and staircases from records made by hand."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from phasefield.simulation.cycling import cycles, staircases
from phasefield.simulation.schedule import CONTACT, DURATION, VOLTAGE, StepRecord


def record(step, cycle, kind, charge, ended_by=DURATION, current=0.0, voltage=0.0):
    return StepRecord(
        step, cycle, kind, 10.0 * step, 10.0 * step + 10.0, charge, ended_by, current, voltage,
        1.0 / step, 2.0 * step,
    )  # fmt: skip


def test_charges_efficiency_and_retention():
    records = [
        record(1, 1, "plate", 100.0, voltage=5e-3),
        record(2, 2, "plate", 200.0, voltage=6e-3),
        record(3, 2, "rest", -1e-14),
        record(4, 2, "strip", -180.0, voltage=-7e-3),
        record(5, 3, "plate", 200.0),
        record(6, 3, "hold", -90.0, CONTACT, voltage=-8e-3),
    ]
    first, second, third = cycles(records)
    assert (first.coulombic_efficiency, first.capacity_retention) == (0.0, None)
    assert first.stripping_voltage_V is None
    assert (second.plated_C_per_m2, second.stripped_C_per_m2) == (200.0, 180.0)
    assert second.coulombic_efficiency == pytest.approx(0.9)
    assert second.capacity_retention == 1.0
    assert (second.plating_voltage_V, second.stripping_voltage_V) == (6e-3, -7e-3)
    assert third.capacity_retention == pytest.approx(0.5)
    assert third.ended_by == (DURATION, CONTACT)
    assert (third.contact_area_per_area, third.void_volume_m) == (1 / 6, 12.0)


def test_a_staircase_says_what_held_and_what_failed():
    stages = [SimpleNamespace(staircase=n) for n in (0, 1, 1, 1, 1, 1, 1, 2, 2)]
    records = [
        record(1, 1, "rest", 0.0),
        record(2, 2, "plate", 1.0, current=1.0),
        record(3, 2, "strip", -1.0, current=-1.0),
        record(4, 3, "plate", 1.0, current=2.0),
        record(5, 3, "strip", -1.0, VOLTAGE, current=-2.0),
        record(8, 4, "plate", 1.0, current=4.0),
        record(9, 4, "strip", -1.0, current=-4.0),
    ]
    assert [*staircases(records, stages)] == [
        {"held": 1.0, "failed": 2.0, "ended_by": VOLTAGE},
        {"held": 4.0, "failed": None, "ended_by": DURATION},
    ]
