"""Free energy of the lithium order parameter: double well, bulk stiffness, wall.

Every function is a formula of scalars, compiled by Numba; its ``.py_func`` takes arrays. They are
written without branches so that both give the same answer.
"""

from __future__ import annotations

from numba import njit

from phasefield.physics.scalar import Scalar

__all__ = [
    "bulk",
    "bulk_prime",
    "bulk_second",
    "double_well",
    "double_well_prime",
    "double_well_second",
    "wall",
    "wall_prime",
    "wall_second",
]


@njit(cache=True)
def double_well(xi: Scalar, barrier_height: float) -> Scalar:
    """Double well W xi^2 (1 - xi)^2 [J m-3], the interface part of f in theory equation (B).

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
def bulk(xi: Scalar, bulk_modulus: float) -> Scalar:
    """Elastic energy (K/2) [(xi - 1)_+^2 + (xi)_-^2] [J m-3] of metal that is compressed (xi > 1).

    The same penalty holds xi >= 0 in the empty pore. `bulk_modulus` K [Pa].
    """
    excess = 0.5 * (xi - 1.0 + abs(xi - 1.0))
    deficit = 0.5 * (xi - abs(xi))
    return 0.5 * bulk_modulus * (excess**2 + deficit**2)


@njit(cache=True)
def bulk_prime(xi: Scalar, bulk_modulus: float) -> Scalar:
    """Derivative of `bulk` to xi [J m-3]: the pressure of metal compressed by xi - 1."""
    return bulk_modulus * 0.5 * (2.0 * xi - 1.0 + abs(xi - 1.0) - abs(xi))


@njit(cache=True)
def bulk_second(xi: Scalar, bulk_modulus: float) -> Scalar:
    """Second derivative of `bulk` to xi [J m-3]; jumps at xi = 0 and xi = 1."""
    return bulk_modulus * ((xi > 1.0) * 1.0 + (xi < 0.0) * 1.0)


@njit(cache=True)
def wall(xi: Scalar, wetting: float) -> Scalar:
    """Wall energy per area -6 gamma cos(theta) (xi^2/2 - xi^3/3) [J m-2].

    It is -gamma cos(theta), Young's law, at xi = 1.

    `wetting` sqrt(2 kappa W) cos(theta) = 6 gamma cos(theta) [J m-2].
    """
    return -wetting * xi**2 * (0.5 - xi / 3.0)


@njit(cache=True)
def wall_prime(xi: Scalar, wetting: float) -> Scalar:
    """Derivative of `wall` to xi, -sqrt(2 kappa W) cos(theta) xi (1 - xi) [J m-2]."""
    return -wetting * xi * (1.0 - xi)


@njit(cache=True)
def wall_second(xi: Scalar, wetting: float) -> Scalar:
    """Second derivative of `wall` to xi [J m-2]."""
    return -wetting * (1.0 - 2.0 * xi)
