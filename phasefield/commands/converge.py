"""Run a case on finer grids, say what its numbers tend to and with what error bar."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Sequence
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING

from phasefield.commands.arguments import add_case, quantity, read_case

if TYPE_CHECKING:
    from phasefield.studies.refinement import Member, Study

__all__ = ["EXAMPLE", "configure", "execute"]

EXAMPLE = """phasefield converge cases/quickstart.yaml --grids 2 --out converged
  phasefield converge cases/fig5_1p5um.yaml --widths 3"""


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    add_case(parser)
    add = parser.add_argument
    add(
        "--grids",
        type=int,
        choices=(2, 3),
        default=3,
        metavar="N",
        help="2: spacings h and h/R; 3: h/R^2 too, which shows the order (default: 3)",
    )
    add(
        "--ratio",
        type=_ratio,
        default=2.0,
        metavar="R",
        help="of the spacings, above 1; the work of a run in 2D grows as its square (default: 2)",
    )
    add(
        "--widths",
        type=int,
        choices=(2, 3),
        metavar="N",
        help="interface widths d, d/sqrt(2) and, of 3, d/2 as well, as many cells in each",
    )
    add(
        "--fixed-step",
        type=quantity("time"),
        metavar="S",
        help="time step of all, as in 10 s; default: each run chooses its own",
    )
    add(
        "--out",
        type=Path,
        metavar="DIR",
        help="default: converge-<name>-<digest>; one run directory each, converge.csv and .png",
    )
    add("--force", action="store_true", help="run a case that breaks the resolution rules")


def _ratio(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 1.0 < value <= 10.0:
        raise ArgumentTypeError(f"must be a number above 1, 10 at most, you gave {text}")
    return value


def execute(args: Namespace) -> int:
    """Run every member, print the tables, write the CSV and the figure."""
    from phasefield.output.run_directory import default_path
    from phasefield.studies.refinement import plan_grids, plan_widths, refine, write_study

    case = read_case(args)
    out = args.out or Path(f"converge-{default_path(case)}")
    plans = [plan_grids(case, args.grids, args.ratio)]
    if args.widths:
        plans.append(plan_widths(case, args.widths))
    studies = []
    for members in plans:
        study = refine(case, members, out, fixed_step=args.fixed_step, force=args.force, told=_tell)
        print("\n".join(_lines(study)))
        studies.append(study)
    table, picture = write_study(studies, out)
    print(f"table: {table}\nfigure: {picture}")
    return 0


def _tell(member: Member, place: Path) -> None:
    print(f"running {member.name} in {place}", file=sys.stderr)


def _lines(study: Study) -> Sequence[str]:
    from phasefield.studies.refinement import QUANTITIES

    names = [member.name for member in study.members]
    sizes = [f"{1e6 * size:.4g}" for size in study.sizes]
    what = "spacing" if study.title == "grid" else study.title
    rows = [("", *names, "observed order", "limit", "error bar")]
    rows.append((f"{what} [um]", *sizes, "", "", ""))
    for name, (_, _, unit) in QUANTITIES.items():
        limit = study.limits[name]
        order = "-" if isnan(limit.order) else f"{limit.order:.2f}"
        label = name if unit == "1" else f"{name} [{unit}]"
        values = [f"{value:.6g}" for value in study.values[name]]
        rows.append((label, *values, order, f"{limit.value:.6g}", f"{limit.error:.2g}"))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    doubts = [f"{name}: {limit.doubt}" for name, limit in study.limits.items() if limit.doubt]
    return [f"refined: {study.title}", *lines, *doubts, ""]
