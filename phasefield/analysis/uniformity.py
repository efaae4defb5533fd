"""How evenly lithium grows: the measures taken from its free surface.

Every piece of the free surface counts with its area normal to the growth axis, which is the same
for every column. In straight channels there is one piece in every open column.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from phasefield.analysis.front import (
    FreeSurface,
    even_rise,
    filling,
    free_surface,
    front_width,
    nearest_known,
    pore_volume_below,
)
from phasefield.grid.collectives import connected

__all__ = ["Uniformity", "uniformity"]

FloatArray = NDArray[np.float64]

# Places whose psi differs by less than this rank as equally far from the wall: psi saturates at
# 1 in wide pores, and the mirror image of a column must rank with it.
SAME_PSI = 1e-9

TENTH = 0.1
"""Share of the surface that is next to the wall, or farthest from it, where pores are not straight
and no two places are equally far from a wall."""


@dataclass(frozen=True)
class Uniformity:
    """Measures of a deposit; NaN where one is not defined (no front, next to no net charge).

    Attributes
    ----------
    nonuniformity : population standard deviation over the free surface of h(t) - h(0), divided
        by the Faraday rise [1]. h(0) is the initial height in the same column or, where the column
        had no front then, in the nearest one that had.
    nonuniformity_raw : the same of h(t) itself [1]; differs where a contact angle other than
        90 degrees curves the meniscus from the start.
    mean_rise_m : mean of h(t) - h(0) [m].
    faraday_rise_m : rise of the same charge spread evenly over the pores, from `even_rise`;
        Q V_m/(F p) in straight channels [m].
    wall_to_centre : rise next to the wall over the rise farthest from it [1]; above 1 lithium
        runs up the walls.
    packing : added lithium over the pore volume it spreads into, the pore volume between the
        initial front and the highest point of the front [1]; 1 for an even deposit, NaN where
        not more was plated than stripped.
    largest_protrusion_m : highest minus mean front height [m].
    front_width_m : height over which layers go from 90 % to 10 % filled [m]; see `front_width`.
    pore_scatter : population standard deviation over the pores of their mean rise, divided by
        the Faraday rise [1]; 0 for a single pore.
    open_columns : number of places of the free surface the measures are taken from; one a column
        in straight channels.
    """

    nonuniformity: float
    nonuniformity_raw: float
    mean_rise_m: float
    faraday_rise_m: float
    wall_to_centre: float
    packing: float
    largest_protrusion_m: float
    front_width_m: float
    pore_scatter: float
    open_columns: int

    def without_scale(self) -> Uniformity:
        """The same, NaN where it is divided by the Faraday rise."""
        nan = math.nan
        return replace(self, nonuniformity=nan, nonuniformity_raw=nan, pore_scatter=nan)


def uniformity(
    xi: FloatArray,
    initial: FloatArray,
    added: float,
    psi: FloatArray,
    spacing: tuple[float, float, float],
    growth_axis: int,
) -> Uniformity:
    """Measures of the deposit since the start (definitions: `Uniformity`).

    Places are ranked by their distance to the wall through psi there: next to the wall are those
    with the lowest psi, farthest from it those with the highest; a tenth of the surface each where
    the pores change shape along the section that is plated.

    Parameters
    ----------
    xi : lithium order parameter now, shape (nz, ny, nx) [1].
    initial : height map of the relaxed state, from `front_height` [m].
    added : lithium over the cross-section, charge x V_m/F [m]; negative when stripped.
    psi : pore indicator, shape (nz, ny, nx) [1].
    spacing : cell edges (dz, dy, dx) [m].
    growth_axis : axis along which the columns run.
    """
    columns, step = np.moveaxis(psi, growth_axis, 0), spacing[growth_axis]
    surface = free_surface(xi, psi, spacing, growth_axis)
    now = surface.height
    if len(now) == 0 or np.isnan(initial).all():
        nan = math.nan
        return Uniformity(nan, nan, nan, nan, nan, nan, nan, nan, nan, 0)
    start = float(np.nanmean(initial))
    rise = now - nearest_known(initial).ravel()[surface.column]
    faraday = even_rise(columns, step, start, added)
    wall, centre = _wall_and_centre(rise, surface.psi, _straight(columns, step, start, now))
    edges, below = pore_volume_below(columns, step)
    swept = np.interp(now.max(), edges, below) - np.interp(start, edges, below)
    scale = abs(faraday)
    return Uniformity(
        nonuniformity=_ratio(rise.std(), scale),
        nonuniformity_raw=_ratio(now.std(), scale),
        mean_rise_m=float(rise.mean()),
        faraday_rise_m=faraday,
        wall_to_centre=_ratio(wall, centre),
        packing=_ratio(added, swept) if added > 0 else math.nan,
        largest_protrusion_m=float(now.max() - now.mean()),
        front_width_m=front_width(filling(xi, psi, growth_axis), step),
        pore_scatter=_ratio(_mean_per_pore(rise, surface).std(), scale),
        open_columns=len(now),
    )


def _straight(columns: FloatArray, step: float, start: float, now: FloatArray) -> bool:
    """Whether the pores keep their shape along the section between the fronts."""
    low = int(min(start, now.min()) // step)
    section = columns[low : int(max(start, now.max()) // step) + 1]
    return float(np.ptp(section, axis=0).max()) <= SAME_PSI


def _wall_and_centre(rise: FloatArray, psi: FloatArray, straight: bool) -> tuple[float, float]:
    """Mean rise next to the wall and farthest from it [m]."""
    tail = 0.0 if straight else TENTH
    low, high = np.quantile(psi, (tail, 1.0 - tail))
    return float(rise[psi <= low + SAME_PSI].mean()), float(rise[psi >= high - SAME_PSI].mean())


def _mean_per_pore(rise: FloatArray, surface: FreeSurface) -> FloatArray:
    """Mean rise of every connected group of columns with a front [m]."""
    has_front = np.zeros(math.prod(surface.shape), bool)
    has_front[surface.column] = True
    pores, count = connected(has_front.reshape(surface.shape))
    pore = pores.ravel()[surface.column]
    return np.asarray(ndimage.mean(rise, pore, np.arange(1, count + 1)))


def _ratio(value: float, scale: float) -> float:
    return float(value / scale) if scale != 0 else math.nan
