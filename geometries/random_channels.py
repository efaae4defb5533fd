"""Straight channels at random places that do not overlap."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from geometries.boxes import Box, check_fraction, check_length, make_box, um
from geometries.level import from_distance
from geometries.scaffold import GeometryError, Scaffold
from geometries.spheres import periodic_distance, sequential_addition

__all__ = ["random_channels"]


def random_channels(
    pore_size: float,
    porosity: float,
    height: float,
    width: float | Sequence[float],
    spacing: float,
    dimensions: int = 2,
    seed: int = 0,
    gap: float | None = None,
) -> Scaffold:
    """Parallel channels along the growth axis at random places: slits in 2D, cylinders in 3D.

    The domain repeats periodically sideways. In 3D the places come from random sequential addition
    (at most 55 % of discs fit); in 2D the walls between slits are drawn evenly from all that fit.

    Parameters
    ----------
    pore_size : slit width or diameter [m]; changed by at most one cell so that whole channels
        meet the porosity.
    porosity, height, width, spacing, dimensions : see `make_box`.
    seed : of the places.
    gap : least wall between two channels [m]; one cell if not given.

    Raises
    ------
    GeometryError
        When no whole number of channels meets porosity and pore size, or they do not fit.
    """
    check_length("pore_size", pore_size)
    check_fraction("porosity", porosity)
    box = make_box(height, width, spacing, dimensions)
    gap = spacing if gap is None else gap
    lateral = np.array(box.lengths)[list(box.axes[1:])]
    count, size = _count_and_size(box, pore_size, porosity, float(lateral.prod()))
    random = np.random.default_rng(seed)
    if dimensions == 2:
        centres = _random_slits(float(lateral[0]), size, gap, count, random)
    else:
        centres = sequential_addition(lateral, size + gap, count, random)
    if len(centres) < count:
        raise GeometryError(
            f"only {len(centres)} of the {count} channels of {um(size)} fit with walls of "
            f"{um(gap)}: a porosity of {100 * porosity * len(centres) / count:.1f} % is reachable, "
            f"you gave {100 * porosity:.4g} %"
        )
    asked = {
        "pore_size": pore_size, "porosity": porosity, "height": height, "width": width,
        "spacing": spacing, "dimensions": dimensions, "gap": gap,
    }  # fmt: skip
    return from_distance(
        box,
        periodic_distance(box, centres) - size / 2,
        porosity,
        size,
        {"generator": "random_channels", "parameters": asked, "seed": seed},
        (2 if dimensions == 2 else 4) * porosity * box.volume / size,
    )


def _count_and_size(box: Box, pore_size: float, porosity: float, area: float) -> tuple[int, float]:
    """Number of channels, and their size [m] with which they meet the porosity exactly."""
    power = box.dimensions - 1
    one = pore_size if power == 1 else math.pi / 4 * pore_size**2
    count = max(1, round(porosity * area / one))
    size = pore_size * (porosity * area / (count * one)) ** (1 / power)
    if abs(size - pore_size) > max(box.spacing[1:]):
        below = math.floor(porosity * area / one)
        nearest = " and ".join(f"{100 * n * one / area:.2f} %" for n in (below, below + 1) if n)
        raise GeometryError(
            f"whole channels of {um(pore_size)} in this domain make {nearest}, you asked for "
            f"{100 * porosity:.4g} %: choose one of these, or a wider domain"
        )
    return count, size


def _random_slits(
    length: float, size: float, gap: float, count: int, random: np.random.Generator
) -> NDArray[np.float64]:
    """Places of slits on a line that repeats, (count or 0, 1) [m]; none when they do not fit."""
    spare = length - count * (size + gap)
    if spare < 0:
        return np.empty((0, 1))
    walls = gap + spare * random.dirichlet(np.ones(count))
    places = np.cumsum(size + walls) + random.random() * length
    return np.asarray(places % length)[:, None]
