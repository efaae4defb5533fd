"""The front between lithium and empty pore: its coefficients, and its shape at rest."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import beta, betaincinv

from phasefield.physics.energy import EXPONENT

__all__ = ["FRONT_SLOPE", "front_at_rest", "front_coefficients"]


FRONT_SLOPE = 1.2
"""Slope of a front at rest where xi = 1/2, times delta. Chosen: with it the whole front is 1.6
delta thick, more than six cells at the coarsest grid that is allowed."""


def front_coefficients(gamma: float, width: float) -> tuple[float, float]:
    """W [J m-3] and kappa [J m-1] of a front of energy `gamma` [J m-2] and `width` delta [m].

    A front at rest has xi' = -sqrt(2 f/kappa) and costs the integral of sqrt(2 kappa f) (Cahn &
    Hilliard 1958). With f = W (xi (1 - xi))^m both follow from its slope at xi = 1/2 and the beta
    function B(1 + m/2, 1 + m/2), the integral of sqrt(f/W).
    """
    slope = FRONT_SLOPE / width
    spent = beta(1.0 + 0.5 * EXPONENT, 1.0 + 0.5 * EXPONENT)  # integral of sqrt(f/W)
    middle = 0.25 ** (0.5 * EXPONENT)  # sqrt(f/W) at xi = 1/2
    return 0.5 * gamma * slope / (spent * middle), gamma * middle / (spent * slope)


def front_at_rest(distance: NDArray[np.floating[Any]], width: float) -> NDArray[np.float64]:
    """xi across a flat front at rest [1], from 1 to 0 over 1.6 `width` about `distance` = 0 [m]."""
    power = 1.0 - 0.5 * EXPONENT
    thickness = beta(power, power) * 0.25 ** (0.5 * EXPONENT) * width / FRONT_SLOPE
    return np.asarray(betaincinv(power, power, np.clip(0.5 - distance / thickness, 0.0, 1.0)))
