"""The protocol on the clock: which current flows when, and at which times a step must land."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from phasefield.case import PlateStep

__all__ = ["Schedule", "Stop"]


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
    steps : protocol steps with `current_density` [A m-2] and `duration` [s].
    fields_every : time between frames [s].
    """

    def __init__(self, steps: Sequence[PlateStep], fields_every: float) -> None:
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

    def current_density(self, time: float) -> float:
        """Current density J [A m-2] of the step that begins or runs at `time` [s]."""
        for step, end in zip(self._steps, self._ends, strict=True):
            if time < end:
                return step.current_density
        return self._steps[-1].current_density

    def current_density_until(self, time: float) -> float:
        """Current density J [A m-2] of the step that runs or ends at `time` [s]; the first at 0."""
        for step, end in zip(self._steps, self._ends, strict=True):
            if time <= end:
                return step.current_density
        return self._steps[-1].current_density

    def next_stop(self, time: float) -> Stop:
        """The first stop after `time` [s]."""
        return next(stop for stop in self.stops if stop.time > time)
