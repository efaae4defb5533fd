"""The charge ledger by itself: steps of any size, losses found, directions told apart."""

from __future__ import annotations

import pytest

from phasefield.simulation.charge_ledger import Ledger
from phasefield.solvers.time_formula import time_formula


def booked(steps, lost=0.0):
    """A ledger after steps of (dt, current), uneven, whose metal lacks the share `lost`."""
    ledger, times, charge = Ledger(initial_metal=100.0), [0.0], 0.0
    for dt, current in steps:
        charge += dt * current
        ledger.record(time_formula(times, dt), current, 100.0 + charge * (1 - lost))
        times.append(times[-1] + dt)
    return ledger


def test_constant_current_on_uneven_steps_is_current_times_time():
    ledger = booked([(0.1, 2.0), (0.2, 2.0), (0.25, 2.0), (3.0, 2.0)])
    assert ledger.charge == pytest.approx(2.0 * 3.55, rel=1e-14)
    assert ledger.balance == pytest.approx(1.0, rel=1e-13)
    assert ledger.error < 1e-13


def test_missing_metal_is_found():
    ledger = booked([(1.0, 2.0)] * 5, lost=1e-4)
    assert ledger.balance == pytest.approx(1 - 1e-4, rel=1e-12)
    assert ledger.error == pytest.approx(1e-4, rel=1e-9)


def test_nothing_passed_has_no_balance():
    ledger = Ledger(initial_metal=1.0)
    assert ledger.balance is None
    assert ledger.error == 0.0
    rested = booked([(1.0, 0.0)] * 3)
    assert rested.balance is None


def test_fronts_are_measured_by_a_charge_that_is_a_tenth_of_the_largest():
    """Plate 10, strip 20 in steps of 0.5, plate 20: none within 1 of 0."""
    ledger, seen = Ledger(initial_metal=0.0), {}
    for time, current in enumerate([2.5] * 4 + [-0.5] * 40 + [2.5] * 8):
        ledger.record(time_formula([float(time)], 1.0), current, 0.0)
        seen.setdefault(ledger.charge, []).append(ledger.is_scale)
    assert ledger.charge == ledger.largest == 10.0
    assert {charge for charge, said in seen.items() if not all(said)} == {-0.5, 0.0, 0.5}
    assert not any(seen[0.0])


def test_a_first_charge_however_small_is_a_scale():
    assert booked([(1e-9, 1e-3)]).is_scale
    assert booked([(1.0, 2.0), (1.0, 0.0)]).is_scale


def test_a_full_cycle_keeps_its_error_but_has_no_balance():
    """Plate and strip the same charge, the formula starting afresh where the current changes."""
    ledger = Ledger(initial_metal=0.0)
    ledger.record(time_formula([0.0], 1.0), 2.0, 2.0)
    ledger.record(time_formula([1.0], 1.0), -2.0, 1e-3)
    assert ledger.charge == 0.0
    assert ledger.balance is None
    assert ledger.absolute_charge == 4.0
    assert ledger.error == pytest.approx(1e-3 / 4.0)
