"""Lithium and potential in the scaffold, drawn to scale, at several times."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import MaxNLocator
from mpl_toolkits.axes_grid1.anchored_artists import (  # type: ignore[import-untyped]
    AnchoredSizeBar,
)
from numpy.typing import NDArray

from phasefield.report.data import Frames
from phasefield.report.look import LITHIUM, LLZO, PAGE_WIDTH, PORE, figure
from phasefield.report.wording import length, time_scale

__all__ = ["Scene", "panels_figure", "phase_legend", "round_up", "scale_bar"]

FloatArray = NDArray[np.float64]

POTENTIAL_MAP = "viridis"
GREY_LITHIUM = "#C9C4BA"
INITIAL = "#1A1A1A"
TALLEST = 4.0


@dataclass(frozen=True)
class Scene:
    """The plane of a run, unfolded over `copies` periods, lengths in micrometres."""

    frames: Frames
    copies: int

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Left, right, bottom, top [um]."""
        left, right = self.frames.plane.across_edges(self.copies)
        return left * 1e6, right * 1e6, 0.0, self.frames.plane.height * 1e6

    @property
    def size(self) -> tuple[float, float]:
        """Width and height [um]."""
        left, right, bottom, top = self.extent
        return right - left, top - bottom

    def structure(self, axes: Axes, frame: int, lithium: str = LITHIUM, llzo: str = LLZO) -> None:
        """Fill lithium, LLZO and pore, each up to where its order parameter is one half."""
        left, right, bottom, top = self.extent
        axes.add_patch(
            Rectangle((left, bottom), right - left, top - bottom, facecolor=PORE, zorder=0)
        )
        x, y = self._centres()
        axes.contourf(x, y, self._padded(self.frames.xi[frame]), [0.5, 2.0], colors=[lithium])
        phi = self._padded(1.0 - self.frames.psi)
        axes.contourf(x, y, phi, [0.5, 2.0], colors=[llzo])
        self._bare(axes)

    def potential(self, axes: Axes, frame: int, largest: float) -> AxesImage:
        """The ion potential in LLZO [mV], colours from 0 to `largest`, lithium in grey."""
        values = self._unfolded(self.frames.potential[frame]) * 1e3
        image = axes.imshow(
            np.ma.masked_invalid(values), cmap=POTENTIAL_MAP, vmin=0, vmax=largest,
            origin="lower", extent=self.extent, interpolation="bilinear",
        )  # fmt: skip
        x, y = self._centres()
        pore = self._padded(self.frames.psi)
        axes.contourf(x, y, pore, [0.5, 2.0], colors=["white"])
        metal = np.minimum(self._padded(self.frames.xi[frame]), pore)
        axes.contourf(x, y, metal, [0.5, 2.0], colors=[GREY_LITHIUM])
        self._bare(axes)
        return image

    def stand_alone(self, axes: Axes, tallest: float) -> None:
        """Leave room up to `tallest` [um] above the picture, and frame the picture only."""
        width, height = self.size
        axes.set(ylim=(0, tallest), facecolor="none")
        axes.spines[:].set_visible(False)
        corner = (self.extent[0], 0.0)
        axes.add_patch(Rectangle(corner, width, height, fill=False, linewidth=0.6, clip_on=False))

    def close_up(self) -> tuple[float, float, float, float]:
        """Window (left, right, bottom, top) [um] of one period around the fronts of all frames."""
        left, right = (edge * 1e6 for edge in self.frames.plane.across_edges(1))
        fronts = self.frames.heights[np.isfinite(self.frames.heights)] * 1e6
        top = self.extent[3]
        if fronts.size == 0:
            return left, right, 0.0, top
        reach = max(0.3 * (right - left), 0.7 * float(np.ptp(fronts)))
        middle = 0.5 * float(fronts.min() + fronts.max())
        return left, right, max(middle - reach, 0.0), min(middle + reach, top)

    def initial_front(self, axes: Axes) -> None:
        """Dotted line where the front was at the start."""
        plane = self.frames.plane
        height = self._unfolded(self.frames.heights[0]) * 1e6
        x = plane.across_centres(self.copies) * 1e6
        axes.plot(x, height, ":", color=INITIAL, linewidth=0.9)

    def _unfolded(self, values: FloatArray) -> FloatArray:
        return self.frames.plane.unfold(values, self.copies)

    def _padded(self, values: FloatArray) -> FloatArray:
        """Values at cell centres and, repeated, on the edges of the picture."""
        return np.pad(self._unfolded(values), 1, mode="edge")

    def _centres(self) -> tuple[FloatArray, FloatArray]:
        plane = self.frames.plane
        left, right, bottom, top = self.extent
        across = plane.across_centres(self.copies) * 1e6
        up = (np.arange(self.frames.psi.shape[0]) + 0.5) * plane.step_up * 1e6
        return np.r_[left, across, right], np.r_[bottom, up, top]

    def _bare(self, axes: Axes) -> None:
        left, right, bottom, top = self.extent
        axes.set(xlim=(left, right), ylim=(bottom, top), xticks=[], yticks=[], aspect="equal")
        axes.grid(False)
        axes.spines[:].set(visible=True, linewidth=0.6)


def panels_figure(frames: Frames) -> Figure:
    """Lithium, a close-up of its front, and the potential, at several times."""
    scene = Scene(frames, frames.plane.copies())
    width, height = scene.size
    shown = frames.shown(6 if width < height else 4 if width < 2 * height else 3)
    left, right, bottom, top = scene.close_up()
    panel = min((PAGE_WIDTH - 1.2) / len(shown), TALLEST * width / height)
    ratios = [height / width, (top - bottom) / (right - left), height / width]
    made = figure(PAGE_WIDTH, panel * sum(ratios) + 0.85, "compressed")
    grid = made.subplots(3, len(shown), squeeze=False, height_ratios=ratios)
    largest = round_up(float(np.nanmax(frames.potential)) * 1e3)
    factor, unit = time_scale(frames.times[-1])
    for column, frame in enumerate(shown):
        for axes in grid[:2, column]:
            scene.structure(axes, frame)
            scene.initial_front(axes)
        grid[1, column].set(xlim=(left, right), ylim=(bottom, top))
        grid[0, column].set_title(f"{frames.times[frame] / factor:.4g} {unit}")
        image = scene.potential(grid[2, column], frame, largest)
    for axes in grid[:, 0]:
        axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        axes.set_ylabel("height [µm]")
    scale_bar(grid[0, 0], width)
    scale_bar(grid[1, 0], right - left, "upper center")
    made.colorbar(image, ax=grid[2, :], pad=0.015, aspect=22).set_label("potential [mV]")
    phase_legend(made)
    return made


def phase_legend(made: Figure) -> None:
    """Name the three colours above everything."""
    names = ((LITHIUM, "lithium"), (LLZO, "LLZO"), (PORE, "pore"))
    handles: list[Artist] = [
        Patch(facecolor=colour, edgecolor="#444", linewidth=0.5, label=name)
        for colour, name in names
    ]
    handles.append(Line2D([], [], color=INITIAL, linestyle=":", label="front at the start"))
    made.legend(handles=handles, loc="outside upper center", ncols=len(handles))


def scale_bar(axes: Axes, width: float, place: str = "lower center") -> None:
    """Draw a bar of a round length, about a third of `width` [um]."""
    size = _round_down(0.4 * width)
    bar = AnchoredSizeBar(
        axes.transData, size, length(size * 1e-6), place, pad=0.25, borderpad=0.3,
        sep=2, size_vertical=0.012 * width, color="#1A1A1A",
        fontproperties=FontProperties(size=7),
    )  # fmt: skip
    bar.patch.set(facecolor="white", alpha=0.85, linewidth=0)
    axes.add_artist(bar)


def _round_down(value: float) -> float:
    """Largest of 1, 2, 5 times a power of ten that is not above `value`."""
    power = 10.0 ** math.floor(math.log10(value))
    return max(step * power for step in (1.0, 2.0, 5.0) if step * power <= value * (1 + 1e-9))


def round_up(value: float) -> float:
    """A round end for a colour scale: two digits, not below `value`; 1 for nothing."""
    if not value > 0:
        return 1.0
    power = 10.0 ** (math.floor(math.log10(value)) - 1)
    return math.ceil(value / power) * power
