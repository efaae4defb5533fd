"""`phasefield converge`: which runs it makes, and what it writes of them."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest

from phasefield import cli
from phasefield.case import load_case
from phasefield.refinement import plan_grids, plan_widths
from phasefield.results import open_run

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
    assert "refined: grid, by 2 from run to run" in printed.out
    assert "error bar" in printed.out
    assert printed.err.count("running h") == 2


def test_a_run_without_the_numbers_is_refused(tmp_path, capsys):
    words = ["converge", str(QUICKSTART), "--grids", "2", "--out", str(tmp_path)]
    rest = ["--set", "protocol=[{rest: {duration: 1 s}}]"]
    assert cli.main([*words, *rest, *SHORT[2:]]) == 1
    assert "ended without" in capsys.readouterr().err


def test_ratio_of_one_is_refused(capsys):
    with pytest.raises(SystemExit):
        cli.main(["converge", str(QUICKSTART), "--ratio", "1"])
    assert "above 1" in capsys.readouterr().err
