"""The protocol section of a case file: its entries, and the plain steps in their places.

The words are PyBaMM's: a step lasts for a `duration` or until a `termination`, steps make cycles.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Annotated, Any, ClassVar

from pydantic import (
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from phasefield.case.protocol_steps import (
    EntryContent,
    HoldStep,
    PlateStep,
    ProtocolStep,
    RestStep,
    StripStep,
    Write,
)
from phasefield.case.quantities import (
    CurrentDensity,
    OptionalArealCharge,
    OptionalTime,
    PlatingVoltage,
    Time,
)
from phasefield.case.sections import Section, key

__all__ = [
    "ProtocolEntry",
    "PulseEntry",
    "RepeatEntry",
    "Stage",
    "StaircaseEntry",
    "StepEntry",
    "stages_of",
]

NOT_THIS_STEP: Any = None
"""Value of the steps that an entry does not hold."""

MOST_STEPS = 20_000
"""Plain steps that one entry may come to; each takes some ten time steps or more."""

Times = Annotated[int, Field(ge=1)]


class PulseEntry(EntryContent):
    """Plate in pulses, with rests between them."""

    current_density: CurrentDensity = key("while it is on, per total cross-section", "1 mA/cm^2")
    on: Time = key("length of a pulse", "1 s")
    off: Time = key("rest after each pulse", "4 s")
    times: Times = key("number of pulses", 100)

    @property
    def count(self) -> int:
        """Number of plain steps."""
        return 2 * self.times

    def passes(self) -> Iterator[Sequence[ProtocolStep]]:
        """All pulses and rests, in one pass."""
        pulse = PlateStep.model_construct(
            current_density=self.current_density, duration=self.on, charge=None, termination=1.0
        )
        yield (pulse, RestStep.model_construct(duration=self.off)) * self.times

    def in_words(self, write: Write) -> str:
        """Number, current density, length and distance of the pulses."""
        return (
            f"{self.times} pulses of {write('current density', self.current_density)} for"
            f" {write('duration', self.on)}, {write('duration', self.off)} apart"
        )


class _Entry(Section):
    """One entry of a list of steps: a single key, the name of the step."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    @property
    def held(self) -> EntryContent:
        """What the entry holds."""
        (held,) = self._held()
        return held

    def _held(self) -> list[EntryContent]:
        found = (getattr(self, name) for name in type(self).model_fields)
        return [step for step in found if step is not NOT_THIS_STEP]

    @model_validator(mode="after")
    def _holds_one_step(self) -> _Entry:
        if len(self._held()) != 1:
            names = " or ".join(type(self).model_fields)
            raise ValueError(f"needs one step, {names}; every step begins with a dash of its own")
        return self

    @model_serializer(mode="wrap")
    def _step_alone(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: step for name, step in write(self).items() if step is not NOT_THIS_STEP}


class StepEntry(_Entry):
    """One entry inside a cycle."""

    plate: PlateStep = Field(NOT_THIS_STEP, description="plate at a constant current")
    strip: StripStep = Field(NOT_THIS_STEP, description="strip at a constant current")
    rest: RestStep = Field(NOT_THIS_STEP, description="let no current pass")
    hold: HoldStep = Field(NOT_THIS_STEP, description="hold a constant voltage")
    pulse: PulseEntry = Field(NOT_THIS_STEP, description="plate in pulses")


class RepeatEntry(EntryContent):
    """Cycles: the same steps again and again."""

    is_cycled: ClassVar[bool] = True

    times: Times = key("number of cycles", 10)
    steps: tuple[StepEntry, ...] = Field(
        min_length=1,
        strict=False,
        description="steps of a cycle: plate, strip, rest, hold, pulse",
        examples=["[{rest: {duration: 600 s}}]"],
    )

    @property
    def count(self) -> int:
        """Number of plain steps."""
        return self.times * sum(entry.held.count for entry in self.steps)

    def passes(self) -> Iterator[Sequence[ProtocolStep]]:
        """The cycles."""
        inner = [step for entry in self.steps for steps in entry.held.passes() for step in steps]
        for _ in range(self.times):
            yield inner

    def in_words(self, write: Write) -> str:
        """Number of cycles, and what is done in each."""
        inner = " – ".join(entry.held.in_words(write) for entry in self.steps)
        return f"{self.times} cycles ({inner})"


class StaircaseEntry(EntryContent):
    """Plate and strip at a current that grows, until contact is lost or the cell shorted."""

    is_cycled: ClassVar[bool] = True
    is_staircase: ClassVar[bool] = True

    first: CurrentDensity = key(
        "current density of the first stair", "0.05 mA/cm^2", "0.05 mA/cm^2"
    )
    step: CurrentDensity = key("from one stair to the next", "0.05 mA/cm^2", "0.05 mA/cm^2")
    last: CurrentDensity = key("current density that is not exceeded", "1 mA/cm^2")
    cycles: Times = key("cycles on each stair", 1, 1)
    duration: OptionalTime = key("of each half cycle; duration, charge or both", "0.5 h", None)
    charge: OptionalArealCharge = key("of each half cycle", "0.1 mAh/cm^2", None)
    termination: PlatingVoltage = key(
        "size of the cell voltage at which the staircase ends", "50 mV", "1 V"
    )

    @property
    def count(self) -> int:
        """Number of plain steps, at most."""
        return 2 * self.cycles * ceil((self.last - self.first) / self.step + 1)

    def passes(self) -> Iterator[Sequence[ProtocolStep]]:
        """The cycles, stair by stair."""
        for current in self._current_densities():
            for _ in range(self.cycles):
                yield self._half_cycles(current)

    def in_words(self, write: Write) -> str:
        """Number of cycles, first and last current density."""
        stairs = [*self._current_densities()]
        first, last = (write("current density", stairs[end]) for end in (0, -1))
        return f"a staircase of {self.cycles * len(stairs)} cycles from {first} to {last}"

    def _current_densities(self) -> Iterator[float]:
        """Those of the stairs [A m-2]."""
        stair = 0
        while (current := self.first + stair * self.step) <= self.last * (1 + 1e-9):
            yield current
            stair += 1

    def _half_cycles(self, current: float) -> tuple[ProtocolStep, ProtocolStep]:
        """Those at a current density [A m-2]."""
        shared: dict[str, Any] = {
            "current_density": current,
            "duration": self.duration,
            "charge": self.charge,
        }
        plate = PlateStep.model_construct(**shared, termination=self.termination)
        return plate, StripStep.model_construct(**shared, termination=-self.termination)

    @model_validator(mode="after")
    def _ends(self) -> StaircaseEntry:
        if self.duration is None and self.charge is None:
            raise ValueError("needs duration or charge, such as charge: 0.1 mAh/cm^2")
        if self.first > self.last:
            raise ValueError("the first current density exceeds the last one")
        return self


class ProtocolEntry(StepEntry):
    """One entry of the protocol: the name of the step and its keys."""

    repeat: RepeatEntry = Field(NOT_THIS_STEP, description="repeat steps as cycles")
    staircase: StaircaseEntry = Field(
        NOT_THIS_STEP, description="cycles at a current density that grows"
    )

    @model_validator(mode="after")
    def _is_not_endless(self) -> ProtocolEntry:
        if self.held.count > MOST_STEPS:
            raise ValueError(f"comes to more than {MOST_STEPS} steps: take fewer cycles or pulses")
        return self


@dataclass(frozen=True)
class Stage:
    """A plain step in its place.

    Attributes
    ----------
    step : what is done.
    cycle : number of the cycle it belongs to, from 1: each pass of a `repeat` or on a stair is one,
        and so are the entries between them.
    staircase : number of the staircase it belongs to, from 1; 0: of none.
    """

    step: ProtocolStep
    cycle: int
    staircase: int = 0


def stages_of(entries: Iterable[ProtocolEntry]) -> tuple[Stage, ...]:
    """The plain steps of a protocol, in order."""
    stages: list[Stage] = []
    cycle, staircases, apart = 0, 0, True
    for held in (entry.held for entry in entries):
        staircases += held.is_staircase
        staircase = staircases if held.is_staircase else 0
        for steps in held.passes():
            cycle += held.is_cycled or apart
            stages += [Stage(step, cycle, staircase) for step in steps]
            apart = held.is_cycled
    return tuple(stages)
