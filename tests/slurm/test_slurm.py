"""A sweep of nine members on a real Slurm on this machine, and on two workers of Dask.

One member does not converge, on purpose; one is longer than the wall limit of its job and comes
back through the queue. `make test-slurm` runs this.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from phasefield import cli
from phasefield.case import case_from_dict, case_text
from phasefield.output.run import open_run
from tests.test_run import SMALL

pytestmark = pytest.mark.slurm

CLUSTER = Path(__file__).with_name("cluster.sh")
NEEDED = ("slurmctld", "slurmd", "sbatch", "munged")
MISSING = [name for name in NEEDED if not (shutil.which(name) or Path("/usr/sbin", name).exists())]
PATIENCE = 1500.0
"""Seconds for everything, on two cores that others use as well."""

DONE = {"finished", "failed", "invalid"}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Slurm on the loopback interface."""
    if MISSING:
        pytest.skip(f"not installed: {', '.join(MISSING)}")
    if os.geteuid() != 0:
        pytest.skip("the daemons of Slurm are started as root")
    place = tmp_path_factory.mktemp("slurm")
    before = os.environ.get("SLURM_CONF")
    os.environ["SLURM_CONF"] = str(place / "slurm.conf")
    subprocess.run([CLUSTER, "start", place], check=True, timeout=120)
    yield place
    subprocess.run([CLUSTER, "stop", place], check=True, timeout=60)
    os.environ.pop("SLURM_CONF") if before is None else os.environ.update(SLURM_CONF=before)


def sweep_file(folder: Path, executor: str, long: str) -> Path:
    """Three pore sizes by three porosities; the fifth fails, the ninth takes many small steps."""
    points = [
        {"geometry.pore_size": f"{size} um", "geometry.porosity": f"{share} %"}
        for size in (1.2, 1.5, 1.8)
        for share in (40, 50, 60)
    ]
    points[4] |= {"solver.tolerance": 1e-17, "solver.max_newton": 2}
    points[8] |= {"solver.time_step": long}
    base = case_text(case_from_dict(SMALL, ["solver.time_step=10 s"]))
    (folder / "base.yaml").write_text(base, encoding="utf-8")
    listed = "".join(f"  - {point}\n" for point in points).replace("'", '"')
    text = f"name: three by three\nbase: base.yaml\nlist:\n{listed}executor: {executor}\n"
    (folder / "sweep.yaml").write_text(text, encoding="utf-8")
    return folder / "sweep.yaml"


def table_of(file: Path, out: Path) -> pd.DataFrame:
    assert cli.main(["sweep", "collect", str(file), "--out", str(out)]) == 0
    return pd.read_csv(out / "table.csv")


def check(table: pd.DataFrame, out: Path) -> None:
    """Nine rows: eight finished, one that did not converge."""
    print(table.iloc[:, :9].drop(columns=["message", "run"]).to_string())
    assert len(table) == 9
    assert list(table["state"]) == ["finished"] * 4 + ["failed"] + ["finished"] * 4
    assert table["exit code"][4] == 4
    assert "no convergence" in table["message"][4]
    assert table["nonuniformity"][table["state"] == "finished"].gt(0).all()
    assert (table["charge_balance_error"].dropna() < 1e-10).all()
    assert (out / "index.html").read_text().count('<a href="runs/') == 9


def test_job_arrays(cluster, tmp_path, capfd, monkeypatch):
    """Arrays of five and four; a wall limit of two minutes, less than the ninth member takes."""
    monkeypatch.chdir(tmp_path)
    executor = "{kind: slurm, time: 2 min, warning: 20 s, memory_mb: 500}"
    file, out = sweep_file(tmp_path, executor, "0.01 s"), tmp_path / "sweep"
    command = [sys.executable, "-m", "phasefield.cli", "sweep", "run", str(file), "--out", str(out)]
    subprocess.run(command, check=True, timeout=300)  # the process that submits is gone from here
    began, seen = time.monotonic(), set()
    while True:
        table = table_of(file, out)
        seen |= set(table["state"])
        if set(table["state"]) <= DONE:
            break
        assert time.monotonic() - began < PATIENCE, subprocess.getoutput(
            "squeue; scontrol show job"
        )
        time.sleep(5)
    assert "running" in seen or "queued" in seen
    assert len(list((out / "jobs").glob("batch-*.sh"))) == 2
    with capfd.disabled():
        check(table, out)
    assert table["attempts"][8] >= 2
    for _, row in table.iterrows():  # who came back went on; who had ended was left in peace
        resumed = open_run(out / row["run"]).manifest.get("resumed", [])
        assert len(resumed) == row["attempts"] - 1, row["member"]
    again = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
    assert "0 of 9 members to run" in again.stdout


DEAF = """
import signal
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGUSR1})
"""
"""For sitecustomize.py: like one step that outlasts the limit, only SIGKILL gets through."""


def test_the_kill_of_slurm_itself(cluster, tmp_path, capsys, monkeypatch):
    """No warning: at the limit Slurm sends SIGTERM, and ten seconds later (KillWait) SIGKILL.

    The first member does not answer and is killed; the second one saves and comes back.
    """
    monkeypatch.chdir(tmp_path)
    deaf, file, out = tmp_path / "deaf", tmp_path / "sweep.yaml", tmp_path / "sweep"
    deaf.mkdir()
    (deaf / "sitecustomize.py").write_text(DEAF)
    settings = ["solver.time_step=0.01 s", "output.checkpoint_every=5 s"]
    (tmp_path / "base.yaml").write_text(case_text(case_from_dict(SMALL, settings)))
    file.write_text(
        "name: killed\nbase: base.yaml\ngrid: {geometry.pore_size: [1.2 um, 1.5 um]}\n"
        "executor:\n  {kind: slurm, memory_mb: 500, time: 1 min, options: [--signal=CONT@1],\n"
        f"  setup: ['[ $SLURM_ARRAY_TASK_ID = 2 ] || export PYTHONPATH={deaf}:$PYTHONPATH']}}\n"
    )

    def sweep(verb: str) -> str:
        assert cli.main(["sweep", verb, str(file), "--out", str(out)]) == 0
        return capsys.readouterr().out

    def wait_for(first: str, second: str) -> pd.DataFrame:
        began = time.monotonic()
        while [*(table := table_of(file, out))["state"]] != [first, second]:
            assert time.monotonic() - began < PATIENCE / 3, table.iloc[:, :5]
            time.sleep(2)
        capsys.readouterr()
        return table

    sweep("run")
    wait_for("running", "running")
    table = wait_for("killed", "queued")
    assert [*table["attempts"]] == [1, 1]
    assert [*table["exit code"].fillna(-1)] == [-1, 5]
    assert "SIGTERM" in table["message"][1]
    assert "2 members: 1 killed, 1 queued" in sweep("status")
    assert (out / table["run"][0] / "checkpoints").is_dir()
    shutil.rmtree(deaf)
    file.write_text(file.read_text().replace("1 min", "20 min"))
    assert "1 of 2 members to run" in sweep("retry")
    table = wait_for("finished", "finished")
    for run in table["run"]:
        assert open_run(out / run).manifest["resumed"], run


def test_jobs_of_dask_that_end_are_replaced(cluster, tmp_path, monkeypatch):
    """Workers as jobs of a queue: the member saves when its job is cancelled, and goes on."""
    pytest.importorskip("dask_jobqueue", reason="pip install 'phasefield-llzo[dask]'")
    monkeypatch.chdir(tmp_path)
    base = case_text(case_from_dict(SMALL, ["solver.time_step=0.05 s"]))
    (tmp_path / "base.yaml").write_text(base)
    file, out = tmp_path / "sweep.yaml", tmp_path / "sweep"
    file.write_text(
        "name: replaced\nbase: base.yaml\ngrid: {geometry.pore_size: [1.2 um, 1.5 um]}\n"
        "executor: {kind: dask, queue: slurm, workers: 2,\n"
        "  options: {memory: 1 GB, walltime: '00:20:00', interface: lo}}\n"
    )
    command = [sys.executable, "-m", "phasefield.cli", "sweep", "run", str(file), "--out", str(out)]
    sweep = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    began = time.monotonic()
    while len([*out.glob("runs/*/history.csv")]) < 2:
        assert time.monotonic() - began < PATIENCE / 3
        time.sleep(1)
    subprocess.run(["scancel", "--me"], check=True, timeout=60)
    said, _ = sweep.communicate(timeout=PATIENCE / 3)
    assert sweep.returncode == 0, said
    table = table_of(file, out)
    assert [*table["state"]] == ["finished"] * 2
    assert table["attempts"].min() >= 2


def test_dask_with_two_workers(tmp_path, capfd, monkeypatch):
    pytest.importorskip("dask.distributed", reason="pip install 'phasefield-llzo[dask]'")
    monkeypatch.chdir(tmp_path)
    file, out = sweep_file(tmp_path, "{kind: dask, workers: 2}", "5 s"), tmp_path / "sweep"
    command = [sys.executable, "-m", "phasefield.cli", "sweep", "run", str(file), "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 1, done.stderr  # one has not finished
    assert "9/9" in done.stdout
    with capfd.disabled():
        check(table_of(file, out), out)
