"""How far the members of a sweep are, from the files they leave: no scheduler has to be asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from phasefield.errors import Interrupted, PhaseFieldError
from phasefield.output.atomic import write_json
from phasefield.output.lock import is_locked
from phasefield.output.run_directory import read_status
from phasefield.studies.plan import Member, Plan

__all__ = ["GOES_ON", "Record", "State", "read_record", "state_of", "states", "write_record"]

State = Literal[
    "invalid", "waiting", "queued", "running", "interrupted", "killed", "failed", "finished"
]

GOES_ON: tuple[State, ...] = ("waiting", "interrupted", "killed")
"""What `sweep run` starts; `sweep retry` starts those that failed, too."""


@dataclass(frozen=True)
class Record:
    """What a member has left about its attempts.

    Attributes
    ----------
    attempts : how often it was started.
    exit_code : of the last attempt; None while it runs, and for ever if it was killed.
    message : what the last attempt said at its end.
    started, ended : of the last attempt, UTC.
    host, job : where it ran; the job of the scheduler, if any.
    """

    attempts: int = 0
    exit_code: int | None = None
    message: str = ""
    started: str = ""
    ended: str = ""
    host: str = ""
    job: str = ""


def read_record(directory: Path) -> Record:
    """Return the record of a member; one that says nothing where there is none."""
    try:
        return Record(**json.loads((directory / "state.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return Record()


def write_record(directory: Path, record: Record) -> None:
    """Replace the record of a member."""
    write_json(directory / "state.json", asdict(record))


def state_of(plan: Plan, member: Member) -> State:
    """Return how far a member is."""
    if member.problem:
        return "invalid"
    directory = plan.member_directory(member.digest)
    if is_locked(directory):
        return "running"
    if _has_finished(plan.run_directory(member.digest)):
        return "finished"
    record = read_record(directory)
    if not record.attempts:
        return "waiting"
    if record.exit_code is None:
        return "killed"
    return "interrupted" if record.exit_code == Interrupted.exit_code else "failed"


def states(plan: Plan, queued: Mapping[str, str] | None = None) -> list[State]:
    """Return how far every member is.

    Parameters
    ----------
    plan : of the sweep.
    queued : digests for which the scheduler holds a job that has not ended.
    """
    found = [state_of(plan, member) for member in plan.members]
    return [
        "queued" if queued and member.digest in queued and state in GOES_ON else state
        for member, state in zip(plan.members, found, strict=True)
    ]


def _has_finished(run: Path) -> bool:
    try:
        return read_status(run) == "finished"
    except (OSError, PhaseFieldError):
        return False
