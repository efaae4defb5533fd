"""Figures that hold several runs: pictures at one physical scale, uniformity against pore size."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, ScalarFormatter
from numpy.typing import NDArray

from phasefield.report.cross_section import Scene, scale_bar
from phasefield.report.data import Frames, RunData
from phasefield.report.number_format import number, time_scale
from phasefield.report.panels import (
    height_axis,
    phase_legend,
    potential_bar,
    potential_scale,
)
from phasefield.report.style import LLZO, MUTED, PAGE_WIDTH, figure, letter

__all__ = ["by_model", "scale_figure", "trend_figure"]

RUN_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
"""Okabe and Ito (2008), which colour-blind readers can tell apart."""

NARROWEST = 1.2
"""Width that a run has at least [inch]: more runs than fit on a page make a wider figure."""

RUN_STYLES = ("-", "--", "-.", ":")


Named = Sequence[tuple[str, Frames]]


def scale_figure(lines: Sequence[Named]) -> Figure:
    """Last frames of several runs, structure above potential, at one scale.

    `lines` holds the runs that stand beside each other; one line below the other.
    """
    frames = [found for line in lines for _, found in line]
    widest = max(found.plane.copies() * found.plane.period for found in frames)
    scenes = [[Scene(found, _copies_within(found, widest)) for _, found in line] for line in lines]
    tallest = max(scene.size[1] for line in scenes for scene in line)
    widths = [
        max(scene.size[0] for scene in column if scene is not None)
        for column in zip_longest(*scenes)
    ]
    across = max(PAGE_WIDTH, NARROWEST * len(widths))
    scale = min((across - 1.3) / sum(widths), 4.0 / tallest)
    height = 2 * len(lines) * (tallest * scale + 0.1) + 0.75
    made = figure(across, height, "compressed")
    grid = made.subplots(2 * len(lines), len(widths), squeeze=False, width_ratios=widths)
    colours = potential_scale(frames, -1)
    for row, (line, drawn) in enumerate(zip(lines, scenes, strict=True)):
        names = [name for name, _ in line]
        _line(grid[2 * row : 2 * row + 2], names, drawn, tallest, colours)
        potential_bar(made, grid[2 * row + 1, :], colours)
    scale_bar(grid[0, 0], scenes[0][0].size[0])
    phase_legend(made)
    return made


def _line(
    grid: NDArray[Any],
    names: Sequence[str],
    scenes: Sequence[Scene],
    tallest: float,
    colours: Normalize,
) -> None:
    """Draw the runs of one line into two rows of axes; hide the axes that are left."""
    for column, axes in enumerate(grid.T):
        if column >= len(scenes):
            for unused in axes:
                unused.set_axis_off()
            continue
        scene = scenes[column]
        scene.structure(axes[0], -1)
        scene.initial_front(axes[0])
        scene.potential(axes[1], -1, colours)
        for drawn in axes:
            scene.stand_alone(drawn, tallest)
        middle, height = 0.5 * sum(scene.extent[:2]), scene.size[1]
        axes[0].annotate(
            names[column], (middle, height), (0, 4), textcoords="offset points", ha="center",
            fontsize=8.5,
        )  # fmt: skip
    for axes in grid[:, 0]:
        height_axis(axes)


def _copies_within(frames: Frames, width: float) -> int:
    """As many whole periods as fit into `width` [m], at least one."""
    plane = frames.plane
    return max(1, int(width / plane.period + 1e-9)) if plane.mirrored else 1


def by_model(runs: Sequence[tuple[str, RunData]]) -> list[list[tuple[str, RunData]]]:
    """The runs of each model, in their order."""
    models = dict.fromkeys(data.case.model for _, data in runs)
    return [[run for run in runs if run[1].case.model == model] for model in models]


def trend_figure(runs: Sequence[tuple[str, RunData]]) -> Figure:
    """Nonuniformity at the end and over time, and shape of the front, of all runs."""
    models = by_model(runs)
    made = figure(PAGE_WIDTH, 2.9 + 0.3 * (len(runs) > 3))
    last, course, shape = made.subplots(1, 3)
    if len({(data.case.model, data.pore_size) for _, data in runs}) == len(runs) > len(models):
        for index, line in enumerate(models):
            _against_pore_size(last, line, index)
        if len(models) > 1:
            last.legend()
    else:
        _as_bars(last, runs, _styles(models))
    longest = max(float(data.column("time")[-1]) for _, data in runs if len(data.history))
    factor, unit = time_scale(longest)
    for (name, data), style in zip(runs, _styles(models), strict=True):
        time, spread = data.column("time")[1:], data.column("nonuniformity")[1:]
        course.plot(time / factor, spread, **style, label=name)
        if data.frames is not None:
            _shape(shape, data.frames, style)
    course.set(xlabel=f"time [{unit}]", ylabel="nonuniformity", ylim=(0, None))
    shape.set(xlabel="position / period", ylabel="rise / mean rise")
    made.legend(handles=_by_columns(course.get_lines(), models), loc="outside lower center",
                ncols=min(len(models[0]), 4))  # fmt: skip
    for axes, name in zip((last, course, shape), "abc", strict=True):
        letter(axes, name)
    return made


def _by_columns(lines: Sequence[Artist], models: Sequence[Sequence[Any]]) -> list[Artist]:
    """Lines of all runs in the order in which a legend puts those of one model in one row."""
    rest = iter(lines)
    columns = zip_longest(*[[next(rest) for _ in runs] for runs in models])
    return [line for column in columns for line in column if line is not None]


def _styles(models: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    """A look for each run: a colour in its model, a line for each model if there are several."""
    alone = all(len(runs) == 1 for runs in models)
    return [
        {
            "color": RUN_COLOURS[(line if alone else place) % len(RUN_COLOURS)],
            "linestyle": RUN_STYLES[(line if len(models) > 1 else place) % len(RUN_STYLES)],
        }
        for line, runs in enumerate(models)
        for place in range(len(runs))
    ]


def _against_pore_size(axes: Axes, runs: Sequence[tuple[str, RunData]], line: int) -> None:
    """Draw the runs of one model; the numbers of the first line stand below it, others above."""
    place, side = ((7, -7), "left") if line == 0 else ((-6, 4), "right")
    points = [
        (data.pore_size * 1e6, spread)
        for _, data in runs
        if (spread := data.value("nonuniformity"))
    ]
    axes.loglog(
        *np.array(points).reshape(-1, 2).T,
        f"o{RUN_STYLES[line]}",
        color=LLZO,
        label=runs[0][1].case.model,
    )
    for x, y in points:
        axes.annotate(number(y, 2), (x, y), place, textcoords="offset points", ha=side,
                      fontsize=7)  # fmt: skip
    axes.set(xlabel="pore size [µm]", ylabel="nonuniformity at the end")
    axes.margins(0.25, 0.2)
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.xaxis.set_major_formatter(ScalarFormatter())
    axes.xaxis.set_minor_formatter(NullFormatter())


def _as_bars(
    axes: Axes, runs: Sequence[tuple[str, RunData]], styles: Sequence[dict[str, Any]]
) -> None:
    values = [data.value("nonuniformity") or 0.0 for _, data in runs]
    bars = axes.bar(range(len(runs)), values, color=[style["color"] for style in styles])
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
