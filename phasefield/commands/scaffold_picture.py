"""The picture of a scaffold: the plane along the channels and, in 3D, the one across them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch
from numpy.typing import NDArray

from geometries import Scaffold
from phasefield.report.plane import plane_of
from phasefield.report.style import LLZO, PORE, figure, look, save

__all__ = ["draw_scaffold"]

COLOURS = ListedColormap([PORE, LLZO])


def draw_scaffold(scaffold: Scaffold, path: Path) -> Path:
    """Draw where pore and electrolyte are, half periods unfolded, and write a PNG.

    Parameters
    ----------
    scaffold : labels (nz, ny, nx), 0 pore and 1 electrolyte.
    path : PNG file to write.
    """
    flat = min(scaffold.shape) == 1
    with look():
        drawn = figure(3.4 if flat else 6.4, 3.6)
        axes = drawn.subplots(1, 1 if flat else 2, squeeze=False)[0]
        _along(axes[0], scaffold)
        if not flat:
            _across(axes[1], scaffold)
        legend = [Patch(color=PORE, label="pore"), Patch(color=LLZO, label="electrolyte")]
        drawn.legend(handles=legend, loc="outside lower center", ncols=2)
        return save(drawn, path)


def _along(axes: Axes, scaffold: Scaffold) -> None:
    plane = plane_of(
        scaffold.spacing, scaffold.growth_axis, scaffold.mirror_axes, scaffold.labels == 0
    )
    cut = np.take(scaffold.labels, plane.index, axis=plane.third)
    cut = cut if plane.growth_axis < plane.across else cut.T
    copies = plane.copies()
    left, right = plane.across_edges(copies)
    _show(axes, plane.unfold(cut, copies), (left, right, 0.0, plane.height))
    axes.set(xlabel="across [µm]", ylabel="along the channels [µm]")


def _across(axes: Axes, scaffold: Scaffold) -> None:
    cut = np.take(scaffold.labels, 0, axis=scaffold.growth_axis)
    lateral = [axis for axis in range(3) if axis != scaffold.growth_axis]
    high = [scaffold.lengths[axis] for axis in lateral]
    low = [0.0, 0.0]
    for position, axis in enumerate(lateral):
        if axis in scaffold.mirror_axes:
            cut = np.concatenate([np.flip(cut, position), cut], axis=position)
            low[position] = -high[position]
    _show(axes, cut, (low[1], high[1], low[0], high[0]))
    axes.set(xlabel="across [µm]", ylabel="across [µm]")


def _show(axes: Axes, labels: NDArray[Any], extent: tuple[float, float, float, float]) -> None:
    left, right, bottom, top = (1e6 * edge for edge in extent)
    axes.imshow(
        labels,
        origin="lower",
        extent=(left, right, bottom, top),
        cmap=COLOURS,
        vmin=0,
        vmax=1,
        interpolation="nearest",
    )
    axes.grid(False)
