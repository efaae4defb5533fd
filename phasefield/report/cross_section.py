"""One picture of lithium or potential in the scaffold, drawn to scale."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.contour import ContourSet
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle
from mpl_toolkits.axes_grid1.anchored_artists import (  # type: ignore[import-untyped]
    AnchoredSizeBar,
)
from numpy.typing import NDArray

from phasefield.report.data import Frames
from phasefield.report.number_format import length, time_scale
from phasefield.report.style import LITHIUM, LLZO, PORE

__all__ = ["INITIAL", "POTENTIAL_MAP", "Scene", "scale_bar"]

FloatArray = NDArray[np.float64]

POTENTIAL_MAP = "viridis"
GREY_LITHIUM, AT_REST, INITIAL = "#C9C4BA", "#E5E7EB", "#1A1A1A"
"""Lithium beside the potential, LLZO without current, the front at the start."""


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

    def structure(self, axes: Axes, frame: int) -> None:
        """Fill lithium, LLZO and pore, each up to where its order parameter is one half."""
        self._phases(axes, frame, PORE, LITHIUM, LLZO)
        self._bare(axes)

    def potential(self, axes: Axes, frame: int, scale: Normalize) -> None:
        """The ion potential in LLZO [mV], lithium in grey; LLZO is pale where no current flows."""
        llzo = self._phases(axes, frame, "white", GREY_LITHIUM, AT_REST)
        values = self._unfolded(self.frames.potential[frame]) * 1e3
        image = axes.imshow(
            np.ma.masked_where(~np.isfinite(values) | (values == 0.0), values),
            cmap=POTENTIAL_MAP, norm=scale, origin="lower", extent=self.extent,
            interpolation="bilinear", zorder=2,
        )  # fmt: skip
        for outline in llzo.get_paths():
            image.set_clip_path(outline, axes.transData)
        self._bare(axes)

    def time(self, frame: int) -> str:
        """Time of a frame in the unit of the whole run."""
        factor, unit = time_scale(float(self.frames.times[-1]))
        return f"{self.frames.times[frame] / factor:.4g} {unit}"

    def stand_alone(self, axes: Axes, tallest: float) -> None:
        """Leave room up to `tallest` [um] above the picture, and frame the picture only."""
        width, height = self.size
        axes.set(ylim=(0, tallest), facecolor="none")
        axes.spines[:].set_visible(False)
        corner = (self.extent[0], 0.0)
        axes.add_patch(Rectangle(corner, width, height, fill=False, linewidth=0.6, clip_on=False))

    def close_up(self) -> tuple[float, float, float, float]:
        """Window (left, right, bottom, top) [um] of one pore around the fronts of all frames."""
        left, right = self._pore_and_walls()
        fronts = self.frames.heights[np.isfinite(self.frames.heights)] * 1e6
        top = self.extent[3]
        if fronts.size == 0:
            return left, right, 0.0, top
        reach = max(0.3 * (right - left), 0.7 * float(np.ptp(fronts)))
        middle = 0.5 * float(fronts.min() + fronts.max())
        return left, right, max(middle - reach, 0.0), min(middle + reach, top)

    def _pore_and_walls(self) -> tuple[float, float]:
        """Ends [um] of a window about the first whole pore, twice as wide as it."""
        plane = self.frames.plane
        edges = [edge * 1e6 for edge in plane.across_edges(1)]
        is_open = plane.unfold(self.frames.psi.mean(axis=0), 1) > 0.5
        turns = np.flatnonzero(np.diff(np.r_[False, is_open, False]))
        if len(turns) == 0:
            return edges[0], edges[1]
        begin, end = edges[0] + turns[:2] * plane.step_across * 1e6
        spare = 0.5 * (end - begin)
        return max(float(begin - spare), edges[0]), min(float(end + spare), edges[1])

    def initial_front(self, axes: Axes) -> None:
        """Dotted line where the front was at the start."""
        plane = self.frames.plane
        height = self._unfolded(self.frames.heights[0]) * 1e6
        x = plane.across_centres(self.copies) * 1e6
        axes.plot(x, height, ":", color=INITIAL, linewidth=0.9)

    def _phases(self, axes: Axes, frame: int, pore: str, lithium: str, llzo: str) -> ContourSet:
        """Fill the three phases, LLZO over lithium over pore; return the outline of LLZO."""
        left, right, bottom, top = self.extent
        axes.add_patch(
            Rectangle((left, bottom), right - left, top - bottom, facecolor=pore, zorder=0)
        )
        x, y = self._centres()
        axes.contourf(x, y, self._padded(self.frames.xi[frame]), [0.5, 2.0], colors=[lithium])
        phi = self._padded(1.0 - self.frames.psi)
        return axes.contourf(x, y, phi, [0.5, 2.0], colors=[llzo])

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


def scale_bar(axes: Axes, width: float, place: str = "lower center") -> None:
    """Draw a bar of a round length, about a quarter of `width` [um]."""
    size = _round_down(0.3 * width)
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
