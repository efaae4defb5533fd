"""Tables of a report: headline numbers and what they mean, surfaces, origin, settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from phasefield.report.data import RunData
from phasefield.report.document import Bars, Table
from phasefield.report.number_format import (
    DASH,
    duration,
    is_number,
    number,
    percent,
    plain_setting,
)
from phasefield.setup.scaffold_formulas import surface_formula
from phasefield.simulation.quantities import quantities
from phasefield.simulation.quantity import Headline, Quantity, Section

__all__ = [
    "headlines",
    "origin_table",
    "reduction_bars",
    "settings",
    "surface_table",
    "uniformity_table",
    "written",
]


FIRST: tuple[Section, ...] = ("evenness", "deposit", "contact", "voltage")
"""Sections of the summary whose headline numbers come first, in this order; others follow."""


def headlines() -> list[Quantity]:
    """Numbers that runs are judged and compared by, in the order in which they are shown."""
    found = [each for each in quantities() if each.headline is not None]
    first = [each for section in FIRST for each in found if each.section == section]
    return [*first, *(each for each in found if each not in first)]


def written(quantity: Quantity, value: float | None) -> str:
    """A headline number as it is shown, with its unit; a dash where there is none."""
    shown = quantity.headline or Headline("")
    if shown.unit == "%":
        return percent(value)
    scaled = value * shown.factor if is_number(value) else None
    return number(scaled, shown.digits, shown.unit)


def uniformity_table(data: RunData) -> Table:
    """Every headline number that the run has, with what it means."""
    values = [(each, each.headline, data.value(each)) for each in headlines()]
    rows = [
        (each.title, written(each, value), shown.meaning)
        for each, shown, value in values
        if shown is not None and value is not None
    ]
    return Table(("measure", "value", "meaning"), rows)


def surface_table(data: RunData) -> Table:
    """Specific surface area by three estimators beside the formula."""
    measured: Mapping[str, Any] = data.summary.get("specific_surface_area_per_m") or {}
    formula, exact = surface_formula(data.case) or ("", None)
    estimators = (
        ("voxel_faces", "voxel faces", "faces between cells; too large on curved walls"),
        ("marching_cubes", "marching cubes", "area of a smooth surface through the wall"),
        ("diffuse", "diffuse", "integral of |∇φ|: what the equations see before rescaling"),
    )
    rows = []
    if exact is not None:
        rows += [("analytic", _per_um(exact), DASH, f"{formula}, asked porosity p and pore size w")]
    for key, name, meaning in estimators:
        area = measured.get(key)
        if is_number(area):
            against = _deviation(area / exact - 1) if exact else DASH
            rows.append((name, _per_um(area), against, meaning))
    return Table(("estimator", "surface / volume", "against analytic", "how"), rows)


def reduction_bars(data: RunData) -> Bars:
    """Reduction of the current density by formula and as measured."""
    meanings = (
        ("analytic", "1 − 1/(S d): the current spreads evenly over the initial contact"),
        ("mean", "1 − mean of the contact current / applied: compare with analytic"),
        ("kinetic", "largest current of the transmission line with finite kinetics"),
        ("peak", "1 − largest contact current / applied: compare with kinetic"),
    )
    names = {"mean": "measured, mean", "peak": "measured, peak"}
    rows = []
    for kind, meaning in meanings:
        share = data.number(f"current_density_reduction_{kind}")
        rows.append((names.get(kind, kind), share, percent(share), meaning))
    return Bars(rows if any(share is not None for _, share, *_ in rows) else ())


def origin_table(data: RunData) -> Table:
    """Which code ran what, where and when, and what it took."""
    manifest = data.manifest
    versions: Mapping[str, str] = manifest.get("versions", {})
    rows = [
        ("run", f"{data.name} ({manifest.get('digest', DASH)})"),
        ("model, backend", f"{data.case.model}, {data.case.backend}"),
        ("started", str(manifest.get("started", DASH)).replace("T", " ").replace("+00:00", " UTC")),
        ("machine", f"{manifest.get('cpu', DASH)}, {manifest.get('platform', DASH)}"),
        ("threads, seed", f"{manifest.get('threads', DASH)}, {manifest.get('seed', DASH)}"),
        ("versions", ", ".join(f"{name} {version}" for name, version in versions.items())),
        ("commit", str(manifest.get("commit") or DASH)),
        *_work(data),
    ]
    return Table(("what", "value"), [row for row in rows if row[1] != DASH])


def _work(data: RunData) -> Iterator[tuple[str, str]]:
    """Cells, steps, residual, time, memory: a dash where it is not known."""
    summary = data.summary
    shape, memory = summary.get("shape"), summary.get("peak_memory_bytes")
    steps, rejected = data.value("step"), data.value("rejected steps")
    residual = summary.get("newton_residual", data.last("newton residual"))
    yield "cells", f"{' × '.join(map(str, shape))} (z, y, x)" if shape else DASH
    yield "steps", DASH if steps is None else f"{steps:.0f}, {rejected or 0:.0f} rejected"
    yield "largest Newton residual", number(residual, 2)
    yield "time", duration(data.value("wall time"))
    yield "memory", number(memory / 1e6, 3, "MB") if is_number(memory) else DASH
    yield "diffuse against sharp wall area", _deviation(summary.get("wall_area_bias"))


def settings(data: RunData) -> dict[str, str]:
    """The resolved case by dotted path, values as a reader wants them."""
    return {path: plain_setting(value) for path, value in _leaves(data.case.to_dict())}


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, below in value.items():
            yield from _leaves(below, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple):
        for index, below in enumerate(value, start=1):
            yield from _leaves(below, f"{path}.{index}")
    else:
        yield path, value


def _per_um(area: float) -> str:
    return number(area * 1e-6, 3, "µm⁻¹")


def _deviation(share: Any) -> str:
    if not is_number(share):
        return DASH
    return f"{round(100 * share, 1) + 0.0:+.1f} %".replace("-", "−")
