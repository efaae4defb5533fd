"""Straight channels whose width changes along the growth axis: tapered and corrugated."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from geometries.boxes import Box, cell_count, check_length, um
from geometries.channels import (
    Width,
    check_numbers,
    checked_arrangement,
    distance_at_cell_centres,
    lateral_domain,
)
from geometries.distance import signed_distance
from geometries.lattices import Arrangement, highest_porosity, lattice
from geometries.level import from_distance
from geometries.scaffold import GeometryError, Scaffold

__all__ = ["corrugated_channels", "tapered_channels"]

FloatArray = NDArray[np.float64]
Profile = Callable[[FloatArray], FloatArray]

SAMPLES = 4096
"""Heights at which a profile is integrated; midpoint rule, far below a cell."""


def tapered_channels(
    pore_size: float,
    pore_size_top: float,
    porosity: float,
    height: float,
    width: Width,
    spacing: float,
    dimensions: int = 2,
    arrangement: Arrangement | None = None,
) -> Scaffold:
    """Channels whose width goes evenly from one value at the lithium side to another at the top.

    Parameters
    ----------
    pore_size, pore_size_top : slit width or diameter at the low and high end [m].
    porosity : of the whole height [1].
    height, width, spacing, dimensions, arrangement : see `channels`.

    Raises
    ------
    GeometryError
        When neighbouring pores would touch, or a number is out of range.
    """
    check_length("pore_size_top", pore_size_top)
    slope = (pore_size_top - pore_size) / (2 * height)
    scaffold = _profiled(
        lambda z: pore_size / 2 + slope * z, lambda z: np.full_like(z, slope),
        pore_size, porosity, height, width, spacing, dimensions, arrangement,
    )  # fmt: skip
    return _named(scaffold, "tapered_channels", pore_size_top=pore_size_top)


def corrugated_channels(
    pore_size: float,
    amplitude: float,
    wavelength: float,
    porosity: float,
    height: float,
    width: Width,
    spacing: float,
    dimensions: int = 2,
    arrangement: Arrangement | None = None,
) -> Scaffold:
    """Channels of the width w (1 + a cos(2 pi z/wavelength)), widest at the lithium side.

    Parameters
    ----------
    pore_size : mean slit width or diameter w [m].
    amplitude : a, 0 to below 1 [1].
    wavelength : of the corrugation [m].
    porosity : of the whole height [1].
    height, width, spacing, dimensions, arrangement : see `channels`.

    Raises
    ------
    GeometryError
        When neighbouring pores would touch, or a number is out of range.
    """
    check_length("wavelength", wavelength)
    if not 0 <= amplitude < 1:
        raise GeometryError(f"amplitude must be at least 0 and below 1, got {amplitude}")
    k = 2 * math.pi / wavelength
    scaffold = _profiled(
        lambda z: pore_size / 2 * (1 + amplitude * np.cos(k * z)),
        lambda z: -pore_size / 2 * amplitude * k * np.sin(k * z),
        pore_size, porosity, height, width, spacing, dimensions, arrangement,
    )  # fmt: skip
    return _named(scaffold, "corrugated_channels", amplitude=amplitude, wavelength=wavelength)


def _profiled(
    half_width: Profile,
    half_width_prime: Profile,
    pore_size: float,
    porosity: float,
    height: float,
    width: Width,
    spacing: float,
    dimensions: int,
    arrangement: Arrangement | None,
) -> Scaffold:
    """Channels whose half width is a function of the height [m]."""
    kind = checked_arrangement(dimensions, arrangement)
    check_numbers(kind, pore_size, porosity, height, spacing)
    z = (np.arange(SAMPLES) + 0.5) * height / SAMPLES
    radius, stretch = half_width(z), np.sqrt(1 + half_width_prime(z) ** 2)
    power = 1 if kind == "slit" else 2
    even = 2 * float(np.mean(radius**power)) ** (1 / power)
    _check_apart(kind, porosity, even, 2 * float(radius.max()), power)
    pores = lattice(kind, even, porosity)
    lengths, start = lateral_domain(pores, width, pore_size)
    counts = tuple(cell_count(length, spacing) for length in (height, *lengths))
    steps = tuple(length / n for length, n in zip((height, *lengths), counts, strict=True))
    to_axis = distance_at_cell_centres(replace(pores, half_size=0.0), start, counts[1:], steps[1:])
    heights: FloatArray = np.asarray((np.arange(counts[0]) + 0.5) * steps[0])
    heights = heights.reshape(-1, *[1] * (dimensions - 1))
    narrowing = np.sqrt(1 + half_width_prime(heights) ** 2)
    level = np.asarray((to_axis - half_width(heights)) / narrowing)
    if dimensions == 2:
        box = Box((1, counts[0], counts[1]), (spacing, steps[0], steps[1]), 1)
    else:
        box = Box((counts[0], counts[1], counts[2]), (steps[0], steps[1], steps[2]), 0)
    around = 2.0 if kind == "slit" else 2 * math.pi * radius
    through = 2 * radius if kind == "slit" else math.pi * radius**2
    area = porosity * box.volume * float(np.mean(around * stretch) / np.mean(through))
    distance = signed_distance(level.reshape(box.shape), box.spacing)
    asked = {
        "pore_size": pore_size, "porosity": porosity, "height": height, "width": width,
        "spacing": spacing, "dimensions": dimensions, "arrangement": kind,
    }  # fmt: skip
    provenance = {"generator": "", "parameters": asked, "seed": None}
    scaffold = from_distance(box, distance, porosity, pore_size, provenance, area)
    mirrors = tuple(range(4 - dimensions, 3)) if isinstance(width, str) else ()
    return replace(scaffold, mirror_axes=mirrors)


def _named(scaffold: Scaffold, generator: str, **parameters: float) -> Scaffold:
    """The scaffold with the generator and its further parameters in its provenance."""
    known = scaffold.provenance
    made = {**known, "generator": generator, "parameters": {**known["parameters"], **parameters}}
    return replace(scaffold, provenance=made)


def _check_apart(
    kind: Arrangement, porosity: float, even: float, widest: float, power: int
) -> None:
    """Raise GeometryError when pores touch where they are widest."""
    limit = highest_porosity(kind) * (even / widest) ** power
    if porosity >= limit:
        raise GeometryError(
            f"pores that widen to {um(widest)} touch at a porosity of {100 * limit:.1f} %, "
            f"you gave {100 * porosity:.6g} %"
        )
