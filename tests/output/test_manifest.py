from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

import phasefield
from phasefield.output import manifest


def test_versions() -> None:
    versions = manifest.versions()
    assert versions["phasefield"] == phasefield.__version__
    assert {"python", "numpy", "scipy", "numba", "h5py", "vtk"} <= set(versions)
    versions["numpy"] = "mine"
    assert manifest.versions()["numpy"] == np.__version__


def test_commit_is_that_of_the_checkout(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    package = tmp_path / "phasefield" / "output" / "manifest.py"
    monkeypatch.setattr(manifest, "__file__", str(package))
    assert manifest.make_manifest(seed=0, threads=1)["commit"] is None
    identity = ("-c", "user.name=a", "-c", "user.email=a@b.example")
    for command in (("init", "-q"), (*identity, "commit", "-qm", "a", "--allow-empty")):
        subprocess.run(["git", "-C", tmp_path, *command], check=True)
    commit = manifest.make_manifest(seed=0, threads=1)["commit"]
    assert len(commit) == 40
    monkeypatch.setenv("PATH", "")
    assert manifest.make_manifest(seed=0, threads=1)["commit"] is None
