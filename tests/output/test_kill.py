"""A writer killed at random moments leaves what the next one can continue."""

from __future__ import annotations

import multiprocessing
import random
import time
from pathlib import Path

import numpy as np

from phasefield.output.fields import open_frames
from phasefield.output.hdf5 import Hdf5Frames
from phasefield.output.history import read_history
from phasefield.output.run_directory import read_status
from tests.output.known import frame, time_of
from tests.output.writer import GRID, resume, run_until_killed

KILLS = 10


def test_killed_at_random_moments(tmp_path: Path) -> None:
    run_dir, moments = tmp_path / "run", random.Random(4)
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(["tests.output.writer"])
    for kill in range(KILLS):  # every other one comes after some progress
        before = checkpoints(run_dir)
        writer = server.Process(target=run_until_killed, args=(run_dir,), daemon=True)
        writer.start()
        while kill % 2 and writer.is_alive() and checkpoints(run_dir) == before:
            time.sleep(0.005)
        time.sleep(moments.uniform(0.0, 0.1))
        writer.kill()
        writer.join()
        check_readable(run_dir)
    reached = resume(run_dir, -1)
    assert reached >= KILLS // 2
    last = reached + 1
    resume(run_dir, last)
    check(run_dir, last)


def checkpoints(run_dir: Path) -> set[str]:
    return {path.name for path in (run_dir / "checkpoints").glob("*.h5")}


def check_readable(run_dir: Path) -> None:
    """What was saved can be read before anyone repairs it."""
    pvd = run_dir / "fields.pvd"
    if pvd.exists() and "DataSet" in pvd.read_text():
        frames = open_frames(run_dir)
        last = len(frames.contents.times) - 1
        for name, values in frame(GRID, last).items():
            np.testing.assert_array_equal(frames.read(last, name), values)


def check(run_dir: Path, last: int) -> None:
    """The run looks as if nobody had ever killed it."""
    assert read_status(run_dir) == "finished"
    frames = open_frames(run_dir)
    assert isinstance(frames, Hdf5Frames)
    assert frames.contents.times == tuple(map(time_of, range(last + 1)))
    for index in range(last + 1):
        for name, values in frame(GRID, index).items():
            np.testing.assert_array_equal(frames.read(index, name), values)
    assert list(read_history(run_dir / "history.csv")["step [1]"]) == list(range(last + 1))
    assert len(list((run_dir / "fields").glob("*.vti"))) == last + 1
    assert len(list((run_dir / "checkpoints").glob("*.h5"))) == 2
