"""The two maps of `phasefield analytic`."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm
from matplotlib.patheffects import withStroke
from matplotlib.ticker import PercentFormatter

from phasefield.analysis.analytic import (
    ContactAreaWarning,
    current_density_reduction,
)
from phasefield.analysis.estimates import SURFACES
from phasefield.report.style import ACCENT, PAGE_WIDTH, figure, letter, look, save

__all__ = ["draw_maps"]

POINTS = 240
"""Points along an axis of a map."""


def draw_maps(shape: str, porosity: float, pore_size: float, depth: float, path: Path) -> Path:
    """Draw S_c over porosity and pore size, and R_J over S_c and depth; mark the given point.

    Parameters
    ----------
    shape : a key of `SURFACES`.
    porosity, pore_size, depth : the point to mark [1], [m], [m].
    path : PNG file to write.
    """
    surface = SURFACES[shape](porosity, pore_size)
    with look():
        drawn = figure(PAGE_WIDTH, 3.1)
        left, right = drawn.subplots(1, 2)
        _surface_map(left, shape, pore_size)
        left.plot(porosity, pore_size * 1e6, "o", color=ACCENT)
        _reduction_map(right, surface, depth)
        right.plot(surface * 1e-6, depth * 1e6, "o", color=ACCENT)
        path.parent.mkdir(parents=True, exist_ok=True)
        return save(drawn, path)


def _surface_map(axes: Axes, shape: str, pore_size: float) -> None:
    porosity = np.linspace(0.05, 0.95, POINTS)
    sizes = np.geomspace(min(0.2e-6, pore_size / 3), max(20e-6, pore_size * 3), POINTS)
    values = SURFACES[shape](porosity[None, :], sizes[:, None]) * 1e-6
    levels = [0.02, 0.05, 0.1, 0.2, 0.4, 1, 2, 4, 10, 20]
    _contours(axes, porosity, sizes * 1e6, np.log10(values), np.log10(levels), levels)
    axes.set(yscale="log", xlabel="porosity", ylabel=f"size of the {shape.replace('_', ' ')} [µm]")
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_title("specific surface area $S_c$ [1/µm]")
    letter(axes, "a")


def _reduction_map(axes: Axes, surface: float, depth: float) -> None:
    surfaces = np.geomspace(min(0.05e6, surface / 3), max(10e6, surface * 3), POINTS)
    depths = np.geomspace(min(1e-6, depth / 3), max(50e-6, depth * 3), POINTS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ContactAreaWarning)  # the corner is left blank instead
        values = current_density_reduction(surfaces[None, :], depths[:, None])
    levels = [0.0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98, 0.99]
    labels = [f"{level:.0%}" for level in levels]
    _contours(axes, surfaces * 1e-6, depths * 1e6, values, levels, labels)
    axes.set(xscale="log", yscale="log", xlabel="$S_c$ [1/µm]", ylabel="depth of lithium [µm]")
    axes.set_title("current density reduction $R_J$")
    letter(axes, "b")


def _contours(axes: Axes, x: Any, y: Any, values: Any, levels: Any, labels: Any) -> None:
    even = BoundaryNorm(levels, 256, extend="max")
    axes.contourf(x, y, values, levels=levels, cmap="cividis", norm=even, extend="max")
    lines = axes.contour(
        x, y, values, levels=levels, colors="white", linewidths=0.6, linestyles="solid"
    )
    names = {level: str(label) for level, label in zip(lines.levels, labels, strict=True)}
    for text in axes.clabel(lines, fmt=names, fontsize=7):
        text.set_path_effects([withStroke(linewidth=1.8, foreground="#333333")])
    axes.grid(False)
