"""Rebuild the report of one run, or compare several."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from phasefield.errors import PhaseFieldError

__all__ = ["EXAMPLE", "configure", "execute"]

EXAMPLE = """phasefield report first
  phasefield report fig5-5um fig5-1p5um fig5-0p6um --out comparison.html"""


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("runs", type=Path, nargs="+", metavar="DIR", help="run directories")
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="page of a comparison (default: comparison.html); one run keeps its own report.html",
    )


def execute(args: Namespace) -> int:
    """Write one report or one comparison and print its path."""
    from phasefield.report import write_comparison, write_report

    if len(args.runs) > 1:
        print(write_comparison(args.runs, args.out or Path("comparison.html")))
        return 0
    if args.out is not None:
        raise PhaseFieldError("--out is for comparisons: the report of one run is in its directory")
    print(write_report(args.runs[0]))
    return 0
