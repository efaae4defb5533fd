"""One measurement in a process of its own: its own threads, peak memory, and imports.

Run as ``python -m phasefield.bench.job '{"task": ..., ...}'``; the last line it prints is JSON.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from importlib import import_module
from typing import Any

__all__ = ["measure"]

PATIENCE = 3600.0
"""Seconds after which a measurement is given up."""


def measure(
    task: str, threads: int, *, patience: float = PATIENCE, **arguments: Any
) -> dict[str, Any]:
    """Take a measurement in a new process, for `patience` [s] at most.

    Returns
    -------
    what the task returns, with `threads` and `peak_mb`; or `error`, in words.
    """
    count = str(threads)
    environment = dict(
        os.environ, NUMBA_NUM_THREADS=count, OMP_NUM_THREADS=count, OPENBLAS_NUM_THREADS=count
    )
    words = [sys.executable, "-m", "phasefield.bench.job", json.dumps({"task": task, **arguments})]
    try:
        done = subprocess.run(
            words, env=environment, capture_output=True, text=True, timeout=patience, check=False
        )
    except subprocess.TimeoutExpired:
        return {"error": f"not finished after {patience:.0f} s", "threads": threads}
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        return {"error": last, "threads": threads}
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return {**answer, "threads": threads}


TASKS = {
    "poisson": ("poisson", "solve"),
    "step": ("steps", "coupled_steps"),
    "fig5": ("whole", "fig5"),
    "numba": ("whole", "short_run"),
    "fipy": ("fipy_side", "short_run"),
    "sweep": ("sweep", "allen_cahn"),
}
"""Module and function of each; only what is measured is imported, for the sake of its memory."""


def _peak_mb() -> float:
    """Peak memory of this process; what Linux calls `ru_maxrss` is that of its parent, too."""
    try:
        with open("/proc/self/status") as status:
            kilobytes = next(line.split()[1] for line in status if line.startswith("VmHWM"))
        return int(kilobytes) / 1024
    except OSError:  # macOS, where it counts bytes
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main(text: str) -> None:
    """Do what the JSON `text` says and print the answer."""
    order = json.loads(text)
    module, function = TASKS[order.pop("task")]
    answer = getattr(import_module(f"phasefield.bench.{module}"), function)(**order)
    answer["peak_mb"] = _peak_mb()
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
