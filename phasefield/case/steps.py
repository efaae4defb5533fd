"""The plain steps of a protocol: each knows what it applies, how long it lasts and what ends it."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Literal, NamedTuple

from pydantic import model_validator

from phasefield.case.quantities import (
    CurrentDensity,
    HeldVoltage,
    OptionalArealCharge,
    OptionalCurrentDensity,
    OptionalTime,
    PlatingVoltage,
    StrippingVoltage,
    Time,
)
from phasefield.case.sections import Section, key

__all__ = ["Format", "HoldStep", "Limit", "PlateStep", "ProtocolStep", "RestStep", "StripStep"]


class Limit(NamedTuple):
    """What ends a step before its time: a quantity that comes to a value [SI].

    A voltage is met from below its size, the charge of the step is counted without its sign, and
    the size of a current density falls to its limit.
    """

    quantity: Literal["voltage", "charge", "current density"]
    value: float


class Format(NamedTuple):
    """How numbers [SI] are written where a step is put into words."""

    current: Callable[[float], str]
    voltage: Callable[[float], str]
    time: Callable[[float], str]
    charge: Callable[[float], str]


class _Step(Section):
    """What is asked of every plain step."""

    @property
    def kind(self) -> str:
        """Name of the step in the case file."""
        raise NotImplementedError

    @property
    def longest(self) -> float:
        """Time after which the step has ended [s]."""
        raise NotImplementedError

    @property
    def direction(self) -> int | None:
        """1 where lithium is plated, -1 where it is stripped, 0 at rest; None: that is found."""
        raise NotImplementedError

    def in_words(self, written: Format) -> str:
        """What is done, for a sentence of the report."""
        raise NotImplementedError

    @property
    def signed_current_density(self) -> float:
        """J that is given [A m-2], positive when lithium is plated; 0 where a voltage is held."""
        return 0.0

    @property
    def held_voltage(self) -> float | None:
        """Voltage that is held [V]; None where a current density is given."""
        return None

    @property
    def ends_by_charge(self) -> bool:
        """Whether a given current reaches the charge before the duration."""
        return False

    @property
    def limits(self) -> tuple[Limit, ...]:
        """What ends the step before its time, beside what is wrong with the cell."""
        return ()

    def expected_current_density(self, resistance: float) -> float:
        """J before the run is made [A m-2]; under a voltage that over `resistance` [ohm m2]."""
        if self.held_voltage is None:
            return self.signed_current_density
        return self.held_voltage / resistance

    @property
    def plates(self) -> bool:
        """Whether lithium is meant to be plated."""
        return self.direction == 1 or (self.held_voltage or 0.0) > 0.0


class _CurrentStep(_Step):
    """What steps at a constant current share."""

    current_density: CurrentDensity = key("per total cross-section of the cell", "0.2 mA/cm^2")
    duration: OptionalTime = key("how long; duration, charge or both", "1000 s", None)
    charge: OptionalArealCharge = key(
        "per total cross-section; the step then ends", "0.1 mAh/cm^2", None
    )

    @property
    def longest(self) -> float:
        """Time after which the step has ended [s]."""
        by_charge = inf if self.charge is None else self.charge / self.current_density
        return min(inf if self.duration is None else self.duration, by_charge)

    @property
    def ends_by_charge(self) -> bool:
        """Whether the charge is reached before the duration."""
        return self.duration is None or self.longest < self.duration

    def _planned_end(self, written: Format) -> str:
        if self.ends_by_charge and self.charge is not None:
            return f"to {written.charge(self.charge)}"
        return f"for {written.time(self.longest)}"

    @model_validator(mode="after")
    def _ends(self) -> _CurrentStep:
        if self.duration is None and self.charge is None:
            raise ValueError("needs duration or charge, such as duration: 1000 s")
        return self


class PlateStep(_CurrentStep):
    """Plate lithium at a constant current."""

    termination: PlatingVoltage = key("cell voltage at which the step ends", "50 mV", "1 V")

    @property
    def kind(self) -> str:
        """Name of the step in the case file."""
        return "plate"

    @property
    def direction(self) -> int:
        """Lithium is plated."""
        return 1

    @property
    def signed_current_density(self) -> float:
        """J [A m-2], positive when lithium is plated."""
        return self.current_density

    @property
    def limits(self) -> tuple[Limit, ...]:
        """The voltage."""
        return (Limit("voltage", self.termination),)

    def in_words(self, written: Format) -> str:
        """What is done, for a sentence of the report."""
        return f"{written.current(self.current_density)} {self._planned_end(written)}"


class StripStep(_CurrentStep):
    """Strip lithium at a constant current."""

    current_density: CurrentDensity = key(
        "per total cross-section of the cell, without a sign", "0.2 mA/cm^2"
    )
    termination: StrippingVoltage = key("cell voltage at which the step ends", "-50 mV", "-1 V")

    @property
    def kind(self) -> str:
        """Name of the step in the case file."""
        return "strip"

    @property
    def direction(self) -> int:
        """Lithium is stripped."""
        return -1

    @property
    def signed_current_density(self) -> float:
        """J [A m-2], negative when lithium is stripped."""
        return -self.current_density

    @property
    def limits(self) -> tuple[Limit, ...]:
        """The voltage."""
        return (Limit("voltage", self.termination),)

    def in_words(self, written: Format) -> str:
        """What is done, for a sentence of the report."""
        return f"stripped at {written.current(self.current_density)} {self._planned_end(written)}"


class RestStep(_Step):
    """Let no current pass."""

    duration: Time = key("how long", "600 s")

    @property
    def kind(self) -> str:
        """Name of the step in the case file."""
        return "rest"

    @property
    def longest(self) -> float:
        """Time after which the step has ended [s]."""
        return self.duration

    @property
    def direction(self) -> int:
        """Nothing moves on purpose."""
        return 0

    def in_words(self, written: Format) -> str:
        """What is done, for a sentence of the report."""
        return f"rest for {written.time(self.duration)}"


class HoldStep(_Step):
    """Hold a voltage; the current density that flows is found."""

    voltage: HeldVoltage = key("counter electrode against the metal; below 0 it strips", "9 mV")
    duration: Time = key("how long, at most", "1000 s")
    charge: OptionalArealCharge = key(
        "plated or stripped in this step; it then ends", "0.1 mAh/cm^2", None
    )
    termination: OptionalCurrentDensity = key(
        "current density, without a sign, below which the step ends", "0.01 mA/cm^2", None
    )

    @property
    def kind(self) -> str:
        """Name of the step in the case file."""
        return "hold"

    @property
    def longest(self) -> float:
        """Time after which the step has ended [s]."""
        return self.duration

    @property
    def direction(self) -> None:
        """Whether lithium is plated or stripped is found."""
        return None

    @property
    def held_voltage(self) -> float:
        """Voltage that is held [V]."""
        return self.voltage

    @property
    def limits(self) -> tuple[Limit, ...]:
        """Charge and current density, where they are given."""
        charge = () if self.charge is None else (Limit("charge", self.charge),)
        least = () if self.termination is None else (Limit("current density", self.termination),)
        return (*charge, *least)

    def in_words(self, written: Format) -> str:
        """What is done, for a sentence of the report."""
        return f"{written.voltage(self.voltage)} held for {written.time(self.duration)}"


ProtocolStep = PlateStep | StripStep | RestStep | HoldStep
