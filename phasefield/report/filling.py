"""Figure of the front in pores that change shape: map of the rise, and filling against height."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from phasefield.analysis.front import filling, front_height, nearest_known
from phasefield.report.data import Frames
from phasefield.report.number_format import time_scale
from phasefield.report.style import LLZO, PAGE_WIDTH, figure, letter, time_colours

__all__ = ["filling_figure", "rise_map"]

FloatArray = NDArray[np.float64]

XI = "lithium_order_parameter"


def filling_figure(frames: Frames) -> Figure:
    """Left: the rise, as a map of the cross-section or, in 2D, across it. Right: the filling."""
    made = figure(PAGE_WIDTH, 3.2)
    left, right = made.subplots(1, 2)
    if frames.plane.flat:
        _heights(left, frames)
    else:
        _map(made, left, frames)
    letter(left, "a")
    _filling(right, frames)
    letter(right, "b")
    return made


def rise_map(frames: Frames, frame: int) -> FloatArray:
    """Rise of the highest free surface in every column of the cross-section [m], NaN without."""
    axis, psi = frames.plane.growth_axis, 1.0 - frames.static("electrolyte_order_parameter")
    spacing = frames.dataset.attrs["spacing_m"]
    first, now = (front_height(frames.field(XI, k), psi, spacing, axis) for k in (0, frame))
    return now - nearest_known(first)


def _map(made: Figure, axes: Axes, frames: Frames) -> None:
    last = len(frames.times) - 1
    rise = rise_map(frames, last) * 1e6
    spacing = np.delete(frames.dataset.attrs["spacing_m"], frames.plane.growth_axis) * 1e6
    up, across = np.array(rise.shape) * spacing
    axes.set_facecolor(LLZO)
    image = axes.imshow(
        rise, origin="lower", extent=(0.0, across, 0.0, up), cmap="YlOrBr", interpolation="nearest"
    )
    axes.grid(False)
    axes.set(xlabel="across [µm]", ylabel="across [µm]")
    made.colorbar(image, ax=axes, shrink=0.85).set_label("rise of the front [µm]")


def _heights(axes: Axes, frames: Frames) -> None:
    x = frames.plane.across_centres(1) * 1e6
    for frame, colour, label in _shown(frames):
        axes.plot(x, frames.plane.unfold(frames.heights[frame], 1) * 1e6, color=colour, label=label)
    axes.set(xlabel="across [µm]", ylabel="height of the front [µm]")
    axes.legend()


def _filling(axes: Axes, frames: Frames) -> None:
    psi = 1.0 - frames.static("electrolyte_order_parameter")
    height = (np.arange(len(frames.psi)) + 0.5) * frames.plane.step_up * 1e6
    for frame, colour, label in _shown(frames):
        filled = filling(frames.field(XI, frame), psi, frames.plane.growth_axis)
        axes.plot(filled, height, color=colour, label=label)
    axes.set(xlabel="filled share of the pores", ylabel="height [µm]", xlim=(-0.02, 1.02))
    axes.legend()


def _shown(frames: Frames) -> list[tuple[int, tuple[float, ...], str]]:
    """Frames to draw with their colours and times."""
    shown = frames.shown(5)
    factor, unit = time_scale(frames.times[-1])
    names = [f"{frames.times[frame] / factor:.4g} {unit}" for frame in shown]
    return list(zip(shown, time_colours(len(shown)), names, strict=True))
