"""The points of a sweep: which values every member has, by dotted path."""

from __future__ import annotations

from itertools import product
from typing import Any

from phasefield.errors import CaseError, Problem
from phasefield.studies.sweep_file import LatinHypercube, SweepFile
from phasefield.units import UnitError, in_unit, split

__all__ = ["Point", "points"]

Point = dict[str, Any]
"""Value of every varied dotted path, as it would stand in a case file."""

DIGITS = 6
"""Significant digits of a drawn value: the run is named by what is written."""


def points(sweep: SweepFile) -> list[Point]:
    """Return the points of a sweep in their order.

    A sweep that is extended keeps its earlier points: a grid or a list by its values, a Latin
    hypercube by a further entry of `samples`.

    Raises
    ------
    phasefield.errors.CaseError
        A range of the hypercube does not go from one quantity to another one.
    """
    if sweep.grid:
        return [dict(zip(sweep.grid, each, strict=True)) for each in product(*sweep.grid.values())]
    if sweep.points:
        return [dict(point) for point in sweep.points]
    assert sweep.latin_hypercube is not None
    return _hypercube(sweep.latin_hypercube)


def _hypercube(design: LatinHypercube) -> list[Point]:
    """Points of one Latin hypercube after another, from one stream of random numbers."""
    from scipy.stats import qmc

    ends = {path: _ends(path, *pair) for path, pair in design.ranges.items()}
    sampler = qmc.LatinHypercube(len(ends), rng=design.seed)
    counts = [design.samples] if isinstance(design.samples, int) else design.samples
    return [
        {
            path: _written(low + share * (high - low), unit)
            for share, (path, (low, high, unit)) in zip(row, ends.items(), strict=True)
        }
        for count in counts
        for row in sampler.random(count)
    ]


def _ends(path: str, low: Any, high: Any) -> tuple[float, float, str]:
    """Both ends of a range in the unit of the first."""
    try:
        value, unit = split(low)
        return value, in_unit(high, unit), unit
    except UnitError as error:
        text = f"a range needs two quantities of one kind, got {low} and {high}: {error}"
        raise CaseError([Problem(text, f"latin_hypercube.ranges.{path}")]) from error


def _written(value: float, unit: str) -> str | float:
    number = f"{value:.{DIGITS}g}"
    return f"{number} {unit}" if unit else float(number)
