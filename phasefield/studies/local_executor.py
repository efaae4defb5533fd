"""Members as processes on this machine, a few at a time."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

from phasefield.simulation.interruption import STOPPING, Deferred
from phasefield.studies.member import command, environment

__all__ = ["run_local"]

LOOK = 0.2
"""Seconds between two looks at whether somebody wants this process to stop."""


def run_local(
    directory: Path,
    digests: Sequence[str],
    processes: int | None,
    threads: int,
    ended: Callable[[str, int], None],
) -> None:
    """Run members to their ends.

    A signal that asks this process to stop is passed on: members save, and nothing new starts.

    Parameters
    ----------
    directory : of the sweep.
    digests : members to run.
    processes : at a time; cores over `threads` when None.
    threads : of each.
    ended : called with digest and exit code of every member that ends.

    Raises
    ------
    phasefield.errors.Interrupted
        A signal came; the members that ran have saved.
    """
    at_a_time = processes or max(1, (os.cpu_count() or 1) // threads)
    alive: dict[str, subprocess.Popen[bytes]] = {}
    with ThreadPoolExecutor(at_a_time) as pool, Deferred(signal.SIGINT, *STOPPING) as asked:
        futures = {
            pool.submit(_one, directory, digest, threads, alive): digest for digest in digests
        }
        pending: set[Future[int]] = set(futures)
        try:
            while pending:
                done, pending = wait(pending, LOOK, FIRST_COMPLETED)
                for future in done:
                    ended(futures[future], future.result())
                asked.check()
        except BaseException:
            for future in pending:
                future.cancel()
            for process in list(alive.values()):
                process.send_signal(signal.SIGTERM)
            raise


def _one(
    directory: Path, digest: str, threads: int, alive: dict[str, subprocess.Popen[bytes]]
) -> int:
    """Run one member in a process that can be told to stop."""
    place = directory / "members" / digest
    place.mkdir(parents=True, exist_ok=True)
    with (place / "log.txt").open("ab") as output:
        alive[digest] = subprocess.Popen(
            command(directory, digest, threads),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment(threads)},
        )
        try:
            return alive[digest].wait()
        finally:
            del alive[digest]
