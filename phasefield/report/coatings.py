"""The coatings of the wall in a report: a table, and where they lie."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import ListedColormap, to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from phasefield.report.cross_section import Scene, scale_bar
from phasefield.report.data import Frames, RunData
from phasefield.report.document import Block, Picture, Table
from phasefield.report.panels import height_axis
from phasefield.report.style import LLZO, PORE, figure, save
from phasefield.setup.coatings import clean_wall
from phasefield.units import format as show

__all__ = ["coatings_blocks"]

CLEAN = "#1A1A1A"
TALLEST, WIDEST = 4.0, 5.0
"""Size of the picture at most [inch]."""


def coatings_blocks(data: RunData, frames: Frames, figures: Path) -> Iterator[Block]:
    """Share, resistance and angle of the clean wall and of every coating, and a picture."""
    if not data.case.coatings:
        return
    number, weight = frames.static("coating"), frames.static("wall_density")
    known = np.isfinite(number)
    kinds = len(data.case.coatings) + 1
    area = np.bincount(number[known].astype(int), weights=weight[known], minlength=kinds)
    rows = [
        (name, f"{share:.1%}", *numbers)
        for (name, *numbers), share in zip(_walls(data), area / area.sum(), strict=True)
    ]
    heads = ("wall", "share of its area", "resistance", "contact angle", "electrons")
    shown = 5 if any(given.sheet_conductance > 0.0 for given in data.case.coatings) else 4
    yield Table(heads[:shown], [row[:shown] for row in rows])
    path = save(_map(data, frames), figures / "coatings.png")
    yield Picture(path, "coatings of the wall", "The wall, coloured by its coating. To scale.")


def _walls(data: RunData) -> Iterator[tuple[str, str, str, str]]:
    """Name, R_ct, contact angle and sheet conductance of each wall, the clean one first."""
    clean = clean_wall(data.case)
    found = [(clean.name, clean.resistance, clean.contact_angle, 0.0)]
    for given in data.case.coatings:
        angle = clean.contact_angle if given.contact_angle is None else given.contact_angle
        resistance = given.resistance_over(clean.resistance)
        found.append((given.name, resistance, angle, given.sheet_conductance))
    for name, resistance, angle, sheet in found:
        electrons = show(sheet, "S", digits=4) if sheet else "none"
        yield name, show(resistance, "ohm*cm^2", digits=4), show(angle, "deg", digits=4), electrons


def _map(data: RunData, frames: Frames) -> Figure:
    """The plane of the pictures: LLZO, pore, and between them the wall by its coating."""
    names = ["clean", *(coating.name for coating in data.case.coatings)]
    colours = [CLEAN, *colormaps["Set1"](np.arange(len(names) - 1) % 9)]
    scene = Scene(frames, frames.plane.copies())
    plane = frames.plane
    section = np.take(frames.static("coating"), [plane.index], axis=plane.third)
    number = section.transpose(plane.third, plane.growth_axis, plane.across)[0]
    wall = np.where((frames.psi > 0.1) & (frames.psi < 0.9), number, np.nan)
    width, height = scene.size
    scale = min(TALLEST / height, WIDEST / width)
    made = figure(scale * width + 1.8, scale * height + 0.4, "compressed")
    axes = made.subplots()
    psi = plane.unfold(frames.psi, scene.copies)
    axes.imshow(
        psi > 0.5, cmap=ListedColormap([LLZO, PORE]), origin="lower", extent=scene.extent, alpha=0.5
    )
    axes.imshow(
        np.ma.masked_invalid(plane.unfold(wall, scene.copies)),
        cmap=ListedColormap([to_rgba(colour) for colour in colours]),
        vmin=-0.5, vmax=len(names) - 0.5, origin="lower", extent=scene.extent,
        interpolation="nearest",
    )  # fmt: skip
    axes.set_xticks([])
    axes.grid(visible=False)
    height_axis(axes)
    scale_bar(axes, width)
    handles = [Patch(color=c, label=n) for c, n in zip(colours, names, strict=True)]
    made.legend(handles=handles, loc="outside right upper")
    return made
