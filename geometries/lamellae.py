"""Lamellae of a freeze-cast scaffold: parallel walls, straight or undulating."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometries.boxes import Box, check_fraction, check_length, make_box, um
from geometries.channels import Width, lateral_domain
from geometries.distance import signed_distance
from geometries.lattices import lattice
from geometries.level import from_distance
from geometries.scaffold import GeometryError, Scaffold

__all__ = ["lamellae"]

STEEPEST = 0.5
"""Root-mean-square slope of the walls beyond which their thickness is no longer the asked one."""


def lamellae(
    pore_size: float,
    porosity: float,
    height: float,
    width: Width,
    spacing: float,
    dimensions: int = 3,
    seed: int = 0,
    roughness: float | None = None,
    roughness_length: float | None = None,
) -> Scaffold:
    """Walls along the growth axis, normal to x, that undulate together.

    Freezing a slurry from one side leaves such walls (Deville et al., Science 311 (2006) 515).
    All walls are moved along x by one smooth random field of the height (and y), so that pores and
    walls keep their width along x and the porosity is exact.

    Parameters
    ----------
    pore_size : distance between two walls [m].
    porosity : [1].
    height : of the domain [m].
    width : across the domain [m], in 3D a number or a pair (y, x); whole periods along x.
    spacing, dimensions : see `make_box`.
    seed : of the undulation.
    roughness : root-mean-square displacement of the walls [m]; None for flat walls.
    roughness_length : over which it varies [m]; three pore sizes if not given.

    Raises
    ------
    GeometryError
        When the walls would be too steep, or a number is out of range.
    """
    check_length("pore_size", pore_size)
    check_fraction("porosity", porosity)
    pores = lattice("slit", pore_size, porosity)
    pair = (width, width) if isinstance(width, str | float | int) else tuple(width)
    if "unit_cell" in pair:
        raise GeometryError("lamellae have no unit cell: give the width as a length")
    (across,), (start,) = lateral_domain(pores, float(pair[-1]), pore_size)
    box = make_box(height, (float(pair[0]), across)[3 - dimensions :], spacing, dimensions)
    roughness = roughness or 0.0
    length = 3 * pore_size if roughness_length is None else roughness_length
    moved = _undulation(box, roughness, length, np.random.default_rng(seed))
    x = box.centres()[2] + start + moved
    slopes = [np.gradient(moved, box.spacing[a], axis=a) for a in (0, 1) if box.shape[a] > 1]
    steep = np.sqrt(sum(slope**2 for slope in slopes))
    if math.sqrt(float(np.mean(steep**2))) > STEEPEST:
        raise GeometryError(
            f"walls that move by {um(roughness)} over {um(length)} are too steep to keep their "
            "thickness: choose a smaller roughness or a longer roughness_length"
        )
    level = np.broadcast_to(pores.distance([x]) / np.sqrt(1 + steep**2), box.shape)
    asked = {
        "pore_size": pore_size, "porosity": porosity, "height": height, "width": width,
        "spacing": spacing, "dimensions": dimensions, "roughness": roughness,
        "roughness_length": length,
    }  # fmt: skip
    provenance = {"generator": "lamellae", "parameters": asked, "seed": seed}
    if roughness == 0.0:
        area = 2 * porosity * box.volume / pore_size
        return from_distance(box, level.copy(), porosity, pore_size, provenance, area)
    distance = signed_distance(level, box.spacing)
    return from_distance(box, distance, porosity, pore_size, provenance)


def _undulation(
    box: Box, roughness: float, length: float, random: np.random.Generator
) -> NDArray[np.float64]:
    """Displacement of the walls [m], of the shape of the box but flat along x."""
    shape = (*box.shape[:2], 1)
    if roughness == 0.0:
        return np.zeros(shape)
    cells = [length / box.spacing[axis] if axis in box.axes else 0.0 for axis in range(2)]
    field = ndimage.gaussian_filter(random.standard_normal(shape), [*cells, 0.0], mode="wrap")
    field -= field.mean()
    return np.asarray(field * (roughness / field.std()))
