"""Lithium and potential in the scaffold at several times, the figure of the report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from phasefield.report.cross_section import INITIAL, POTENTIAL_MAP, Scene, scale_bar
from phasefield.report.data import Frames
from phasefield.report.style import LITHIUM, LLZO, PAGE_WIDTH, PORE, figure

__all__ = [
    "WIDE",
    "height_axis",
    "panels_figure",
    "phase_legend",
    "potential_bar",
    "potential_scale",
]

TALLEST = 4.0
"""Height of a panel at most [inch]."""

WIDE = 1.6
"""Width over height of a domain above which its pictures are stacked."""


def panels_figure(frames: Frames) -> Figure:
    """Lithium, a close-up of its front, and the potential, at several times.

    Times run from left to right; where the domain is much wider than high, from top to bottom, and
    the close-up is left out.
    """
    scene = Scene(frames, frames.plane.copies())
    width, height = scene.size
    if width > WIDE * height:
        return _stacked(scene, frames.shown(6 if width > 3 * height else 4))
    return _in_a_row(scene, frames.shown(6 if width < height else 4))


def _in_a_row(scene: Scene, shown: list[int]) -> Figure:
    width, height = scene.size
    left, right, bottom, top = scene.close_up()
    panel = min((PAGE_WIDTH - 1.2) / len(shown), TALLEST * width / height)
    ratios = [height / width, (top - bottom) / (right - left), height / width]
    made = figure(PAGE_WIDTH, panel * sum(ratios) + 0.85, "compressed")
    grid = made.subplots(3, len(shown), squeeze=False, height_ratios=ratios)
    scale = potential_scale([scene.frames])
    for column, frame in enumerate(shown):
        for axes in grid[:2, column]:
            scene.structure(axes, frame)
            scene.initial_front(axes)
        grid[1, column].set(xlim=(left, right), ylim=(bottom, top))
        grid[0, column].set_title(scene.time(frame))
        scene.potential(grid[2, column], frame, scale)
    for axes in grid[:, 0]:
        height_axis(axes)
    scale_bar(grid[0, 0], width)
    scale_bar(grid[1, 0], right - left, "upper center")
    potential_bar(made, grid[2, :], scale)
    phase_legend(made)
    return made


def _stacked(scene: Scene, shown: list[int]) -> Figure:
    width, height = scene.size
    panel = (PAGE_WIDTH - 1.2) / 2
    made = figure(PAGE_WIDTH, len(shown) * (panel * height / width + 0.22) + 0.5, "compressed")
    grid = made.subplots(len(shown), 2, squeeze=False)
    scale = potential_scale([scene.frames])
    for (structure, potential), frame in zip(grid, shown, strict=True):
        scene.structure(structure, frame)
        scene.initial_front(structure)
        structure.set_title(scene.time(frame), loc="left")
        scene.potential(potential, frame, scale)
        height_axis(structure)
    scale_bar(grid[0, 0], width)
    potential_bar(made, grid[:, 1], scale, shrink=0.6)
    phase_legend(made)
    return made


def potential_scale(series: Sequence[Frames], frame: int | None = None) -> Normalize:
    """Colour scale [mV] of the potential of all frames (or of `frame`) with current."""
    values = [one.potential if frame is None else one.potential[frame] for one in series]
    flowing = [v[np.isfinite(v) & (v != 0.0)] * 1e3 for v in values]
    found = np.concatenate(flowing)
    if found.size == 0:
        return Normalize(0.0, 1.0)
    ends = MaxNLocator(8, steps=[1, 2, 5, 10]).tick_values(found.min(), found.max())
    return Normalize(ends[0], ends[-1])


def potential_bar(
    made: Figure, beside: NDArray[Any], scale: Normalize, shrink: float = 1.0
) -> None:
    """Draw the colour bar of the potential at the right of the axes `beside`."""
    mapping = ScalarMappable(scale, POTENTIAL_MAP)
    bar = made.colorbar(mapping, ax=beside, pad=0.015, aspect=22, shrink=shrink)
    bar.set_label("potential [mV]")


def height_axis(axes: Axes) -> None:
    """Label heights at the left of `axes`."""
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    axes.set_ylabel("height [µm]")


def phase_legend(made: Figure) -> None:
    """Name the three colours above everything."""
    names = ((LITHIUM, "lithium"), (LLZO, "LLZO"), (PORE, "pore"))
    handles: list[Artist] = [
        Patch(facecolor=colour, edgecolor="#444", linewidth=0.5, label=name)
        for colour, name in names
    ]
    handles.append(Line2D([], [], color=INITIAL, linestyle=":", label="front at the start"))
    made.legend(handles=handles, loc="outside upper center", ncols=len(handles))
