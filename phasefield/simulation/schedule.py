"""The protocol on the clock: what is applied, which times must be met, how each step ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from math import nan

from phasefield.case import ProtocolStep, Stage
from phasefield.models.base import Applied, AppliedCurrent, AppliedVoltage, Json

__all__ = [
    "CHARGE",
    "CONTACT",
    "CURRENT",
    "DEPLETED",
    "DURATION",
    "ENDS_STAIRCASE",
    "SHORT",
    "VOLTAGE",
    "Schedule",
    "StepRecord",
    "Stop",
    "applied_by",
]

DURATION, CHARGE, VOLTAGE, CURRENT = "duration", "charge", "voltage", "current density"
CONTACT, SHORT = "contact lost", "short circuit"
DEPLETED = "electrolyte depleted"
"""Why a step ended: the words of the log and of the summary."""

ENDS_STAIRCASE = (VOLTAGE, CONTACT, SHORT, DEPLETED)
"""Reasons for which the rest of a staircase is left out."""

CLOSE = 1e-9
"""Share of the protocol within which the time of a frame is that of the end of a step."""


def applied_by(step: ProtocolStep) -> Applied:
    """What a step of the protocol applies."""
    applied = step.applied
    return AppliedCurrent(applied.value) if applied.is_current else AppliedVoltage(applied.value)


@dataclass(frozen=True)
class Stop:
    """A time that the clock has to meet, or has met.

    Attributes
    ----------
    time : [s].
    frame : fields are written here.
    ends_step : the protocol step ends here.
    """

    time: float
    frame: bool
    ends_step: bool


@dataclass(frozen=True)
class StepRecord:
    """A step of the protocol that has ended.

    Attributes
    ----------
    step, cycle : its number and that of its cycle, from 1.
    kind : plate, strip, rest or hold.
    start_s, end_s : when it began and ended [s].
    charge_C_per_m2 : that passed in it, negative when stripped.
    ended_by : why it ended, one of the reasons of this module.
    current_density, voltage_V, contact_area_per_area : at its end [A m-2], [V], [1].
    void_volume_m, dead_lithium_m : at its end, over the cross-section [m].
    interfacial_resistance_ohm_m2 : at its end; NaN where the model has none.
    """

    step: int
    cycle: int
    kind: str
    start_s: float
    end_s: float
    charge_C_per_m2: float
    ended_by: str
    current_density: float
    voltage_V: float
    contact_area_per_area: float
    void_volume_m: float = nan
    dead_lithium_m: float = nan
    interfacial_resistance_ohm_m2: float = nan


@dataclass
class Schedule:
    """Where a run is in its protocol.

    A step is sure to end after a time that is known; what ends it sooner shows only on the way. So
    the stops are found one by one. All memory is in `position`, `start`, `start_charge` and
    `records`.

    Attributes
    ----------
    stages : plain steps of the protocol.
    fields_every : time between frames [s].
    frames_at_ends : whether fields are written at the end of every step; always at the last one.
    position : index of the step that runs; the number of stages when the protocol has ended.
    start : time at which that step began [s].
    start_charge : net charge at that time [C m-2].
    records : of the steps that have ended.
    """

    stages: Sequence[Stage]
    fields_every: float
    frames_at_ends: bool = True
    position: int = 0
    start: float = 0.0
    start_charge: float = 0.0
    records: list[StepRecord] = field(default_factory=list)

    @property
    def finished(self) -> bool:
        """Whether the protocol has ended."""
        return self.position >= len(self.stages)

    @property
    def step(self) -> ProtocolStep:
        """The step that runs."""
        return self.stages[self.position].step

    @property
    def planned_end(self) -> float:
        """Time at which the protocol ends if no further step ends early [s]."""
        end = self.start
        for stage in self.stages[self.position :]:
            end = stage.step.longest + end
        return end

    def next_stop(self, time: float) -> Stop:
        """The first stop after `time` [s], which lies in the step that runs."""
        end = self.step.longest + self.start
        close = CLOSE * self.planned_end
        count = int(time / self.fields_every)
        while (frame := count * self.fields_every) <= max(time, self.start + close):
            count += 1
        if frame < end - close:
            return Stop(frame, frame=True, ends_step=False)
        return self.end_at(end)

    def end_at(self, time: float) -> Stop:
        """The stop at which the step that runs ends, when that is at `time` [s]."""
        frames = time / self.fields_every
        due = abs(frames - round(frames)) * self.fields_every <= CLOSE * self.planned_end
        last = self.position == len(self.stages) - 1
        return Stop(time, frame=self.frames_at_ends or due or last, ends_step=True)

    def planned_reason(self) -> str:
        """Why the step that runs ends when nothing ends it sooner."""
        return CHARGE if self.step.ends_by_charge else DURATION

    def end_step(self, record: StepRecord, charge: float, *, final: bool = False) -> None:
        """Close the step that runs; the next one begins, or the first after its staircase.

        `charge` is the net charge now [C m-2]. A short circuit ends the protocol, and so does
        `final`.
        """
        self.records.append(record)
        ended = self.stages[self.position]
        self.position += 1
        self.start, self.start_charge = record.end_s, charge
        if final or record.ended_by == SHORT:
            self.position = len(self.stages)
        elif ended.staircase and record.ended_by in ENDS_STAIRCASE:
            while not self.finished and self.stages[self.position].staircase == ended.staircase:
                self.position += 1

    def memory(self) -> Json:
        """What `recall` takes, as values that JSON can hold."""
        return {
            "position": self.position,
            "start": self.start,
            "start_charge": self.start_charge,
            "records": [asdict(record) for record in self.records],
        }

    def recall(self, values: Json) -> None:
        """Go back to what `memory` returned."""
        self.position, self.start = values["position"], values["start"]
        self.start_charge = values["start_charge"]
        self.records = [StepRecord(**record) for record in values["records"]]
