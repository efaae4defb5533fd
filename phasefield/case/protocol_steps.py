"""The plain steps of a protocol, and all that the rest of the package asks of one.

A step says what it applies, what ends it, what current is to be expected and how it is written in
words. No other module asks which kind of step it has: a new kind is a class here and a key of
`phasefield.case.protocol.StepEntry`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from typing import ClassVar, Literal

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

__all__ = [
    "AppliedQuantity",
    "EntryContent",
    "HoldStep",
    "Limit",
    "LimitedQuantity",
    "PlateStep",
    "ProtocolStep",
    "RestStep",
    "StripStep",
    "Write",
    "WrittenQuantity",
]

LimitedQuantity = Literal["voltage", "charge", "current density"]
"""What ends a step at a limit: a voltage or a charge that grows, a current density that falls."""

WrittenQuantity = Literal["voltage", "charge", "current density", "duration"]

Write = Callable[[WrittenQuantity, float], str]
"""Writes a quantity, given in SI, as a reader wants to see it."""


@dataclass(frozen=True)
class AppliedQuantity:
    """What a step applies: a current density or a voltage; the other one is found.

    Attributes
    ----------
    quantity : which of both.
    value : [A m-2] or [V]; lithium is plated above 0, stripped below 0.
    """

    quantity: Literal["current density", "voltage"]
    value: float

    @property
    def is_current(self) -> bool:
        """Whether the current density is given, so that its sign is known."""
        return self.quantity == "current density"

    @property
    def plates(self) -> bool:
        """Whether the given current plates."""
        return self.is_current and self.value > 0.0

    @property
    def strips(self) -> bool:
        """Whether the given current strips."""
        return self.is_current and self.value < 0.0

    @property
    def may_plate(self) -> bool:
        """Whether it plates, or holds a voltage at which that shows only on the way."""
        return self.plates or not self.is_current

    @property
    def may_strip(self) -> bool:
        """Whether it strips, or holds a voltage at which that shows only on the way."""
        return self.strips or not self.is_current


@dataclass(frozen=True)
class Limit:
    """A value at which a step ends before its time.

    Attributes
    ----------
    quantity : cell voltage, charge of the step or current density.
    value : [V] with its sign, or [C m-2] or [A m-2] without one.
    """

    quantity: LimitedQuantity
    value: float


class EntryContent(Section, ABC):
    """What an entry of the protocol holds: one plain step, or several that belong together."""

    is_cycled: ClassVar[bool] = False
    """Whether each pass is a cycle of its own."""

    is_staircase: ClassVar[bool] = False
    """Whether what is left of it is left out where the cell fails."""

    @property
    @abstractmethod
    def count(self) -> int:
        """Number of plain steps."""

    @abstractmethod
    def passes(self) -> Iterator[Sequence[ProtocolStep]]:
        """The plain steps, pass by pass."""

    @abstractmethod
    def in_words(self, write: Write) -> str:
        """What is done, as a part of a sentence; `write` writes the quantities."""


class ProtocolStep(EntryContent):
    """A plain step: what every kind of it says of itself."""

    kind: ClassVar[str]
    """Name of the step in the case file."""

    @property
    @abstractmethod
    def applied(self) -> AppliedQuantity:
        """The current density or the voltage that it applies."""

    @property
    @abstractmethod
    def longest(self) -> float:
        """Time after which the step has ended [s]."""

    @property
    def ends_by_charge(self) -> bool:
        """Whether it ends when its charge has passed, at a time that is known, if not sooner."""
        return False

    @property
    def limits(self) -> tuple[Limit, ...]:
        """Values at which it ends before its time, at a time that shows only on the way."""
        return ()

    def expected_current_density(self, resistance: float) -> float:
        """J [A m-2] as far as it is known before; the sign is that of `applied`.

        A voltage counts with U/R_ct, the current density of a flat front that feels all of it;
        `resistance` is R_ct [ohm m2].
        """
        applied = self.applied
        return applied.value if applied.is_current else applied.value / resistance

    @property
    def count(self) -> int:
        """It is one plain step."""
        return 1

    def passes(self) -> Iterator[Sequence[ProtocolStep]]:
        """Itself, once."""
        yield (self,)


class _CurrentStep(ProtocolStep):
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

    def in_words(self, write: Write) -> str:
        """Current density and planned end."""
        if self.ends_by_charge and self.charge is not None:
            end = f"to {write('charge', self.charge)}"
        else:
            end = f"for {write('duration', self.longest)}"
        return f"{write('current density', self.current_density)} {end}"

    @model_validator(mode="after")
    def _ends(self) -> _CurrentStep:
        if self.duration is None and self.charge is None:
            raise ValueError("needs duration or charge, such as duration: 1000 s")
        return self


class PlateStep(_CurrentStep):
    """Plate lithium at a constant current."""

    kind: ClassVar[str] = "plate"

    termination: PlatingVoltage = key("cell voltage at which the step ends", "50 mV", "1 V")

    @property
    def applied(self) -> AppliedQuantity:
        """The current density, positive."""
        return AppliedQuantity("current density", self.current_density)

    @property
    def limits(self) -> tuple[Limit, ...]:
        """The cell voltage."""
        return (Limit("voltage", self.termination),)


class StripStep(_CurrentStep):
    """Strip lithium at a constant current."""

    kind: ClassVar[str] = "strip"

    current_density: CurrentDensity = key(
        "per total cross-section of the cell, without a sign", "0.2 mA/cm^2"
    )
    termination: StrippingVoltage = key("cell voltage at which the step ends", "-50 mV", "-1 V")

    @property
    def applied(self) -> AppliedQuantity:
        """The current density, negative."""
        return AppliedQuantity("current density", -self.current_density)

    @property
    def limits(self) -> tuple[Limit, ...]:
        """The cell voltage."""
        return (Limit("voltage", self.termination),)

    def in_words(self, write: Write) -> str:
        """Current density and planned end."""
        return f"stripped at {super().in_words(write)}"


class RestStep(ProtocolStep):
    """Let no current pass."""

    kind: ClassVar[str] = "rest"

    duration: Time = key("how long", "600 s")

    @property
    def applied(self) -> AppliedQuantity:
        """No current."""
        return AppliedQuantity("current density", 0.0)

    @property
    def longest(self) -> float:
        """Time after which the step has ended [s]."""
        return self.duration

    def in_words(self, write: Write) -> str:
        """How long."""
        return f"rest for {write('duration', self.duration)}"


class HoldStep(ProtocolStep):
    """Hold a voltage; the current density that flows is found."""

    kind: ClassVar[str] = "hold"

    voltage: HeldVoltage = key("counter electrode against the metal; below 0 it strips", "9 mV")
    duration: Time = key("how long, at most", "1000 s")
    charge: OptionalArealCharge = key(
        "plated or stripped in this step; it then ends", "0.1 mAh/cm^2", None
    )
    termination: OptionalCurrentDensity = key(
        "current density, without a sign, below which the step ends", "0.01 mA/cm^2", None
    )

    @property
    def applied(self) -> AppliedQuantity:
        """The voltage."""
        return AppliedQuantity("voltage", self.voltage)

    @property
    def longest(self) -> float:
        """Time after which the step has ended [s]."""
        return self.duration

    @property
    def limits(self) -> tuple[Limit, ...]:
        """Charge and current density, where they are given."""
        charge = () if self.charge is None else (Limit("charge", self.charge),)
        least = self.termination
        return charge if least is None else (*charge, Limit("current density", least))

    def in_words(self, write: Write) -> str:
        """The voltage, and how long at most."""
        return f"{write('voltage', self.voltage)} held for {write('duration', self.duration)}"
