"""A member of a sweep in its own process: ``python -m phasefield.studies.member DIR DIGEST``.

Every executor starts members this way. A member that crashes, is killed or runs out of memory takes
no other with it, and needs nobody to wait for it: it writes its own state.
"""

from __future__ import annotations

import argparse
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from phasefield.errors import Interrupted, RunDirectoryError, explain
from phasefield.output.lock import RunLock
from phasefield.output.manifest import utc_now
from phasefield.simulation.interruption import STOPPING, raising
from phasefield.studies.member_states import Record, read_record, write_record
from phasefield.studies.plan import Plan, load_plan

__all__ = ["command", "environment", "launch", "main"]

log = logging.getLogger("phasefield.studies")


def command(directory: Path, digest: str, threads: int) -> list[str]:
    """Return the command that runs a member."""
    words = [sys.executable, "-m", "phasefield.studies.member", str(directory.resolve()), digest]
    return [*words, "--threads", str(threads)]


def environment(threads: int) -> dict[str, str]:
    """Return variables that keep a member to its share of the cores."""
    names = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    return dict.fromkeys(names, str(threads))


def launch(directory: str, digest: str, threads: int) -> int:
    """Run a member to its end and return its exit code; what it prints goes to its log."""
    place = Path(directory) / "members" / digest
    place.mkdir(parents=True, exist_ok=True)
    with (place / "log.txt").open("ab") as output:
        return subprocess.run(
            command(Path(directory), digest, threads),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment(threads)},
        ).returncode


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one member, note how it ended, and return the exit code of `phasefield run`."""
    parser = argparse.ArgumentParser(prog="python -m phasefield.studies.member")
    parser.add_argument("directory", type=Path)
    parser.add_argument("digest")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--requeue", type=int, default=0, metavar="TIMES")
    args = parser.parse_args(arguments)
    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s: %(message)s"))
    logging.basicConfig(handlers=[handler])
    try:
        with raising(*STOPPING):
            plan = load_plan(args.directory)
            code = _attempt(plan, args.digest, args.threads)
    except Exception as error:
        text, code = explain(error)
        log.error(text)
    if code == Interrupted.exit_code:
        _come_back(args.requeue)
    return code


def _attempt(plan: Plan, digest: str, threads: int) -> int:
    """Take the lock of a member, run it, record the attempt."""
    place = plan.member_directory(digest)
    place.mkdir(parents=True, exist_ok=True)
    if digest not in plan.runnable:
        raise RunDirectoryError(f"{plan.directory} has no member {digest} that could run")
    lock = RunLock(place)
    lock.acquire()
    try:
        begun = Record(
            attempts=read_record(place).attempts + 1,
            started=utc_now(),
            host=socket.gethostname(),
            job=_job(),
        )
        write_record(place, begun)
        message, code = _run(plan, digest, threads)
        ended = {"exit_code": code, "message": message, "ended": utc_now()}
        write_record(place, Record(**{**vars(begun), **ended}))
        return code
    finally:
        lock.release()


def _job() -> str:
    """Return the job of Slurm that this process is, "" outside Slurm.

    A task goes by array and number: the number of a job alone may mean the whole array, which is
    that of its last task.
    """
    array, task = map(os.environ.get, ("SLURM_ARRAY_JOB_ID", "SLURM_ARRAY_TASK_ID"))
    return f"{array}_{task}" if array and task else os.environ.get("SLURM_JOB_ID", "")


def _run(plan: Plan, digest: str, threads: int) -> tuple[str, int]:
    """Run a case and write its report; return what there is to say, and the exit code."""
    try:
        from phasefield.report import write_report
        from phasefield.simulation.runner import run

        case = plan.case(plan.runnable[digest])
        out = plan.run_directory(digest)
        run(case, out, threads=threads, force=plan.force)
        if not (out / "report.html").exists():
            write_report(out)
    except (Exception, KeyboardInterrupt) as error:
        message, code = explain(error)
        log.error(message, exc_info=message.startswith("internal error"))
        return message, code
    return "", 0


def _come_back(times: int) -> None:
    """Put this job of Slurm, which has saved its run, back into the queue."""
    job = _job()
    if not job or int(os.environ.get("SLURM_RESTART_COUNT", "0")) >= times:
        return
    done = subprocess.run(["scontrol", "requeue", job], capture_output=True, text=True)
    if done.returncode != 0:
        log.warning("cannot requeue job %s: %s", job, done.stderr.strip())


if __name__ == "__main__":
    sys.exit(main())
