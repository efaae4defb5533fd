"""A hundred cycles, killed once on the way: the charge is still that of the metal."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from phasefield.output.run import open_run

from .test_run import SMALL

CYCLES = 100

HALF = {"current_density": "0.2 mA/cm^2", "charge": "0.003 mAh/cm^2"}

PROTOCOL = [{"repeat": {"times": CYCLES, "steps": [{"plate": HALF}, {"strip": HALF}]}}]

HALF_CELL = SMALL | {
    "protocol": PROTOCOL,
    "output": {"fields_every": "1 h", "fields_at_step_ends": False, "animation": False},
    "solver": {},
}

SYMMETRIC = HALF_CELL | {
    "cell": {"kind": "symmetric"},
    "geometry": SMALL["geometry"] | {"height": "4 um"},
    "lithium": {"depth": "1.2 um"},
}


def start(case: Path, out: Path) -> subprocess.Popen[bytes]:
    """The command line, on one thread."""
    command = [sys.executable, "-m", "phasefield.cli", "run", str(case), "--out", str(out)]
    return subprocess.Popen(command, env=os.environ | {"NUMBA_NUM_THREADS": "1"})


def cycle(out: Path) -> int:
    """Cycle that the run is in, from its history; 0 before the first step."""
    try:
        lines = (out / "history.csv").read_text().splitlines()
    except OSError:
        return 0
    return int(lines[-2].split(",")[2]) if len(lines) > 3 else 0  # the last may be half a line


@pytest.mark.slow
@pytest.mark.parametrize("case", [HALF_CELL, SYMMETRIC], ids=["half", "symmetric"])
def test_a_hundred_cycles_lose_no_charge(case, tmp_path):
    file, out = tmp_path / "case.yaml", tmp_path / "run"
    with file.open("w", encoding="utf-8") as stream:
        YAML().dump(case, stream)
    killed = start(file, out)
    while cycle(out) < CYCLES // 2:
        assert killed.poll() is None
        time.sleep(0.05)
    killed.kill()
    killed.wait()
    assert start(file, out).wait() == 0
    summary = open_run(out).summary
    steps = summary["protocol"]
    assert len(steps) == 2 * CYCLES
    assert {step["ended_by"] for step in steps} == {"charge"}
    assert summary["charge_balance_error"] < 1e-8
    print(f"largest error of the charge balance: {summary['charge_balance_error']:.1e}")
    history = open_run(out).history
    last = history["cycle [1]"] > CYCLES - 10
    assert history["charge balance error [1]"][last].max() < 1e-8
