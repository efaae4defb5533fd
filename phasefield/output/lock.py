"""The lock of a run directory: the kernel frees it when its process dies, however it dies."""

from __future__ import annotations

import json
import os
import socket
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from phasefield.errors import RunDirectoryError
from phasefield.output.atomic import write_json
from phasefield.output.manifest import utc_now

__all__ = ["RunLock", "is_locked"]

PATIENCE = 1.0
"""Wait for somebody who only looks whether the lock is taken [s]."""


def is_locked(directory: Path) -> bool:
    """Whether a living process holds the lock of `directory`."""
    if not (directory / ".lock").exists():
        return False
    probe = FileLock(directory / ".lock", timeout=0, thread_local=False)
    try:
        probe.acquire()
    except Timeout:
        return True
    except (OSError, NotImplementedError):  # a directory that we may only read
        return (directory / ".lock.json").exists()
    probe.release()
    return False


class RunLock:
    """Exclusive lock on `directory`, with a note of who holds it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._note = directory / ".lock.json"
        self._lock = FileLock(directory / ".lock", timeout=PATIENCE, thread_local=False)

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
        note = {"pid": os.getpid(), "host": socket.gethostname(), "since": utc_now()}
        try:
            write_json(self._note, note)
        except OSError as error:
            self._lock.release()
            raise RunDirectoryError(
                f"cannot write {self._directory}: {error.strerror}; nothing there was changed"
            ) from error

    def release(self) -> None:
        """Give the lock back."""
        with suppress(OSError):  # a disk that has become read-only
            self._note.unlink(missing_ok=True)
        self._lock.release()

    def _holder(self) -> str:
        """Describe the process that holds the lock, from its note."""
        try:
            note = json.loads(self._note.read_text(encoding="utf-8"))
            return f"process {note['pid']} on {note['host']} since {note['since']}"
        except (OSError, ValueError, KeyError):
            return "another process"
