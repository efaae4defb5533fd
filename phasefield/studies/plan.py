"""What a sweep will run: a member for each point, named by the hash of its case, with its cost."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from phasefield import __version__
from phasefield.case import Case, case_from_text
from phasefield.case.yaml_source import read_source
from phasefield.errors import PhaseFieldError, RunDirectoryError, explain
from phasefield.output.atomic import write_json
from phasefield.setup.forecast import preflight
from phasefield.studies.sampling import Point, points
from phasefield.studies.sweep_file import SweepFile, read_sweep

__all__ = ["Member", "Plan", "load_plan", "make_plan", "save_plan"]


@dataclass(frozen=True)
class Member:
    """One point of a sweep.

    Attributes
    ----------
    number : place in the sweep, from 1.
    point : value of every varied dotted path, as written.
    digest : of the case, which names the run; "" where there is no such case.
    problem : why it cannot run, "" if it can.
    exit_code : that `phasefield run` would end with because of it.
    wall_time_s, memory_bytes, disk_bytes : predicted.
    """

    number: int
    point: Point
    digest: str = ""
    problem: str = ""
    exit_code: int = 0
    wall_time_s: float = 0.0
    memory_bytes: float = 0.0
    disk_bytes: float = 0.0

    @property
    def overrides(self) -> list[str]:
        """The point as `--set` takes it."""
        return [f"{path}={json.dumps(value)}" for path, value in self.point.items()]

    @property
    def label(self) -> str:
        """The point in words."""
        return ", ".join(f"{path}={value}" for path, value in self.point.items())


@dataclass(frozen=True)
class Plan:
    """A sweep whose members are known; it lives in a directory and outlives its files.

    Attributes
    ----------
    directory : of the sweep.
    name, metrics : as in the sweep file.
    base, base_text : the base case, its path and what it held.
    source : hash of what the plan follows from.
    force : whether members run that break the resolution rules.
    members : one for each point.
    """

    directory: Path
    name: str
    metrics: Sequence[str]
    base: str
    base_text: str
    source: str
    force: bool = False
    members: Sequence[Member] = field(default_factory=tuple)

    @property
    def runnable(self) -> dict[str, Member]:
        """Members with a case by digest: the same case twice is one run."""
        found: dict[str, Member] = {}
        for member in self.members:
            if not member.problem:
                found.setdefault(member.digest, member)
        return found

    def run_directory(self, digest: str) -> Path:
        """Where the run of a case is."""
        return self.directory / "runs" / digest

    def member_directory(self, digest: str) -> Path:
        """Where the state and the log of a member are."""
        return self.directory / "members" / digest

    def case(self, member: Member) -> Case:
        """The case of a member."""
        return case_from_text(self.base_text, self.base, member.overrides)


def make_plan(file: Path, directory: Path | None = None, *, force: bool = False) -> Plan:
    """Read a sweep file and plan it anew, or return the saved plan when nothing has changed.

    Raises
    ------
    phasefield.errors.CaseError
        The sweep file or the base case cannot be read.
    phasefield.errors.RunDirectoryError
        The directory holds another sweep.
    """
    sweep, source = read_sweep(file)
    directory = directory or Path("-".join(sweep.name.lower().split()))
    base = (file.parent / sweep.base).resolve()
    base_text = read_source(base).text
    content = "\n".join([__version__, str(force), source.text, str(base), base_text])
    key = hashlib.sha256(content.encode()).hexdigest()
    if (directory / "plan.json").exists():
        saved = load_plan(directory)
        if saved.name != sweep.name:
            raise RunDirectoryError(
                f"{directory} holds the sweep {saved.name}, yours is {sweep.name}:"
                " give another --out"
            )
        if saved.source == key:
            return saved
    plan = Plan(directory, sweep.name, sweep.metrics, str(base), base_text, key, force)
    return _planned(plan, sweep)


def _planned(empty: Plan, sweep: SweepFile) -> Plan:
    members = [_member(empty, number, point) for number, point in enumerate(points(sweep), 1)]
    return Plan(**{**vars(empty), "members": tuple(members)})


def _member(plan: Plan, number: int, point: Point) -> Member:
    """Read the case of a point and predict its cost, or say why there is none."""
    member = Member(number, point)
    try:
        case = plan.case(member)
        cost = preflight(case, plan.force)
    except PhaseFieldError as error:
        text, code = explain(error)
        return Member(number, point, problem=text, exit_code=code)
    problem = "" if plan.force else "\n".join(str(each) for each in cost.problems)
    return Member(
        number, point, case.digest(), problem, 2 * bool(problem),
        cost.wall_time_s, cost.memory_bytes, cost.disk_bytes,
    )  # fmt: skip


def save_plan(plan: Plan) -> None:
    """Write plan.json into the directory of the sweep, which is made if need be."""
    try:
        plan.directory.mkdir(parents=True, exist_ok=True)
        content = {**vars(plan), "members": [asdict(member) for member in plan.members]}
        del content["directory"]
        write_json(plan.directory / "plan.json", content)
    except OSError as error:
        raise RunDirectoryError(f"cannot write {plan.directory}: {error.strerror}") from error


def load_plan(directory: Path) -> Plan:
    """Read the plan that `save_plan` wrote.

    Raises
    ------
    phasefield.errors.RunDirectoryError
        `directory` is not one of a sweep, or of a version that wrote it otherwise.
    """
    path = directory / "plan.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        members = tuple(Member(**member) for member in content.pop("members"))
        return Plan(directory, **content, members=members)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise RunDirectoryError(
            f"{directory} is not the directory of a sweep, or its plan.json is damaged ({error}):"
            " delete plan.json, it is made anew"
        ) from error
