"""The page of a sweep: its states, its pictures, and a link to every run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup, escape

from phasefield.report.document import Document, Picture, Section, Table, write
from phasefield.studies.plan import Plan

__all__ = ["write_page"]


def write_page(
    plan: Plan, table: pd.DataFrame, parameters: Sequence[str], pictures: Sequence[Path]
) -> Path:
    """Write index.html into the directory of the sweep and return its path.

    Parameters
    ----------
    plan : of the sweep.
    table : of its members.
    parameters : columns of what varies.
    pictures : made of the table.
    """
    counts = Counter(table["state"])
    numbers = [name for name in plan.metrics if name in table]
    header = ("member", *parameters, "state", *numbers, "message")
    rows = [
        (
            _link(plan, row),
            *(_text(row[name]) for name in parameters),
            str(row["state"]),
            *(_text(row[name]) for name in numbers),
            _text(row["message"]).partition("\n")[0],
        )
        for row in table.to_dict("records")
    ]
    drawn = [
        Picture(path, path.stem.removesuffix("-map").replace("_", " "), "") for path in pictures
    ]
    document = Document(
        title=plan.name,
        subtitle=f"sweep of {len(table)} members over {', '.join(parameters)}",
        notice=None,
        key_numbers=[(state, str(count)) for state, count in sorted(counts.items())],
        summary=[],
        sections=[Section("Pictures", drawn), Section("Members", [Table(header, rows)])],
        footer=["the whole table: table.csv, table.parquet", f"base case: {Path(plan.base).name}"],
    )
    return write(document, plan.directory / "index.html")


def _link(plan: Plan, row: Mapping[Any, Any]) -> str:
    """Return the number of a member, linked to its report, or to its directory without one."""
    number, run = str(row["member"]), str(row["run"])
    if not run or not (plan.directory / run).is_dir():
        return number
    page = f"{run}/report.html"
    target = page if (plan.directory / page).exists() else f"{run}/"
    return Markup('<a href="{}">{}</a>').format(escape(target), number)


def _text(value: object) -> str:
    if value is None or value != value:
        return "–"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
