"""Figures that hold several runs: pictures at one physical scale, uniformity against pore size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, ScalarFormatter

from phasefield.report.data import Frames, RunData
from phasefield.report.look import LLZO, MUTED, PAGE_WIDTH, figure, letter
from phasefield.report.panels import (
    height_axis,
    phase_legend,
    potential_bar,
    potential_scale,
)
from phasefield.report.scene import Scene, scale_bar
from phasefield.report.tables import HEADLINES, headline_value
from phasefield.report.wording import number, time_scale

__all__ = ["scale_figure", "trend_figure"]

RUN_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
"""Okabe and Ito (2008), which colour-blind readers can tell apart."""

NARROWEST = 1.2
"""Width that a run has at least [inch]: more runs than fit on a page make a wider figure."""

RUN_STYLES = ("-", "--", "-.", ":")


def scale_figure(runs: Sequence[tuple[str, Frames]]) -> Figure:
    """Last frames of several runs, structure above potential, at one scale."""
    widest = max(frames.plane.copies() * frames.plane.period for _, frames in runs)
    scenes = [Scene(frames, _copies_within(frames, widest)) for _, frames in runs]
    sizes = [scene.size for scene in scenes]
    tallest = max(height for _, height in sizes)
    across = max(PAGE_WIDTH, NARROWEST * len(runs))
    scale = min((across - 1.3) / sum(width for width, _ in sizes), 4.0 / tallest)
    made = figure(across, 2 * tallest * scale + 0.95, "compressed")
    grid = made.subplots(2, len(runs), squeeze=False, width_ratios=[width for width, _ in sizes])
    colours = potential_scale([frames for _, frames in runs], -1)
    for column, ((name, _), scene) in enumerate(zip(runs, scenes, strict=True)):
        scene.structure(grid[0, column], -1)
        scene.initial_front(grid[0, column])
        scene.potential(grid[1, column], -1, colours)
        for axes in grid[:, column]:
            scene.stand_alone(axes, tallest)
        middle, height = 0.5 * sum(scene.extent[:2]), scene.size[1]
        grid[0, column].annotate(
            name, (middle, height), (0, 4), textcoords="offset points", ha="center", fontsize=8.5
        )
    for axes in grid[:, 0]:
        height_axis(axes)
    scale_bar(grid[0, 0], sizes[0][0])
    potential_bar(made, grid[1, :], colours)
    phase_legend(made)
    return made


def _copies_within(frames: Frames, width: float) -> int:
    """As many whole periods as fit into `width` [m], at least one."""
    plane = frames.plane
    return max(1, int(width / plane.period + 1e-9)) if plane.mirrored else 1


def trend_figure(runs: Sequence[tuple[str, RunData]]) -> Figure:
    """Nonuniformity at the end and over time, and shape of the front, of all runs."""
    made = figure(PAGE_WIDTH, 2.9)
    last, course, shape = made.subplots(1, 3)
    if len({data.pore_size for _, data in runs}) == len(runs):
        _against_pore_size(last, runs)
    else:
        _as_bars(last, runs)
    longest = max(float(data.column("time [s]")[-1]) for _, data in runs if len(data.history))
    factor, unit = time_scale(longest)
    for index, (name, data) in enumerate(runs):
        style: dict[str, Any] = {
            "color": RUN_COLOURS[index % len(RUN_COLOURS)],
            "linestyle": RUN_STYLES[index % len(RUN_STYLES)],
        }
        time, spread = data.column("time [s]")[1:], data.column("nonuniformity [1]")[1:]
        course.plot(time / factor, spread, **style, label=name)
        if data.frames is not None:
            _shape(shape, data.frames, style)
    course.set(xlabel=f"time [{unit}]", ylabel="nonuniformity", ylim=(0, None))
    shape.set(xlabel="position / period", ylabel="rise / mean rise")
    made.legend(loc="outside lower center", ncols=min(len(runs), 4))
    for axes, name in zip((last, course, shape), "abc", strict=True):
        letter(axes, name)
    return made


def _against_pore_size(axes: Axes, runs: Sequence[tuple[str, RunData]]) -> None:
    points = [
        (data.pore_size * 1e6, spread)
        for _, data in runs
        if (spread := headline_value(data, HEADLINES[0]))
    ]
    axes.loglog(*np.array(points).reshape(-1, 2).T, "o-", color=LLZO)
    for x, y in points:
        axes.annotate(number(y, 2), (x, y), (7, -7), textcoords="offset points", ha="left",
                      fontsize=7)  # fmt: skip
    axes.set(xlabel="pore size [µm]", ylabel="nonuniformity at the end")
    axes.margins(0.25, 0.2)
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.xaxis.set_major_formatter(ScalarFormatter())
    axes.xaxis.set_minor_formatter(NullFormatter())


def _as_bars(axes: Axes, runs: Sequence[tuple[str, RunData]]) -> None:
    values = [headline_value(data, HEADLINES[0]) or 0.0 for _, data in runs]
    colours = [RUN_COLOURS[index % len(RUN_COLOURS)] for index in range(len(runs))]
    bars = axes.bar(range(len(runs)), values, color=colours)
    axes.bar_label(bars, [number(value, 2) for value in values], fontsize=7, padding=2)
    axes.set(xticks=[], ylabel="nonuniformity at the end")
    axes.grid(axis="x", visible=False)


def _shape(axes: Axes, frames: Frames, style: dict[str, Any]) -> None:
    """Rise of the last frame over its mean across one period."""
    rise = frames.heights[-1] - frames.heights[0]
    risen = rise[np.isfinite(rise)]
    mean = float(risen.mean()) if len(risen) else 0.0
    if mean != 0:
        x = frames.plane.across_centres(1) / frames.plane.period
        axes.plot(x, frames.plane.unfold(rise / mean, 1), **style)
    axes.axhline(1.0, color=MUTED, linewidth=0.7)
