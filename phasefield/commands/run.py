"""Run a case: resume it where it was interrupted, leave it alone where it is finished."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from phasefield.commands.arguments import add_case, quantity, read_case, whole_number
from phasefield.errors import PhaseFieldError

if TYPE_CHECKING:
    from phasefield.output.run import Run

__all__ = ["EXAMPLE", "configure", "execute"]

EXAMPLE = 'phasefield run cases/quickstart.yaml --out first --set geometry.pore_size="1.2 um"'


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    add_case(parser)
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="run directory (default: <name>-<digest>)"
    )
    parser.add_argument("--backend", metavar="NAME", help="numba or fipy, instead of the case's")
    parser.add_argument("--threads", type=whole_number, metavar="N", help="default: all cores")
    parser.add_argument(
        "--max-wall",
        type=quantity("time"),
        metavar="TIME",
        help="stop with a checkpoint and exit code 5 before this time is over, such as 3h",
    )
    parser.add_argument(
        "--fresh", action="store_true", help="throw away the results that are there"
    )
    parser.add_argument(
        "--force", action="store_true", help="run a case that breaks the resolution rules"
    )


def execute(args: Namespace) -> int:
    """Run, then write the report."""
    _check_threads(args.threads)
    if args.backend is not None:
        args.overrides.append(f"backend={args.backend}")
    case = read_case(args)

    from phasefield.output.run_directory import default_path, read_status
    from phasefield.report import write_report
    from phasefield.simulation.runner import run

    out = args.out or default_path(case)
    finished = not args.fresh and read_status(out) == "finished"
    done = run(
        case,
        out,
        threads=args.threads,
        fresh=args.fresh,
        force=args.force,
        progress=sys.stderr.isatty(),
        max_wall=args.max_wall,
    )
    if finished:
        print(f"{out} is finished already, by {_origin(done)}; --fresh computes it again")
    page = out / "report.html"
    if not (finished and page.exists()):
        page = write_report(out)
    print("\n".join(_headlines(done)))
    print(f"report: {page}")
    return 0


def _check_threads(asked: int | None) -> None:
    available = os.cpu_count() or 1
    if asked is not None and asked > available:
        raise PhaseFieldError(f"--threads {asked}: this machine has {available} cores")


def _origin(done: Run) -> str:
    commit = done.manifest.get("commit")
    version = f"phasefield {done.manifest['versions']['phasefield']}"
    return f"{version} (commit {commit[:10]})" if commit else version


def _headlines(done: Run) -> list[str]:
    found = done.summary
    wanted = (
        ("nonuniformity", "nonuniformity", 1.0, ".4g", ""),
        ("mean rise", "mean_rise_m", 1e6, ".4g", " um"),
        ("Faraday rise", "faraday_rise_m", 1e6, ".4g", " um"),
        ("charge balance", "charge_balance", 1.0, ".8f", ""),
        ("voltage", "voltage_V", 1e3, ".4g", " mV"),
    )
    lines = [f"run directory: {done.path}"]
    for name, key, factor, style, unit in wanted:
        if found.get(key) is not None:
            lines.append(f"{name}: {found[key] * factor:{style}}{unit}")
    return lines
