"""The run as a short film: channels, a close-up of the front, its rise across the channel."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

from phasefield.report.cross_section import Scene, scale_bar
from phasefield.report.data import Frames
from phasefield.report.panels import WIDE
from phasefield.report.style import ACCENT, LLZO, PAGE_WIDTH, figure

__all__ = ["write_animation"]

FILM_DPI = 150
LENGTH_MS, LAST_MS, SLOWEST_MS = 3500, 1800, 500
"""Time that the film runs, that it rests on its last picture, that a picture stays at most."""

Levels = NDArray[np.uint8]

COLOURS = 128


def write_animation(frames: Frames, path: Path) -> Path:
    """Write a looping GIF of all `frames` to `path`."""
    film = _Film(frames)
    pictures = [film.picture(frame) for frame in range(len(frames.times))]
    palette = _palette(pictures[-1])
    flat = [_indexed(picture, palette) for picture in pictures]
    each = min(LENGTH_MS // len(flat), SLOWEST_MS)
    lasting = [each] * (len(flat) - 1) + [LAST_MS]
    flat[0].save(path, save_all=True, append_images=flat[1:], duration=lasting, loop=0)
    return path


def _palette(picture: Levels) -> Levels:
    """The most frequent colours of a picture, exact: areas keep the colours of the figures."""
    colours, counts = np.unique(_packed(picture), return_counts=True)
    return _unpacked(colours[np.argsort(counts)[::-1][:COLOURS]])


def _indexed(picture: Levels, palette: Levels) -> Image.Image:
    """The picture in the nearest colours of `palette`, (colours, 3)."""
    colours, place = np.unique(_packed(picture), return_inverse=True)
    apart = _unpacked(colours).astype(np.int32)[:, None, :] - palette.astype(np.int32)
    nearest = (apart**2).sum(axis=2).argmin(axis=1).astype(np.uint8)
    image = Image.fromarray(nearest[place].reshape(picture.shape[:2]))
    image.putpalette(palette.tobytes())
    return image


def _packed(picture: Levels) -> NDArray[np.uint32]:
    """One number a pixel."""
    red, green, blue = np.moveaxis(picture.astype(np.uint32), -1, 0)
    return (red << 16) | (green << 8) | blue


def _unpacked(colours: NDArray[np.uint32]) -> Levels:
    """Colours (n, 3) from one number each."""
    return np.stack([colours >> 16, colours >> 8, colours], axis=1).astype(np.uint8)


class _Film:
    """One figure that is drawn over for every picture; its layout is found once."""

    def __init__(self, frames: Frames) -> None:
        self._frames = frames
        self._scene = Scene(frames, frames.plane.copies())
        self._figure = self._laid_out(*self._scene.size)

    def _laid_out(self, width: float, height: float) -> Figure:
        """Channels at the left of the rest, or above it where they are wide."""
        if width > WIDE * height:
            made = figure(PAGE_WIDTH, 0.85 * PAGE_WIDTH * height / width + 2.2)
            ratios = [0.85 * PAGE_WIDTH * height / width, 2.0]
            grid = made.add_gridspec(2, 2, height_ratios=ratios)
            places = (grid[0, :], grid[1, 0], grid[1, 1])
        else:
            tall = float(np.clip(0.45 * PAGE_WIDTH * height / width, 2.8, 4.2))
            left = min(tall * width / height, 0.5 * PAGE_WIDTH)
            made = figure(PAGE_WIDTH, tall)
            grid = made.add_gridspec(2, 2, width_ratios=[left, PAGE_WIDTH - left])
            places = (grid[:, 0], grid[0, 1], grid[1, 1])
        self._axes = tuple(made.add_subplot(place) for place in places)
        return made

    def picture(self, frame: int) -> Levels:
        """Draw one frame: red, green and blue of every pixel, (rows, columns, 3)."""
        for axes in self._axes:
            axes.clear()
        self._channels(frame)
        self._front(frame)
        canvas = self._figure.canvas
        assert isinstance(canvas, FigureCanvasAgg)
        self._figure.set_dpi(FILM_DPI)
        canvas.draw()
        self._figure.set_layout_engine("none")
        return np.array(canvas.buffer_rgba())[..., :3]

    def _channels(self, frame: int) -> None:
        whole, close, _ = self._axes
        left, right, bottom, top = self._scene.close_up()
        for axes in (whole, close):
            self._scene.structure(axes, frame)
            self._scene.initial_front(axes)
        close.set(xlim=(left, right), ylim=(bottom, top))
        scale_bar(whole, self._scene.size[0])
        scale_bar(close, right - left, "upper center")
        whole.set_title(self._scene.time(frame), fontweight="bold")

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
