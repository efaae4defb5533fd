"""The current on the contact between lithium and solid electrolyte: area, spread, reduction."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["ContactMetrics", "contact_metrics", "gini_coefficient"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class ContactMetrics:
    """Measures of the contact; NaN where one is not defined (no contact, no applied current).

    Attributes
    ----------
    contact_area : true area of the contact, sum of the weights [m2].
    contact_area_per_area : contact area over the cross-section of the domain [1].
    mean_current_density : area-weighted mean <i> over the strong contact [A m-2].
    max_current_density : largest current density over the strong contact, in the direction of
        the applied current [A m-2].
    j_max_over_j_mean : max over mean current density [1].
    gini : Gini coefficient of the current over the contact area, 0 even, 1 all in one place [1];
        above 1 is possible where parts of the contact carry current backwards.
    current_density_reduction_mean : 1 - <i>/J [1]; compare with the analytic R_J.
    current_density_reduction_peak : 1 - max(i)/J [1]; compare with the kinetic R_J.
    """

    contact_area: float
    contact_area_per_area: float
    mean_current_density: float
    max_current_density: float
    j_max_over_j_mean: float
    gini: float
    current_density_reduction_mean: float
    current_density_reduction_peak: float


def contact_metrics(
    current_density: FloatArray,
    contact_weight: FloatArray,
    strong: NDArray[np.bool_],
    cross_section: float,
    applied: float,
) -> ContactMetrics:
    """Measures of the current on the Li | solid-electrolyte contact.

    Parameters
    ----------
    current_density : i per true contact area, positive plates [A m-2]; any shape, read only
        where `strong`.
    contact_weight : true contact area in each cell, a H(xi) x cell volume, same shape [m2].
    strong : the contact proper, H(xi) > 0.5 where a > 0, same shape; means and extremes are
        taken over it, the contact area over everything.
    cross_section : area of the domain normal to the growth axis [m2].
    applied : applied current density J per cross-section, positive plates [A m-2].
    """
    area = float(contact_weight.sum())
    i, weight = current_density[strong], contact_weight[strong]
    if weight.sum() == 0:
        nan = math.nan
        return ContactMetrics(area, area / cross_section, nan, nan, nan, nan, nan, nan)
    direction = -1.0 if applied < 0 else 1.0
    mean = float(np.average(i, weights=weight))
    largest = direction * float((direction * i).max())
    return ContactMetrics(
        contact_area=area,
        contact_area_per_area=area / cross_section,
        mean_current_density=mean,
        max_current_density=largest,
        j_max_over_j_mean=largest / mean if mean and applied else math.nan,
        gini=gini_coefficient(direction * i, weight) if applied else math.nan,
        current_density_reduction_mean=1 - mean / applied if applied else math.nan,
        current_density_reduction_peak=1 - largest / applied if applied else math.nan,
    )


def gini_coefficient(values: FloatArray, weights: FloatArray) -> float:
    """Gini coefficient of weighted values, 1 - 2 x the area under the Lorenz curve [1].

    Parameters
    ----------
    values, weights : 1D arrays of one length; weights >= 0.

    Returns
    -------
    0 for equal values; NaN when the weighted sum of the values is not positive.
    """
    order = np.argsort(values)
    share = np.concatenate([[0.0], np.cumsum((values * weights)[order])])
    people = np.concatenate([[0.0], np.cumsum(weights[order])])
    if share[-1] <= 0:
        return math.nan
    return float(1 - 2 * np.trapezoid(share / share[-1], people / people[-1]))
