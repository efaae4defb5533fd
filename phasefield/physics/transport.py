"""Transport of lithium in its own metal, and the function H that switches it and the reaction."""

from __future__ import annotations

import numpy as np
from numba import njit

from phasefield.physics.scalar import Scalar

__all__ = ["contact", "contact_prime", "lithium_mobility"]


@njit(cache=True)
def contact(xi: Scalar) -> Scalar:
    """H(xi) = x^2 (3 - 2x) with x = xi clipped to [0, 1]; 1 where lithium is, 0 where it is not."""
    x = np.minimum(np.maximum(xi, 0.0), 1.0)
    return x * x * (3.0 - 2.0 * x)


@njit(cache=True)
def contact_prime(xi: Scalar) -> Scalar:
    """Derivative of `contact`, 6 x (1 - x) with x = xi clipped to [0, 1]."""
    x = np.minimum(np.maximum(xi, 0.0), 1.0)
    return 6.0 * x * (1.0 - x)


def lithium_mobility(diffusivity: float, molar_volume: float, thermal_energy: float) -> float:
    """Mobility M_Li = D_Li V_m / (RT) [m5 J-1 s-1] in d(psi xi)/dt = div(psi M grad mu).

    `diffusivity` D_Li [m2 s-1], `molar_volume` V_m [m3 mol-1], `thermal_energy` RT [J mol-1].
    """
    return diffusivity * molar_volume / thermal_energy
