"""Transport of lithium in its own metal, and H, which says where lithium touches the wall."""

from __future__ import annotations

import numpy as np
from numba import njit

from phasefield.physics.scalar import Scalar

__all__ = ["contact", "contact_prime", "filling", "filling_prime", "lithium_mobility"]

VAPOUR = 1e-3
"""xi below which lithium does not move. A metal under pressure mu holds the empty pore at xi =
mu/K, 1e-4 at 1 MPa: without this it would seep there without end."""

DEFICIT = 0.01
"""xi below zero, beyond `VAPOUR`, at which lithium moves freely: what a time step takes too much
out of a cell that it empties flows back."""


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


@njit(cache=True)
def filling(xi: Scalar, immobile: float) -> Scalar:
    """Share of lithium that moves, M(xi)/M_Li = (xi - x0)/(1 - x0) clipped to [0, 1], equation (A).

    Linear, so that a diffuse front neither resists its own advance nor carries more lithium along
    itself than a sharp one: the integrals across it of xi^2 M_Li/M and of M/M_Li are those of a
    step. `immobile` x0, xi below which nothing moves [1]: `VAPOUR`, or 0 before t = 0.
    """
    return np.minimum(
        np.maximum(xi - immobile, 0.0) / (1.0 - immobile) + np.maximum(-xi - VAPOUR, 0.0) / DEFICIT,
        1.0,
    )


@njit(cache=True)
def filling_prime(xi: Scalar, immobile: float) -> Scalar:
    """Derivative of `filling`: 1 inside (0, 1), 0 outside."""
    rising = ((xi > immobile) & (xi < 1.0)) / (1.0 - immobile)
    return rising - ((xi < -VAPOUR) & (xi > -VAPOUR - DEFICIT)) / DEFICIT


def lithium_mobility(diffusivity: float, molar_volume: float, thermal_energy: float) -> float:
    """Mobility M_Li = D_Li V_m / (RT) [m5 J-1 s-1] in d(psi xi)/dt = div(psi M grad mu).

    `diffusivity` D_Li [m2 s-1], `molar_volume` V_m [m3 mol-1], `thermal_energy` RT [J mol-1].
    """
    return diffusivity * molar_volume / thermal_energy
