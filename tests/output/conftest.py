"""A small case, a small anisotropic grid, and fields whose every value is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from phasefield.case import Case, load_case
from phasefield.grid.grid import Grid
from phasefield.output.fields import FieldSeries
from tests.output.known import CASE, static_fields


@pytest.fixture
def case_file(tmp_path: Path) -> Path:
    path = tmp_path / "given.yaml"
    path.write_text(CASE, encoding="utf-8")
    return path


@pytest.fixture
def case(case_file: Path) -> Case:
    return load_case(case_file)


@pytest.fixture
def grid() -> Grid:
    return Grid((2, 3, 4), (3e-7, 2e-7, 1e-7), growth_axis=1)


@pytest.fixture
def series(tmp_path: Path, grid: Grid) -> FieldSeries:
    return FieldSeries(tmp_path, grid, static_fields(grid))
