"""Free energy of the lithium order parameter: the wells of both models, and the wall.

Every function is a formula of scalars, compiled by Numba; its ``.py_func`` takes arrays. They are
written without branches so that both give the same answer.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from scipy.optimize import brentq

from phasefield.physics.scalar import Scalar

__all__ = [
    "double_well",
    "double_well_prime",
    "double_well_second",
    "elastic_well",
    "elastic_well_prime",
    "elastic_well_second",
    "wall",
    "wall_prime",
    "wall_second",
    "well_edge",
]


EXPONENT = 1.25
"""m of W (xi (1 - xi))^m. Chosen: below 2 the front has an end and metal and pore are stiff; at 1,
the double obstacle, a front sticks to the grid (its chemical potential ripples by 40 kPa at 4 cells
per delta of 0.25 um, at 5/4 by 0.4 kPa)."""


@njit(cache=True)
def double_well(xi: Scalar, barrier_height: float) -> Scalar:
    """Double well W xi^2 (1 - xi)^2 [J m-3], of the published model.

    `xi` order parameter [1]; `barrier_height` W [J m-3].
    """
    return barrier_height * (xi * (1.0 - xi)) ** 2


@njit(cache=True)
def double_well_prime(xi: Scalar, barrier_height: float) -> Scalar:
    """Derivative of `double_well` to xi, 2 W xi (1 - xi)(1 - 2 xi) [J m-3]."""
    return 2.0 * barrier_height * xi * (1.0 - xi) * (1.0 - 2.0 * xi)


@njit(cache=True)
def double_well_second(xi: Scalar, barrier_height: float) -> Scalar:
    """Second derivative of `double_well` to xi, 2 W (1 - 6 xi + 6 xi^2) [J m-3]."""
    return 2.0 * barrier_height * (1.0 - 6.0 * xi * (1.0 - xi))


@njit(cache=True)
def elastic_well(
    xi: Scalar, barrier: float, bulk_modulus: float, edge: float, bonded: Scalar
) -> Scalar:
    """Well f(xi) of theory equation (B) [J m-3]: W (xi (1 - xi))^(5/4) between elastic ends.

    (K/2) xi^2 near the empty pore and (K/2) (xi - 1)^2 near the metal, up to `edge` [1] from
    either, where the slopes meet (`well_edge`); (K/2) (xi - 1)^2 everywhere where the metal is
    `bonded` (1, else 0). `barrier` W [J m-3], `bulk_modulus` K [Pa].
    """
    loose = 1.0 - bonded
    near = loose * np.minimum(abs(xi), abs(xi - 1.0)) + bonded * abs(xi - 1.0)
    x = np.minimum(np.maximum(xi, edge), 1.0 - edge)
    cap = loose * barrier * ((x * (1.0 - x)) ** EXPONENT - (edge * (1.0 - edge)) ** EXPONENT)
    inside = loose * (xi > edge) * (xi < 1.0 - edge)
    return cap + 0.5 * bulk_modulus * (inside * edge**2 + (1.0 - inside) * near**2)


@njit(cache=True)
def elastic_well_prime(
    xi: Scalar, barrier: float, bulk_modulus: float, edge: float, bonded: Scalar
) -> Scalar:
    """Derivative of `elastic_well` to xi [J m-3]."""
    x = bonded + (1.0 - bonded) * np.minimum(np.maximum(xi, edge), 1.0 - edge)
    cap = EXPONENT * barrier * (x * (1.0 - x)) ** (EXPONENT - 1.0) * (1.0 - 2.0 * x)
    return cap + bulk_modulus * (xi - x)


@njit(cache=True)
def elastic_well_second(
    xi: Scalar, barrier: float, bulk_modulus: float, edge: float, bonded: Scalar
) -> Scalar:
    """Second derivative of `elastic_well` to xi [J m-3]; jumps at `edge` from 0 and 1."""
    x = np.minimum(np.maximum(xi, edge), 1.0 - edge)
    share = x * (1.0 - x)
    steep = (EXPONENT - 1.0) * (1.0 - 2.0 * x) ** 2 - 2.0 * share
    cap = EXPONENT * barrier * share ** (EXPONENT - 2.0) * steep
    inside = (1.0 - bonded) * (xi > edge) * (xi < 1.0 - edge)
    return inside * cap + (1.0 - inside) * bulk_modulus


def well_edge(barrier: float, bulk_modulus: float) -> float:
    """Distance from xi = 0 and 1 at which the stiffness of `elastic_well` becomes K [1]."""

    def excess(x: float) -> float:
        power = EXPONENT * barrier * (x * (1.0 - x)) ** (EXPONENT - 1.0)
        return bulk_modulus * x - power * (1.0 - 2.0 * x)

    return float(brentq(excess, 1e-12, 0.25, xtol=1e-16))


@njit(cache=True)
def wall(xi: Scalar, wetting: float) -> Scalar:
    """Wall energy per area -gamma cos(theta) xi^2 (3 - 2 xi) [J m-2], Young's law at xi = 1.

    `wetting` gamma cos(theta) [J m-2].
    """
    return -wetting * xi**2 * (3.0 - 2.0 * xi)


@njit(cache=True)
def wall_prime(xi: Scalar, wetting: float) -> Scalar:
    """Derivative of `wall` to xi, -6 gamma cos(theta) xi (1 - xi) [J m-2]; 0 in pore and metal."""
    return -6.0 * wetting * xi * (1.0 - xi)


@njit(cache=True)
def wall_second(xi: Scalar, wetting: float) -> Scalar:
    """Second derivative of `wall` to xi [J m-2]."""
    return -6.0 * wetting * (1.0 - 2.0 * xi)
