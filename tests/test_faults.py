"""What a run survives, and what it says: wall time, signals, disks, deleted directories, memory."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from phasefield import cli
from phasefield.case import case_text
from phasefield.errors import Interrupted, OutOfMemory, RunDirectoryError
from phasefield.output import checkpoint
from phasefield.output.run import open_run
from phasefield.simulation.interruption import WallLimit, raising
from phasefield.simulation.loop import Simulation
from phasefield.simulation.runner import run
from tests.test_run import small

SHORT = ("protocol.0.plate.duration=30 s", "output.fields_every=15 s")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Six steps that nothing disturbs."""
    return run(small(*SHORT), tmp_path_factory.mktemp("runs") / "whole")


def assert_same(one: Path, two: Path) -> None:
    """Fields, history and clock are the same to the bit."""
    drop = ["wall time [s]"]
    first, second = open_run(one), open_run(two)
    assert first.summary["status"] == second.summary["status"] == "finished"
    assert first.history.drop(columns=drop).equals(second.history.drop(columns=drop))
    for name, values in first.fields.items():
        assert np.array_equal(values.values, second.fields[name].values, equal_nan=True), name


def at_step(monkeypatch, number, act):
    """Let `act` happen after a step."""
    advance = Simulation.advance

    def acting(self):
        landed = advance(self)
        if self.step == number:
            act()
        return landed

    monkeypatch.setattr(Simulation, "advance", acting)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGUSR1, signal.SIGINT])
def test_signal_saves_and_the_same_call_goes_on(whole, tmp_path, monkeypatch, number):
    at_step(monkeypatch, 2, lambda: os.kill(os.getpid(), number))
    with pytest.raises(Interrupted, match=number.name) as stopped:
        run(small(*SHORT), tmp_path / "run")
    assert stopped.value.exit_code == 5
    assert open_run(tmp_path / "run").summary["status"] == "interrupted"
    monkeypatch.undo()
    run(small(*SHORT), tmp_path / "run")
    assert_same(tmp_path / "run", whole.path)


def test_wall_time_ends_the_command_with_5_and_repeating_it_finishes(
    whole, tmp_path, capsys, monkeypatch
):
    """However short the limit, every call takes a step."""
    monkeypatch.setattr("phasefield.report.write_report", lambda out: out / "report.html")
    case, out = tmp_path / "case.yaml", tmp_path / "run"
    case.write_text(case_text(small(*SHORT)))
    command = ["run", str(case), "--out", str(out), "--max-wall", "1 ms"]
    codes = [cli.main(command) for _ in range(6)]
    assert codes == [5, 5, 5, 5, 5, 0]
    assert "of wall time; a checkpoint is written" in capsys.readouterr().err
    assert_same(out, whole.path)


def test_wall_limit_leaves_room_for_a_step(monkeypatch):
    now = iter([0.0, 1.0, 2.0, 6.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(now))
    limit = WallLimit(10.0)
    limit.check()
    limit.check()  # at 2 s after a step of 1 s
    with pytest.raises(Interrupted, match="stopped after 6 s"):
        limit.check()  # at 6 s after a step of 4 s


def test_signal_before_the_first_step_ends_at_once():
    with pytest.raises(Interrupted, match="SIGUSR1 before a step"), raising(signal.SIGUSR1):
        os.kill(os.getpid(), signal.SIGUSR1)
    assert signal.getsignal(signal.SIGUSR1) is signal.SIG_DFL


def test_clock_that_jumps_changes_nothing(whole, tmp_path, monkeypatch):
    """Durations are from a clock that nobody can set; the calendar is only written down."""
    wrong = iter(range(2_000_000_000, 0, -86_400))
    monkeypatch.setattr(time, "time", lambda: float(next(wrong)))
    found = run(small(*SHORT), tmp_path / "run", max_wall=3600.0)
    assert 0 < found.summary["wall_s"] < 3600
    assert_same(tmp_path / "run", whole.path)


def full(*_args, **_keywords):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(
    "place",
    [
        "phasefield.output.checkpoint.save",
        "phasefield.output.history.HistoryWriter.append",
        "phasefield.output.hdf5.append",
        "phasefield.output.run_directory.RunDirectory.write_summary",
    ],
)
def test_full_disk_is_said_and_nothing_is_lost(whole, tmp_path, monkeypatch, place):
    out = tmp_path / "run"
    with pytest.raises(Interrupted):
        run(small(*SHORT), out, max_wall=1e-3)  # one step and its checkpoint
    at_step(monkeypatch, 3, lambda: monkeypatch.setattr(place, full))
    with pytest.raises(RunDirectoryError, match=r"No space left on device.* goes on from the last"):
        run(small(*SHORT), out)
    monkeypatch.undo()
    saved = checkpoint.load_latest(out)
    assert saved is not None
    run(small(*SHORT), out)
    assert_same(out, whole.path)


@pytest.mark.parametrize("again", [False, True])
def test_directory_deleted_under_the_run(tmp_path, monkeypatch, again):
    out = tmp_path / "run"

    def delete():
        shutil.rmtree(out)
        if again:
            out.mkdir()

    at_step(monkeypatch, 2, delete)
    with pytest.raises(RunDirectoryError, match="deleted, moved or replaced"):
        run(small(*SHORT), out)
    assert not out.exists() or not list(out.iterdir())  # nothing is written into the stranger


def test_directory_moved_away_and_back(whole, tmp_path, monkeypatch):
    out = tmp_path / "run"
    with pytest.raises(Interrupted):
        run(small(*SHORT), out, max_wall=1e-3)
    at_step(monkeypatch, 3, lambda: out.rename(tmp_path / "elsewhere"))
    with pytest.raises(RunDirectoryError, match="Put it back"):
        run(small(*SHORT), out)
    monkeypatch.undo()
    (tmp_path / "elsewhere").rename(out)
    run(small(*SHORT), out)
    assert_same(out, whole.path)


def test_memory_that_is_used_up_is_said(tmp_path, monkeypatch):
    def exhausted():
        raise MemoryError

    at_step(monkeypatch, 2, exhausted)
    with pytest.raises(OutOfMemory, match="give it more memory"):
        run(small(*SHORT), tmp_path / "run")


def test_directory_that_cannot_be_written(tmp_path, monkeypatch):
    def read_only(*_args, **_keywords):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "mkdir", read_only)
        with pytest.raises(RunDirectoryError, match=r"cannot make the directory .*Read-only"):
            run(small(*SHORT), tmp_path / "run")
    with monkeypatch.context() as patch:
        patch.setattr("phasefield.output.lock.write_json", read_only)
        with pytest.raises(RunDirectoryError, match=r"cannot write .*Read-only"):
            run(small(*SHORT), tmp_path / "run")


def test_checkpoint_of_another_version_is_named(tmp_path):
    out = tmp_path / "run"
    with pytest.raises(Interrupted):
        run(small(*SHORT), out, max_wall=1e-3)
    found = checkpoint.load_latest(out)
    assert found is not None
    arrays, values = found
    del values["simulation"]["ledger"]
    checkpoint.save(out, arrays, values)
    with pytest.raises(RunDirectoryError, match="of another version"):
        run(small(*SHORT), out)


@pytest.mark.parametrize("name", ["manifest.json", "summary.json", "history.csv"])
def test_damaged_file_of_a_run_is_named(tmp_path, name):
    out = tmp_path / "run"
    with pytest.raises(Interrupted):
        run(small(*SHORT), out, max_wall=1e-3)
    (out / name).write_bytes(b"step [1]\xff\n\0\0\0")
    with pytest.raises(RunDirectoryError, match=name):
        run(small(*SHORT), out)
