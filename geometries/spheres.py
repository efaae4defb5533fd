"""Spheres at random places: overlapping ones, the pore-former route, and ones that do not touch."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geometries.boxes import Box, check_fraction, check_length, make_box, um
from geometries.level import from_level
from geometries.scaffold import GeometryError, Scaffold

__all__ = ["overlapping_spheres", "separate_spheres"]

FloatArray = NDArray[np.float64]

MARGIN = 3.0
"""Cells beyond a sphere in which its distance is painted: enough for the wall to find its level."""

ATTEMPTS = 2_000_000
"""Places tried before a random packing counts as full."""


def overlapping_spheres(
    pore_size: float,
    porosity: float,
    height: float,
    width: float | Sequence[float],
    spacing: float,
    dimensions: int = 3,
    seed: int = 0,
    spheres: Literal["pore", "solid"] = "pore",
) -> Scaffold:
    """Equal spheres (discs in 2D) at places drawn independently, where they may overlap.

    What a pore former leaves behind. Spheres are added until the porosity is met as closely as
    whole spheres can; the rest is a change of the diameter by at most one cell. In an infinite
    volume (Torquato, Random Heterogeneous Materials, 2002, chapter 5) n spheres per volume of the
    radius R leave the fraction exp(-4/3 pi R^3 n) uncovered, and the wall of spherical pores is
    -3 (1 - p) ln(1 - p)/R per volume.

    Parameters
    ----------
    pore_size : diameter of the spheres [m].
    porosity : of the pores [1], whichever phase the spheres are.
    height, width, spacing, dimensions : see `make_box`.
    seed : of the places.
    spheres : which phase they are; "solid" for sintered grains, with `pore_size` their diameter.

    Raises
    ------
    GeometryError
        When the box is too small for the porosity to be met, or a number is out of range.
    """
    box = _checked_box(pore_size, porosity, height, width, spacing, dimensions)
    covered = porosity if spheres == "pore" else 1 - porosity
    level = _paint_until(box, pore_size / 2, covered, np.random.default_rng(seed))
    return from_level(
        box,
        level if spheres == "pore" else -level,
        porosity,
        pore_size,
        {
            "generator": "overlapping_spheres",
            "parameters": {
                "pore_size": pore_size, "porosity": porosity, "height": height, "width": width,
                "spacing": spacing, "dimensions": dimensions, "spheres": spheres,
            },
            "seed": seed,
        },
    )  # fmt: skip


def separate_spheres(
    pore_size: float,
    porosity: float,
    height: float,
    width: float | Sequence[float],
    spacing: float,
    dimensions: int = 3,
    seed: int = 0,
    gap: float | None = None,
) -> Scaffold:
    """Equal spherical pores (discs in 2D) at random places, none touching another.

    Random sequential addition in a box that repeats periodically; its limit is 38 % for spheres
    and 55 % for discs (Torquato, Random Heterogeneous Materials, 2002, section 3.4). The pores
    are closed but for those that the faces of the box cut.

    Parameters
    ----------
    pore_size : diameter [m]; changed by at most one cell so that whole spheres meet the porosity.
    porosity : [1].
    height, width, spacing, dimensions : see `make_box`.
    seed : of the places.
    gap : least solid between two spheres [m]; one cell if not given.

    Raises
    ------
    GeometryError
        When so many spheres do not fit; the message says how many do.
    """
    box = _checked_box(pore_size, porosity, height, width, spacing, dimensions)
    gap = spacing if gap is None else gap
    radius, lengths = pore_size / 2, np.array(box.lengths)[list(box.axes)]
    one = _ball(radius, box.dimensions)
    count = max(1, round(porosity * math.prod(lengths) / one))
    centres = sequential_addition(lengths, pore_size + gap, count, np.random.default_rng(seed))
    if len(centres) < count:
        most = len(centres) * one / math.prod(lengths)
        raise GeometryError(
            f"only {len(centres)} of the {count} spheres of {um(pore_size)} fit without touching: "
            f"{100 * most:.1f} % porosity is reachable, you gave {100 * porosity:.4g} %; lower it, "
            "or use overlapping spheres"
        )
    return from_level(
        box,
        periodic_distance(box, centres) - radius,
        porosity,
        pore_size,
        {
            "generator": "separate_spheres",
            "parameters": {
                "pore_size": pore_size, "porosity": porosity, "height": height, "width": width,
                "spacing": spacing, "dimensions": dimensions, "gap": gap,
            },
            "seed": seed,
        },
    )  # fmt: skip


def sequential_addition(
    lengths: FloatArray, least: float, count: int, random: np.random.Generator
) -> FloatArray:
    """Random places in a periodic box, no two closer than `least` [m]; fewer when it is full.

    Parameters
    ----------
    lengths : edges of the box, (n,) [m].
    least : smallest distance [m].
    count : number of places wanted.
    random : source of the places.

    Returns
    -------
    places, (at most count, n) [m].
    """
    placed = np.empty((0, len(lengths)))
    for _ in range(math.ceil(ATTEMPTS / 4096)):
        tried = random.random((4096, len(lengths))) * lengths
        if len(placed):
            tried = tried[cKDTree(placed, boxsize=lengths).query(tried)[0] >= least]
        for place in tried:
            offset = np.abs(placed - place)
            offset = np.minimum(offset, lengths - offset)
            if (np.einsum("ij,ij->i", offset, offset) >= least**2).all():
                placed = np.vstack([placed, place])
            if len(placed) == count:
                return placed
    return placed


def periodic_distance(box: Box, centres: FloatArray) -> FloatArray:
    """Distance of every cell centre to the nearest of some points, the box repeating [m].

    Parameters
    ----------
    centres : (count, number of axes that are not flat, or fewer: then the last ones) [m].
    """
    axes = box.axes[-centres.shape[1] :]
    lengths = np.array(box.lengths)[list(axes)]
    grid = np.meshgrid(*(box.centres()[axis].ravel() for axis in axes), indexing="ij")
    cells = np.stack([g.ravel() for g in grid], axis=-1)
    distance = cKDTree(centres, boxsize=lengths).query(cells)[0]
    plane = distance.reshape([box.shape[a] if a in axes else 1 for a in range(3)])
    return np.broadcast_to(plane, box.shape)


def _checked_box(
    pore_size: float,
    porosity: float,
    height: float,
    width: float | Sequence[float],
    spacing: float,
    dimensions: int,
) -> Box:
    check_length("pore_size", pore_size)
    check_fraction("porosity", porosity)
    return make_box(height, width, spacing, dimensions)


def _ball(radius: float, dimensions: int) -> float:
    return math.pi * radius**2 if dimensions == 2 else 4 / 3 * math.pi * radius**3


def _paint_until(
    box: Box, radius: float, covered: float, random: np.random.Generator
) -> NDArray[np.float32]:
    """Distance to the nearest sphere [m], spheres added until they cover the asked share of cells.

    Centres are drawn up to a radius outside the box, so that the box is a window into an endless
    structure.
    """
    margin = MARGIN * max(box.spacing)
    level = np.full(box.shape, margin, np.float32)
    lengths = np.array([box.lengths[axis] if axis in box.axes else 0.0 for axis in range(3)])
    edge = np.where(lengths > 0, radius, 0.0)
    wanted, inside = covered * level.size, 0
    for _ in itertools.count():
        centre = random.random(3) * (lengths + 2 * edge) - edge
        window = _window(box, centre, radius + margin)
        distance = _to_point(box, centre, window) - radius
        old = level[window]
        added = int(np.count_nonzero((distance <= 0) & (old > 0)))
        if inside + added - wanted > wanted - inside:
            return level
        level[window] = np.minimum(old, distance)
        inside += added
        if inside >= wanted:
            return level
    raise AssertionError("unreachable")


def _window(box: Box, centre: FloatArray, reach: float) -> tuple[slice, ...]:
    """Cells within `reach` of a point along every axis."""
    window = []
    for axis in range(3):
        if axis not in box.axes:
            window.append(slice(None))
            continue
        step, n = box.spacing[axis], box.shape[axis]
        first = math.floor((centre[axis] - reach) / step)
        last = math.ceil((centre[axis] + reach) / step) + 1
        window.append(slice(min(max(first, 0), n), max(min(last, n), 0)))
    return tuple(window)


def _to_point(box: Box, centre: FloatArray, window: tuple[slice, ...]) -> NDArray[np.float64]:
    z, y, x = (np.ravel(c)[w] - c0 for c, w, c0 in zip(box.centres(), window, centre, strict=True))
    return np.asarray(np.sqrt(z[:, None, None] ** 2 + y[None, :, None] ** 2 + x[None, None] ** 2))
