"""Tables of a report: headline numbers and what they mean, surfaces, origin, settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from phasefield.report.data import RunData
from phasefield.report.document import Bars, Table
from phasefield.report.number_format import (
    DASH,
    duration,
    is_number,
    micrometres,
    number,
    percent,
    plain_setting,
)
from phasefield.setup.scaffold_formulas import surface_formula

__all__ = [
    "HEADLINES",
    "Headline",
    "headline_value",
    "origin_table",
    "reduction_bars",
    "settings",
    "surface_table",
    "uniformity_table",
]


@dataclass(frozen=True)
class Headline:
    """A number of the summary: its key, its name, how it is written, what it means.

    `column` is where the history holds it, for runs without a summary.
    """

    key: str
    name: str
    write: Callable[[Any], str]
    meaning: str
    column: str | None = None


def _two_digits(value: Any) -> str:
    return number(value, 2)


HEADLINES: tuple[Headline, ...] = (
    Headline("nonuniformity", "nonuniformity", number,
             "standard deviation of the rise over the open columns / Faraday rise",
             "nonuniformity [1]"),
    Headline("nonuniformity_raw", "nonuniformity, raw", number,
             "the same of the height itself: counts the meniscus that was there at the start"),
    Headline("mean_rise_m", "mean rise", micrometres, "of the front since the start",
             "mean rise [m]"),
    Headline("faraday_rise_m", "Faraday rise", micrometres,
             "of the same charge spread evenly: charge × V_m / (F × porosity)", "Faraday rise [m]"),
    Headline("wall_to_centre", "wall / centre", number,
             "rise next to the wall / rise at the pore centre; 1 is even"),
    Headline("packing", "packing", percent,
             "added lithium / pore volume up to the highest front; 100 % is even"),
    Headline("largest_protrusion_m", "largest protrusion", micrometres,
             "highest minus mean height of the front"),
    Headline("front_width_m", "width of the front", micrometres,
             "height over which layers go from 90 % to 10 % filled"),
    Headline("contact_area_per_area", "contact area", number, "Li | LLZO contact / cross-section",
             "contact area per area [1]"),
    Headline("j_max_over_j_mean", "peak / mean current", number,
             "largest / mean current density on the contact; 1 is even"),
    Headline("gini", "Gini coefficient", number,
             "of the current over the contact; 0 is even, 1 all in one place"),
    Headline("voltage_V", "voltage", lambda v: number(v * 1e3, 3, "mV") if is_number(v) else DASH,
             "counter electrode against the metal", "voltage [V]"),
    Headline("charge_balance_error", "charge balance error", _two_digits,
             "largest |metal grown − charge passed| / charge moved", "charge balance error [1]"),
)  # fmt: skip
"""Numbers that runs are judged and compared by."""


def headline_value(data: RunData, headline: Headline) -> float | None:
    """The number from the summary, else from the last row of the history, else None."""
    return data.number(headline.key, headline.column)


def uniformity_table(data: RunData) -> Table:
    """Every headline number that the run has, with what it means."""
    values = [(headline, headline_value(data, headline)) for headline in HEADLINES]
    rows = [(h.name, h.write(v), h.meaning) for h, v in values if v is not None]
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
    steps = summary.get("steps", data.last("step [1]"))
    rejected = summary.get("rejected_steps", data.last("rejected steps [1]"))
    residual = summary.get("newton_residual", data.last("newton residual [1]"))
    yield "cells", f"{' × '.join(map(str, shape))} (z, y, x)" if shape else DASH
    yield "steps", DASH if steps is None else f"{steps:.0f}, {rejected or 0:.0f} rejected"
    yield "largest Newton residual", number(residual, 2)
    yield "time", duration(summary.get("wall_s", data.last("wall time [s]")))
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
