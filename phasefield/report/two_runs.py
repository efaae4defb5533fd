"""Two runs of one case side by side: what differs in fields, numbers and settings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phasefield.errors import PhaseFieldError
from phasefield.output.atomic import write_json
from phasefield.output.run import open_run
from phasefield.report.data import Frames, RunData, read_run
from phasefield.report.difference import Apart, apart, difference_figure
from phasefield.report.document import Block, Document, Picture, Section, Table, Text, write
from phasefield.report.number_format import DASH, duration, number, time_span
from phasefield.report.side_by_side import trend_figure
from phasefield.report.style import look, save
from phasefield.report.tables import headlines, settings, written

__all__ = ["Pair", "read_pair", "write_pair"]

ROUNDING = ("charge balance error",)
"""Quantities that are made of rounding errors: their ratio says nothing."""

Rows = list[tuple[str, ...]]


@dataclass(frozen=True)
class Pair:
    """Two runs with the names they go by.

    Attributes
    ----------
    names : of the two runs, such as ("numba", "fipy").
    runs : the runs.
    frames : their saved fields.
    apart : largest differences of their fields.
    notes : what a reader must know about how they were run.
    """

    names: tuple[str, str]
    runs: tuple[RunData, RunData]
    frames: tuple[Frames, Frames]
    apart: Apart
    notes: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        """Where lithium is compared: everywhere, unless the models differ."""
        a, b = (data.case.model for data in self.runs)
        return "" if a == b else " in the pores"

    def field_rows(self) -> Rows:
        """Largest difference of each field: name, largest at any time, at the end, when."""
        rows: Rows = []
        for name, found, factor, unit in (
            (f"lithium order parameter{self.where}", self.apart.lithium, 1.0, ""),
            ("potential in LLZO", self.apart.potential, 1e3, "mV"),
        ):
            values = [number(v * factor, 2, unit) for v in (found.max(), found[-1])]
            rows.append((name, *values, time_span(float(self.apart.times[found.argmax()]))))
        return rows

    def headline_rows(self) -> Rows:
        """Headline numbers: name, A, B, A - B over B."""
        rows: Rows = []
        for each in headlines():
            a, b = (data.value(each) for data in self.runs)
            if a is None and b is None:
                continue
            comparable = a is not None and b and each.name not in ROUNDING
            relative = number(a / b - 1, 2) if comparable and a and b else DASH
            rows.append((each.title, written(each, a), written(each, b), relative))
        times = [data.last("wall time") for data in self.runs]
        steps = [number(data.last("step"), 1) for data in self.runs]
        rows.append(("steps", *steps, DASH))
        rows.append(("computing time", *(duration(time) for time in times), DASH))
        return rows

    def setting_rows(self) -> Rows:
        """Settings that are not the same: path, A, B."""
        a, b = (settings(data) for data in self.runs)
        paths = dict.fromkeys([*a, *b])
        return [
            (path, a.get(path, DASH), b.get(path, DASH))
            for path in paths
            if a.get(path) != b.get(path) and path != "name"
        ]

    def to_dict(self) -> dict[str, Any]:
        """Everything that the page says, as JSON types in SI units."""
        return {
            "runs": {
                name: {"directory": data.run.path.name, "digest": data.case.digest()}
                for name, data in zip(self.names, self.runs, strict=True)
            },
            "notes": list(self.notes),
            "times_s": self.apart.times.tolist(),
            "largest_difference": {
                "lithium_order_parameter": self.apart.lithium.tolist(),
                "potential_V": self.apart.potential.tolist(),
            },
            "headlines": {
                each.key: dict(zip(self.names, (d.value(each) for d in self.runs), strict=True))
                for each in headlines()
            },
            "settings": {path: values for path, *values in self.setting_rows()},
        }


def read_pair(
    names: tuple[str, str], run_dirs: tuple[Path, Path], notes: Sequence[str] = ()
) -> Pair:
    """Read two runs on the same grid.

    Raises
    ------
    PhaseFieldError : one of them saved no fields, or their grids or times differ.
    """
    a, b = (read_run(open_run(path)) for path in run_dirs)
    if a.frames is None or b.frames is None:
        raise PhaseFieldError("a run without saved fields cannot be compared")
    return Pair(names, (a, b), (a.frames, b.frames), apart(a.frames, b.frames), tuple(notes))


def write_pair(pair: Pair, out: Path) -> Path:
    """Write compare.html, compare.json and compare-figures/ into `out`; return the page."""
    figures = out / "compare-figures"
    figures.mkdir(parents=True, exist_ok=True)
    write_json(out / "compare.json", pair.to_dict())
    with look():
        blocks = [*_pictures(pair, figures)]
    a, b = pair.names
    document = Document(
        title=f"{pair.runs[0].name}: {a} and {b}",
        subtitle=f"The same case twice; differences are {a} − {b}.",
        key_numbers=[(f"largest difference, {row[0]}", row[1]) for row in pair.field_rows()],
        summary=pair.notes,
        sections=[
            Section("Fields", [*blocks, _fields(pair)]),
            Section("Headline numbers", [_headlines(pair)]),
            Section("What differs in the settings", [_settings(pair)]),
        ],
        footer=[f"{name}: {data.run.path.name}/" for name, data in _named(pair)],
    )
    return write(document, out / "compare.html")


def _named(pair: Pair) -> list[tuple[str, RunData]]:
    return list(zip(pair.names, pair.runs, strict=True))


def _pictures(pair: Pair, figures: Path) -> Iterator[Block]:
    (a, b), (first, second) = pair.names, pair.frames
    path = save(difference_figure((a, first), (b, second)), figures / "difference.png")
    yield Picture(
        path,
        f"fields of {a} and {b} and their difference",
        f"At {time_span(float(pair.apart.times[-1]))}. Top: lithium order parameter{pair.where};"
        f" bottom: potential in LLZO against the metal. Left {a}, middle {b}, right {a} − {b} on a"
        " scale of its own, white where they agree. The line is the outline of LLZO.",
        "wide",
    )
    path = save(trend_figure(_named(pair)), figures / "uniformity.png")
    yield Picture(
        path,
        "uniformity of both",
        "a: nonuniformity at the last step. b: nonuniformity over time. c: rise of the front over"
        " its mean across one channel.",
        "wide",
    )


def _fields(pair: Pair) -> Table:
    header = ("field", "largest difference, any time", "at the end", "largest at")
    return Table(header, pair.field_rows())


def _headlines(pair: Pair) -> Table:
    a, b = pair.names
    return Table(("", a, b, f"{a} / {b} − 1"), pair.headline_rows())


def _settings(pair: Pair) -> Block:
    rows = pair.setting_rows()
    if not rows:
        return Text("Both runs have the same settings.")
    return Table(("setting", *pair.names), rows)
