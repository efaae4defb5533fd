"""The protocol on the clock: what is applied when, and at which times a step must land."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from phasefield.case import HoldStep, PlateStep, ProtocolStep

__all__ = ["Applied", "AppliedCurrent", "AppliedVoltage", "Schedule", "Stop", "applied_by"]


@dataclass(frozen=True)
class AppliedCurrent:
    """A current density J [A m-2] per total cross-section flows; the voltage follows."""

    current_density: float


@dataclass(frozen=True)
class AppliedVoltage:
    """A voltage [V], counter electrode against the metal, is held; the current density follows."""

    voltage: float


Applied = AppliedCurrent | AppliedVoltage
"""What the cell is told; of current density and voltage one is given, the other one found."""


def applied_by(step: ProtocolStep) -> Applied:
    """What a step of the protocol applies."""
    match step:
        case PlateStep():
            return AppliedCurrent(step.current_density)
        case HoldStep():
            return AppliedVoltage(step.voltage)


@dataclass(frozen=True)
class Stop:
    """A time that the clock must meet exactly.

    Attributes
    ----------
    time : [s].
    frame : fields are written here.
    ends_step : the protocol step ends here.
    """

    time: float
    frame: bool
    ends_step: bool


class Schedule:
    """All stops of a protocol, known in advance.

    Parameters
    ----------
    steps : of the protocol.
    fields_every : time between frames [s].
    """

    def __init__(self, steps: Sequence[ProtocolStep], fields_every: float) -> None:
        self._steps = tuple(steps)
        self._ends: list[float] = []
        for step in self._steps:
            self._ends.append(step.duration + (self._ends[-1] if self._ends else 0.0))
        frames = [i * fields_every for i in range(1, int(self.end / fields_every) + 1)]
        close = 1e-9 * self.end
        frames = [t for t in frames if all(abs(t - end) > close for end in self._ends)]
        self.stops = sorted(
            [Stop(t, frame=True, ends_step=False) for t in frames]
            + [Stop(t, frame=True, ends_step=True) for t in self._ends],
            key=lambda stop: stop.time,
        )

    @property
    def end(self) -> float:
        """Time at which the protocol ends [s]."""
        return self._ends[-1]

    def applied(self, time: float) -> Applied:
        """What the step applies that begins or runs at `time` [s]."""
        for step, end in zip(self._steps, self._ends, strict=True):
            if time < end:
                return applied_by(step)
        return applied_by(self._steps[-1])

    def next_stop(self, time: float) -> Stop:
        """The first stop after `time` [s]."""
        return next(stop for stop in self.stops if stop.time > time)
