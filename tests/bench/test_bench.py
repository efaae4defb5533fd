"""The machinery of the benchmark; what it measures is never asserted."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from phasefield import cli
from phasefield.bench import job, output, rows, whole
from phasefield.bench.poisson import CURRENTS_AGREE, SOLVERS, Problem, solve
from phasefield.bench.rows import Plan, Row
from phasefield.bench.steps import array_case, coupled_steps
from phasefield.bench.sweep import allen_cahn
from phasefield.bench.whole import short_case
from phasefield.setup.forecast import require_resolved

SHAPE = (1, 40, 40)
GRIDS = (("0.1 um", 2), ("0.2 um", 3))
"""Of row 4."""


@pytest.mark.parametrize("filled", [False, True])
@pytest.mark.parametrize("side", [name for name in SOLVERS if name != "hypre+CG"])
def test_every_side_solves_the_same_problem(side, filled):
    problem = Problem(SHAPE, 1e6, filled)
    potential = np.asarray(SOLVERS[side](problem, 1e-10)[0]).ravel()
    right = problem.top.ravel()
    left = np.linalg.norm(problem.matrix @ potential - right)
    assert left <= 1e-7 * np.linalg.norm(right)
    assert problem.mismatch(potential) <= CURRENTS_AGREE


def test_empty_stripes_carry_what_the_walls_carry():
    """Half the section is LLZO of 0.03 S/m, from 5 to 50 um."""
    problem = Problem((1, 80, 80), 1e9, filled=False)
    into = np.sum(problem.top * (1 - SOLVERS["scipy LU"](problem, 1e-8)[0].reshape(1, 80, 80)))
    density = into * problem.step / 80
    assert density == pytest.approx(0.5 * 0.03 / 45e-6, rel=2e-3)


def test_a_tolerance_that_leaves_currents_apart_is_tightened(monkeypatch):
    asked = []

    def crude(problem, tolerance):
        asked.append(tolerance)
        good = SOLVERS["scipy LU"](problem, tolerance)[0]
        return good * (1 + (0 if tolerance < 1e-9 else 1e-3)), 0.25, 0.5, 7

    monkeypatch.setitem(SOLVERS, "phasefield", crude)
    found = solve("phasefield", SHAPE, 1e6, True, repeats=1)
    assert asked == [1e-8, 1e-9, 1e-10, 1e-10]
    assert found["tolerance"] == 1e-10
    assert found["seconds"] == 0.75


def test_coupled_steps_and_sweeps_answer_with_what_the_table_needs():
    found = coupled_steps(64, 2, 1)
    assert found["cells"] == 64**2
    assert found["seconds"] > 0
    assert 1 <= found["krylov"] <= 20
    assert array_case(32, 3).geometry.width == pytest.approx(2e-6)
    assert {"cells", "seconds", "sweep_bytes_per_s", "triad_bytes_per_s"} == set(allen_cahn(50))


def answers(task, threads, patience=None, **order):
    """What a measurement would say; hypre is missing, and FiPy's ILU the only one that works."""
    if order.get("solver") == "hypre+CG":
        return {"error": "no interpreter here has petsc4py with hypre", "threads": threads}
    if task == "fipy" and order["solver"] != "GMRES + ILU":
        return {"error": "not finished", "threads": threads}
    seconds = 8.0 / threads if order.get("solver", "phasefield") == "phasefield" else 40.0
    return {
        "cells": 100, "seconds": seconds, "setup": 1.0,
        "iterations": 9, "tolerance": 1e-8, "mismatch": 1e-9, "newton": 4.0, "krylov": 5.0,
        "steps": 60, "charge_balance_error": 1e-14, "mean_rise_m": 1e-6, "peak_mb": 321.0,
        "sweep_bytes_per_s": 3e10, "triad_bytes_per_s": 4e10, "threads": threads,
    }  # fmt: skip


@pytest.fixture
def measured(monkeypatch):
    monkeypatch.setattr(rows, "measure", answers)
    plan = Plan((SHAPE,), (1e2, 3e7), ((8, 2), (16, 2)), ("5 um",), GRIDS, (50,), 1)
    return list(rows.rows(plan, (6, 5, 4, 3, 2, 1), 1))


def test_every_row_has_its_ratio(measured):
    assert {row.row for row in measured} == {1, 2, 3, 4, 5, 6}
    of = {(row.row, row.side, row.threads): row.ratio for row in measured}
    assert of[1, "pyamg RS+CG", 1] == 5.0
    assert of[1, "hypre+CG", 1] is None
    assert of[2, "phasefield", 1] == 1.0
    assert of[4, "FiPy, GMRES + ILU", 1] == 5.0
    tried = {row.side for row in measured if row.row == 4}
    assert tried == {"phasefield"} | {f"FiPy, {solver}" for solver in rows.FIPY_SOLVERS}
    assert of[5, "phasefield", 1] == 0.75
    assert of[6, "phasefield", 2] == 2.0


def test_other_sides_are_asked_at_one_contrast_only(measured):
    others = {row.what for row in measured if row.side == "scipy LU"}
    assert others == {f"40x40 {word}, contrast 3e+07" for word in ("empty", "filled")}


def test_table_json_and_plot(measured, tmp_path):
    text = output.table(measured)
    assert re.search(r"\| 40x40 empty, contrast 3e\+07 +\| pyamg RS\+CG +\| 100 ", text)
    assert "no interpreter here has petsc4py" in text
    output.write_json(tmp_path / "bench.json", measured)
    read = json.loads((tmp_path / "bench.json").read_text())
    assert [Row(**row) for row in read["rows"]] == measured
    assert read["machine"]["cores"] >= 1
    output.write_plot(tmp_path / "bench.svg", measured)
    assert (tmp_path / "bench.svg").stat().st_size > 1000


def test_lines_of_the_plot_keep_two_and_three_dimensions_apart():
    found = [
        Row(1, f"{grid} {word}", "phasefield", cells, 1, seconds=seconds)
        for grid, cells in (("20x20", 400), ("10x10", 100), ("5x5x5", 125))
        for word, seconds in (("empty,", 1e-4), ("filled,", 3e-4))
    ]
    found.append(Row(2, "5^3", "phasefield", 125, 1, seconds=1e-3))
    lines = output._lines(found[:-1])
    assert set(lines) == {("phasefield", 2), ("phasefield", 3)}
    assert lines["phasefield", 2][0] == [100, 400]
    assert lines["phasefield", 2][1] == pytest.approx([2.0, 0.5])
    assert lines["phasefield", 3][1] == pytest.approx([1.6])
    assert list(output._lines(found[-1:])) == [("phasefield", 3)]


def test_a_measurement_is_a_process_of_its_own_and_says_why_it_failed():
    found = job.measure("sweep", 1, cells=20)
    assert found["threads"] == 1
    assert found["peak_mb"] > 10
    held = np.ones(75_000_000)  # 600 MB of the parent's, which are not the child's
    assert job.measure("sweep", 1, cells=20)["peak_mb"] < 1e-6 * held.nbytes
    assert "TypeError" in job.measure("sweep", 1, size=20)["error"]


def test_one_thread_and_two_take_turns_and_the_best_go_of_each_counts(monkeypatch):
    seconds = {1: [5.0, 4.0, 6.0], 2: [3.0, 4.0, 2.0]}
    asked = []

    def go(task, threads, **order):
        asked.append(threads)
        return {"seconds": seconds[threads][asked.count(threads) - 1]}

    monkeypatch.setattr(rows, "measure", go)
    one, two = rows._in_turn("step", {"cells": 8})
    assert (one["seconds"], two["seconds"]) == (4.0, 2.0)
    assert asked == [1, 2] * rows.TURNS


def test_the_command_writes_what_it_prints(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(rows, "measure", answers)
    assert cli.main(["bench", "--quick", "--rows", "5", "--out", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr().out
    assert "explicit Allen-Cahn" in printed
    assert (tmp_path / "out/table.md").read_text().strip() == printed.strip()
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "table.md", "bench.json", "bench.svg",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["7", "one", "1,,2"])
def test_rows_that_do_not_exist_are_refused(text, capsys):
    with pytest.raises(SystemExit):
        cli.main(["bench", "--rows", text])
    assert "rows are" in capsys.readouterr().err


def test_steps_beside_fipy_in_two_and_three_dimensions(measured):
    compared = [row for row in measured if row.row == 4 and "5 steps" in row.what]
    assert [(row.what, row.side, row.ratio) for row in compared] == [
        (f"{kind} of 1.5 um, cells of {spacing}, 5 steps", side, ratio)
        for kind, spacing in (("slit", "0.1 um"), ("cylinder", "0.2 um"))
        for side, ratio in (("phasefield", None), ("FiPy, GMRES + ILU", 5.0))
    ]
    assert all(row.note == "rise 0.00e+00 off half the cells and steps" for row in compared)
    assert all(row.iterations == 4.0 for row in compared)


def test_both_sides_are_asked_for_the_same_steps(monkeypatch):
    asked = []

    def keep(task, threads, patience=None, **order):
        asked.append((task, order))
        return answers(task, threads, **order)

    monkeypatch.setattr(rows, "measure", keep)
    plan = Plan((SHAPE,), (3e7,), ((8, 2),), (), GRIDS, (50,), 1)
    list(rows.rows(plan, (4,), 1))
    tried, compared = asked[: len(rows.FIPY_SOLVERS)], asked[len(rows.FIPY_SOLVERS) :]
    assert all(task == "fipy" and order["steps"] == 1 for task, order in tried)
    for n, (spacing, dimensions) in enumerate(GRIDS):
        (ours, mine), (theirs, other), (finer, fine) = compared[3 * n : 3 * n + 3]
        assert (ours, theirs, finer) == ("numba", "fipy", "numba")
        assert mine.pop("repeats") > 1
        assert other.pop("solver") == "GMRES + ILU"
        assert fine.pop("refined") == 2
        assert mine == other == fine
        assert mine == {"spacing": spacing, "dimensions": dimensions, "steps": rows.FIPY_STEPS}


@pytest.mark.parametrize(("name", "cylinders"), [("quick", 0), ("standard", 1), ("full", 2)])
def test_plans_have_cylinders_that_both_sides_resolve(name, cylinders):
    grids = rows.PLANS[name].fipy
    assert [dimensions for _, dimensions in grids].count(3) == cylinders
    assert grids[0][1] == 2
    for spacing, dimensions in grids:
        case = short_case(spacing, rows.FIPY_STEPS, "fipy", 1, dimensions)
        assert case.dimensions == dimensions
        assert case.geometry.pore_size == pytest.approx(1.5e-6)
        require_resolved(case, False)


def test_only_steps_are_timed_and_the_median_of_them_is_told(monkeypatch):
    ticks = iter([0.0, 5.0, 10.0, 11.0, 20.0, 22.0])
    monkeypatch.setattr(whole, "now", lambda: next(ticks))
    found = whole.short_run("0.1 um", 1, refined=2, dimensions=3, repeats=3)
    assert found["seconds"] == 2.0
    assert found["steps"] == 2
    assert found["newton"] > 1.0


@pytest.mark.parametrize(
    ("spacing", "dimensions", "cells"), [("0.075 um", 2, 1600), ("0.1 um", 3, 2420)]
)
def test_fipys_side_makes_every_solver_and_agrees_with_ours(spacing, dimensions, cells):
    pytest.importorskip("fipy")
    from phasefield.bench import fipy_side
    from phasefield.fipy_backend.conserved import FipyConservedStepper

    makers = [fipy_side._maker(name) for name in rows.FIPY_SOLVERS]
    assert len({type(make()).__name__ for make in makers}) == 5
    before = FipyConservedStepper.linear_solver
    try:
        theirs = fipy_side.short_run("scaled LU", spacing, 1, dimensions)
    finally:
        FipyConservedStepper.linear_solver = before
    ours = whole.short_run(spacing, 1, dimensions=dimensions)
    assert theirs["cells"] == ours["cells"] == cells
    assert theirs["mean_rise_m"] == pytest.approx(ours["mean_rise_m"], rel=1e-5)
