"""Write the fields of a run in other formats."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

__all__ = ["EXAMPLE", "configure", "execute"]

EXAMPLE = "phasefield export first --format vti csv --out for-paraview"


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("run", type=Path, metavar="DIR", help="run directory")
    parser.add_argument(
        "--format",
        dest="formats",
        nargs="+",
        default=["vti"],
        metavar="NAME",
        help="vti (.pvd and .vti, default), csv, vtkhdf",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="default: DIR/export")


def execute(args: Namespace) -> int:
    """Export and name what was written."""
    from phasefield.output.export import export
    from phasefield.output.run import open_run

    for path in export(open_run(args.run).path, args.formats, args.out):
        print(path)
    return 0
