"""Members as job arrays of Slurm: a script that anybody can read, handed to sbatch.

Nothing here waits: the arrays run when the shell that submitted them is gone. A member that is
warned of its wall limit saves and puts itself back into the queue.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from math import ceil
from pathlib import Path

from phasefield.errors import PhaseFieldError
from phasefield.output.atomic import write_json, write_text
from phasefield.studies.member import environment
from phasefield.studies.plan import Member, Plan
from phasefield.studies.sweep_file import SlurmExecutor

__all__ = ["array_script", "queued", "submit"]

UNSURE = 2.0
"""Predictions of time and memory are right to a factor of two."""

SHORTEST = 600.0
"""Least wall limit that is asked for [s]: start, imports and the report take a minute."""

WARNING = 120.0
"""Wall time left when a member is told to save [s]; Slurm tells up to 60 s before that."""

LEAST_MEMORY = 1000
"""Least memory that is asked for [MB]."""

_SCRIPT = """\
#!/bin/bash
#SBATCH --job-name={name}
#SBATCH --array=1-{count}{at_a_time}
#SBATCH --cpus-per-task={threads}
#SBATCH --time={minutes}
#SBATCH --mem={memory}M
#SBATCH --signal=B:USR1@{warning}
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output={log}
{more}
{setup}
cd {here} || exit 1
digest=$(sed -n "${{SLURM_ARRAY_TASK_ID}}p" {keys})
# exec: the warning before the wall limit reaches the member itself
exec {python} -m phasefield.studies.member {directory} "$digest" \\
    --threads {threads} --requeue {times}
"""


def submit(plan: Plan, members: Sequence[Member], executor: SlurmExecutor) -> list[tuple[str, int]]:
    """Hand members to sbatch in arrays that the cluster allows; return (job, how many) of each.

    Raises
    ------
    phasefield.errors.PhaseFieldError
        There is no sbatch, or it refuses.
    """
    largest = _largest_array()
    folder = plan.directory.resolve() / "jobs"
    folder.mkdir(parents=True, exist_ok=True)
    jobs = []
    for start in range(0, len(members), largest):
        part = members[start : start + largest]
        batch = 1 + len(list(folder.glob("batch-*.sh")))
        keys, script = folder / f"batch-{batch:03d}.txt", folder / f"batch-{batch:03d}.sh"
        write_text(keys, "".join(f"{member.digest}\n" for member in part))
        write_text(script, array_script(plan, part, executor, keys))
        job = _call("sbatch", "--parsable", str(script)).strip().partition(";")[0]
        write_json(folder / f"{job}.json", {"job": job, "keys": keys.name})
        jobs.append((job, len(part)))
    return jobs


def array_script(plan: Plan, members: Sequence[Member], executor: SlurmExecutor, keys: Path) -> str:
    """Return the script of one array; `keys` is the file with a digest on each line."""
    longest = max(member.wall_time_s for member in members)
    seconds = executor.time or max(SHORTEST, UNSURE * longest)
    predicted = UNSURE * max(member.memory_bytes for member in members) / 1e6
    named = {"partition": executor.partition, "account": executor.account}
    more = [f"--{name}={value}" for name, value in named.items() if value] + executor.options
    warning = min(executor.warning or WARNING, seconds / 2)
    variables = [f"export {name}={value}" for name, value in environment(executor.threads).items()]
    return _SCRIPT.format(
        name=re.sub(r"\W+", "-", plan.name),
        count=len(members),
        at_a_time=f"%{executor.at_a_time}" if executor.at_a_time else "",
        threads=executor.threads,
        minutes=ceil(seconds / 60),
        memory=executor.memory_mb or max(LEAST_MEMORY, ceil(predicted)),
        warning=ceil(warning),
        log=f"{keys.with_suffix('')}-%a.log",
        more="\n".join(f"#SBATCH {line}" for line in more),
        setup="\n".join([*variables, *executor.setup]),
        here=shlex.quote(str(Path.cwd())),
        keys=shlex.quote(str(keys)),
        python=shlex.quote(sys.executable),
        directory=shlex.quote(str(plan.directory.resolve())),
        times=executor.requeue,
    )


def queued(plan: Plan) -> dict[str, str]:
    """Return the job of every member for which Slurm holds one that has not ended.

    Empty where nothing was submitted, or Slurm cannot be asked from here.
    """
    submitted = {path.stem: path for path in (plan.directory / "jobs").glob("*.json")}
    if not submitted:
        return {}
    try:
        listed = _call("squeue", "--noheader", "--array", "--me", "--format=%i")
    except PhaseFieldError:
        return {}
    return {
        digest: job
        for job, index in _tasks(listed)
        if job in submitted and (digest := _key(submitted[job], index))
    }


def _tasks(listed: str) -> Iterator[tuple[str, int]]:
    for word in listed.split():
        job, _, index = word.partition("_")
        if index.isdigit():
            yield job, int(index)


def _key(path: Path, index: int) -> str:
    """Return the digest that a task of an array runs, "" if the note about it is lost."""
    try:
        keys = path.with_name(json.loads(path.read_text(encoding="utf-8"))["keys"])
        return keys.read_text(encoding="utf-8").split()[index - 1]
    except (OSError, ValueError, KeyError, IndexError):
        return ""


def _largest_array() -> int:
    """Return how many members an array may have on this cluster."""
    found = re.search(r"MaxArraySize\s*=\s*(\d+)", _call("scontrol", "show", "config"))
    return max(1, int(found[1]) - 1) if found else 1000


def _call(*command: str) -> str:
    """Return what a program of Slurm prints."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    except FileNotFoundError as error:
        raise PhaseFieldError(
            f"there is no {command[0]} here: the executor slurm submits from a login node of a"
            " cluster with Slurm"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise PhaseFieldError(f"{command[0]} does not answer") from error
    if done.returncode != 0:
        raise PhaseFieldError(f"{' '.join(command)} failed: {done.stderr.strip()}")
    return done.stdout
