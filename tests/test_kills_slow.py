"""kill -9 at thirty random moments of a run with cycles: every resume ends in the same bits."""

from __future__ import annotations

import multiprocessing
import os
import random
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

import numpy as np
import pytest

from phasefield.case import case_from_dict
from phasefield.output.run import open_run
from phasefield.simulation.runner import run
from tests.test_run import SMALL

KILLS = 30

CASE = SMALL | {
    "protocol": [
        {
            "repeat": {
                "times": 3,
                "steps": [
                    {"plate": {"current_density": "0.3 mA/cm^2", "duration": "5 s"}},
                    {"rest": {"duration": "2 s"}},
                    {"strip": {"current_density": "0.3 mA/cm^2", "charge": "10 C/m^2"}},
                    {"hold": {"voltage": "4 mV", "duration": "2 s"}},
                ],
            }
        }
    ],
    "solver": {"time_error": "5e-2", "initial_step": "0.5 s"},
    "output": {"fields_every": "5 s", "animation": False, "checkpoint_every": "1e-3 s"},
}


def case():
    """Three cycles, steps that the error estimate chooses."""
    return case_from_dict(CASE)


def go(out: Path, count: int) -> None:
    run(case(), out, threads=count)


def start(out: Path, count: int) -> BaseProcess:
    """Run in a process whose imports are done, so that a kill comes while it works."""
    os.environ["OMP_WAIT_POLICY"] = "passive"  # two threads on a busy machine must not spin
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(["tests.test_kills_slow"])
    process = server.Process(target=go, args=(out, count), daemon=True)
    process.start()
    return process


def threads(kill: int) -> int:
    """Two threads every fifth time: the number changes from call to call, the bits must not."""
    return 2 if kill % 5 == 2 else 1


def finish(out: Path, count: int) -> None:
    process = start(out, count)
    process.join()
    assert process.exitcode == 0


def rows(out: Path) -> int:
    """Lines of the history so far, its header included."""
    try:
        return (out / "history.csv").read_bytes().count(b"\n")
    except OSError:
        return 0


def bits(out: Path) -> tuple[list[bytes], list[list[str]]]:
    """Fields of every frame, and every row of the history but its wall time."""
    found = open_run(out)
    assert found.summary["status"] == "finished"
    fields = [np.ascontiguousarray(each.values).tobytes() for _, each in found.fields.items()]
    lines = (out / "history.csv").read_text().splitlines()
    column = lines[0].split(",").index("wall time [s]")
    rows = [line.split(",") for line in lines]
    return fields, [row[:column] + row[column + 1 :] for row in rows]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The run that nobody disturbs, and how many steps it takes."""
    out = tmp_path_factory.mktemp("whole") / "run"
    finish(out, 1)
    return bits(out), open_run(out).summary["steps"]


@pytest.mark.slow
def test_every_kill_is_survived_to_the_bit(whole, tmp_path):
    """Each kill hits a run of its own, at its own moment; the resume may have other threads."""
    expected, steps = whole
    moments = random.Random(20261121)
    torn = 0
    for kill in range(KILLS):
        out, step = tmp_path / str(kill), moments.randrange(steps)
        process = start(out, threads(kill))
        while process.is_alive() and rows(out) <= step:
            time.sleep(0.002)
        time.sleep(moments.uniform(0.0, 0.05))
        torn += process.is_alive()
        process.kill()
        process.join()
        finish(out, threads(kill + 2))
        assert bits(out) == expected, f"kill {kill}"
    assert torn >= KILLS - 3, "kills came after the end"
