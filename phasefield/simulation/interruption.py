"""What ends a run before its time, answered between two steps so that nothing is half done."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Self

from phasefield.errors import Interrupted

__all__ = ["STOPPING", "Deferred", "WallLimit", "raising"]

STOPPING = (signal.SIGTERM, signal.SIGUSR1)
"""What schedulers send before they kill: at the end of the wall time, before a pre-emption."""

STEPS_AHEAD = 2.0
"""Times of the last step that must be left: steps differ, and a checkpoint is written after it."""


class WallLimit:
    """Whether another step fits into the wall time of this call."""

    def __init__(self, seconds: float | None) -> None:
        """Begin to count; None is no limit. The clock is one that nobody can set."""
        self._limit = seconds
        self._started = self._before = time.monotonic()
        self._steps = 0

    def check(self) -> None:
        """Raise `Interrupted` if the step that would follow may not fit.

        To be called before every step. The first is always taken: a command that is repeated comes
        to an end, however short its limit.
        """
        now = time.monotonic()
        spent, last, self._before = now - self._started, now - self._before, now
        if self._limit is not None and self._steps and spent + STEPS_AHEAD * last > self._limit:
            raise Interrupted(
                f"stopped after {spent:.3g} s: another step may not fit into {self._limit:.6g} s"
                " of wall time; a checkpoint is written, the same command goes on from there"
            )
        self._steps += 1


@contextmanager
def raising(*signals: signal.Signals) -> Iterator[None]:
    """Within the block the given signals raise `Interrupted` at once: there is nothing to save."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise Interrupted(
            f"stopped by {signal.Signals(number).name} before a step was taken; the same command"
            " starts, or goes on, from what was there"
        )

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {each: signal.signal(each, stop) for each in signals}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


class Deferred:
    """Within its `with` block the given signals are only noted; `check` raises `Interrupted`.

    A second signal of the same kind acts at once, as without this class. Outside the main thread,
    where Python cannot set handlers, signals act as before.
    """

    def __init__(self, *signals: signal.Signals) -> None:
        self._signals = signals
        self._before: dict[signal.Signals, Any] = {}
        self._received: signal.Signals | None = None

    def check(self) -> None:
        """Raise `Interrupted` if a signal has come in."""
        if self._received is not None:
            raise Interrupted(
                f"stopped by {self._received.name}; a checkpoint is written, the same command goes"
                " on from there"
            )

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = {each: signal.signal(each, self._note) for each in self._signals}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for each, handler in self._before.items():
            signal.signal(each, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        received = signal.Signals(number)
        self._received = received
        signal.signal(received, self._before[received])
