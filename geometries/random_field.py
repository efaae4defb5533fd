"""Pores of a Gaussian random field: where smooth noise lies below a threshold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.special import ndtri

from geometries.boxes import Box, check_fraction, check_length, make_box, um
from geometries.level import from_level
from geometries.scaffold import GeometryError, Scaffold

__all__ = ["correlation_length", "random_field"]

ROUNDS = 5
"""Corrections of the correlation length for the chance of one realisation."""


def random_field(
    pore_size: float,
    porosity: float,
    height: float,
    width: float | Sequence[float],
    spacing: float,
    dimensions: int = 3,
    seed: int = 0,
) -> Scaffold:
    """White noise smoothed by a Gaussian, cut at the asked porosity; bicontinuous in 3D.

    The pore size is the mean chord of the pores, 4 p/S (2D: pi p/L_A), which the length of the
    Gaussian is adjusted to meet within one cell in the box that is made.

    Parameters
    ----------
    pore_size : mean chord length of the pores [m].
    porosity, height, width, spacing, dimensions : see `make_box`; the field repeats periodically
        sideways and along the height.
    seed : of the noise.

    Raises
    ------
    GeometryError
        When the box is too small for that pore size, or a number is out of range.
    """
    check_length("pore_size", pore_size)
    check_fraction("porosity", porosity)
    box = make_box(height, width, spacing, dimensions)
    noise = np.random.default_rng(seed).standard_normal(box.shape)
    sigma, chord = correlation_length(pore_size, porosity), math.nan
    asked = {
        "pore_size": pore_size, "porosity": porosity, "height": height, "width": width,
        "spacing": spacing, "dimensions": dimensions,
    }  # fmt: skip
    provenance = {"generator": "random_field", "parameters": asked, "seed": seed}
    for _ in range(ROUNDS):
        level = _smooth(noise, box, sigma)
        scaffold = from_level(box, level, porosity, pore_size, provenance, math.inf)
        chord = (4 if dimensions == 3 else math.pi) * scaffold.pore_volume / scaffold.wall_area
        if abs(chord - pore_size) <= spacing:
            return replace(scaffold, provenance={**provenance, "correlation_length": sigma})
        sigma *= pore_size / chord
    raise GeometryError(
        f"pores of {um(pore_size)} on average are not reachable in this box, {um(chord)} are: "
        "choose a larger box, a finer spacing or another seed"
    )


def correlation_length(pore_size: float, porosity: float) -> float:
    """Standard deviation of the Gaussian [m] that gives a mean chord in an endless volume.

    Its field has the correlation exp(-r^2/(4 sigma^2)); cut at the normal quantile t it has the
    surface sqrt(2)/(pi sigma) exp(-t^2/2) per volume (Berk, Phys. Rev. A 44 (1991) 5069).
    """
    t = float(ndtri(porosity))
    return pore_size / (2 * math.sqrt(2) * math.pi * porosity * math.exp(t**2 / 2))


def _smooth(noise: NDArray[np.float64], box: Box, sigma: float) -> NDArray[np.float64]:
    """The field in units of length: divided by its root-mean-square gradient along an axis [m]."""
    cells = [sigma / box.spacing[axis] if axis in box.axes else 0.0 for axis in range(3)]
    field = ndimage.gaussian_filter(noise, cells, mode="wrap")
    return np.asarray(field / field.std() * (math.sqrt(2) * sigma))
