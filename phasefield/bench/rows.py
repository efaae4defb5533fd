"""The rows of the table: what is measured at which sizes, and what it is divided by."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from phasefield.bench.job import measure

__all__ = ["PLANS", "TITLES", "Plan", "Row", "rows"]

TITLES = {
    1: "conduction, div(sigma grad phi) = 0",
    2: "one coupled implicit step",
    3: "whole runs of Fig. 5",
    4: "the same steps on FiPy",
    5: "explicit Allen-Cahn sweep against STREAM triad",
    6: "one and two threads",
}

OTHERS = ("pyamg RS+CG", "pyamg SA+CG", "hypre+CG", "scipy LU")

LARGEST_DIRECT = 1_100_000
"""Cells in 2D up to which the direct solver is asked: 2 GB. In 3D a tenth."""


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes
    ----------
    row : 1 to 6, see `TITLES`.
    what, side : the problem, and who solved it.
    cells, threads, tolerance : as run; the tolerance is 0 where there is none.
    seconds : of what the row is about, see `clock`; None when it failed, and `note` says how.
    ratio : time of this side over that of phasefield (rows 1 and 4); time per cell over that of
        the smallest grid (2); sweep over triad (5); one thread over two (6).
    peak_mb : of the process.
    iterations : Krylov iterations, per Newton system in row 2; Newton iterations per step in 3, 4.
    """

    row: int
    what: str
    side: str
    cells: int
    threads: int
    tolerance: float = 0.0
    seconds: float | None = None
    ratio: float | None = None
    peak_mb: float = 0.0
    iterations: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Plan:
    """Sizes of one run of the benchmark.

    Attributes
    ----------
    poisson : shapes of row 1, of which the first also takes all `contrasts`.
    steps : (cells along an axis, dimensions) of row 2.
    pores : of row 3.
    fipy : (spacing, dimensions) of row 4; FiPy's solvers are compared on the first one.
    sweeps : cells along an axis of row 5.
    repeats : of every solution in row 1, and steps in row 2.
    """

    poisson: tuple[tuple[int, int, int], ...]
    contrasts: tuple[float, ...]
    steps: tuple[tuple[int, int], ...]
    pores: tuple[str, ...]
    fipy: tuple[tuple[str, int], ...]
    sweeps: tuple[int, ...]
    repeats: int


PLANS = {
    "quick": Plan(
        ((1, 200, 200),), (3e7,), ((64, 2), (128, 2)), ("5 um",), (("0.075 um", 2),), (400,), 1
    ),
    "standard": Plan(
        ((1, 400, 400), (1, 1000, 1000), (64, 64, 64)),
        (1e2, 3e7, 1e9),
        ((128, 2), (256, 2), (512, 2), (32, 3), (64, 3)),
        ("5 um", "1.5 um", "0.6 um"),
        (("0.075 um", 2), ("0.0375 um", 2), ("0.075 um", 3)),
        (400, 1000, 2000),
        3,
    ),
    "full": Plan(
        ((1, 400, 400), (1, 1000, 1000), (1, 2000, 2000), (128, 128, 128)),
        (1e2, 1e4, 3e7, 1e9),
        (
            *((n, 2) for n in (128, 256, 512, 1024, 2048)),
            *((n, 3) for n in (32, 64, 96, 128, 160, 192)),
        ),
        ("5 um", "1.5 um", "0.6 um"),
        (
            *((spacing, 2) for spacing in ("0.075 um", "0.0375 um", "0.01875 um")),
            *((spacing, 3) for spacing in ("0.075 um", "0.0625 um")),
        ),
        (400, 1000, 2000, 4000),
        3,
    ),
}

FIPY_SOLVERS = (
    "scaled LU",
    "LU",
    *(
        f"{kind} + {preconditioner}"
        for kind in ("GMRES", "BiCGSTAB", "CGS")
        for preconditioner in ("none", "Jacobi", "ILU", "aggregation")
    ),
)
"""Names that `fipy_side` knows. The first is ours: LU after scaling of rows and columns."""

FIPY_STEPS = 5
"""Of 10 s in row 4."""

TURNS = 3
"""Goes of both sides in row 6: another process on one of two cores spoils a single one."""

FIPY_REPEATS = 5
"""Of our side in row 4, which takes a tenth of a second."""

FIPY_PATIENCE = 40.0
"""Seconds for one step with one of FiPy's solvers: ten times what the direct one takes."""

CONTRAST = 3e7
"""LLZO of 0.03 S/m over an empty channel of 1e-9 S/m."""


def rows(plan: Plan, chosen: Sequence[int], threads: int) -> Iterator[Row]:
    """Measure the chosen rows one after another, all but the last on `threads`."""
    makers: dict[int, Callable[[Plan, int], Iterator[Row]]] = {
        1: _poisson,
        2: _steps,
        3: _fig5,
        4: _fipy,
        5: _sweeps,
        6: _threads,
    }
    for number in sorted(chosen):
        yield from makers[number](plan, threads)


def _row(number: int, what: str, side: str, cells: int, found: dict[str, Any], **more: Any) -> Row:
    """A row from the answer of a measurement."""
    known: dict[str, Any] = {
        key: found[key]
        for key in ("threads", "tolerance", "seconds", "peak_mb", "iterations")
        if key in found
    }
    if "error" in found:
        more["note"] = found["error"]
    return Row(number, what, side, found.get("cells", cells), **{**known, **more})


def _poisson(plan: Plan, threads: int) -> Iterator[Row]:
    for shape in plan.poisson:
        for filled in (False, True):
            for contrast in plan.contrasts if shape == plan.poisson[0] else (CONTRAST,):
                yield from _poisson_sides(plan, threads, shape, filled, contrast)


def _poisson_sides(
    plan: Plan, threads: int, shape: Sequence[int], filled: bool, contrast: float
) -> Iterator[Row]:
    """Our solver on one problem, then, at the contrast of every size, the others."""
    cells = shape[0] * shape[1] * shape[2]
    what = f"{_grid(shape)} {'filled' if filled else 'empty'}, contrast {contrast:.0e}"
    order: dict[str, Any] = {
        "shape": shape, "filled": filled, "contrast": contrast, "repeats": plan.repeats
    }  # fmt: skip
    ours = measure("poisson", threads, solver="phasefield", **order)
    yield _poisson_row(what, "phasefield", cells, ours, ours)
    if contrast != CONTRAST:
        return
    for side in OTHERS:
        most = LARGEST_DIRECT if shape[0] == 1 else LARGEST_DIRECT // 10
        if side == "hypre+CG" and threads > 1:
            continue  # the process of hypre has one thread
        if side != "scipy LU" or cells <= most:
            found = measure("poisson", threads, solver=side, **order)
            yield _poisson_row(what, side, cells, found, ours)


def _grid(shape: Sequence[int]) -> str:
    return "x".join(str(n) for n in shape if n > 1)


def _poisson_row(
    what: str, side: str, cells: int, found: dict[str, Any], ours: dict[str, Any]
) -> Row:
    if "error" in found or "error" in ours:
        return _row(1, what, side, cells, found)
    note = f"setup {found['setup']:.3g} s, currents agree to {found['mismatch']:.0e}"
    ratio = found["seconds"] / ours["seconds"]
    return _row(1, what, side, cells, found, ratio=ratio, note=note)


def _steps(plan: Plan, threads: int) -> Iterator[Row]:
    first: dict[int, float] = {}
    for size, dimensions in plan.steps:
        found = measure(
            "step", threads, cells=size, dimensions=dimensions, steps=min(plan.repeats, 2)
        )
        what = f"{size}^{dimensions}"
        if "error" in found:
            yield _row(2, what, "phasefield", size**dimensions, found)
            continue
        each = found["seconds"] / found["cells"] / max(found["newton"], 1)
        start = first.setdefault(dimensions, each)
        note = f"{1e6 * each:.2f} us per cell and Newton system, {found['newton']:.1f} of them"
        yield _row(
            2, what, "phasefield", 0, found, iterations=found["krylov"], ratio=each / start,
            note=note,
        )  # fmt: skip


def _fig5(plan: Plan, threads: int) -> Iterator[Row]:
    for pore in plan.pores:
        found = measure("fig5", threads, pore=pore)
        if "error" in found:
            yield _row(3, f"pores of {pore}", "phasefield", 0, found)
            continue
        note = f"{found['steps']} steps, charge to {found['charge_balance_error']:.0e}"
        what = f"pores of {pore}, 1000 s"
        yield _row(3, what, "phasefield", 0, found, iterations=found["newton"], note=note)


def _fipy(plan: Plan, threads: int) -> Iterator[Row]:
    """The solvers that FiPy has, on the first grid; then the fastest of them on every grid.

    Steps are timed, not runs: what is before, between and after them is the same code on both
    sides, and on small grids it takes longer than our steps.
    """
    fastest, least = FIPY_SOLVERS[0], float("inf")
    spacing, dimensions = plan.fipy[0]
    for solver in FIPY_SOLVERS:
        order: dict[str, Any] = {"spacing": spacing, "dimensions": dimensions, "steps": 1}
        found = measure("fipy", threads, patience=FIPY_PATIENCE, solver=solver, **order)
        yield _row(4, f"one step, cells of {spacing}", f"FiPy, {solver}", 0, found)
        if found.get("seconds", least) < least:
            fastest, least = solver, found["seconds"]
    for spacing, dimensions in plan.fipy:
        order = {"spacing": spacing, "dimensions": dimensions, "steps": FIPY_STEPS}
        ours = measure("numba", threads, repeats=FIPY_REPEATS, **order)
        theirs = measure("fipy", threads, solver=fastest, **order)
        finer = measure("numba", threads, refined=2, **order)
        kind = {2: "slit", 3: "cylinder"}[dimensions]
        what = f"{kind} of 1.5 um, cells of {spacing}, {FIPY_STEPS} steps"
        yield from _fipy_sides(what, ours, theirs, finer, fastest)


def _fipy_sides(
    what: str, ours: dict[str, Any], theirs: dict[str, Any], finer: dict[str, Any], solver: str
) -> Iterator[Row]:
    """Our side and FiPy's; errors are those of the mean rise against the `finer` solution."""
    for side, found in (("phasefield", ours), (f"FiPy, {solver}", theirs)):
        more: dict[str, Any] = {}
        if "error" not in found:
            more["iterations"] = found["newton"]
        if "error" not in found and "error" not in finer:
            error = abs(found["mean_rise_m"] / finer["mean_rise_m"] - 1.0)
            more["note"] = f"rise {error:.2e} off half the cells and steps"
        if found is theirs and "error" not in ours and "error" not in theirs:
            more["ratio"] = theirs["seconds"] / ours["seconds"]
        yield _row(4, what, side, 0, found, **more)


def _sweeps(plan: Plan, threads: int) -> Iterator[Row]:
    for cells in plan.sweeps:
        found = measure("sweep", threads, cells=cells)
        if "error" in found:
            yield _row(5, f"{cells}^2", "phasefield", cells**2, found)
            continue
        sweep, triad = found["sweep_bytes_per_s"], found["triad_bytes_per_s"]
        note = f"sweep {sweep / 1e9:.1f} GB/s, triad {triad / 1e9:.1f} GB/s"
        yield _row(5, f"{cells}^2", "phasefield", 0, found, ratio=sweep / triad, note=note)


def _in_turn(task: str, order: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The best of some goes with one thread, and with two; each takes its turn."""
    goes = [[measure(task, n, **order) for n in (1, 2)] for _ in range(TURNS)]
    one, two = (
        min(side, key=lambda go: go.get("seconds", 0.0)) for side in zip(*goes, strict=True)
    )
    return one, two


def _threads(plan: Plan, threads: int) -> Iterator[Row]:
    shape = plan.poisson[-1]
    size, dimensions = plan.steps[-1]
    repeats = plan.repeats
    conduction = {"shape": shape, "filled": True, "contrast": CONTRAST, "repeats": repeats}
    step = {"cells": size, "dimensions": dimensions, "steps": min(repeats, 2)}
    orders: tuple[tuple[str, str, dict[str, Any]], ...] = (
        (f"conduction, {_grid(shape)}", "poisson", {"solver": "phasefield", **conduction}),
        (f"coupled step, {size}^{dimensions}", "step", step),
    )
    for what, task, order in orders:
        one, two = _in_turn(task, order)
        cells = shape[0] * shape[1] * shape[2]
        yield _row(6, what, "phasefield", cells, one)
        ratio = one["seconds"] / two["seconds"] if "seconds" in one and "seconds" in two else None
        yield _row(6, what, "phasefield", cells, two, ratio=ratio)
