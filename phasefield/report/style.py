"""How figures look: colours that colour-blind readers can tell apart, sizes of a journal page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

__all__ = [
    "ACCENT",
    "DPI",
    "LITHIUM",
    "LLZO",
    "MUTED",
    "PAGE_WIDTH",
    "PORE",
    "figure",
    "letter",
    "look",
    "save",
    "time_colours",
]

LITHIUM, LLZO, PORE = "#E8A317", "#3B5B8C", "#F3F1EA"
"""Lithium, solid electrolyte, pore: apart in hue, in lightness and in print without colour."""

Layout = Literal["constrained", "compressed"]

ACCENT, MUTED = "#B3361E", "#6B7280"
"""One line to look at, and what stands back."""

PAGE_WIDTH = 7.1
"""Width of two columns of a journal [inch]."""

DPI = 220
"""Resolution of saved figures: 1560 pixels across two columns."""

_SETTINGS: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 8.0,
    "axes.titlesize": 8.5,
    "axes.labelsize": 8.0,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E3E5E8",
    "grid.linewidth": 0.6,
    "legend.fontsize": 7.5,
    "legend.frameon": False,
    "lines.linewidth": 1.5,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "axes.formatter.useoffset": False,
    "axes.unicode_minus": True,
}


@contextmanager
def look() -> Iterator[None]:
    """Draw in the look of the report, whatever the user's matplotlib settings are."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_SETTINGS)
        yield


def figure(width: float, height: float, layout: Layout = "constrained") -> Figure:
    """An empty figure [inch] that draws without a screen and without global state."""
    made = Figure(figsize=(width, height), layout=layout)
    FigureCanvasAgg(made)
    return made


def save(made: Figure, path: Path) -> Path:
    """Write `made` as a PNG and return its path."""
    made.savefig(path, dpi=DPI)
    return path


def letter(axes: Axes, name: str) -> None:
    """Put the letter of a panel at its upper left corner, outside the axes."""
    axes.set_title(name, loc="left", fontweight="bold")


def time_colours(count: int) -> list[tuple[float, float, float, float]]:
    """`count` colours from light to dark, early to late."""
    shades = np.linspace(0.25, 1.0, count) if count > 1 else np.array([1.0])
    return [tuple(colour) for colour in mpl.colormaps["cividis_r"](shades)]
