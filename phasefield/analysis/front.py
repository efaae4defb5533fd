"""Where the free surface of the lithium is, in pores of any shape.

A column is a line of cells along the growth axis. In straight channels it is pore or solid all the
way; elsewhere walls cut it into pieces, and each piece of pore has a free surface of its own.
Heights are measured from the low end of the domain.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

__all__ = ["FreeSurface", "even_rise", "filling", "free_surface", "front_height", "front_width"]

FloatArray = NDArray[np.float64]
Spacing = tuple[float, float, float]

# psi of an open cell; above 0.5 by more than rounding, so that a column of cells that lies
# exactly on the wall is closed on every grid.
OPEN_ABOVE = 0.5 + 1e-6

FULL, EMPTY = 0.9, 0.1
"""Filling of a layer at the two ends of the front."""


@dataclass(frozen=True)
class FreeSurface:
    """The free surface as points, one for every piece of pore of every column that has one.

    Each stands for the same area normal to the growth axis.

    Attributes
    ----------
    height : of the surface [m], (count,).
    column : its column, as index into the flattened cross-section, (count,).
    psi : pore indicator there [1], (count,).
    shape : of the cross-section.
    """

    height: FloatArray
    column: NDArray[np.intp]
    psi: FloatArray
    shape: tuple[int, ...]

    def map(self) -> FloatArray:
        """Height of the highest surface in every column [m], NaN where there is none."""
        found = np.full(math.prod(self.shape), -np.inf)
        np.maximum.at(found, self.column, self.height)
        return np.where(np.isfinite(found), found, np.nan).reshape(self.shape)


def free_surface(
    xi: FloatArray, psi: FloatArray, spacing: Spacing, growth_axis: int
) -> FreeSurface:
    """Find the free surface of the lithium.

    It is where xi falls through 0.5 on the way up inside a pore, interpolated linearly between cell
    centres; in a piece of pore with several such places, the highest (an isolated drop above the
    front counts, lithium that hangs from a roof does not). A piece that is empty or full has none.

    Parameters
    ----------
    xi : lithium order parameter, shape (nz, ny, nx) [1].
    psi : pore indicator 1 - phi, same shape [1].
    spacing : cell edges (dz, dy, dx) [m].
    growth_axis : axis along which the columns run.
    """
    metal = np.moveaxis(xi, growth_axis, 0)
    pore = np.moveaxis(psi, growth_axis, 0)
    layers, shape = metal.shape[0], metal.shape[1:]
    metal, pore = metal.reshape(layers, -1), pore.reshape(layers, -1)
    below, column = np.nonzero((metal[:-1] >= 0.5) & (metal[1:] < 0.5))
    low, high = metal[below, column], metal[below + 1, column]
    fraction = (low - 0.5) / (low - high)
    psi_there = (1 - fraction) * pore[below, column] + fraction * pore[below + 1, column]
    walls_below = np.cumsum(pore <= OPEN_ABOVE, axis=0)[below, column]
    is_open = psi_there > OPEN_ABOVE
    piece = column * (layers + 1) + walls_below
    highest = _last_of_each(piece[is_open])
    kept = np.flatnonzero(is_open)[highest]
    height = (below[kept] + 0.5 + fraction[kept]) * spacing[growth_axis]
    return FreeSurface(height, column[kept], psi_there[kept], shape)


def front_height(xi: FloatArray, psi: FloatArray, spacing: Spacing, growth_axis: int) -> FloatArray:
    """Height of the highest free surface in every column [m], NaN in columns without one.

    Parameters
    ----------
    xi, psi, spacing, growth_axis : see `free_surface`.

    Returns
    -------
    Array of the shape of the fields without the growth axis.
    """
    return free_surface(xi, psi, spacing, growth_axis).map()


def filling(xi: FloatArray, psi: FloatArray, growth_axis: int) -> FloatArray:
    """Share of the pores that is lithium, layer by layer from the low end [1]; NaN without pore."""
    across = tuple(axis for axis in range(3) if axis != growth_axis)
    pore = psi.sum(axis=across)
    metal = (psi * xi).sum(axis=across)
    return np.divide(metal, pore, out=np.full(len(pore), np.nan), where=pore > 0)


def front_width(filled: FloatArray, step: float) -> float:
    """Height from where layers are no longer 90 % filled to where they are 10 % filled [m].

    NaN when the front does not lie inside the domain. About one interface width of it is that of
    the diffuse surface, whatever the pores.

    Parameters
    ----------
    filled : from `filling` [1].
    step : thickness of a layer [m].
    """
    known = np.nan_to_num(filled)
    low, high = np.flatnonzero(known < FULL), np.flatnonzero(known > EMPTY)
    if len(low) == 0 or len(high) == 0 or low[0] == 0 or high[-1] == len(known) - 1:
        return math.nan
    lower, upper = low[0] - 1, high[-1]
    start = lower + (known[lower] - FULL) / (known[lower] - known[lower + 1])
    end = upper + (known[upper] - EMPTY) / (known[upper] - known[upper + 1])
    return float((end - start) * step)


def even_rise(columns: FloatArray, step: float, start: float, added: float) -> float:
    """Rise of a flat front that takes in a volume evenly [m]: the Faraday rise.

    The height r at which the integral of the layer porosity from `start` to `start` + r is the
    volume; with straight channels that is the volume over the porosity.

    Parameters
    ----------
    columns : psi with the growth axis first [1].
    step : thickness of a layer [m].
    start : height of the flat front [m].
    added : volume of lithium over the cross-section [m]; negative when stripped.
    """
    if added == 0.0:
        return 0.0
    edges, below = pore_volume_below(columns, step)
    before = np.interp(start, edges, below)
    return float(np.interp(before + added, below, edges) - start)


def pore_volume_below(columns: FloatArray, step: float) -> tuple[FloatArray, FloatArray]:
    """Heights of the edges of the layers [m], and pore volume over the cross-section below [m]."""
    below = np.concatenate([[0.0], np.cumsum(columns.mean(axis=(1, 2)))]) * step
    return np.arange(len(below), dtype=np.float64) * step, below


def nearest_known(heights: FloatArray) -> FloatArray:
    """A height map, with NaN replaced by the value of the nearest column that has one."""
    missing = np.isnan(heights)
    if not missing.any() or missing.all():
        return heights
    nearest = ndimage.distance_transform_edt(missing, return_distances=False, return_indices=True)
    return heights[tuple(nearest)]


def _last_of_each(keys: NDArray[np.intp]) -> NDArray[np.intp]:
    """Index of the last occurrence of every distinct key."""
    return len(keys) - 1 - np.unique(keys[::-1], return_index=True)[1]
