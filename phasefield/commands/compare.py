"""Run one case on both backends, or with both models, and show where they differ."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from phasefield.commands.arguments import add_case, quantity, read_case

if TYPE_CHECKING:
    from phasefield.case import Case
    from phasefield.report.two_runs import Pair

__all__ = ["EXAMPLE", "configure", "execute"]

EXAMPLE = """phasefield compare cases/quickstart.yaml --out both-backends
  phasefield compare cases/quickstart.yaml --models"""

STEP_S = 20.0
"""Fixed time step where the case chooses its own: both backends then take the same steps."""


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    add_case(parser)
    parser.add_argument(
        "--models",
        action="store_true",
        help="the conserved and the paper model on the numba backend, instead of both backends",
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="default: compare-<name>-<digest>; one run each"
    )
    parser.add_argument(
        "--fixed-step",
        type=quantity("time"),
        metavar="S",
        help="time step of both, as in 20 s; default: that of the case; where it fixes none, 20 s"
        " for two backends, while two models choose their own",
    )
    parser.add_argument(
        "--force", action="store_true", help="run a case that breaks the resolution rules"
    )


def execute(args: Namespace) -> int:
    """Run both, print the table and write the page."""
    from phasefield.output.run_directory import default_path
    from phasefield.report.two_runs import read_pair, write_pair
    from phasefield.simulation.runner import run

    case = read_case(args)
    step = args.fixed_step or case.solver.time_step or (None if args.models else STEP_S)
    first, second = _models(case, step) if args.models else _backends(case, step)
    out = args.out or Path(f"compare-{default_path(case)}")
    for name, one in (first, second):
        print(f"running {name} in {out / name}", file=sys.stderr)
        run(one, out / name, force=args.force, progress=sys.stderr.isatty())
    names = (first[0], second[0])
    notes = _notes(case, step, args.models)
    pair = read_pair(names, (out / names[0], out / names[1]), notes)
    page = write_pair(pair, out)
    print("\n".join(_text(pair)))
    print(f"page: {page}")
    return 0


def _backends(case: Case, step: float | None) -> tuple[tuple[str, Case], tuple[str, Case]]:
    """The same case on both backends, with the same steps."""
    numba, fipy = (_changed(case, step, backend=name) for name in ("numba", "fipy"))
    return ("numba", numba), ("fipy", fipy)


def _models(case: Case, step: float | None) -> tuple[tuple[str, Case], tuple[str, Case]]:
    """The same case with both models, on the backend that solves both."""
    conserved, paper = (
        _changed(case, step, backend="numba", model=name) for name in ("conserved", "paper")
    )
    return ("conserved", conserved), ("paper", paper)


def _changed(case: Case, step: float | None, **keys: str) -> Case:
    """The resolved case with other `keys`, so that widths and steps stay those of the case."""
    from phasefield.case import case_from_dict

    data = case.to_dict() | keys
    if step is not None:
        data["solver"] = data["solver"] | {"time_step": f"{step!r} s"}
    if data["model"] != "paper":
        data.pop("paper")
    return case_from_dict(data)


def _notes(case: Case, step: float | None, models: bool) -> list[str]:
    """How both were stepped, to what tolerance they were solved, and on what grid."""
    from phasefield.report.number_format import number, time_span

    if step is None:
        steps = "Each run chose its own time steps."
    else:
        steps = f"Both took the same time steps, {time_span(step)}, shorter before a saved time"
        alone = case.solver.time_step is None
        steps += "; alone, the case chooses its steps by their error." if alone else "."
    tolerance = number(case.solver.tolerance, 1)
    notes = [steps, f"Newton's method stopped at the same residual in both: {tolerance}."]
    return notes if models else [*notes, _shared(case)]


def _shared(case: Case) -> str:
    """What both backends discretise alike, so that only their numerics can differ."""
    from phasefield.grid.smoothed_domain import DROPPED_BELOW
    from phasefield.report.number_format import length

    faces = (
        "every cell is kept; means on faces: harmonic of conductivity and diffusivity, arithmetic"
        " of the concentration"
        if case.model == "paper"
        else f"cells with less than {DROPPED_BELOW:g} of pore or of LLZO are dropped for it; means"
        " on faces: arithmetic, of pore, LLZO and the mobility of lithium"
    )
    return f"Both on one grid of {length(case.grid.spacing)}; {faces}."


def _text(pair: Pair) -> list[str]:
    """The tables of the page as lines of text."""
    a, b = pair.names
    return [
        *pair.notes,
        "",
        *_columns([("largest difference", "any time", "at the end", "when"), *pair.field_rows()]),
        "",
        *_columns([("", a, b, f"{a}/{b} - 1"), *pair.headline_rows()]),
        "",
        *_columns([("setting", a, b), *pair.setting_rows()]),
    ]


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
