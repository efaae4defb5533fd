"""The lock of a run directory: the kernel frees it when its process dies, however it dies."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

from filelock import FileLock, Timeout

from phasefield.errors import RunDirectoryError
from phasefield.output.atomic import write_json
from phasefield.output.manifest import utc_now

__all__ = ["RunLock"]


class RunLock:
    """Exclusive lock on `directory`, with a note of who holds it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._note = directory / ".lock.json"
        self._lock = FileLock(directory / ".lock", timeout=0, thread_local=False)

    def acquire(self) -> None:
        """Take the lock; one left by a dead process is free.

        Raises
        ------
        RunDirectoryError : a living process holds it (the message says which), or the file system
            has no locks or refuses to be written.
        """
        try:
            self._lock.acquire()
        except Timeout:
            raise RunDirectoryError(
                f"{self._directory} is being written by {self._holder()}: wait until it ends,"
                " stop it, or give another --out"
            ) from None
        except (OSError, NotImplementedError) as error:
            raise RunDirectoryError(
                f"cannot lock {self._directory} ({error}): choose a directory that you may write,"
                " on a file system with locks (Lustre: mount option flock)"
            ) from error
        write_json(
            self._note, {"pid": os.getpid(), "host": socket.gethostname(), "since": utc_now()}
        )

    def release(self) -> None:
        """Give the lock back."""
        self._note.unlink(missing_ok=True)
        self._lock.release()

    def _holder(self) -> str:
        """Describe the process that holds the lock, from its note."""
        try:
            note = json.loads(self._note.read_text(encoding="utf-8"))
            return f"process {note['pid']} on {note['host']} since {note['since']}"
        except (OSError, ValueError, KeyError):
            return "another process"
