"""Pictures of a sweep: a map where two things vary on a grid, lines, or points."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from phasefield.report.style import MUTED, PAGE_WIDTH, figure, look, save
from phasefield.simulation.quantities import keyed

__all__ = ["draw"]

HEIGHT = 3.1
"""Of a figure [inch]."""

LEGEND = 8
"""Lines that a legend can name."""


def draw(table: pd.DataFrame, parameters: Sequence[str], metric: str, folder: Path) -> list[Path]:
    """Draw one number of every member over what varies; return the pictures.

    A map where exactly two parameters are numbers on a grid, and lines over the first numeric
    parameter, one for each combination of the others; points where values hardly repeat. Members
    that have not finished, whose numbers are those of another time, and members without the number
    are crossed out in a map and missing elsewhere.

    Parameters
    ----------
    table : as `make_table` returns.
    parameters : its columns of what varies.
    metric : its column to draw.
    folder : where the pictures go; it is made.
    """
    if metric not in table:
        return []
    table = table.assign(**{metric: table[metric].where(table["state"] == "finished")})
    if not table[metric].notna().any():
        return []
    numeric = [name for name in parameters if pd.api.types.is_numeric_dtype(table[name])]
    varying = _independent(table, parameters)
    axes = [name for name in numeric if name in varying]
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    with look():
        if len(varying) == len(axes) == 2 and _is_grid(table, axes):
            found.append(save(_map(table, axes, metric), folder / f"{metric}-map.png"))
        if axes and _repeats(table, varying):
            found.append(save(_lines(table, axes[0], varying, metric), folder / f"{metric}.png"))
        elif axes:
            found.append(save(_scatter(table, axes, metric), folder / f"{metric}.png"))
    return found


def _independent(table: pd.DataFrame, parameters: Sequence[str]) -> list[str]:
    """What varies by itself: a parameter that follows from one before it is left out."""
    found: list[str] = []
    for name in parameters:
        follows = any(table.groupby(other)[name].nunique().max() == 1 for other in found)
        if table[name].nunique() > 1 and not follows:
            found.append(name)
    return found


def _is_grid(table: pd.DataFrame, axes: Sequence[str]) -> bool:
    """Whether every combination of two values is there."""
    pairs = table[list(axes)].drop_duplicates()
    return len(pairs) == table[axes[0]].nunique() * table[axes[1]].nunique()


def _repeats(table: pd.DataFrame, varying: Sequence[str]) -> bool:
    """Whether lines join points: one thing varies, or values come back."""
    return len(varying) == 1 or all(table[name].nunique() < len(table) / 2 for name in varying[1:])


def _map(table: pd.DataFrame, axes: Sequence[str], metric: str) -> Figure:
    x, y = axes
    values = table.drop_duplicates([x, y]).pivot(index=y, columns=x, values=metric)
    made = figure(0.62 * PAGE_WIDTH, HEIGHT)
    ax = made.subplots()
    numbers = values.to_numpy(float)
    picture = ax.pcolormesh(
        np.ma.masked_invalid(numbers), cmap="cividis", edgecolor="white", linewidth=1.0
    )
    middle = 0.5 * (np.nanmin(numbers) + np.nanmax(numbers))
    for (row, column), value in np.ndenumerate(numbers):
        there = bool(np.isfinite(value))
        colour = MUTED if not there else "white" if value <= middle else "black"
        text = f"{value:.3g}" if there else "×"
        ax.text(column + 0.5, row + 0.5, text, ha="center", va="center", color=colour)
    ax.set_xticks(np.arange(values.shape[1]) + 0.5, [f"{v:g}" for v in values.columns])
    ax.set_yticks(np.arange(values.shape[0]) + 0.5, [f"{v:g}" for v in values.index])
    ax.set(xlabel=_words(x), ylabel=_words(y))
    ax.grid(False)
    made.colorbar(picture, label=_words(metric))
    return made


def _lines(table: pd.DataFrame, x: str, varying: Sequence[str], metric: str) -> Figure:
    made = figure(0.62 * PAGE_WIDTH, HEIGHT)
    ax = made.subplots()
    table = table.dropna(subset=[metric])
    others = [name for name in varying if name != x]
    groups: list[tuple[Any, pd.DataFrame]] = (
        list(table.groupby(others, sort=True)) if others else [((), table)]
    )
    colours = mpl.colormaps["cividis"](np.linspace(0.0, 0.9, len(groups)))
    for (values, part), colour in zip(groups, colours, strict=True):
        part = part.sort_values(x)
        names = zip(others, values, strict=True)
        label = ", ".join(_value(name, value) for name, value in names)
        ax.plot(part[x], part[metric], "o-", color=colour, markersize=3.5, label=label or None)
    _label(ax, x, metric)
    if 1 < len(groups) <= LEGEND:
        ax.legend(title=", ".join(_words(name) for name in others), title_fontsize=7.5)
    return made


def _scatter(table: pd.DataFrame, axes: Sequence[str], metric: str) -> Figure:
    rows = -(-len(axes) // 3)
    made = figure(PAGE_WIDTH, 2.4 * rows)
    panels = np.atleast_1d(made.subplots(rows, min(3, len(axes)), squeeze=False, sharey=True))
    for ax, name in zip(panels.ravel(), axes, strict=False):
        ax.plot(table[name], table[metric], "o", color="#3B5B8C", markersize=3.5)
        _label(ax, name, metric if ax in panels[:, 0] else "")
    for ax in panels.ravel()[len(axes) :]:
        ax.remove()
    return made


def _label(ax: Axes, x: str, y: str) -> None:
    ax.set(xlabel=_words(x), ylabel=_words(y))


def _words(name: str) -> str:
    """Return a number of the summary, or the last word of a path, as people say it, with unit."""
    known = keyed(name)
    path, _, unit = (known.label if known else name).partition(" [")
    last = path.split(".")[-1].replace("_", " ")
    last = re.sub(r" (m|V)$", r" [\1]", last) if not unit else last
    return f"{last} [{_pretty(unit)}" if unit else last


def _pretty(unit: str) -> str:
    return unit.replace("um", "µm").replace("^2", "²").replace("^3", "³").replace("*", " ")


def _value(name: str, value: Any) -> str:
    unit = _pretty(name.partition(" [")[2].rstrip("]"))
    text = f"{value:g}" if isinstance(value, float | int) else str(value)
    return f"{text} {unit}".strip()
