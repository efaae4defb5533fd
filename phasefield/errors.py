"""Errors that end a command with one clean message and a stated exit code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = [
    "CaseError",
    "ContactLost",
    "Depleted",
    "DidNotConverge",
    "GeometryInvalid",
    "Interrupted",
    "NoElectrode",
    "OutOfMemory",
    "PhaseFieldError",
    "Problem",
    "RunDirectoryError",
    "explain",
    "not_installed",
]


class PhaseFieldError(Exception):
    """Base class: anything a user can cause or cure. `exit_code` is what the program returns."""

    exit_code: int = 1


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a case file.

    Attributes
    ----------
    message : what is wrong, what was given, what is allowed.
    path : dotted path of the key ("" for the file as a whole).
    line : line in the file, 1-based, or None when there is none to name.
    file : name of the file, or "" for a case that was not read from one.
    """

    message: str
    path: str = ""
    line: int | None = None
    file: str = ""

    def __str__(self) -> str:
        where = ":".join(str(part) for part in (self.file, self.line) if part)
        return ": ".join(part for part in (where, self.path, self.message) if part)


class CaseError(PhaseFieldError):
    """The case file is invalid; `problems` holds every problem that was found."""

    exit_code = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class GeometryInvalid(PhaseFieldError):
    """The scaffold cannot be made or cannot be used."""

    exit_code = 3


class DidNotConverge(PhaseFieldError):
    """A step failed at the smallest step size; a checkpoint was written."""

    exit_code = 4


class ContactLost(DidNotConverge):
    """Too little lithium is left on the electrolyte to go on stripping."""


class NoElectrode(ContactLost):
    """No lithium is left on the current collector."""


class Depleted(DidNotConverge):
    """Too little salt is left in the electrolyte to go on with this current."""


class Interrupted(PhaseFieldError):
    """Wall time or a signal ended the run; a checkpoint was written."""

    exit_code = 5


class OutOfMemory(PhaseFieldError):
    """The machine, or a limit set for this process, has no more memory."""


class RunDirectoryError(PhaseFieldError):
    """The run directory is locked, holds another case, or cannot be written."""


def not_installed(what: str, error: ImportError, extra: str) -> PhaseFieldError:
    """What to raise where a package is missing that only an extra of ours brings."""
    return PhaseFieldError(f"{what} needs {error.name}: pip install 'phasefield-llzo[{extra}]'")


def explain(error: BaseException) -> tuple[str, int]:
    """Return one message for an error, and the exit code of a program that ends with it."""
    from geometries import GeometryError

    if isinstance(error, PhaseFieldError):
        return str(error), error.exit_code
    if isinstance(error, GeometryError):
        return str(error), GeometryInvalid.exit_code
    if isinstance(error, KeyboardInterrupt):
        return "interrupted", Interrupted.exit_code
    if isinstance(error, MemoryError):
        return f"not enough memory: {error}", OutOfMemory.exit_code
    if isinstance(error, OSError):
        return str(error), PhaseFieldError.exit_code
    text = f"internal error, {type(error).__name__}: {error} (--debug shows where)"
    return text, PhaseFieldError.exit_code
