"""How evenly lithium grows: front heights and the measures taken from them.

A column is a line of cells along the growth axis; heights are measured from the low end of the
domain. Every column counts equally, since all have the same cross-section.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

__all__ = ["Uniformity", "front_height", "uniformity"]

FloatArray = NDArray[np.float64]

# Columns whose psi differs by less than this rank as equally far from the wall: psi saturates at
# 1 in wide pores, and the mirror image of a column must rank with it.
SAME_PSI = 1e-9

# psi of an open column; above 0.5 by more than rounding, so that a column of cells that lies
# exactly on the wall is closed on every grid.
OPEN_ABOVE = 0.5 + 1e-6


@dataclass(frozen=True)
class Uniformity:
    """Measures of a deposit; NaN where one is not defined (no front, no charge passed).

    Attributes
    ----------
    nonuniformity : population standard deviation over the open columns of h(t) - h(0), divided
        by the Faraday rise [1].
    nonuniformity_raw : the same of h(t) itself [1]; differs where a contact angle other than
        90 degrees curves the meniscus from the start.
    mean_rise_m : mean of h(t) - h(0) [m].
    faraday_rise_m : rise of the same charge spread evenly, Q V_m/(F p) [m], as given.
    wall_to_centre : rise in the columns next to the wall over the rise in the columns farthest
        from it [1]; above 1 lithium runs up the walls.
    packing : added lithium over the pore volume it spreads into, the pore volume between the
        initial front and the highest point of the front [1]; 1 for an even deposit.
    largest_protrusion_m : highest minus mean front height [m].
    pore_scatter : population standard deviation over the pores of their mean rise, divided by
        the Faraday rise [1]; 0 for a single pore.
    open_columns : number of columns the measures are taken from.
    """

    nonuniformity: float
    nonuniformity_raw: float
    mean_rise_m: float
    faraday_rise_m: float
    wall_to_centre: float
    packing: float
    largest_protrusion_m: float
    pore_scatter: float
    open_columns: int


def front_height(
    xi: FloatArray, psi: FloatArray, spacing: tuple[float, float, float], growth_axis: int
) -> FloatArray:
    """Height of the lithium front in every column [m].

    The front is the highest place where xi falls through 0.5 on the way up, interpolated
    linearly between cell centres (an isolated drop above the front counts, lithium that hangs
    from the top of the domain does not).

    Parameters
    ----------
    xi : lithium order parameter, shape (nz, ny, nx) [1].
    psi : pore indicator 1 - phi, same shape [1].
    spacing : cell edges (dz, dy, dx) [m].
    growth_axis : axis along which the columns run.

    Returns
    -------
    Array of the shape of the fields without the growth axis; NaN in columns without a front
    (closed, empty, or filled to the top) and where psi <= 0.5 at the front.
    """
    metal = np.moveaxis(xi, growth_axis, 0)
    pore = np.moveaxis(psi, growth_axis, 0)
    falls = (metal[:-1] >= 0.5) & (metal[1:] < 0.5)
    below = falls.shape[0] - 1 - np.argmax(falls[::-1], axis=0)
    low, high = _pick(metal, below), _pick(metal, below + 1)
    found = falls.any(axis=0)
    fraction = np.divide(low - 0.5, low - high, out=np.zeros_like(low), where=found)
    pore_at_front = (1 - fraction) * _pick(pore, below) + fraction * _pick(pore, below + 1)
    height = (below + 0.5 + fraction) * spacing[growth_axis]
    return np.where(found & (pore_at_front > OPEN_ABOVE), height, np.nan)


def uniformity(
    height: FloatArray,
    height_initial: FloatArray,
    faraday_rise: float,
    porosity: float,
    psi: FloatArray,
    spacing: tuple[float, float, float],
    growth_axis: int,
) -> Uniformity:
    """Measures of the deposit between two fronts (definitions: `Uniformity`).

    Open columns are those with a front in both states. They are ranked by their distance to the
    wall through psi at the initial front: next to the wall are the open columns with the lowest
    psi, farthest from it those with the highest. Packing takes the added lithium from the charge
    (`faraday_rise` x `porosity`) and the pore volume from the integral of psi.

    Parameters
    ----------
    height, height_initial : fronts from `front_height`, now and in the relaxed state [m].
    faraday_rise : charge per cross-section x V_m/(F porosity) [m]; negative when stripped.
    porosity : integrated psi porosity of the plated section, as used in `faraday_rise` [1].
    psi : pore indicator, shape (nz, ny, nx) [1].
    spacing : cell edges (dz, dy, dx) [m].
    growth_axis : axis along which the columns run.
    """
    is_open = np.isfinite(height) & np.isfinite(height_initial)
    if not is_open.any():
        nan = math.nan
        return Uniformity(nan, nan, nan, faraday_rise, nan, nan, nan, nan, 0)
    rise = np.where(is_open, height - height_initial, 0.0)
    risen, now = rise[is_open], height[is_open]
    columns, step = np.moveaxis(psi, growth_axis, 0), spacing[growth_axis]
    start_cell = np.where(is_open, height_initial, 0.0) // step
    wall, centre = _wall_and_centre(risen, _pick(columns, start_cell.astype(int))[is_open])
    swept = _pore_volume_per_area(columns, step, height_initial[is_open].mean(), now.max())
    scale = abs(faraday_rise)
    return Uniformity(
        nonuniformity=_ratio(risen.std(), scale),
        nonuniformity_raw=_ratio(now.std(), scale),
        mean_rise_m=float(risen.mean()),
        faraday_rise_m=faraday_rise,
        wall_to_centre=_ratio(wall, centre),
        packing=_ratio(faraday_rise * porosity, swept),
        largest_protrusion_m=float(now.max() - now.mean()),
        pore_scatter=_ratio(_mean_per_pore(rise, is_open).std(), scale),
        open_columns=int(is_open.sum()),
    )


def _pick(columns: FloatArray, level: NDArray[np.intp]) -> FloatArray:
    """Value of every column at its own level."""
    return np.take_along_axis(columns, level[None], axis=0)[0]


def _wall_and_centre(rise: FloatArray, psi: FloatArray) -> tuple[float, float]:
    """Mean rise next to the wall and farthest from it [m]."""
    wall, centre = psi <= psi.min() + SAME_PSI, psi >= psi.max() - SAME_PSI
    return float(rise[wall].mean()), float(rise[centre].mean())


def _pore_volume_per_area(columns: FloatArray, step: float, low: float, high: float) -> float:
    """Integral of the layer porosity between two heights [m], negative when high < low."""
    layer_porosity = columns.mean(axis=(1, 2))
    below = np.concatenate([[0.0], np.cumsum(layer_porosity)]) * step
    edges = np.arange(len(below)) * step
    return float(np.interp(high, edges, below) - np.interp(low, edges, below))


def _mean_per_pore(rise: FloatArray, is_open: NDArray[np.bool_]) -> FloatArray:
    """Mean rise of every connected group of open columns [m]."""
    pores, count = ndimage.label(is_open)
    return np.asarray(ndimage.mean(rise, pores, np.arange(1, count + 1)))


def _ratio(value: float, scale: float) -> float:
    return float(value / scale) if scale != 0 else math.nan
