"""Curves of a run: fronts across the pore, the run over time, the current along the contact."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from phasefield.report.data import ContactProfile, Frames, RunData
from phasefield.report.estimates import Penetration
from phasefield.report.number_format import MA_PER_CM2, time_scale
from phasefield.report.published_charges import CONCENTRATION, CONNECTION, IN_LLZO
from phasefield.report.style import (
    ACCENT,
    LITHIUM,
    LLZO,
    MUTED,
    PAGE_WIDTH,
    figure,
    letter,
    time_colours,
)

__all__ = [
    "contact_figure",
    "draw_rises",
    "fronts_figure",
    "history_figure",
    "paper_history_figure",
    "step_times",
]

FloatArray = NDArray[np.float64]

MEAN_CURRENT = "mean contact current density"
LARGEST_CURRENT = "max contact current density"

ERROR_AXIS = (1e-17, 1e-2)
"""Ends of the axis of the charge balance error where every step balances exactly."""


def fronts_figure(data: RunData, frames: Frames) -> Figure:
    """Left: rise across one period at the saved times. Right: rise at wall and centre over time."""
    made = figure(PAGE_WIDTH, 3.2)
    left, right = made.subplots(1, 2, width_ratios=[1.25, 1.0])
    shown = [frame for frame in frames.shown(6) if frame > 0]
    draw_rises(left, frames, shown)
    faraday = data.last("Faraday rise")
    if faraday:
        left.axhline(
            faraday * 1e6, color=ACCENT, linestyle="--", linewidth=1.0, label="Faraday, last step"
        )
    _from_zero(left)
    letter(left, "a")
    left.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=3)
    _rise_over_time(right, data, frames)
    letter(right, "b")
    return made


def draw_rises(axes: Axes, frames: Frames, shown: list[int]) -> None:
    """Draw the rise of the front across one period for the frames `shown`, walls shaded."""
    plane = frames.plane
    x = plane.across_centres(1) * 1e6
    factor, unit = time_scale(frames.times[-1])
    for frame, colour in zip(shown, time_colours(len(shown)), strict=True):
        rise = plane.unfold(frames.heights[frame] - frames.heights[0], 1) * 1e6
        axes.plot(x, rise, color=colour, label=f"{frames.times[frame] / factor:.4g} {unit}")
    wall = plane.unfold(frames.psi.mean(axis=0), 1) < 0.5
    axes.fill_between(
        x, 0, 1, where=wall, color=LLZO, alpha=0.18, linewidth=0, step="mid",
        transform=axes.get_xaxis_transform(),
    )  # fmt: skip
    axes.set(
        xlabel="position across the channel [µm]",
        ylabel="rise of the front [µm]",
        xlim=[edge * 1e6 for edge in plane.across_edges(1)],
    )


def _rise_over_time(axes: Axes, data: RunData, frames: Frames) -> None:
    """Wall and centre of the plane from the saved fields, mean and Faraday from every step."""
    factor, unit = time_scale(frames.times[-1])
    rise = (frames.heights - frames.heights[0]) * 1e6
    is_open = np.isfinite(rise[0])
    if is_open.any():
        psi = np.where(is_open, frames.psi.mean(axis=0), np.nan)
        wall, centre = np.nanargmin(psi), np.nanargmax(psi)
        time = frames.times / factor
        axes.plot(time, rise[:, wall], "o-", color=LLZO, markersize=3, label="next to the wall")
        axes.plot(time, rise[:, centre], "s-", color=LITHIUM, markersize=3, label="pore centre")
    steps = data.column("time") / factor
    mean, faraday = data.column("mean rise") * 1e6, data.column("Faraday rise") * 1e6
    axes.plot(steps, mean, color=MUTED, linewidth=1.0, label="mean of all columns")
    axes.plot(steps, faraday, color=ACCENT, linestyle="--", linewidth=1.0, label="Faraday rise")
    axes.set(xlabel=f"time [{unit}]", ylabel="rise of the front [µm]")
    axes.legend(loc="best")


def history_figure(data: RunData) -> Figure:
    """Six curves over time: voltage, uniformity, contact, current on it, pressure, balance."""
    made = figure(PAGE_WIDTH, 4.4)
    grid = made.subplots(2, 3, sharex=True)
    time, unit = step_times(data)
    current = (MEAN_CURRENT, "contact current [mA cm$^{-2}$]", MA_PER_CM2)
    pressure = ("max pressure", "largest pressure [MPa]", 1e-6)
    _courses(data, grid.flat[:5], (*UPPER_ROW, current, pressure))
    _current_beside(grid[0, 0], data)
    largest = data.column(LARGEST_CURRENT)[1:] * MA_PER_CM2
    grid[1, 0].plot(time, largest, color=ACCENT, linestyle="--", label="largest")
    grid[1, 0].legend()
    _balance(grid[1, 2], time, data.column("charge balance error")[1:])
    for axes in grid.flat[:5]:
        _from_zero(axes)
    _time_axes(grid, time, unit)
    return made


def paper_history_figure(data: RunData) -> Figure:
    """Six curves over time: voltage, uniformity, contact, lithium in LLZO, connection, ions."""
    made = figure(PAGE_WIDTH, 4.4)
    grid = made.subplots(2, 3, sharex=True)
    lower = (
        (IN_LLZO, "lithium in LLZO [µm]", 1e6),
        (CONNECTION, "smallest connection", 1.0),
        (CONCENTRATION, "smallest c [mol m$^{-3}$]", 1.0),
    )
    _courses(data, grid.flat, (*UPPER_ROW, *lower))
    _current_beside(grid[0, 0], data)
    for axes in grid.flat:
        _from_zero(axes)
    _time_axes(grid, *step_times(data))
    return made


UPPER_ROW: tuple[tuple[str, str, float], ...] = (
    ("voltage", "voltage [mV]", 1e3),
    ("nonuniformity", "nonuniformity", 1.0),
    ("contact area per area", "contact area / cross-section", 1.0),
)
"""Columns of the history that every model has: name, label, factor."""


def step_times(data: RunData) -> tuple[FloatArray, str]:
    """Times of the steps after the start, and their unit."""
    factor, unit = time_scale(float(data.column("time")[-1]))
    return data.column("time")[1:] / factor, unit


def _courses(data: RunData, places: Any, columns: Sequence[tuple[str, str, float]]) -> None:
    """Draw one column of the history into each of `places`."""
    time, _ = step_times(data)
    for axes, (name, label, scale) in zip(places, columns, strict=True):
        axes.plot(time, data.column(name)[1:] * scale, color=LLZO, label="mean")
        axes.set_ylabel(label)


def _current_beside(axes: Axes, data: RunData) -> None:
    """Draw the current density that flows beside the voltage, where that was held."""
    if not data.case.holds_voltage:
        return
    time, _ = step_times(data)
    beside = axes.twinx()
    beside.grid(False)
    flowing = data.column("current density")[1:] * MA_PER_CM2
    beside.plot(time, flowing, color=ACCENT, linestyle="--")
    beside.set_ylabel("current density [mA cm$^{-2}$]")
    _from_zero(beside)


def _time_axes(grid: NDArray[Any], time: FloatArray, unit: str) -> None:
    for axes, name in zip(grid.flat, "abcdef", strict=True):
        letter(axes, name)
        axes.set_xlim(0, time[-1])
        axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    for axes in grid[-1]:
        axes.set_xlabel(f"time [{unit}]")


def _balance(axes: Axes, time: FloatArray, error: FloatArray) -> None:
    """Charge balance error on a log axis that shows how far below a per mille it is."""
    found = np.where(error > 0, error, np.nan)
    axes.semilogy(time, found, color=LLZO)
    axes.axhline(1e-3, color=MUTED, linestyle=":", linewidth=1.0)
    axes.annotate("0.1 %", (1, 1e-3), xycoords=("axes fraction", "data"), ha="right", va="bottom",
                  fontsize=7, color=MUTED)  # fmt: skip
    axes.set_ylim(None if np.isfinite(found).any() else ERROR_AXIS[0], ERROR_AXIS[1])
    axes.set_ylabel("charge balance error")


def _from_zero(axes: Axes) -> None:
    """Start the axis of positive curves at zero, so that a small change looks small."""
    smallest = min(float(np.nan_to_num(line.get_ydata()).min()) for line in axes.get_lines())
    if smallest >= 0 and axes.get_ylim()[1] > 0:
        axes.set_ylim(bottom=0)


def _times(factor: float, values: Any) -> Any:
    return factor * np.asarray(values)


def contact_figure(
    profiles: list[ContactProfile], applied: float, penetration: Penetration | None
) -> Figure:
    """Current density along the contact against depth below the front, with the analytic curve."""
    made = figure(PAGE_WIDTH * 0.72, 3.1)
    axes = made.subplots()
    factor, unit = time_scale(profiles[-1].time)
    for profile, colour in zip(profiles, time_colours(len(profiles)), strict=True):
        axes.plot(profile.depth * 1e6, profile.current_density * MA_PER_CM2, color=colour,
                  label=f"{profile.time / factor:.4g} {unit}")  # fmt: skip
    if penetration is not None:
        axes.plot(penetration.depth * 1e6, penetration.current_density * MA_PER_CM2, color=ACCENT,
                  linestyle="--", label="analytic, last time")  # fmt: skip
    axes.set(xlabel="depth below the front [µm]", ylabel="contact current density [mA cm$^{-2}$]")
    _from_zero(axes)
    if applied:
        whole = applied * MA_PER_CM2
        share = axes.secondary_yaxis(
            "right", functions=(partial(_times, 1 / whole), partial(_times, whole))
        )
        share.set_ylabel("share of the applied current density")
    axes.legend(title="time")
    return made
