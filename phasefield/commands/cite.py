"""Print the BibTeX of what a case or a run uses."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

__all__ = ["EXAMPLE", "configure", "execute"]

EXAMPLE = "phasefield cite cases/fig5_1p5um.yaml > references.bib"


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("case", type=Path, metavar="CASE", help="case file or run directory")


def execute(args: Namespace) -> int:
    """Print the entries."""
    from phasefield.case import load_case
    from phasefield.setup.citations import bibtex

    file = args.case / "case.resolved.yaml" if args.case.is_dir() else args.case
    print(bibtex(load_case(file)), end="")
    return 0
