"""`phasefield converge`: which runs it makes, and what it writes of them."""

from __future__ import annotations

import csv
import math
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from phasefield import cli
from phasefield.analysis.convergence import extrapolate
from phasefield.case import load_case
from phasefield.commands.converge import _lines
from phasefield.output.run import open_run
from phasefield.studies.refinement import (
    QUANTITIES,
    Member,
    Study,
    _spacing,
    plan_grids,
    plan_widths,
    write_study,
)

QUICKSTART = Path(__file__).parents[1] / "cases" / "quickstart.yaml"
SHORT = ["--set", "protocol.0.plate.duration=20 s", "--set", "geometry.height=5 um"]


def test_plans():
    case = load_case(QUICKSTART)
    assert [m.spacing for m in plan_grids(case, 3)] == [0.075e-6, 0.0375e-6, 0.01875e-6]
    assert {m.width for m in plan_grids(case, 3)} == {case.interface.width}
    narrower = plan_widths(case, 3)
    assert narrower[2].width == pytest.approx(0.15e-6)
    assert [m.width / m.spacing for m in narrower] == pytest.approx([4.0] * 3)
    assert [m.name for m in plan_grids(case, 3)] == ["h", "h/2", "h/4"]
    assert plan_grids(case, 2, 1.5)[1].spacing == pytest.approx(0.05e-6)
    assert len(plan_grids(case, 2)) == len(plan_widths(case, 2)) == 2


@pytest.fixture(scope="module")
def converged(tmp_path_factory):
    """A short run at two spacings and two widths."""
    out = tmp_path_factory.mktemp("converge")
    words = ["converge", str(QUICKSTART), "--grids", "2", "--widths", "2", "--out", str(out)]
    assert cli.main([*words, *SHORT, "--fixed-step", "10 s"]) == 0
    return out


def read(out):
    with (out / "converge.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_table_holds_what_the_runs_found(converged):
    rows = read(converged)
    runs = [open_run(place) for place in sorted(converged.glob("width-*"))]
    assert len(runs) == 3  # the coarsest is shared
    assert all(run.summary["status"] == "finished" for run in runs)
    voltages = {f"{1e3 * run.summary['voltage_V']:.12g}" for run in runs}
    found = [row for row in rows if row["quantity"] == "voltage" and row["run"] != "limit"]
    assert {f"{float(row['value']):.12g}" for row in found} == voltages
    by_run = {(row["refined"], row["run"]): float(row["value"]) for row in found}
    (limit,) = (
        row
        for row in rows
        if (row["refined"], row["quantity"], row["run"]) == ("grid", "voltage", "limit")
    )
    coarse, fine = by_run["grid", "h"], by_run["grid", "h/2"]
    assert float(limit["value"]) == pytest.approx(fine + (fine - coarse) / 3)
    assert float(limit["error bar"]) == pytest.approx(abs(fine - coarse))
    assert math.isnan(float(limit["observed order"]))
    assert (converged / "converge.png").stat().st_size > 10_000


def test_finished_runs_are_not_run_again(converged, capsys):
    before = {p: p.stat().st_mtime_ns for p in converged.glob("width-*/history.csv")}
    words = ["converge", str(QUICKSTART), "--grids", "2", "--out", str(converged)]
    assert cli.main([*words, *SHORT, "--fixed-step", "10 s"]) == 0
    assert {p: p.stat().st_mtime_ns for p in converged.glob("width-*/history.csv")} == before
    printed = capsys.readouterr()
    assert "refined: grid\n" in printed.out
    assert re.search(r"^spacing \[um\] +0\.0748\d* +0\.0374\d*$", printed.out, re.MULTILINE)
    assert "error bar" in printed.out
    assert printed.err.count("running h") == 2


def study(**values):
    """Three grids whose spacings are not those that were asked for; other values go as h^2."""
    spacings = (0.1e-6, 0.07e-6, 0.05e-6)
    members = tuple(Member(name, 0.4e-6, 0.1e-6) for name in ("h", "h/1.4", "h/2"))
    found = {name: tuple(1.0 + (1e7 * h) ** 2 for h in spacings) for name in QUANTITIES} | values
    limits = {name: extrapolate(each, spacings) for name, each in found.items()}
    return Study("grid", members, spacings, found, limits)


def test_spacings_are_those_of_the_grids_as_made(tmp_path):
    table, _ = write_study([study()], tmp_path)
    with table.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["quantity"] == "voltage"]
    assert [row["spacing [m]"] for row in rows] == ["1e-07", "7e-08", "5e-08", ""]
    assert float(rows[-1]["observed order"]) == pytest.approx(2.0)
    assert float(rows[-1]["value"]) == pytest.approx(1.0)


def test_cells_of_a_run_are_measured_on_its_grid():
    """40 x 27 cells of 0.08 x 0.05 um; the axis of one cell has none."""
    summary = {"spacing_m": [0.1e-6, 0.08e-6, 0.05e-6], "shape": [1, 40, 27]}
    assert _spacing(SimpleNamespace(summary=summary)) == pytest.approx(1e-6 * 0.004**0.5)


def test_what_is_not_extrapolated_is_said():
    lines = _lines(study(voltage=(5.0, 4.0, 3.0)))
    (said,) = (line for line in lines if line.startswith("voltage: "))
    assert "is below 0.5: nothing is extrapolated" in said
    assert not any("extrapolated" in line for line in _lines(study()))


def test_a_run_without_the_numbers_is_refused(tmp_path, capsys):
    words = ["converge", str(QUICKSTART), "--grids", "2", "--out", str(tmp_path)]
    rest = ["--set", "protocol=[{rest: {duration: 1 s}}]"]
    assert cli.main([*words, *rest, *SHORT[2:]]) == 1
    assert "ended without" in capsys.readouterr().err


def test_ratio_of_one_is_refused(capsys):
    with pytest.raises(SystemExit):
        cli.main(["converge", str(QUICKSTART), "--ratio", "1"])
    assert "above 1" in capsys.readouterr().err
