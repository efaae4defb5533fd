"""The directory of a run: who may write it, what it holds, whether it is done."""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from phasefield.case import Case, case_text
from phasefield.errors import RunDirectoryError
from phasefield.output.atomic import write_json, write_text
from phasefield.output.lock import RunLock
from phasefield.output.manifest import make_manifest

__all__ = ["RunDirectory", "Status", "default_path", "read_status"]

Status = Literal["new", "interrupted", "finished"]

_RESULTS = (
    "history.csv",
    "fields.h5",
    "fields.xdmf",
    "fields.pvd",
    "fields",
    "checkpoints",
    "summary.json",
    "report.html",
    "figures",
    "animation.gif",
)
"""Names that a run creates, besides the case, the manifest and the log."""

_log = logging.getLogger(__name__)


class RunDirectory:
    """A run directory under lock: one process at a time writes it.

    Use `RunDirectory.open`; close it (or leave its `with` block) to release the lock.
    """

    def __init__(self, path: Path, lock: RunLock) -> None:
        self.path = path
        self._lock = lock
        self._identity = _identity(path)
        self._log_handler = _start_log(path / "run.log")

    @classmethod
    def open(
        cls,
        path: str | Path | None,
        case: Case,
        *,
        threads: int = 1,
        fresh: bool = False,
    ) -> Self:
        """Take the lock of the run directory of `case`, creating the directory if need be.

        Parameters
        ----------
        path : the directory; None for the default name in the working directory.
        case : the case to run there.
        threads : threads of the run, for the manifest.
        fresh : remove the results that are there, of the same case, and start again.

        Raises
        ------
        RunDirectoryError : another process writes it, it holds another case, or it has files of
            other origin under the names that a run uses.
        """
        directory = Path(path) if path is not None else default_path(case)
        _make(directory)
        lock = RunLock(directory)
        lock.acquire()
        try:
            with _explained(directory):
                _claim(directory, case, threads, fresh)
                return cls(directory, lock)
        except BaseException:
            lock.release()
            raise

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Around everything that writes here: a fault of the disk becomes one clear message.

        Raises
        ------
        RunDirectoryError : the disk is full, refuses to be written, or the directory is no longer
            the one that was opened.
        """
        if _identity(self.path) != self._identity:
            raise RunDirectoryError(
                f"{self.path} was deleted, moved or replaced while this run was writing it: nothing"
                " more is written there. Put it back and give the same command to go on from its"
                " last checkpoint; without it the run starts again"
            )
        with _explained(self.path):
            yield

    @property
    def manifest(self) -> dict[str, Any]:
        """Provenance of the run, as saved."""
        return _read_json(self.path / "manifest.json")

    def status(self) -> Status:
        """Return whether the run has not begun, was interrupted, or is finished."""
        return read_status(self.path)

    def write_summary(self, summary: Mapping[str, Any]) -> None:
        """Write summary.json in one step; numbers that are not finite become null."""
        write_json(self.path / "summary.json", summary)

    def close(self) -> None:
        """Stop logging to run.log and release the lock."""
        logger = logging.getLogger("phasefield")
        logger.removeHandler(self._log_handler)
        self._log_handler.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def default_path(case: Case) -> Path:
    """Return the name of the directory of `case`: its name as a slug, the hash of its content."""
    slug = re.sub(r"[^a-z0-9]+", "-", case.name.lower()).strip("-")
    return Path("-".join(part for part in (slug, case.digest()) if part))


def read_status(path: Path) -> Status:
    """Return the status of the run in `path` from what it left there; takes no lock."""
    summary = path / "summary.json"
    if summary.exists():
        return "finished" if _read_json(summary).get("status") == "finished" else "interrupted"
    return "interrupted" if any((path / name).exists() for name in _RESULTS) else "new"


def _make(directory: Path) -> None:
    """Create `directory` if need be."""
    if directory.exists() and not directory.is_dir():
        raise RunDirectoryError(f"{directory} is a file, not a directory: give another --out")
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunDirectoryError(
            f"cannot make the directory {directory}: {error.strerror}; give another --out"
        ) from error


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what tells a directory from another one of its name; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


@contextmanager
def _explained(directory: Path) -> Iterator[None]:
    """Turn faults of the disk into a message; HDF5 reports some of them as RuntimeError."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        number = getattr(error, "errno", None)
        reason = os.strerror(number) if number else str(error)
        raise RunDirectoryError(
            f"cannot write {directory}: {reason}. What was saved is kept: when there is room and"
            " leave to write, the same command goes on from the last checkpoint"
        ) from error


def _read_json(path: Path) -> dict[str, Any]:
    """Return what `path` holds; RunDirectoryError when that is not what a run wrote."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise RunDirectoryError(
            f"{path} is damaged ({error}): delete it, or use --fresh"
        ) from error
    if not isinstance(found, dict):
        raise RunDirectoryError(f"{path} is not from a run: delete it, or give another --out")
    return found


def _claim(directory: Path, case: Case, threads: int, fresh: bool) -> None:
    """Make `directory` the one of `case`, or refuse."""
    manifest_path = directory / "manifest.json"
    provenance = make_manifest(seed=case.seed, threads=threads)
    if manifest_path.exists():
        manifest = _read_json(manifest_path)
        _refuse_other_case(directory, manifest, case)
        if not fresh:
            if read_status(directory) == "interrupted":
                _note_resume(manifest, provenance)
                write_json(manifest_path, manifest)
            return
        _remove_results(directory)
    else:
        _refuse_strangers(directory, case)
    _write_case(directory, case)
    write_json(manifest_path, {"name": case.name, "digest": case.digest(), **provenance})


def _refuse_other_case(directory: Path, manifest: Mapping[str, Any], case: Case) -> None:
    """Raise if the run in `directory` is not one of `case`."""
    if manifest.get("digest") != case.digest():
        raise RunDirectoryError(
            f"{directory} holds another case, {manifest.get('name')} ({manifest.get('digest')});"
            f" yours is {case.name} ({case.digest()}): give another --out"
        )


def _refuse_strangers(directory: Path, case: Case) -> None:
    """Raise if `directory` is no run but has files that a run would overwrite."""
    taken = [name for name in _RESULTS if (directory / name).exists()]
    given = directory / "case.yaml"
    if given.exists() and given.read_text(encoding="utf-8") != case.source.text:
        taken.append(given.name)
    if taken:
        raise RunDirectoryError(
            f"{directory} is not a run directory (no manifest.json) but has {', '.join(taken)},"
            " which a run would overwrite: give another --out"
        )


def _note_resume(manifest: dict[str, Any], provenance: dict[str, Any]) -> None:
    """Add `provenance` to the manifest of an interrupted run; warn when versions have changed."""
    manifest.setdefault("resumed", []).append(provenance)
    before, now = manifest["versions"], provenance["versions"]
    changed = [
        f"{name} {before.get(name)} -> {now.get(name)}"
        for name in sorted({*before, *now})
        if before.get(name) != now.get(name)
    ]
    if changed:
        _log.warning("the run began with other versions: %s", ", ".join(changed))


def _remove_results(directory: Path) -> None:
    """Delete what a run of this case left in `directory`."""
    for path in (directory / name for name in _RESULTS):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _write_case(directory: Path, case: Case) -> None:
    """Write the case as it was given and as it was understood."""
    resolved = case_text(case)
    write_text(directory / "case.resolved.yaml", resolved)
    write_text(directory / "case.yaml", case.source.text or resolved)


class _LogFile(logging.FileHandler):
    """A log that a full disk cuts short without a word: the run itself says what is wrong."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Drop the message."""


def _start_log(path: Path) -> logging.Handler:
    """Send the messages of the package to `path` too, from level INFO up."""
    handler = _LogFile(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.setLevel(logging.INFO)
    logger = logging.getLogger("phasefield")
    logger.addHandler(handler)
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.INFO)
    return handler
