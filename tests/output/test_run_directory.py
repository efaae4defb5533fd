from __future__ import annotations

import json
import logging
import multiprocessing
import os
import socket
import time
from pathlib import Path

import pytest

from phasefield.case import Case, load_case
from phasefield.errors import RunDirectoryError
from phasefield.output.run_directory import RunDirectory, default_path
from tests.output.writer import CASE_READ


def test_a_new_directory_holds_case_manifest_and_log(
    tmp_path: Path, case: Case, case_file: Path
) -> None:
    with RunDirectory.open(tmp_path / "a" / "run", case, threads=2) as run:
        assert run.status() == "new"
        logging.getLogger("phasefield.solvers").info("step 1")
    assert (run.path / "case.yaml").read_text() == case_file.read_text()
    assert load_case(run.path / "case.resolved.yaml") == case
    manifest = json.loads((run.path / "manifest.json").read_text())
    assert manifest["digest"] == case.digest()
    assert manifest["versions"]["numpy"]
    assert (manifest["seed"], manifest["threads"]) == (0, 2)
    assert manifest["started"].endswith("+00:00")
    assert str(tmp_path) not in json.dumps(manifest)
    log = (run.path / "run.log").read_text()
    assert "INFO phasefield.solvers: step 1" in log
    logging.getLogger("phasefield.solvers").warning("not in the log any more")
    assert (run.path / "run.log").read_text() == log


def test_default_name(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert default_path(case) == Path(f"narrow-pores-1-5-um-{case.digest()}")
    with RunDirectory.open(None, case) as run:
        assert run.path == default_path(case)


def test_status(tmp_path: Path, case: Case) -> None:
    with RunDirectory.open(tmp_path, case) as run:
        (tmp_path / "history.csv").touch()
        assert run.status() == "interrupted"
        run.write_summary({"status": "interrupted", "packing": float("nan")})
        assert run.status() == "interrupted"
        run.write_summary({"status": "finished"})
    with RunDirectory.open(tmp_path, case) as again:
        assert again.status() == "finished"
        assert "resumed" not in again.manifest


def test_resume_is_noted(tmp_path: Path, case: Case, caplog: pytest.LogCaptureFixture) -> None:
    with RunDirectory.open(tmp_path, case) as run:
        (tmp_path / "history.csv").touch()
        manifest = run.manifest
    manifest["versions"]["numpy"] = "1.0"
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    with RunDirectory.open(tmp_path, case, threads=3) as run:
        assert run.manifest["started"] == manifest["started"]
        assert [entry["threads"] for entry in run.manifest["resumed"]] == [3]
    assert "numpy 1.0 -> " in caplog.text


def test_another_case_is_refused_also_with_fresh(
    tmp_path: Path, case: Case, case_file: Path
) -> None:
    RunDirectory.open(tmp_path / "run", case).close()
    other = load_case(case_file, ["grid.spacing=0.04 um"])
    for fresh in (False, True):
        with pytest.raises(RunDirectoryError, match="holds another case"):
            RunDirectory.open(tmp_path / "run", other, fresh=fresh)
    renamed = load_case(case_file, ["name=other"])
    RunDirectory.open(tmp_path / "run", renamed).close()


def test_fresh_removes_results_and_nothing_else(tmp_path: Path, case: Case) -> None:
    with RunDirectory.open(tmp_path, case) as run:
        for name in ("history.csv", "fields.h5", "notes.txt"):
            (tmp_path / name).touch()
        (tmp_path / "checkpoints").mkdir()
        run.write_summary({"status": "finished"})
    with RunDirectory.open(tmp_path, case, fresh=True) as run:
        assert run.status() == "new"
    assert (tmp_path / "notes.txt").exists()
    assert not (tmp_path / "checkpoints").exists()


def test_files_of_other_origin_are_refused(tmp_path: Path, case: Case, case_file: Path) -> None:
    (tmp_path / "figures").mkdir()
    with pytest.raises(RunDirectoryError, match="has figures, which a run would overwrite"):
        RunDirectory.open(tmp_path, case)
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "case.yaml").write_text("a: 1\n")
    with pytest.raises(RunDirectoryError, match=r"has case\.yaml"):
        RunDirectory.open(mine, case)
    (mine / "case.yaml").write_text(case_file.read_text())
    RunDirectory.open(mine, case).close()


def test_a_file_is_refused(tmp_path: Path, case: Case, case_file: Path) -> None:
    with pytest.raises(RunDirectoryError, match="is a file"):
        RunDirectory.open(case_file, case)


def test_a_second_writer_is_refused_by_name(tmp_path: Path, case: Case) -> None:
    with (
        RunDirectory.open(tmp_path, case),
        pytest.raises(RunDirectoryError) as refusal,
    ):
        RunDirectory.open(tmp_path, case)
    assert f"process {os.getpid()} on {socket.gethostname()}" in str(refusal.value)
    RunDirectory.open(tmp_path, case).close()


def hold(run_dir: Path) -> None:
    with RunDirectory.open(run_dir, CASE_READ):
        (run_dir / "held").touch()
        time.sleep(60)


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(["tests.output.test_run_directory"])
    holder = server.Process(target=hold, args=(tmp_path,), daemon=True)
    holder.start()
    while holder.is_alive() and not (tmp_path / "held").exists():
        time.sleep(0.005)
    with pytest.raises(RunDirectoryError, match=f"process {holder.pid} on"):
        RunDirectory.open(tmp_path, CASE_READ)
    holder.kill()
    holder.join()
    RunDirectory.open(tmp_path, CASE_READ).close()


def test_a_refused_directory_is_not_left_locked(tmp_path: Path, case: Case) -> None:
    (tmp_path / "history.csv").touch()
    with pytest.raises(RunDirectoryError, match="history"):
        RunDirectory.open(tmp_path, case)
    (tmp_path / "history.csv").unlink()
    RunDirectory.open(tmp_path, case).close()
