"""One tidy table of a sweep: a row for each point, whatever became of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from phasefield.case.yaml_source import source_from_text
from phasefield.errors import PhaseFieldError
from phasefield.output.atomic import replacing
from phasefield.output.run import open_run
from phasefield.studies.member_states import State, read_record
from phasefield.studies.plan import Member, Plan
from phasefield.units import UnitError, in_unit, split

__all__ = ["make_table", "parameters", "write_table"]

FIRST = ("member", "state", "exit code", "attempts", "message", "digest", "run")
"""Columns about the member itself; the parameters follow, then the numbers of its summary."""


def make_table(plan: Plan, states: Sequence[State]) -> pd.DataFrame:
    """Return the table of a sweep.

    Parameters
    ----------
    plan : of the sweep.
    states : of its members, in order.

    Returns
    -------
    Rows in the order of the sweep; columns as `FIRST`, one for each varied path (its unit in
    brackets), then every plain number of summary.json. A member that did not finish has what its
    summary holds, or nothing.
    """
    about = pd.DataFrame(
        [_about(plan, member, state) for member, state in zip(plan.members, states, strict=True)],
        columns=list(FIRST),
    ).astype({"exit code": "Int64", "attempts": "Int64"})
    numbers = pd.DataFrame([_numbers(plan, member) for member in plan.members])
    return pd.concat([about, pd.DataFrame(parameters(plan)), numbers], axis=1)


def write_table(table: pd.DataFrame, directory: Path) -> tuple[Path, Path]:
    """Write table.csv and table.parquet; return their paths."""
    text, columns = directory / "table.csv", directory / "table.parquet"
    with replacing(text) as temporary:
        table.to_csv(temporary, index=False)
    with replacing(columns) as temporary:
        table.to_parquet(temporary, index=False)
    return text, columns


def parameters(plan: Plan) -> dict[str, list[Any]]:
    """Return what varies: numbers under "path [unit]", in the unit written first, or words.

    A point that does not say a path has the value of the base case.
    """
    paths = dict.fromkeys(path for member in plan.members for path in member.point)
    base = source_from_text(plan.base_text, plan.base).data
    found: dict[str, list[Any]] = {}
    for path in paths:
        values = [member.point.get(path, _given(base, path)) for member in plan.members]
        name, column = _numeric(path, values)
        found[name] = column
    return found


def _numeric(path: str, values: Sequence[Any]) -> tuple[str, list[Any]]:
    """Return name and content of a column: numbers in one unit if all values are quantities."""
    try:
        unit = next(split(value)[1] for value in values if value is not None)
        numbers = [None if value is None else in_unit(value, unit) for value in values]
    except (UnitError, StopIteration):
        return path, [None if value is None else str(value) for value in values]
    return (f"{path} [{unit}]" if unit else path), numbers


def _given(data: Any, path: str) -> Any:
    """Return what stands in a case at a dotted path, None if nothing does."""
    for key in path.split("."):
        try:
            data = data[int(key) if isinstance(data, list) else key]
        except (KeyError, IndexError, ValueError, TypeError):
            return None
    return data


def _about(plan: Plan, member: Member, state: State) -> tuple[Any, ...]:
    record = read_record(plan.member_directory(member.digest or "none"))
    code = member.exit_code if member.problem else record.exit_code
    message = member.problem or record.message
    run = "" if member.problem else f"runs/{member.digest}"
    return (member.number, state, code, record.attempts, message, member.digest, run)


def _numbers(plan: Plan, member: Member) -> Mapping[str, float]:
    """Return the plain numbers of the summary of a member."""
    try:
        summary = open_run(plan.run_directory(member.digest)).summary if member.digest else {}
    except (OSError, PhaseFieldError, ValueError, KeyError):
        summary = {}
    return dict(_plain(summary.items()))


def _plain(items: Iterable[tuple[str, Any]]) -> Iterable[tuple[str, float]]:
    for name, value in items:
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield name, value
