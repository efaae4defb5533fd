"""The sweep file: a base case, what varies, and where it runs."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, StringConstraints, Tag, ValidationError, model_validator

from phasefield.case.messages import message, place
from phasefield.case.quantities import OptionalTime
from phasefield.case.sections import Section, key
from phasefield.case.yaml_source import Source, read_source
from phasefield.errors import CaseError
from phasefield.simulation.quantities import named

__all__ = [
    "DaskExecutor",
    "Executor",
    "LatinHypercube",
    "LocalExecutor",
    "SlurmExecutor",
    "SweepFile",
    "read_sweep",
]

MOST = 100_000
"""Members of a sweep."""

Count = Annotated[int, Field(ge=1, le=MOST)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^\w[\w .+-]*$")]
Word = Annotated[str, StringConstraints(pattern=r"^[\w.,:@+/=-]+$")]
OneLine = Annotated[str, StringConstraints(pattern=r"^[^\n]*$")]

METRICS = [
    named(name).key
    for name in ("nonuniformity", "wall to centre", "voltage", "current density reduction mean")
]
"""Numbers that are drawn where a sweep does not say."""


class LatinHypercube(Section):
    """Points spread so that every range is covered evenly."""

    samples: Count | Annotated[list[Count], Field(min_length=1)] = Field(
        description="how many; a list adds further ones to those that are there", examples=[40]
    )
    ranges: Annotated[dict[str, list[Any]], Field(min_length=1)] = Field(
        description="low and high end of each dotted path",
        examples=["{geometry.pore_size: [0.6 um, 5 um]}"],
    )
    seed: Annotated[int, Field(ge=0, lt=2**63)] = key("of the points", 0, 0)

    @model_validator(mode="after")
    def _two_ends(self) -> Self:
        for path, ends in self.ranges.items():
            if len(ends) != 2:
                raise ValueError(f"the range of {path} needs a low and a high end, got {ends}")
        return self


class LocalExecutor(Section):
    """Processes on this machine."""

    kind: Literal["local"] = key("processes on this machine", "local", "local")
    processes: Count | None = key("members at a time; cores over threads if not given", 4, None)
    threads: Count = key("of each member", 1, 1)


class SlurmExecutor(Section):
    """Job arrays."""

    kind: Literal["slurm"] = key("job arrays of Slurm", "slurm")
    threads: Count = key("cores of each member", 1, 1)
    time: OptionalTime = key("wall limit; twice the longest prediction if not given", "2 h", None)
    memory_mb: Count | None = key(
        "of each member [MB]; from the prediction if not given", 4000, None
    )
    at_a_time: Count | None = key("members that may run together", 50, None)
    warning: OptionalTime = key(
        "how long before the limit a member saves and leaves", "2 min", None
    )
    requeue: Annotated[int, Field(ge=0)] = key("how often a member may come back", 50, 50)
    partition: Word | None = key("of the cluster", "standard", None)
    account: Word | None = key("that pays", "llzo", None)
    options: list[OneLine] = Field(
        [], description="further #SBATCH lines", examples=[["--qos=long"]]
    )
    setup: list[OneLine] = Field(
        [], description="lines of shell before a member", examples=[["module load python"]]
    )


class DaskExecutor(Section):
    """Workers of Dask: on this machine, behind a scheduler, or as jobs of a queue."""

    kind: Literal["dask"] = key("workers of Dask", "dask")
    workers: Count = key("how many", 2, 2)
    threads: Count = key("of each member", 1, 1)
    scheduler: Word | None = key("address of one that is there", "tcp://host:8786", None)
    queue: Literal["htcondor", "lsf", "oar", "pbs", "sge", "slurm"] | None = key(
        "start the workers as jobs (dask-jobqueue)", "pbs", None
    )
    options: dict[str, Any] = Field(
        {}, description="for the cluster of dask-jobqueue", examples=["{memory: 4 GB}"]
    )


Executor = LocalExecutor | SlurmExecutor | DaskExecutor


def _kind(data: Any) -> str:
    found = data.get("kind", "local") if isinstance(data, dict) else getattr(data, "kind", "local")
    return str(found)


class SweepFile(Section):
    """A whole sweep file."""

    name: Name = key("what this sweep is called; its directory is named after it", "pores")
    base: str = key("case file that every member starts from, beside this file", "case.yaml")
    grid: dict[str, Annotated[list[Any], Field(min_length=1)]] | None = Field(
        None,
        description="every combination of the values of dotted paths",
        examples=["{geometry.pore_size: [5 um, 1.5 um]}"],
    )
    points: list[dict[str, Any]] | None = Field(
        None,
        alias="list",
        description="the points one by one, each with its values by dotted path",
        examples=["[{geometry.pore_size: 5 um}]"],
    )
    latin_hypercube: LatinHypercube | None = Field(
        None,
        description="points spread evenly over ranges",
        examples=["{samples: 40, ranges: ...}"],
    )
    executor: Annotated[
        Annotated[LocalExecutor, Tag("local")]
        | Annotated[SlurmExecutor, Tag("slurm")]
        | Annotated[DaskExecutor, Tag("dask")],
        Discriminator(_kind),
    ] = Field(LocalExecutor(), description="where it runs", examples=["{kind: slurm}"])
    metrics: Annotated[list[str], Field(min_length=1)] = Field(
        METRICS, description="numbers of summary.json to draw", examples=[["nonuniformity"]]
    )

    @model_validator(mode="after")
    def _one_design(self) -> Self:
        given = [each for each in (self.grid, self.points, self.latin_hypercube) if each]
        if len(given) != 1:
            raise ValueError(
                "needs one of grid:, list: and latin_hypercube:, with something in it, such as "
                "grid: {geometry.pore_size: [5 um, 1.5 um]}"
            )
        if (count := self._count()) > MOST:
            raise ValueError(f"would have {count} members, at most {MOST} are possible")
        return self

    def _count(self) -> int:
        if self.grid:
            return prod(map(len, self.grid.values()))
        if self.latin_hypercube:
            samples = self.latin_hypercube.samples
            return samples if isinstance(samples, int) else sum(samples)
        return len(self.points or ())


def _sentence(detail: Any) -> str:
    """Return what is wrong; below a mapping with free keys the words of pydantic must do."""
    try:
        return message(SweepFile, detail)
    except (KeyError, IndexError, TypeError):
        return str(detail["msg"])


def read_sweep(file: str | Path) -> tuple[SweepFile, Source]:
    """Read a sweep file; return it with its text.

    Raises
    ------
    phasefield.errors.CaseError
        With every problem of the file, each with its line.
    """
    source = read_source(file)
    if "geometry" in source.data and "base" not in source.data:
        text = f"is a case; a sweep file names one: write base: {Path(file).name} into another file"
        raise CaseError([source.problem((), text)])
    try:
        sweep = SweepFile.model_validate(dict(source.data))
    except ValidationError as error:
        found = [
            source.problem(place(SweepFile, detail), _sentence(detail))
            for detail in error.errors(include_url=False)
        ]
        raise CaseError([*source.problems, *found]) from None
    if source.problems:
        raise CaseError(source.problems)
    return sweep, source
