"""The run as a short film: channels, a close-up of the front, its rise across the channel."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from phasefield.report.data import Frames
from phasefield.report.look import ACCENT, LLZO, PAGE_WIDTH, figure
from phasefield.report.panels import Scene, scale_bar
from phasefield.report.wording import time_scale

__all__ = ["write_animation"]

FILM_DPI = 150
LENGTH_MS, LAST_MS, SLOWEST_MS = 3500, 1800, 500
"""Time that the film runs, that it rests on its last picture, that a picture stays at most."""

Colour = tuple[int, int, int]

COLOURS = 128


def write_animation(frames: Frames, path: Path) -> Path:
    """Write a looping GIF of all `frames` to `path`."""
    film = _Film(frames)
    pictures = [film.picture(frame) for frame in range(len(frames.times))]
    palette = _palette(pictures[-1])
    flat = [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures]
    each = min(LENGTH_MS // len(flat), SLOWEST_MS)
    lasting = [each] * (len(flat) - 1) + [LAST_MS]
    flat[0].save(path, save_all=True, append_images=flat[1:], duration=lasting, loop=0)
    return path


def _palette(picture: Image.Image) -> Image.Image:
    """The most frequent colours of `picture`, exact: flat areas keep the colours of the figures."""
    counted = picture.getcolors(picture.width * picture.height) or []
    frequent = sorted(counted, key=lambda entry: entry[0], reverse=True)[:COLOURS]
    palette = Image.new("P", (1, 1))
    palette.putpalette([level for _, colour in frequent for level in cast(Colour, colour)])
    return palette


class _Film:
    """One figure that is drawn over for every picture; its layout is found once."""

    def __init__(self, frames: Frames) -> None:
        self._frames = frames
        self._scene = Scene(frames, frames.plane.copies())
        width, height = self._scene.size
        tall = float(np.clip(0.45 * PAGE_WIDTH * height / width, 2.8, 4.2))
        self._figure = self._laid_out(tall, width, height)

    def _laid_out(self, tall: float, width: float, height: float) -> Figure:
        made = figure(PAGE_WIDTH, tall)
        left = min(tall * width / height, 0.5 * PAGE_WIDTH) / PAGE_WIDTH
        grid = made.add_gridspec(2, 2, width_ratios=[left, 1 - left])
        self._axes = (
            made.add_subplot(grid[:, 0]),
            made.add_subplot(grid[0, 1]),
            made.add_subplot(grid[1, 1]),
        )
        return made

    def picture(self, frame: int) -> Image.Image:
        """Draw one frame."""
        for axes in self._axes:
            axes.clear()
        self._channels(frame)
        self._front(frame)
        canvas = self._figure.canvas
        assert isinstance(canvas, FigureCanvasAgg)
        self._figure.set_dpi(FILM_DPI)
        canvas.draw()
        self._figure.set_layout_engine("none")
        return Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")

    def _channels(self, frame: int) -> None:
        whole, close, _ = self._axes
        left, right, bottom, top = self._scene.close_up()
        for axes in (whole, close):
            self._scene.structure(axes, frame)
            self._scene.initial_front(axes)
        close.set(xlim=(left, right), ylim=(bottom, top))
        scale_bar(whole, self._scene.size[0])
        scale_bar(close, right - left, "upper center")
        factor, unit = time_scale(self._frames.times[-1])
        whole.set_title(f"{self._frames.times[frame] / factor:.4g} {unit}", fontweight="bold")

    def _front(self, frame: int) -> None:
        axes, plane = self._axes[2], self._frames.plane
        rises = plane.unfold(self._frames.heights - self._frames.heights[0], 1) * 1e6
        x = plane.across_centres(1) * 1e6
        axes.plot(x, rises[:frame].T, color=LLZO, linewidth=0.6, alpha=0.5)
        axes.plot(x, rises[frame], color=ACCENT, linewidth=2.0)
        low, high = np.nan_to_num(rises).min(), np.nan_to_num(rises).max()
        margin = 0.06 * (high - low) or 1.0
        axes.set(
            xlim=[edge * 1e6 for edge in plane.across_edges(1)],
            ylim=(low - margin, high + margin),
            xlabel="position across the channel [µm]",
            ylabel="rise [µm]",
        )
