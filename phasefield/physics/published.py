"""The published one-potential model, theory equations (8)-(12): coefficients and local terms.

Allen-Cahn / Butler-Volmer order parameter, Nernst-Planck transport and charge conservation with one
potential through metal, electrolyte and vacuum, the family of Chen et al., J. Power Sources 300
(2015) 376, with a second, frozen order parameter for the LLZO.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from phasefield.physics.energy import double_well_prime, double_well_second
from phasefield.physics.scalar import Scalar

__all__ = [
    "chemical_prime",
    "chemical_second",
    "driving_force",
    "driving_force_slopes",
    "effective",
    "effective_prime",
    "interpolation",
    "interpolation_prime",
    "interpolation_second",
]


@njit(cache=True)
def interpolation(u: Scalar) -> Scalar:
    """h(u) = u^3 (6 u^2 - 15 u + 10); 0 at 0, 1 at 1, flat to second order at both."""
    return u * u * u * (u * (6.0 * u - 15.0) + 10.0)


@njit(cache=True)
def interpolation_prime(u: Scalar) -> Scalar:
    """h'(u) = 30 u^2 (1 - u)^2."""
    return 30.0 * (u * (1.0 - u)) ** 2


@njit(cache=True)
def interpolation_second(u: Scalar) -> Scalar:
    """h''(u) = 60 u (1 - u)(1 - 2u)."""
    return 60.0 * u * (1.0 - u) * (1.0 - 2.0 * u)


@njit(cache=True)
def chemical_prime(xi: Scalar, phi: Scalar, barrier_height: float, cross_barrier: float) -> Scalar:
    """df0/dxi = 2 W1 xi (1 - xi)(1 - 2 xi) + A xi phi^2 [J m-3], theory equation (8)."""
    return double_well_prime(xi, barrier_height) + cross_barrier * xi * phi**2


@njit(cache=True)
def chemical_second(xi: Scalar, phi: Scalar, barrier_height: float, cross_barrier: float) -> Scalar:
    """d2f0/dxi2 [J m-3]."""
    return double_well_second(xi, barrier_height) + cross_barrier * phi**2


@njit(cache=True)
def driving_force(
    concentration: Scalar, overpotential: Scalar, alpha: float, thermal_voltage: float
) -> Scalar:
    """(c/c0) exp(-alpha eta/V_T) - exp((1 - alpha) eta/V_T) [1] of theory equation (9).

    `concentration` is c/c0 [1]; eta < 0 plates.
    """
    forward = concentration * np.exp(-alpha * overpotential / thermal_voltage)
    return forward - np.exp((1.0 - alpha) * overpotential / thermal_voltage)


@njit(cache=True)
def driving_force_slopes(
    concentration: float, overpotential: float, alpha: float, thermal_voltage: float
) -> tuple[float, float]:
    """Derivatives of `driving_force` to c/c0 [1] and to eta [V-1]."""
    forward = np.exp(-alpha * overpotential / thermal_voltage)
    backward = np.exp((1.0 - alpha) * overpotential / thermal_voltage)
    to_eta = -(alpha * concentration * forward + (1.0 - alpha) * backward) / thermal_voltage
    return forward, to_eta


@njit(cache=True)
def effective(xi: Scalar, phi: Scalar, metal: float, electrolyte: float, vacuum: float) -> Scalar:
    """X_e h(xi) + X_p h(phi) + X_s (1 - h(xi) - h(phi)): conductivity or ion diffusivity.

    The vacuum term is a floor: where lithium and LLZO overlap so far that it would be negative, it
    is left out.
    """
    in_metal, in_electrolyte = interpolation(xi), interpolation(phi)
    empty = np.maximum(1.0 - in_metal - in_electrolyte, 0.0)
    return metal * np.maximum(in_metal, 0.0) + electrolyte * in_electrolyte + vacuum * empty


@njit(cache=True)
def effective_prime(xi: float, phi: float, metal: float, vacuum: float) -> float:
    """Derivative of `effective` to xi."""
    slope = interpolation_prime(xi)
    in_metal, in_electrolyte = interpolation(xi), interpolation(phi)
    return slope * (metal * (in_metal > 0.0) - vacuum * (1.0 - in_metal - in_electrolyte > 0.0))
