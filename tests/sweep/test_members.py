"""Members: what they leave behind, how far they are, and executors that start them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from phasefield import cli
from phasefield.errors import DidNotConverge, Interrupted
from phasefield.output.lock import RunLock
from phasefield.studies import dask_cluster, local_executor, member, slurm
from phasefield.studies.member_states import Record, read_record, state_of, states, write_record
from phasefield.studies.sweep_file import DaskExecutor, SlurmExecutor
from tests.sweep.conftest import finish


@pytest.fixture
def ran(monkeypatch):
    """Replace the run and its report; hand back what `run` shall do."""

    class Behaviour:
        def act(self, *_args, **_keywords):
            pass

    behaviour = Behaviour()
    monkeypatch.setattr("phasefield.simulation.runner.run", lambda *a, **k: behaviour.act(*a, **k))
    monkeypatch.setattr("phasefield.report.write_report", lambda out: out)
    return behaviour


def attempt(plan, digest):
    return member.main([str(plan.directory), digest])


def test_states_follow_from_what_is_left(plan, ran):
    digest, *others = plan.runnable
    one = plan.runnable[digest]
    assert state_of(plan, one) == "waiting"
    assert state_of(plan, plan.members[4]) == "invalid"
    ran.act = lambda *a, **k: (_ for _ in ()).throw(Interrupted("wall"))
    assert attempt(plan, digest) == 5
    assert state_of(plan, one) == "interrupted"
    ran.act = lambda *a, **k: (_ for _ in ()).throw(DidNotConverge("no step"))
    assert attempt(plan, digest) == 4
    assert state_of(plan, one) == "failed"
    record = read_record(plan.member_directory(digest))
    assert (record.attempts, record.exit_code, record.message) == (2, 4, "no step")
    ran.act = lambda *a, **k: finish(plan, digest)
    assert attempt(plan, digest) == 0
    assert state_of(plan, one) == "finished"
    assert states(plan, {others[0]: "7"})[:3] == ["finished", "queued", "waiting"]


def test_member_that_was_killed_is_seen_and_goes_on(plan):
    digest = next(iter(plan.runnable))
    place = plan.member_directory(digest)
    place.mkdir(parents=True)
    write_record(place, Record(attempts=1))
    assert state_of(plan, plan.runnable[digest]) == "killed"
    lock = RunLock(place)
    lock.acquire()
    assert state_of(plan, plan.runnable[digest]) == "running"
    assert attempt(plan, digest) == 1  # somebody else runs it
    assert read_record(place).attempts == 1
    lock.release()


def test_error_of_the_program_is_one_line_in_the_record(plan, ran):
    digest = next(iter(plan.runnable))
    ran.act = lambda *a, **k: 1 / 0
    assert attempt(plan, digest) == 1
    record = read_record(plan.member_directory(digest))
    assert record.message.startswith("internal error, ZeroDivisionError")
    assert attempt(plan, "0123456789") == 1


def pretend(monkeypatch, code):
    """Let members be a line of Python instead of a run."""
    words = [sys.executable, "-c", f"import sys, time; digest = sys.argv[1]; {code}"]
    monkeypatch.setattr(
        local_executor, "command", lambda directory, digest, threads: [*words, digest]
    )
    monkeypatch.setattr(member, "command", lambda directory, digest, threads: [*words, digest])


def test_local_processes_share_the_cores_and_failures_stay_alone(tmp_path, monkeypatch):
    pretend(monkeypatch, "import os; print(os.environ['NUMBA_NUM_THREADS']); sys.exit(int(digest))")
    seen: dict[str, int] = {}
    local_executor.run_local(tmp_path, ["0", "3", "4"], 2, 3, seen.__setitem__)
    assert seen == {"0": 0, "3": 3, "4": 4}
    assert (tmp_path / "members" / "3" / "log.txt").read_text() == "3\n"


def test_signal_is_passed_on_to_members(tmp_path, monkeypatch):
    pretend(
        monkeypatch,
        "import signal; signal.signal(15, lambda *a: sys.exit(5)); open(digest, 'w');"
        " time.sleep(60)",
    )
    monkeypatch.chdir(tmp_path)

    def ask():
        while not (tmp_path / "a").exists():
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGTERM)

    asking = threading.Thread(target=ask)
    asking.start()
    began = time.monotonic()
    with pytest.raises(Interrupted):
        local_executor.run_local(tmp_path, ["a", "b", "c"], 1, 1, lambda *_: None)
    asking.join()
    assert time.monotonic() - began < 30
    assert not (tmp_path / "c").exists()


def test_run_and_retry_start_what_they_should(plan, sweep_file, monkeypatch, capsys):
    pretend(monkeypatch, "pass")
    started: list[str] = []

    def run_local(directory, digests, processes, threads, ended):
        started[:] = digests
        for digest in digests:
            finish(plan, digest, nonuniformity=0.5)
            ended(digest, 0)

    monkeypatch.setattr(local_executor, "run_local", run_local)
    first, second, third, fourth = plan.runnable
    finish(plan, first)
    for digest, code in ((second, 4), (third, 5), (fourth, None)):
        place = plan.member_directory(digest)
        place.mkdir(parents=True)
        write_record(place, Record(attempts=1, exit_code=code))
    assert cli.main(["sweep", "run", str(sweep_file)]) == 0
    assert started == [third, fourth]
    assert "2 of 6 members to run, 2 invalid" in capsys.readouterr().out
    assert cli.main(["sweep", "retry", str(sweep_file)]) == 0
    assert started == [second]
    assert cli.main(["sweep", "status", str(sweep_file)]) == 0
    assert "6 members: 4 finished, 2 invalid" in capsys.readouterr().out


def test_detached_sweep_outlives_its_shell(plan, sweep_file, monkeypatch, capsys):
    started = {}

    class Popen:
        pid = 7

        def __init__(self, words, **keywords):
            started.update(keywords, words=words)

    monkeypatch.setattr("phasefield.commands.sweep.subprocess.Popen", Popen)
    assert cli.main(["sweep", "run", str(sweep_file), "--detach"]) == 0
    assert started["start_new_session"]
    assert started["words"][2:6] == ["phasefield.cli", "sweep", "run", str(sweep_file)]
    assert "--detach" not in started["words"]


FAKE = {
    "sbatch": 'echo "$2" >> submitted; n=$(wc -l < submitted); echo "10$n;cluster"',
    "scontrol": '[ "$1" = show ] && echo "MaxArraySize = 4"; echo "$@" >> asked; true',
    "squeue": "echo 101_1; echo 101_3; echo 999_1; echo 55",
}


@pytest.fixture
def fake_slurm(tmp_path, monkeypatch):
    """Programs named like those of Slurm, first in the path."""
    place = tmp_path / "bin"
    place.mkdir()
    for name, text in FAKE.items():
        (place / name).write_text(f"#!/bin/sh\n{text}\n")
        (place / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{place}:{os.environ['PATH']}")
    monkeypatch.chdir(tmp_path)


def test_slurm_arrays_fit_the_cluster_and_are_found_again(plan, fake_slurm, tmp_path):
    jobs = slurm.submit(plan, list(plan.runnable.values()), SlurmExecutor(kind="slurm"))
    assert jobs == [("101", 3), ("102", 1)]
    keys = (plan.directory / "jobs" / "batch-001.txt").read_text().split()
    assert keys == list(plan.runnable)[:3]
    assert slurm.queued(plan) == {keys[0]: "101", keys[2]: "101"}


def test_slurm_script_says_what_was_asked(plan, tmp_path):
    executor = SlurmExecutor(
        kind="slurm", threads=2, time="90 s", partition="debug", at_a_time=5,
        options=["--qos=long"], setup=["module load python"],
    )  # fmt: skip
    members = list(plan.runnable.values())
    text = slurm.array_script(plan, members, executor, Path("/there/batch-001.txt"))
    for line in (
        "#SBATCH --array=1-4%5", "#SBATCH --time=2", "#SBATCH --signal=B:USR1@45",
        "#SBATCH --mem=1000M", "#SBATCH --partition=debug", "#SBATCH --qos=long",
        "#SBATCH --cpus-per-task=2", "export NUMBA_NUM_THREADS=2", "module load python",
        "#SBATCH --output=/there/batch-001-%a.log",
    ):  # fmt: skip
        assert line in text.splitlines()
    assert subprocess.run(["bash", "-n"], input=text, text=True).returncode == 0
    free = slurm.array_script(plan, members, SlurmExecutor(kind="slurm"), Path("/b.txt"))
    assert "#SBATCH --time=10" in free.splitlines()  # ten minutes at least


def test_member_of_slurm_that_saved_comes_back(plan, ran, fake_slurm, monkeypatch, tmp_path):
    digest = next(iter(plan.runnable))
    ran.act = lambda *a, **k: (_ for _ in ()).throw(Interrupted("wall"))
    for name, value in {"JOB_ID": "42", "ARRAY_JOB_ID": "42", "ARRAY_TASK_ID": "4"}.items():
        monkeypatch.setenv(f"SLURM_{name}", value)  # the last task has the number of the array
    for count in ("0", "2"):
        monkeypatch.setenv("SLURM_RESTART_COUNT", count)
        assert member.main([str(plan.directory), digest, "--requeue", "2"]) == 5
    assert (tmp_path / "asked").read_text() == "requeue 42_4\n"


def test_without_slurm_it_is_said(plan, sweep_file, capsys, monkeypatch):
    sweep_file.write_text(sweep_file.read_text() + "executor: {kind: slurm}\n")
    monkeypatch.setenv("PATH", "/nowhere")
    assert cli.main(["sweep", "run", str(sweep_file)]) == 1
    assert "there is no scontrol here" in capsys.readouterr().err


def test_without_dask_it_is_said(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "dask.distributed", None)
    with pytest.raises(Exception, match=r"phasefield-llzo\[dask\]"):
        dask_cluster.run_dask(tmp_path, ["a"], DaskExecutor(kind="dask"), lambda *_: None)
