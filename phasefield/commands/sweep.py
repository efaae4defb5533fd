"""Run many cases that follow from one file: here, on Slurm or on Dask; gather them in one table."""

from __future__ import annotations

import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phasefield.studies.member_states import State
    from phasefield.studies.plan import Member, Plan

__all__ = ["EXAMPLE", "configure", "execute"]

EXAMPLE = "phasefield sweep run cases/sweeps/quickstart.yaml --out pores"

ACTIONS = ("plan", "run", "status", "retry", "collect")


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "action",
        choices=ACTIONS,
        metavar="ACTION",
        help="plan: say what would run; run: start what has not ended; status: how far it is;"
        " retry: start what failed again; collect: one table, maps and a page",
    )
    parser.add_argument("sweep", type=Path, metavar="SWEEP", help="sweep file (YAML)")
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="directory of the sweep (default: its name)"
    )
    parser.add_argument(
        "--detach", action="store_true", help="go on when this shell ends (local, dask)"
    )
    parser.add_argument(
        "--force", action="store_true", help="run members that break the resolution rules"
    )


def execute(args: Namespace) -> int:
    """Do what the action says."""
    from phasefield.studies.plan import make_plan, save_plan

    plan = make_plan(args.sweep, args.out, force=args.force)
    save_plan(plan)
    if args.action == "plan":
        return _show_plan(plan)
    if args.action == "status":
        return _show_status(plan)
    if args.action == "collect":
        return _collect(plan)
    return _start(plan, args, again=args.action == "retry")


def _states(plan: Plan) -> list[State]:
    from phasefield.studies.member_states import states
    from phasefield.studies.slurm import queued

    return states(plan, queued(plan))


def _show_plan(plan: Plan) -> int:
    from phasefield.setup.forecast import as_bytes, as_duration

    for member in plan.members:
        cost = (
            f"{as_duration(member.wall_time_s)}, {as_bytes(member.memory_bytes)} of memory,"
            f" {as_bytes(member.disk_bytes)} of disk"
        )
        print(f"{member.number:4} {member.digest or '-':10}  {member.label}")
        print(f"{'':17}{member.problem or cost}")
    runs = list(plan.runnable.values())
    print(f"{len(plan.members)} members, {len(runs)} runs, {_invalid(plan)} invalid")
    print(
        f"in all about {as_duration(sum(each.wall_time_s for each in runs))} on one core,"
        f" {as_bytes(sum(each.disk_bytes for each in runs))} of disk"
    )
    return 0


def _show_status(plan: Plan) -> int:
    states = _states(plan)
    for member, state in zip(plan.members, states, strict=True):
        print(f"{member.number:4} {member.digest or '-':10}  {state:12} {member.label}")
    print(_counted(states))
    return 0


def _collect(plan: Plan) -> int:
    from phasefield.studies.sweep_figures import draw
    from phasefield.studies.sweep_page import write_page
    from phasefield.studies.table import make_table, parameters, write_table

    states = _states(plan)
    table = make_table(plan, states)
    names = list(parameters(plan))
    written = write_table(table, plan.directory)
    folder = plan.directory / "figures"
    pictures = [path for metric in plan.metrics for path in draw(table, names, metric, folder)]
    page = write_page(plan, table, names, pictures)
    print(_counted(states))
    print("\n".join(str(path) for path in (*written, *pictures)))
    print(f"page: {page}")
    return 0


def _start(plan: Plan, args: Namespace, *, again: bool) -> int:
    """Start members; the exit code is 0 if all that were started here have finished."""
    from phasefield.output.lock import RunLock
    from phasefield.studies.slurm import submit
    from phasefield.studies.sweep_file import SlurmExecutor, read_sweep

    if args.detach:
        return _detach(plan, args)
    executor = read_sweep(args.sweep)[0].executor
    lock = RunLock(plan.directory)
    lock.acquire()
    try:
        due = _due(plan, again)
        print(f"{len(due)} of {len(plan.members)} members to run, {_invalid(plan)} invalid")
        if isinstance(executor, SlurmExecutor):
            for job, count in submit(plan, due, executor):
                print(f"submitted job {job}, an array of {count}")
            return 0
        return _run_here(plan, due, executor)
    finally:
        lock.release()


def _run_here(plan: Plan, due: Sequence[Member], executor: object) -> int:
    """Run members under this process and print how each one ends."""
    from phasefield.studies.dask_cluster import run_dask
    from phasefield.studies.local_executor import run_local
    from phasefield.studies.member_states import state_of
    from phasefield.studies.sweep_file import DaskExecutor, LocalExecutor

    by_digest = {member.digest: member for member in due}
    ended: list[State] = []

    def tell(digest: str, code: int) -> None:
        member = by_digest[digest]
        ended.append(state_of(plan, member))
        print(f"{len(ended)}/{len(due)} {digest} {ended[-1]} ({code}): {member.label}", flush=True)

    if isinstance(executor, DaskExecutor):
        run_dask(plan.directory, list(by_digest), executor, tell)
    elif isinstance(executor, LocalExecutor):
        run_local(plan.directory, list(by_digest), executor.processes, executor.threads, tell)
    return 0 if all(state == "finished" for state in ended) else 1


def _due(plan: Plan, again: bool) -> list[Member]:
    """Members to start: each case once, what runs or waits in a queue left alone."""
    from phasefield.studies.member_states import GOES_ON

    wanted = (*GOES_ON, "failed") if again else GOES_ON
    found = {
        member.digest: member
        for member, state in zip(plan.members, _states(plan), strict=True)
        if state in wanted
    }
    return list(found.values())


def _detach(plan: Plan, args: Namespace) -> int:
    """Start this command again in a session of its own."""
    log = plan.directory / "sweep.log"
    words = [args.action, str(args.sweep), "--out", str(plan.directory)]
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "phasefield.cli", "sweep", *words, *["--force"] * args.force],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    print(f"process {process.pid} goes on alone; it writes {log}")
    return 0


def _invalid(plan: Plan) -> int:
    return sum(bool(member.problem) for member in plan.members)


def _counted(states: Sequence[State]) -> str:
    counts = Counter(states).most_common()
    return f"{len(states)} members: " + ", ".join(f"{count} {state}" for state, count in counts)
