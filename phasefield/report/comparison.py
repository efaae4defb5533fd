"""Several runs side by side: pictures at one scale, headline numbers, what differs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from phasefield.output.run import open_run
from phasefield.report.data import RunData, read_run
from phasefield.report.document import Block, Document, Picture, Section, Table, Text, write
from phasefield.report.number_format import DASH, duration, length, number, time_span
from phasefield.report.side_by_side import by_model, scale_figure, trend_figure
from phasefield.report.style import look, save
from phasefield.report.tables import headlines, settings, written

__all__ = ["write_comparison"]

NOT_A_SETTING = ("name",)


def write_comparison(run_dirs: Sequence[str | Path], out: str | Path) -> Path:
    """Write one self-contained page that compares runs; return its path.

    Parameters
    ----------
    run_dirs : at least two run directories, in any state.
    out : the page (a name that ends in .html), or a directory for comparison.html. The figures are
        also saved as PNG beside the page, in comparison-figures/.

    Raises
    ------
    ValueError : fewer than two runs.
    RunDirectoryError : one of `run_dirs` is not a run directory.
    """
    if len(run_dirs) < 2:
        raise ValueError(f"a comparison needs at least two runs, got {len(run_dirs)}")
    runs = _named_apart([read_run(open_run(path)) for path in run_dirs])
    runs.sort(key=lambda item: (item[1].case.model, -item[1].pore_size, item[0]))
    page = Path(out) if Path(out).suffix == ".html" else Path(out) / "comparison.html"
    figures = page.with_name(f"{page.stem}-figures")
    figures.mkdir(parents=True, exist_ok=True)
    with look():
        sections = [
            Section("Lithium at the end, at one scale", [*_pictures(runs, figures)]),
            Section("Uniformity", [*_trends(runs, figures)]),
            Section("Headline numbers", [_numbers(runs)]),
            Section("What differs", [_differences(runs)]),
        ]
    document = Document(
        title=f"Comparison of {len(runs)} runs",
        subtitle="; ".join(name for name, _ in runs),
        notice=_notice(runs),
        key_numbers=(),
        summary=_sentences(runs),
        sections=sections,
        footer=[f"{name}: {data.run.path.name}" for name, data in runs],
    )
    return write(document, page)


def _named_apart(runs: Sequence[RunData]) -> list[tuple[str, RunData]]:
    """Runs with the names of their cases, made unique by the names of their directories."""
    names = [data.name for data in runs]
    return [
        (data.name if names.count(data.name) == 1 else f"{data.name} ({data.run.path.name})", data)
        for data in runs
    ]


def _pictures(runs: list[tuple[str, RunData]], figures: Path) -> Iterator[Block]:
    lines = [
        [(name, data.frames) for name, data in line if data.frames is not None]
        for line in by_model(runs)
    ]
    drawn = [line for line in lines if line]
    if drawn:
        path = save(scale_figure(drawn), figures / "panels.png")
        yield Picture(
            path,
            "lithium and potential of all runs",
            "Top: lithium, LLZO and pore at the last saved time, dotted the front at the start."
            " Bottom: potential in LLZO against the metal, one colour scale. All at the same"
            f" physical scale; unit cells are repeated about their mirrors.{_order(runs)}",
            "wide",
        )
    for name, data in runs:
        if data.frames is None:
            yield Text(f"{name} has saved no fields.")


def _order(runs: list[tuple[str, RunData]]) -> str:
    models = [line[0][1].case.model for line in by_model(runs)]
    return "" if len(models) < 2 else f" Models from top to bottom: {', '.join(models)}."


def _trends(runs: list[tuple[str, RunData]], figures: Path) -> Iterator[Block]:
    if any(len(data.history) > 1 for _, data in runs):
        path = save(trend_figure(runs), figures / "uniformity.png")
        yield Picture(
            path,
            "uniformity of all runs",
            "a: nonuniformity at the last step. b: nonuniformity over time. c: rise of the front at"
            " the last saved time over its mean, across one channel; flat is even.",
            "wide",
        )


def _numbers(runs: list[tuple[str, RunData]]) -> Table:
    rows = [
        ("status", *(data.status for _, data in runs)),
        ("pore size", *(length(data.pore_size) for _, data in runs)),
        ("time reached", *(_reached(data) for _, data in runs)),
    ]
    for each in headlines():
        values = [data.value(each) for _, data in runs]
        if any(found is not None for found in values):
            rows.append((each.title, *(written(each, found) for found in values)))
    rows.append(("steps", *(number(data.last("step"), 1) for _, data in runs)))
    rows.append(("computing time", *(duration(data.last("wall time")) for _, data in runs)))
    return Table(("", *(name for name, _ in runs)), rows)


def _reached(data: RunData) -> str:
    last = data.last("time")
    return DASH if last is None else time_span(last)


def _differences(runs: list[tuple[str, RunData]]) -> Block:
    """Settings that are not the same in all runs."""
    found = [settings(data) for _, data in runs]
    paths = dict.fromkeys(path for one in found for path in one)
    rows = []
    for path in paths:
        values = [one.get(path, DASH) for one in found]
        if path not in NOT_A_SETTING and len(set(values)) > 1:
            rows.append((path, *values))
    if not rows:
        return Text("All runs have the same settings.")
    return Table(("setting", *(name for name, _ in runs)), rows)


def _notice(runs: list[tuple[str, RunData]]) -> str | None:
    unfinished = [f"{name} ({data.status})" for name, data in runs if data.status != "finished"]
    if not unfinished:
        return None
    return f"Not finished: {', '.join(unfinished)}. Their numbers are those of the last step."


def _sentences(runs: list[tuple[str, RunData]]) -> list[str]:
    """Which deposit is the evenest, which the least even, and by how much."""
    measured = [(data.value("nonuniformity"), name) for name, data in runs]
    known = sorted((spread, name) for spread, name in measured if spread)
    if len(known) < 2:
        return []
    (low, evenest), (high, roughest) = known[0], known[-1]
    return [
        f"The deposit is evenest in {evenest} (nonuniformity {number(low)}) and least even in"
        f" {roughest} (nonuniformity {number(high)}, {number(high / low, 2)} times as much)."
    ]
