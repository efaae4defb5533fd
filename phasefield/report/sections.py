"""The sections of the report of one run, each with the figures and tables that its data allow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from phasefield.report.animation import write_animation
from phasefield.report.coatings import coatings_blocks
from phasefield.report.curves import (
    contact_figure,
    fronts_figure,
    history_figure,
    paper_history_figure,
)
from phasefield.report.cycling import cycles_blocks, voltage_blocks
from phasefield.report.data import ContactProfile, Frames, RunData
from phasefield.report.document import Block, Picture, Section, Table, Text
from phasefield.report.estimates import companions_table, penetration
from phasefield.report.filling import filling_figure
from phasefield.report.isosurface import draw_isosurface
from phasefield.report.number_format import micrometres, percent
from phasefield.report.panels import panels_figure
from phasefield.report.published_charges import closures_table, ledger_figure, ledger_table
from phasefield.report.style import save
from phasefield.report.tables import (
    origin_table,
    reduction_bars,
    settings,
    surface_table,
    uniformity_table,
)
from phasefield.simulation.charge_ledger import SMALLEST_SCALE

__all__ = ["sections"]


def sections(data: RunData, directory: Path) -> list[Section]:
    """Draw every figure of a run into `directory` and return the sections of its page."""
    figures = directory / "figures"
    frames = data.frames
    return [
        Section("Lithium and potential", [*_pictures(data, frames, directory)] if frames else []),
        Section("Coatings", [*coatings_blocks(data, frames, figures)] if frames else []),
        Section("Front", [*_fronts(data, frames, figures)] if frames else []),
        Section("Uniformity", _filled(uniformity_table(data))),
        Section("Over time", [*_history(data, figures), *voltage_blocks(data, figures)]),
        Section("Protocol", [*cycles_blocks(data, figures)]),
        _charges(data, frames, figures),
        Section("Specific surface area", [surface_table(data)]),
        Section("Formulas for such a membrane", _filled(companions_table(data))),
        Section("What was run", [origin_table(data)]),
        Section("All settings", [Table(("setting", "value"), [*settings(data).items()])]),
    ]


def _charges(data: RunData, frames: Frames | None, figures: Path) -> Section:
    """Where the charge went: the published model has a ledger, and no current on the contact."""
    if data.case.model == "paper":
        return Section("Charge ledger", [*_ledger(data, figures)])
    return Section("Current on the contact", [*_contact(data, frames, figures)])


def _pictures(data: RunData, frames: Frames, directory: Path) -> Iterator[Block]:
    path = save(panels_figure(frames), directory / "figures" / "panels.png")
    yield Picture(path, "lithium and potential", _panels_caption(data, frames), "wide")
    if frames.plane.growth_axis == 0:
        yield _isosurface(data, frames, directory / "figures" / "isosurface.png")
    if data.case.output.animation and len(frames.times) > 1:
        path = write_animation(frames, directory / "animation.gif")
        yield Picture(
            path, "film", "The same as a film. Bottom right: rise of the front so far.", "film"
        )


def _panels_caption(data: RunData, frames: Frames) -> str:
    plane = frames.plane
    cut = "" if data.case.dimensions == 2 else "A plane through the pores. "
    unfolded = (
        f" The simulated cell, {micrometres(plane.width)} wide, is half a period; the picture"
        " repeats it about its mirrors."
        if plane.mirrored
        else ""
    )
    return (
        f"{cut}Lithium, LLZO and pore, each drawn up to where its order parameter is one half, with"
        f" a close-up of the front where the domain is not wide; and {_POTENTIAL[data.case.model]}"
        " against the metal on the current collector, lithium in grey, LLZO pale where no current"
        f" flows.{unfolded} All to scale."
    )


_POTENTIAL = {
    "conserved": "the ion potential in LLZO",
    "paper": "the potential, one for everything, shown in LLZO",
}


def _isosurface(data: RunData, frames: Frames, path: Path) -> Block:
    problem = draw_isosurface(
        frames.field("lithium_order_parameter", -1),
        frames.field("lithium_order_parameter", 0),
        1.0 - frames.static("electrolyte_order_parameter"),
        frames.dataset.attrs["spacing_m"],
        frames.plane.growth_axis,
        frames.mirror_axes,
        path,
    )
    if problem is not None:
        return Text(f"There is no 3D picture of this run: {problem}.")
    unfolded = "unfolded " if frames.mirror_axes else ""
    caption = (
        f"Lithium at the end in the {unfolded}scaffold, the half towards the viewer drawn as glass;"
        " red: where there was none at the start."
    )
    return Picture(path, "lithium in 3D", caption, "tall")


def _fronts(data: RunData, frames: Frames, figures: Path) -> Iterator[Block]:
    if len(frames.times) < 2:
        return
    if not frames.straight:
        path = save(filling_figure(frames), figures / "filling.png")
        yield Picture(path, "front and filling", _FILLING[frames.plane.flat], "wide")
        return
    path = save(fronts_figure(data, frames), figures / "fronts.png")
    yield Picture(
        path,
        "rise of the front",
        "a: rise of the front since the start across one period, LLZO shaded. b: the same next to"
        " the wall and at the pore centre, with the mean of all columns and the rise that the"
        " charge would give if spread evenly.",
        "wide",
    )


_FILLING = {
    True: "a: height of the free surface in every column of pores. b: share of the pores that is"
    " lithium, layer by layer.",
    False: "a: rise of the free surface since the start, seen along the growth axis; the highest"
    " where there are several, LLZO where there is none. b: share of the pores that is lithium,"
    " layer by layer.",
}


def _history(data: RunData, figures: Path) -> Iterator[Block]:
    if len(data.history) < 3:
        return
    draw = {"conserved": history_figure, "paper": paper_history_figure}[data.case.model]
    path = save(draw(data), figures / "history.png")
    beside = ", and dashed the current density" if data.case.holds_voltage else ""
    caption = (
        f"a: cell voltage{beside}. b: nonuniformity{_gaps(data)}. c: contact area."
        f" {_COURSES[data.case.model]}"
    )
    yield Picture(path, "the run over time", caption, "wide")


def _gaps(data: RunData) -> str:
    """Why the curve of the nonuniformity has gaps, where it has some."""
    undefined = np.isnan(data.column("nonuniformity")[1:])
    if undefined.all() or not undefined.any():
        return ""
    least = percent(SMALLEST_SCALE, 0)
    return f", left out where the net charge is below {least} of its largest so far"


_COURSES = {
    "conserved": "d: mean and largest current density on the contact. e: largest pressure in the"
    " metal. f: largest difference so far between metal grown and charge passed, as a share of the"
    " charge.",
    "paper": "d: lithium inside LLZO, per cross-section. e: smallest connection between lithium and"
    " LLZO; 1 is joined. f: smallest concentration of ions in the domain.",
}


def _ledger(data: RunData, figures: Path) -> Iterator[Block]:
    table = ledger_table(data)
    if table.rows:
        path = save(ledger_figure(data), figures / "ledger.png")
        caption = (
            "Charge per cross-section since the start, by five ways to count it. In a model that"
            " conserves lithium and charge, all but the inventory would lie on the dotted line."
        )
        yield Picture(path, "charge ledger", caption)
        yield table
    yield from _filled(closures_table(data))


def _contact(data: RunData, frames: Frames | None, figures: Path) -> Iterator[Block]:
    applied = data.last("current density")
    if frames is not None and applied:
        shown = [frames.contact_profile(k) for k in frames.shown(6) if frames.times[k] > 0]
        profiles = [profile for profile in shown if profile is not None]
        if profiles:
            whole = profiles[-1].time == frames.times[-1]
            yield _contact_picture(data, profiles, applied, figures, with_formula=whole)
    bars = reduction_bars(data)
    if bars.rows:
        yield Text(
            "How much lower the current density on the contact is than the applied one, by formula"
            " (grey) and as measured (yellow); red where it is higher:"
        )
        yield bars


def _contact_picture(
    data: RunData,
    profiles: list[ContactProfile],
    applied: float,
    figures: Path,
    *,
    with_formula: bool,
) -> Picture:
    """The formula is of the last time, for lithium that touches the wall up to its front."""
    contact = data.column("contact area per area")
    rise, initial = data.last("mean rise") or 0.0, float(contact[0])
    analytic = penetration(data, applied, rise, initial) if with_formula else None
    path = save(contact_figure(profiles, applied, analytic), figures / "contact.png")
    caption = (
        "Current density per true contact area, mean over each layer, against depth below the line"
        " where the front meets the wall."
    )
    if analytic is not None:
        caption += (
            " Dashed: transmission line, j = J cosh(x/λ) / (S λ sinh(d/λ)) with"
            f" λ = {micrometres(analytic.length)}, d = {micrometres(analytic.filled)}; it knows"
            " neither the pressure in the metal nor the width of the channels."
        )
    return Picture(path, "current on the contact", caption)


def _filled(table: Table) -> list[Block]:
    """The table, unless it has no rows."""
    return [table] if table.rows else []
