"""The page on the run directory lists the columns, fields and keys that there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from phasefield.models.fields import (
    FIELDS,
    MAP_FIELDS,
    PUBLISHED_FIELDS,
    SALT_FIELDS,
    STATIC_FIELDS,
)
from phasefield.simulation.quantities import GROUPS
from phasefield.simulation.runner import run
from phasefield.validation.setups import shipped_case

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "run-directory.md"


def listed(heading: str) -> list[str]:
    """Names in code type in the first column of the table under a heading of the reference."""
    text = PAGE.read_text(encoding="utf-8")
    section = text.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = [line.split(" | ")[0] for line in section.splitlines() if line.startswith("| `")]
    return [found for row in rows for found in re.findall(r"`([^`]+)`", row)]


HEADINGS = {
    "all": "Columns of history.csv",
    "conserved": "Columns of the conserved model",
    "salt": "Columns of an electrolyte with a salt",
    "coating": "Columns of a coating that conducts electrons",
    "symmetric": "Columns of a symmetric cell",
    "published": "Columns of the published model",
}
"""Where the quantities of a group are listed."""


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_columns_of_the_history_are_listed(group):
    columns = [name for name in listed(HEADINGS[group.name]) if "[" in name]
    assert columns == list(group.columns)


def test_fields_are_listed():
    of_paper = [name for name in PUBLISHED_FIELDS if name not in FIELDS]
    assert listed("Fields") == [*FIELDS, *SALT_FIELDS, *STATIC_FIELDS, *MAP_FIELDS, *of_paper]


def test_keys_of_the_summary_are_listed(tmp_path):
    overrides = ["protocol.0.plate.duration=1 s", "solver.time_step=1 s"]
    summary = run(shipped_case("quickstart"), tmp_path / "run", overrides=overrides).summary
    assert set(listed("Keys of summary.json")) == set(summary)
