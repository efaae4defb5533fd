"""What ends a step of the protocol before its time, and when exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from phasefield.case import AppliedQuantity, LimitedQuantity, ProtocolStep
from phasefield.grid.collectives import largest
from phasefield.grid.smoothed_domain import Domain
from phasefield.models.base import Readings, State
from phasefield.models.conserved.lithium_bodies import short_circuited
from phasefield.simulation.schedule import CHARGE, CONTACT, CURRENT, DEPLETED, SHORT, VOLTAGE

__all__ = ["CONTACT_LOST", "DEPLETION", "Termination", "locate", "terminations"]

CONTACT_LOST = 0.01
"""Share of the contact area at t = 0 below which contact is lost. Chosen: the current density on
what is left then is a hundred times that of the start, and the voltage 0.1 to 0.2 V beyond it. In a
diffuse wall of width delta that is metal with a gap of 1.15 delta before it."""

DEPLETION = 1e-3
"""Share of c0 below which the electrolyte is depleted somewhere. Chosen: lithium plane against
plane, 0.2 % before Sand's time."""

BRIDGED = 0.5
"""Share of lithium in a cell at the counter electrode with which the cell is shorted."""

R = TypeVar("R")


@dataclass(frozen=True)
class Termination:
    """A way in which a step ends before its time.

    Attributes
    ----------
    reason : a reason of `phasefield.simulation.schedule`.
    excess : of a state and the charge that has passed in the step [C m-2]; relative to the
        limit, 0 there and above 0 beyond it.
    tolerance : size of the excess that counts as being there.
    at_start : whether the excess at the start of the step says something of the step.
    """

    reason: str
    excess: Callable[[State, float], float]
    tolerance: float
    at_start: bool = False


def terminations(
    step: ProtocolStep, observer: Readings[State], domain: Domain, initial_contact: float
) -> tuple[Termination, ...]:
    """Every way in which a step can end before its time.

    Parameters
    ----------
    step : of the protocol.
    observer : readings of the model.
    domain : of the simulation.
    initial_contact : contact area per cross-section at t = 0 [1].
    """
    found = [Termination(SHORT, lambda state, _: _bridge(domain, state.xi), 0.02, at_start=True)]
    least = CONTACT_LOST * initial_contact

    def lost(state: State) -> float:
        return 1.0 - observer.contact_area_per_area(state.xi) / least

    def lost_above(state: State) -> float:
        return 1.0 - observer.second_contact(state.xi) / CONTACT_LOST

    found += [LIMITS[limit.quantity](limit.value, observer) for limit in step.limits]
    applied = step.applied
    if applied.may_plate or applied.may_strip:
        found.append(Termination(DEPLETED, lambda state, _: _depletion(state, observer), 2e-2))
    if applied.may_strip:
        found.append(_of_contact(lost, applied, sign=-1.0))
    if domain.symmetric and applied.may_plate:
        found.append(_of_contact(lost_above, applied, sign=1.0))
    return tuple(found)


def _of_voltage(limit: float, observer: Readings[State]) -> Termination:
    return Termination(VOLTAGE, lambda state, _: observer.voltage(state) / limit - 1.0, 1e-4)


def _of_charge(limit: float, _: Readings[State]) -> Termination:
    return Termination(CHARGE, lambda _, passed: abs(passed) / limit - 1.0, 1e-6)


def _of_current(limit: float, _: Readings[State]) -> Termination:
    return Termination(CURRENT, lambda state, _: 1.0 - abs(state.current_density) / limit, 1e-4)


LIMITS: Mapping[LimitedQuantity, Callable[[float, Readings[State]], Termination]] = {
    "voltage": _of_voltage,
    "charge": _of_charge,
    "current density": _of_current,
}
"""How a step ends at a limit that it names."""


def _of_contact(
    lost: Callable[[State], float], applied: AppliedQuantity, *, sign: float
) -> Termination:
    """An electrode that a current of this sign strips comes off.

    A given current is known to have it; under a held voltage it shows only on the way.
    """
    if applied.is_current:
        return Termination(CONTACT, lambda state, _: lost(state), 1e-2, at_start=True)

    def while_stripped(state: State, _: float) -> float:
        return lost(state) if sign * state.current_density > 0.0 else -1.0

    return Termination(CONTACT, while_stripped, 1e-2)


def _depletion(state: State, observer: Readings[State]) -> float:
    left = observer.salt_left(state)
    return 1.0 - left / DEPLETION


def _bridge(domain: Domain, xi: NDArray[np.float64]) -> float:
    """Half cell: the most lithium in a cell at the counter electrode; symmetric: yes or no."""
    if domain.symmetric:
        return 1.0 if short_circuited(xi, domain) else -1.0
    layer = np.moveaxis(domain.pore * xi, domain.grid.growth_axis, 0)[-1]
    return largest(layer) / BRIDGED - 1.0


def locate(
    attempt: Callable[[float], R],
    excess: Callable[[R], float],
    whole: tuple[float, R],
    at_start: float | None,
    tolerance: float,
) -> tuple[float, R]:
    """Shorten a step until it ends where an excess is zero; return its size [s] and its result.

    Parameters
    ----------
    attempt : makes a step of the size [s] that it is given, and returns its result.
    excess : of a result, above 0 for `whole`.
    whole : size and result of the step that goes beyond.
    at_start : excess at the start of the step, below 0; None where that says nothing. There a
        thousandth of the step is tried first, and taken if it already goes beyond.
    tolerance : of the excess.
    """
    tried = dict([whole])

    def reached(size: float) -> float:
        if size == 0.0 and at_start is not None:
            return at_start
        if size not in tried:
            tried[size] = attempt(size)
        found = excess(tried[size])
        return 0.0 if abs(found) <= tolerance else found

    largest = whole[0]
    low = 0.0 if at_start is not None else 1e-3 * largest
    if reached(low) >= 0.0 or reached(largest) == 0.0:
        size = low if reached(low) >= 0.0 else largest
    else:
        size = float(brentq(reached, low, largest, xtol=1e-6 * largest))
        reached(size)
    return size, tried[size]
