"""How far the fields of two runs of one case on one grid are apart: numbers and pictures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import CenteredNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import ScalarFormatter
from numpy.typing import NDArray

from phasefield.errors import PhaseFieldError
from phasefield.report.cross_section import POTENTIAL_MAP, Scene
from phasefield.report.data import Frames
from phasefield.report.panels import height_axis, potential_scale
from phasefield.report.style import PAGE_WIDTH, figure

__all__ = ["Apart", "apart", "difference_figure", "largest_difference"]

FloatArray = NDArray[np.float64]

LITHIUM_MAP, DIFFERENCE_MAP = "cividis", "RdBu_r"

INSIDE = 0.5
"""Electrolyte order parameter above which potentials are compared."""


@dataclass(frozen=True)
class Apart:
    """Largest differences of two runs over the whole domain at their common saved times.

    Attributes
    ----------
    times : [s].
    lithium : of the lithium order parameter [1], in the pores only if the models differ: that of
        the conserved model goes on inside the walls, where it stands for no lithium.
    potential : of the potential in the electrolyte against the metal [V].
    """

    times: FloatArray
    lithium: FloatArray
    potential: FloatArray


def apart(a: Frames, b: Frames) -> Apart:
    """Compare the fields of two runs frame by frame.

    Raises
    ------
    PhaseFieldError : the grids or all of the saved times differ.
    """
    phi = a.static("electrolyte_order_parameter")
    if phi.shape != b.dataset["electrolyte_order_parameter"].shape:
        raise PhaseFieldError("the runs stand on different grids: their fields cannot be compared")
    _, first, second = np.intersect1d(
        np.round(a.times, 6), np.round(b.times, 6), return_indices=True
    )
    if len(first) == 0:
        raise PhaseFieldError("the runs have no saved time in common")
    pores = phi < (INSIDE if _models_differ(a, b) else np.inf)
    lithium, potential = [], []
    for i, j in zip(first, second, strict=True):
        xi = (a.field("lithium_order_parameter", i), b.field("lithium_order_parameter", j))
        drop = (a.potential_field(i), b.potential_field(j))
        lithium.append(largest_difference(*(field[pores] for field in xi)))
        potential.append(largest_difference(*(field[phi > INSIDE] for field in drop)))
    return Apart(a.times[first], np.array(lithium), np.array(potential))


def largest_difference(one: FloatArray, other: FloatArray) -> float:
    """Largest |one - other|, infinite where only one of them has a value; 0 where neither has."""
    known = ~(np.isnan(one) & np.isnan(other))
    found = np.abs(one - other)[known]
    return float(np.nan_to_num(found, nan=np.inf).max(initial=0.0))


def difference_figure(a: tuple[str, Frames], b: tuple[str, Frames]) -> Figure:
    """Lithium above, potential below: A, B and A - B at the last saved time."""
    scene = Scene(a[1], a[1].plane.copies())
    width, height = scene.size
    panel = min((PAGE_WIDTH - 2.4) / 3 * height / width, 3.6)
    made = figure(PAGE_WIDTH, 2 * panel + 0.9, "compressed")
    grid = made.subplots(2, 3, squeeze=False)
    solid = a[1].psi < INSIDE
    hidden = solid & _models_differ(a[1], b[1])
    lithium = [np.where(hidden, np.nan, frames.xi[-1]) for _, frames in (a, b)]
    potential = [np.where(solid, frames.potential[-1] * 1e3, np.nan) for _, frames in (a, b)]
    scales = (Normalize(0.0, 1.0), potential_scale([a[1], b[1]], -1))
    maps, names = (LITHIUM_MAP, POTENTIAL_MAP), ("lithium order parameter", "potential [mV]")
    for row, (first, second) in enumerate((lithium, potential)):
        for axes, values in zip(grid[row, :2], (first, second), strict=True):
            _picture(axes, scene, values, maps[row], scales[row])
        drawn = grid[row, 1].images[0]
        made.colorbar(drawn, ax=grid[row, :2], pad=0.015, aspect=22).set_label(names[row])
        _picture(grid[row, 2], scene, first - second, DIFFERENCE_MAP, _centred(first - second))
        powers = ScalarFormatter(useMathText=True)
        powers.set_powerlimits((-2, 3))
        made.colorbar(grid[row, 2].images[0], ax=grid[row, 2], pad=0.03, aspect=22, format=powers)
        height_axis(grid[row, 0])
    for axes, title in zip(grid[0], (a[0], b[0], f"{a[0]} − {b[0]}"), strict=True):
        axes.set_title(title)
    return made


def _models_differ(a: Frames, b: Frames) -> bool:
    return set(a.dataset) != set(b.dataset)


def _centred(values: FloatArray) -> Normalize:
    """White at no difference, the same reach to both sides."""
    reach = float(np.nanmax(np.abs(values))) if np.isfinite(values).any() else 0.0
    return CenteredNorm(0.0, reach or 1e-16)


def _picture(axes: Axes, scene: Scene, values: FloatArray, colours: str, scale: Normalize) -> None:
    """One field in its colours, the outline of LLZO over it."""
    plane = scene.frames.plane
    left, right, bottom, top = scene.extent
    shown = plane.unfold(values, scene.copies)
    axes.imshow(
        np.ma.masked_invalid(shown), cmap=colours, norm=scale, origin="lower", extent=scene.extent
    )
    x = plane.across_centres(scene.copies) * 1e6
    y = (np.arange(values.shape[0]) + 0.5) * plane.step_up * 1e6
    phi = plane.unfold(1.0 - scene.frames.psi, scene.copies)
    axes.contour(x, y, phi, [INSIDE], colors=["#555"], linewidths=0.6)
    axes.set(xlim=(left, right), ylim=(bottom, top), xticks=[], yticks=[], aspect="equal")
    axes.grid(False)
    axes.spines[:].set(visible=True, linewidth=0.6)
