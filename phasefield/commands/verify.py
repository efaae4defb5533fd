"""Solve problems with a known answer and compare: a table, and validation/REPORT.md."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

__all__ = ["EXAMPLE", "configure", "execute"]

EXAMPLE = "phasefield verify --quick"


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    add = parser.add_argument
    add("names", nargs="*", metavar="NAME", help="problems, by their folders; default: all")
    add("--quick", action="store_true", help="leave out what takes minutes")
    add(
        "--book",
        type=Path,
        metavar="DIR",
        help="folder of the problems; default: validation, here or in the repository",
    )
    add(
        "--out",
        type=Path,
        metavar="DIR",
        help="write REPORT.md and the figures there; default: into the folder of the problems "
        "when all are run in full, else nowhere",
    )


def execute(args: Namespace) -> int:
    """Run the problems, a line on stderr for each; print the table; 1 when one fails."""
    from phasefield.errors import PhaseFieldError
    from phasefield.validation.book import find_book, run_problem
    from phasefield.validation.page import terminal_table, write_pages
    from phasefield.validation.problems import PROBLEMS

    if unknown := [name for name in args.names if name not in PROBLEMS]:
        raise PhaseFieldError(
            f"no problem is called {', '.join(unknown)}; there are {', '.join(PROBLEMS)}"
        )
    book = find_book(args.book)
    reports = []
    for name in args.names or PROBLEMS:
        report = run_problem(book, name, args.quick)
        reports.append(report)
        word = "passed" if report.passed else f"FAILED {report.failure}".rstrip()
        print(f"{name}: {word}, {report.seconds:.1f} s", file=sys.stderr)
    print(terminal_table(reports))
    out = args.out
    if out is None and not args.quick and not args.names:
        out = book
    if out is not None:
        print(f"report: {write_pages(reports, args.quick, out)}")
    return 0 if all(report.passed for report in reports) else 1
