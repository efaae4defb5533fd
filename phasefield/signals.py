"""Signals that ask a run to stop, answered between two steps so that nothing is half done."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any, Self

from phasefield.errors import Interrupted

__all__ = ["Deferred"]


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
