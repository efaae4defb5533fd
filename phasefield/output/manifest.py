"""Where a result comes from: versions, commit, machine, threads, seed, start."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import phasefield

__all__ = ["commit", "make_manifest", "utc_now", "versions"]

_LIBRARIES = ("numpy", "scipy", "numba", "h5py", "vtk", "pydantic", "pint", "fipy")


def make_manifest(*, seed: int, threads: int) -> dict[str, Any]:
    """Return the provenance of a run that starts now, as JSON types."""
    return {
        "versions": versions(),
        "commit": commit(),
        "platform": platform.platform(),
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "threads": threads,
        "seed": seed,
        "started": utc_now(),
    }


def versions() -> dict[str, str]:
    """Return the versions of the package, of Python and of the libraries that are installed."""
    found = {"phasefield": phasefield.__version__, "python": platform.python_version()}
    for library in _LIBRARIES:
        if (installed := _installed(library)) is not None:
            found[library] = installed
    return found


@cache
def _installed(library: str) -> str | None:
    """Return the version of a library, or None; an optional one may not be there."""
    try:
        return version(library)
    except PackageNotFoundError:
        return None


def utc_now() -> str:
    """Return the time now in UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def commit() -> str | None:
    """Return the git commit of the checkout that the package runs from; -dirty if changed."""
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return None
    command = ["git", "-C", str(root), "describe", "--always", "--dirty", "--abbrev=40"]
    try:
        answer = subprocess.run(
            [*command, "--exclude=*"], capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()


def _cpu_model() -> str:
    """Return the name of the processor as well as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())
