"""Protocol and cycles in a report: how steps ended, voltage against time and capacity, fade."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from phasefield.analysis.estimates import MAH_PER_CM2
from phasefield.report.curves import step_times
from phasefield.report.data import RunData
from phasefield.report.document import Block, Picture, Table, Text
from phasefield.report.number_format import DASH, is_number, number, percent
from phasefield.report.style import (
    ACCENT,
    LITHIUM,
    LLZO,
    MUTED,
    PAGE_WIDTH,
    figure,
    letter,
    save,
    time_colours,
)
from phasefield.simulation.schedule import CHARGE, DURATION

__all__ = ["cycles_blocks", "voltage_blocks"]

MOST_ROWS = 60
"""Rows of a table; of longer ones the first and the last are shown."""

PARTS = (
    ("ohmic voltage", "ohmic", ACCENT),
    ("kinetic voltage", "kinetic", LITHIUM),
    ("capillary voltage", "capillary", MUTED),
)
SOMETIMES = (
    ("concentration voltage", "concentration", LITHIUM),
    ("electronic voltage", "electronic", ACCENT),
)
"""Only where the electrolyte has a salt, or a coating conducts electrons; drawn dashed."""


def voltage_blocks(data: RunData, figures: Path) -> Iterator[Block]:
    """The voltage with its parts over time, and against the charge of each protocol step."""
    if len(data.history) < 3 or not len(data.column(PARTS[0][0])):
        return
    path = save(voltage_figure(data), figures / "voltage.png")
    yield Picture(
        path,
        "voltage",
        "a: cell voltage over time, and its ohmic, kinetic and capillary parts, which add up to it;"
        " without a current the pressure of the metal, the capillary part, is all there is."
        " b: voltage against the charge that has passed in each step of the protocol, later ones"
        " lighter.",
        "wide",
    )


def voltage_figure(data: RunData) -> Figure:
    """Voltage and its parts over time; voltage against the charge of each step."""
    made = figure(PAGE_WIDTH, 3.0)
    left, right = made.subplots(1, 2)
    time, unit = step_times(data)
    left.plot(time, data.column("voltage")[1:] * 1e3, color=LLZO, label="voltage")
    for column, name, colour in PARTS:
        left.plot(time, data.column(column)[1:] * 1e3, color=colour, linewidth=1.0, label=name)
    for column, name, colour in SOMETIMES:
        if not len(values := data.column(column)):
            continue
        left.plot(time, values[1:] * 1e3, "--", color=colour, linewidth=1.0, label=name)
    left.set(xlabel=f"time [{unit}]", ylabel="voltage [mV]")
    left.legend()
    _against_capacity(right, data)
    for axes, name in ((left, "a"), (right, "b")):
        letter(axes, name)
    return made


def _against_capacity(axes: Axes, data: RunData) -> None:
    step, charge = data.column("protocol step"), data.column("charge")
    voltage = data.column("voltage") * 1e3
    current = data.column("current density")
    passed = [n for n in np.unique(step[1:]) if np.abs(current[step == n]).max() > 0.0]
    for n, colour in zip(passed, time_colours(max(len(passed), 1)), strict=False):
        here = np.flatnonzero(step == n)
        capacity = np.abs(charge[here] - charge[here[0] - 1]) / MAH_PER_CM2
        axes.plot(capacity, voltage[here], color=colour)
    axes.set(xlabel="charge in the step [mAh cm$^{-2}$]", ylabel="voltage [mV]")
    axes.xaxis.set_major_locator(MaxNLocator(5))


def cycles_blocks(data: RunData, figures: Path) -> Iterator[Block]:
    """How the steps ended, and what the cycles came to; nothing for a single step as planned."""
    steps: Sequence[Mapping[str, Any]] = data.summary.get("protocol") or ()
    cycles: Sequence[Mapping[str, Any]] = data.summary.get("cycles") or ()
    as_planned = all(step["ended_by"] in (DURATION, CHARGE) for step in steps)
    if len(data.case.protocol) < 2 and as_planned:
        return
    if len(cycles) > 2:
        path = save(cycles_figure(cycles), figures / "cycles.png")
        yield Picture(
            path,
            "cycles",
            "a: charge stripped over charge plated, and over that of the first cycle that stripped."
            " b: contact area at the end of each cycle. c: pore volume below the highest front that"
            " holds no lithium, per cross-section.",
            "wide",
        )
    if len(cycles) > 1:
        yield _cycle_table(cycles)
    for stairs in data.summary.get("staircases") or ():
        yield Text(_staircase(stairs))
    yield _step_table(steps)


def cycles_figure(cycles: Sequence[Mapping[str, Any]]) -> Figure:
    """Efficiency, contact and voids against the number of the cycle."""
    made = figure(PAGE_WIDTH, 2.6)
    grid = made.subplots(1, 3)
    numbers = [cycle["cycle"] for cycle in cycles]

    def curve(axes: Axes, key: str, scale: float, label: str, colour: str) -> None:
        values = [cycle[key] * scale if is_number(cycle[key]) else np.nan for cycle in cycles]
        axes.plot(numbers, values, "o-", color=colour, markersize=3, label=label)

    curve(grid[0], "coulombic_efficiency", 100.0, "efficiency", LLZO)
    curve(grid[0], "capacity_retention", 100.0, "retention", LITHIUM)
    grid[0].legend()
    curve(grid[1], "contact_area_per_area", 1.0, "contact", LLZO)
    curve(grid[2], "void_volume_m", 1e6, "voids", LLZO)
    labels = ("share [%]", "contact area / cross-section", "void volume / cross-section [µm]")
    for axes, label, name in zip(grid, labels, "abc", strict=True):
        axes.set(xlabel="cycle", ylabel=label)
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        letter(axes, name)
    return made


def _cycle_table(cycles: Sequence[Mapping[str, Any]]) -> Table:
    header = (
        "cycle", "plated [mAh/cm²]", "stripped [mAh/cm²]", "efficiency", "retention",
        "end of plating [mV]", "end of stripping [mV]", "contact / cross-section", "voids [µm]",
        "dead lithium [µm]", "interface [Ω cm²]",
    )  # fmt: skip
    rows = [
        (
            str(cycle["cycle"]),
            number(cycle["plated_C_per_m2"] / MAH_PER_CM2),
            number(cycle["stripped_C_per_m2"] / MAH_PER_CM2),
            percent(cycle["coulombic_efficiency"]),
            percent(cycle["capacity_retention"]),
            _scaled(cycle["plating_voltage_V"], 1e3),
            _scaled(cycle["stripping_voltage_V"], 1e3),
            number(cycle["contact_area_per_area"]),
            _scaled(cycle["void_volume_m"], 1e6),
            _scaled(cycle["dead_lithium_m"], 1e6),
            _scaled(cycle["interfacial_resistance_ohm_m2"], 1e4),
        )
        for cycle in cycles
    ]
    return Table(header, _shortened(rows), "The cycles; areas and volumes at their ends.")


def _step_table(steps: Sequence[Mapping[str, Any]]) -> Table:
    header = ("step", "cycle", "kind", "start [s]", "end [s]", "charge [mAh/cm²]", "ended by",
              "voltage [mV]", "contact / cross-section")  # fmt: skip
    rows = [
        (
            str(step["step"]),
            str(step["cycle"]),
            str(step["kind"]),
            number(step["start_s"], 5),
            number(step["end_s"], 5),
            "0" if step["kind"] == "rest" else _scaled(step["charge_C_per_m2"], 1 / MAH_PER_CM2),
            str(step["ended_by"]),
            _scaled(step["voltage_V"], 1e3),
            number(step["contact_area_per_area"]),
        )
        for step in steps
    ]
    return Table(header, _shortened(rows), "The steps of the protocol, and why each one ended.")


def _staircase(stairs: Mapping[str, Any]) -> str:
    held, failed = stairs["held"], stairs["failed"]
    text = "The staircase "
    if failed is None:
        text += f"held up to {_scaled(held, 0.1)} mA/cm², its last stair."
    else:
        before = "its first stair" if held is None else f"after it held {_scaled(held, 0.1)} mA/cm²"
        text += f"failed at {_scaled(failed, 0.1)} mA/cm², {before}: {stairs['ended_by']}."
    return text + (
        " This is no critical current density: nothing here cracks the ceramic or enters it."
    )


def _scaled(value: Any, factor: float) -> str:
    return number(value * factor) if is_number(value) else DASH


def _shortened(rows: Sequence[tuple[str, ...]]) -> Sequence[tuple[str, ...]]:
    """The rows; the middle of a long table is left out, and said to be."""
    if len(rows) <= MOST_ROWS:
        return rows
    half = MOST_ROWS // 2
    gap = (f"… {len(rows) - 2 * half} more …", *[""] * (len(rows[0]) - 1))
    return [*rows[:half], gap, *rows[-half:]]
