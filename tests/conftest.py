from __future__ import annotations

import os
import signal

import pytest

os.environ.setdefault("NUMBA_NUM_THREADS", "2")


@pytest.fixture
def interrupt(monkeypatch):
    """Calls a function that runs a case, and sends SIGTERM to it after its seventh step."""
    from phasefield.errors import Interrupted
    from phasefield.simulation.loop import Simulation

    advance = Simulation.advance

    def advance_and_signal(self):
        landed = advance(self)
        if self.step == 7:
            os.kill(os.getpid(), signal.SIGTERM)
        return landed

    def call(function):
        with monkeypatch.context() as patch:
            patch.setattr(Simulation, "advance", advance_and_signal)
            with pytest.raises(Interrupted, match="SIGTERM"):
                function()

    return call
