"""One case on finer and finer grids, and with narrower interfaces: what its numbers tend to."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path

from phasefield.analysis.convergence import Limit, extrapolate
from phasefield.case import Case, with_overrides
from phasefield.errors import PhaseFieldError
from phasefield.output.run import Run
from phasefield.report.style import ACCENT, MUTED, PAGE_WIDTH, figure, letter, look, save
from phasefield.simulation.quantities import named
from phasefield.simulation.quantity import Headline
from phasefield.simulation.runner import run

__all__ = ["QUANTITIES", "Member", "Study", "plan_grids", "plan_widths", "refine", "write_study"]


def _followed(name: str) -> tuple[str, float, str]:
    """Key in the summary, factor and unit of a quantity as reports show it."""
    quantity = named(name)
    shown = quantity.headline or Headline("")
    return quantity.key, shown.factor, shown.unit.replace("µ", "u") or "1"


QUANTITIES = {name: _followed(name) for name in ("nonuniformity", "mean rise", "voltage")}
"""Key in the summary, factor and unit of what is followed, by its name."""

GRID_RATIO, WIDTH_RATIO = 2.0, 2.0**0.5


@dataclass(frozen=True)
class Member:
    """One run of a sequence: its name, interface width [m] and asked spacing [m]."""

    name: str
    width: float
    spacing: float


@dataclass(frozen=True)
class Study:
    """A sequence of runs and what they say.

    Attributes
    ----------
    title : what is refined.
    members : the runs, the coarsest first.
    spacings : edge of a square or cube as large as a cell of each run [m]; whole cells fit, so
        that it is not quite the asked spacing.
    values : of every quantity, run by run, in its unit.
    limits : of every quantity.
    """

    title: str
    members: tuple[Member, ...]
    spacings: tuple[float, ...]
    values: Mapping[str, tuple[float, ...]]
    limits: Mapping[str, Limit]

    @property
    def sizes(self) -> tuple[float, ...]:
        """What is refined, in each run [m]."""
        widths = tuple(member.width for member in self.members)
        return self.spacings if len(set(widths)) == 1 else widths


def plan_grids(case: Case, count: int, ratio: float = GRID_RATIO) -> tuple[Member, ...]:
    """Spacings h, h/r and, of three, h/r^2 with r the `ratio`, at the width of the case."""
    steps = [ratio**n for n in range(count)]
    width, spacing = case.interface.width, case.grid.spacing
    return tuple(Member(_named("h", by), width, spacing / by) for by in steps)


def plan_widths(case: Case, count: int, ratio: float = WIDTH_RATIO) -> tuple[Member, ...]:
    """Interface widths d, d/r and, of three, d/r^2 with r the `ratio`, as many cells in each."""
    steps = [ratio**n for n in range(count)]
    width, spacing = case.interface.width, case.grid.spacing
    return tuple(Member(_named("d", by), width / by, spacing / by) for by in steps)


def _named(symbol: str, by: float) -> str:
    return symbol if by == 1.0 else f"{symbol}/{by:.4g}"


def refine(
    case: Case,
    members: Sequence[Member],
    out: Path,
    *,
    fixed_step: float | None = None,
    force: bool = False,
    told: Callable[[Member, Path], None] = lambda member, place: None,
) -> Study:
    """Run every member of a sequence, in a run directory each, and extrapolate its numbers.

    What has been finished in `out` before is not run again.

    Parameters
    ----------
    case : what is run.
    members : from `plan_grids` or `plan_widths`.
    out : directory of the run directories.
    fixed_step : time step of all [s]; None: each chooses its own by their error.
    force : run members that break the resolution rules.
    told : called before each run.

    Raises
    ------
    PhaseFieldError : a run ended without one of the numbers, as one without current does.
    """
    done = []
    for member in members:
        place = out / _folder(member)
        told(member, place)
        done.append(run(with_overrides(case, _overrides(member, fixed_step)), place, force=force))
    spacings = tuple(_spacing(one) for one in done)
    values = {name: tuple(_value(one, name) for one in done) for name in QUANTITIES}
    title = "grid" if members[0].width == members[1].width else "interface width"
    study = Study(title, tuple(members), spacings, values, {})
    limits = {name: extrapolate(found, study.sizes) for name, found in values.items()}
    return replace(study, limits=limits)


def _spacing(done: Run) -> float:
    """Edge of a square or cube as large as a cell of the grid [m]."""
    axes = zip(done.summary["spacing_m"], done.summary["shape"], strict=True)
    edges = [float(spacing) for spacing, cells in axes if cells > 1]
    return float(prod(edges) ** (1.0 / len(edges)))


def _folder(member: Member) -> str:
    return f"width-{1e9 * member.width:.4g}nm-spacing-{1e9 * member.spacing:.4g}nm"


def _overrides(member: Member, fixed_step: float | None) -> list[str]:
    changes = [
        f"interface.width={member.width!r} m",
        f"grid.spacing={member.spacing!r} m",
        "output.animation=false",
    ]
    return changes if fixed_step is None else [*changes, f"solver.time_step={fixed_step!r} s"]


def _value(done: Run, name: str) -> float:
    key, factor, _ = QUANTITIES[name]
    found = done.summary.get(key)
    if found is None:
        raise PhaseFieldError(
            f"{done.path} ended without {key}: choose a case that ends while a current flows"
        )
    return factor * float(found)


def write_study(studies: Sequence[Study], out: Path) -> tuple[Path, Path]:
    """Write converge.csv and converge.png into `out`; return their paths."""
    out.mkdir(parents=True, exist_ok=True)
    table, picture = out / "converge.csv", out / "converge.png"
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        header = ("refined", "quantity", "unit", "run", "interface width [m]", "spacing [m]")
        writer.writerow((*header, "value", "observed order", "error bar"))
        for study in studies:
            writer.writerows(_rows(study))
    with look():
        drawn = figure(PAGE_WIDTH, 2.3 * len(studies))
        axes = drawn.subplots(len(studies), len(QUANTITIES), squeeze=False)
        for row, study in zip(axes, studies, strict=True):
            for one, name, mark in zip(row, QUANTITIES, "abc", strict=True):
                _panel(one, study, name)
                if study is studies[0]:
                    letter(one, mark)
        save(drawn, picture)
    return table, picture


def _rows(study: Study) -> list[tuple[str | float, ...]]:
    rows: list[tuple[str | float, ...]] = []
    for name, (_, _, unit) in QUANTITIES.items():
        limit = study.limits[name]
        of = zip(study.members, study.spacings, study.values[name], strict=True)
        for member, spacing, value in of:
            place = (member.name, member.width, spacing)
            rows.append((study.title, name, unit, *place, value, "", ""))
        rows.append(
            (study.title, name, unit, "limit", "", "", limit.value, limit.order, limit.error)
        )
    return rows


def _panel(axes: object, study: Study, name: str) -> None:
    """Values over spacing or width, and the limit with its error bar at 0."""
    from matplotlib.axes import Axes

    assert isinstance(axes, Axes)
    x = [1e6 * size for size in study.sizes]
    limit, unit = study.limits[name], QUANTITIES[name][2]
    axes.plot(x, study.values[name], marker="o", color=ACCENT)
    axes.errorbar([0.0], [limit.value], yerr=[limit.error], marker="s", color=MUTED, capsize=3)
    label = "spacing [µm]" if study.title == "grid" else "interface width [µm]"
    axes.set(xlabel=label, ylabel=name if unit == "1" else f"{name} [{unit.replace('u', 'µ')}]")
