"""The folder `validation/`: what each problem is held to, and the verdict on what was measured."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import nan
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from phasefield.case.yaml_source import read_source
from phasefield.errors import PhaseFieldError
from phasefield.validation.outcome import Plot
from phasefield.validation.problems import PROBLEMS

__all__ = [
    "Acceptance",
    "Check",
    "Report",
    "Verdict",
    "find_book",
    "read_acceptance",
    "run_problem",
]

Limit = Annotated[float, Field(ge=0.0)]


class Check(BaseModel):
    """One number and what it may be: `reference`, to a `relative` or an `absolute` difference."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    reference: float
    relative: Limit | None = None
    absolute: Limit | None = None
    origin: str
    unit: str = ""
    full: bool = False

    @model_validator(mode="after")
    def _one_limit(self) -> Self:
        if (self.relative is None) == (self.absolute is None):
            raise ValueError("needs one of relative: and absolute:")
        if self.relative is not None and self.reference == 0.0:
            raise ValueError("a reference of 0 needs absolute:")
        return self

    def error(self, measured: float) -> float:
        """Difference to the reference, over it where the limit is relative."""
        difference = measured - self.reference
        return difference if self.relative is None else difference / abs(self.reference)

    @property
    def limit(self) -> float:
        """The largest |error| that is accepted."""
        return next(limit for limit in (self.relative, self.absolute) if limit is not None)


class Acceptance(BaseModel):
    """The file acceptance.yaml of a problem, written before it is run."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    pins_down: str
    checks: Annotated[tuple[Check, ...], Field(min_length=1)]


@dataclass(frozen=True)
class Verdict:
    """A check, what was measured (NaN where nothing was) and whether it is within the limit."""

    check: Check
    measured: float

    @property
    def passed(self) -> bool:
        """Whether the measured value is within the limit; NaN is not."""
        return abs(self.check.error(self.measured)) <= self.check.limit


@dataclass(frozen=True)
class Report:
    """A problem that was run.

    Attributes
    ----------
    name, acceptance : folder and acceptance of the problem.
    verdicts : one for each check that was due.
    seconds : it took [s].
    plot : curves to draw, if any.
    failure : why nothing was measured, or "".
    """

    name: str
    acceptance: Acceptance
    verdicts: tuple[Verdict, ...]
    seconds: float
    plot: Plot | None = None
    failure: str = ""

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(verdict.passed for verdict in self.verdicts)


def find_book(given: Path | None) -> Path:
    """The folder of the problems: the one given, `validation` here, or beside the package.

    Raises
    ------
    PhaseFieldError : there is none, as where the package is installed without its repository.
    """
    beside = Path(__file__).resolve().parents[2] / "validation"
    places = [given] if given is not None else [Path("validation"), beside]
    for place in places:
        if any((place / name / "acceptance.yaml").is_file() for name in PROBLEMS):
            return place
    looked = " and ".join(str(place.absolute()) for place in places)
    raise PhaseFieldError(
        f"no validation problems in {looked}: they are part of the repository, not of the "
        "installed package; run this in a copy of the repository, or name its folder with --book"
    )


def read_acceptance(book: Path, name: str) -> Acceptance:
    """Read what a problem is held to.

    Raises
    ------
    PhaseFieldError : the file is missing or not as it should be.
    """
    file = book / name / "acceptance.yaml"
    source = read_source(file)
    try:
        return Acceptance.model_validate(dict(source.data))
    except ValidationError as error:
        raise PhaseFieldError(f"{file}: {error}") from None


def run_problem(book: Path, name: str, quick: bool) -> Report:
    """Run one problem and judge what it measured; one that does not converge has failed."""
    acceptance = read_acceptance(book, name)
    due = [check for check in acceptance.checks if not (quick and check.full)]
    start = time.perf_counter()
    try:
        outcome = PROBLEMS[name](quick)
    except PhaseFieldError as error:
        seconds = time.perf_counter() - start
        return Report(name, acceptance, _judge(due, {}), seconds, failure=str(error))
    seconds = time.perf_counter() - start
    return Report(name, acceptance, _judge(due, outcome.measured), seconds, outcome.plot)


def _judge(due: Sequence[Check], measured: Mapping[str, float]) -> tuple[Verdict, ...]:
    return tuple(Verdict(check, measured.get(check.name, nan)) for check in due)
