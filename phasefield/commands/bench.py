"""Measure speed and memory against other solvers: a table, JSON and a plot."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path

__all__ = ["EXAMPLE", "configure", "execute"]

EXAMPLE = "phasefield bench --quick --out bench"

ROWS = (1, 2, 3, 4, 5, 6)


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    add = parser.add_argument
    sizes = parser.add_mutually_exclusive_group()
    sizes.add_argument("--quick", action="store_true", help="small sizes: some minutes")
    sizes.add_argument("--full", action="store_true", help="all sizes: hours, and 20 GB")
    add(
        "--rows",
        type=_rows,
        default=ROWS,
        metavar="LIST",
        help="which to measure, such as 1,5: (1) conduction, (2) coupled step, (3) whole runs, "
        "(4) FiPy, (5) memory bandwidth, (6) threads; default: all",
    )
    add("--threads", type=int, default=1, metavar="N", help="of rows 1 to 5 (default: 1)")
    add("--out", type=Path, default=Path("bench"), metavar="DIR", help="default: bench")


def _rows(text: str) -> tuple[int, ...]:
    try:
        chosen = tuple(int(word) for word in text.split(","))
    except ValueError as error:
        raise ArgumentTypeError(f"rows are numbers with commas, such as 1,5; got {text}") from error
    if not set(chosen) <= set(ROWS):
        raise ArgumentTypeError(f"rows are 1 to 6; got {text}")
    return chosen


def execute(args: Namespace) -> int:
    """Measure, with a line on stderr for each row, and write table.md, bench.json and bench.svg."""
    from phasefield.bench.output import machine, table, write_json, write_plot
    from phasefield.bench.rows import PLANS, rows

    plan = PLANS["quick" if args.quick else "full" if args.full else "standard"]
    args.out.mkdir(parents=True, exist_ok=True)
    found = []
    for row in rows(plan, args.rows, args.threads):
        found.append(row)
        seconds = "failed" if row.seconds is None else f"{row.seconds:.3g} s"
        print(f"({row.row}) {row.what}, {row.side}: {seconds}", file=sys.stderr)
        write_json(args.out / "bench.json", found)  # what is there survives an interruption
    where = ", ".join(f"{key} {value}" for key, value in machine().items())
    text = f"{where}\n\n{table(found)}\n"
    (args.out / "table.md").write_text(text)
    write_plot(args.out / "bench.svg", found)
    print(text)
    return 0
