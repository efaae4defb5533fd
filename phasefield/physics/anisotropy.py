"""Anisotropic gradient energy (kappa1(n)/2) |grad xi|^2 in its variational form.

kappa1 = kappa0 [1 + epsilon cos(w theta)] in 2D, theta the angle of grad xi; in 3D the cubic
kappa0 [1 + epsilon (4 (nx^4 + ny^4 + nz^4) - 3)], which is the 2D one with w = 4 in a plane. The
flux is the derivative of the energy density to grad xi; kappa1 grad xi alone would leave out how
kappa1 turns with the interface (Kobayashi, Physica D 63 (1993) 410).
"""

from __future__ import annotations

import numpy as np
from numba import njit

__all__ = [
    "cubic_curvature",
    "cubic_flux",
    "is_convex",
    "planar_curvature",
    "planar_flux",
]


@njit(cache=True)
def planar_flux(py: float, px: float, kappa: float, epsilon: float, fold: float):  # type: ignore[no-untyped-def]
    """Flux (y, x) and kappa1 for the gradient (py, px) [m-1], w-fold in the plane [J m-2]."""
    theta = np.arctan2(py, px)
    stiff = kappa * (1.0 + epsilon * np.cos(fold * theta))
    half_turn = -0.5 * kappa * epsilon * fold * np.sin(fold * theta)
    return stiff * py + half_turn * px, stiff * px - half_turn * py, stiff


@njit(cache=True)
def cubic_flux(pz: float, py: float, px: float, kappa: float, epsilon: float):  # type: ignore[no-untyped-def]
    """Flux (z, y, x) and kappa1 for the gradient (pz, py, px) [m-1], cubic in space [J m-2]."""
    square = pz * pz + py * py + px * px
    if square == 0.0:
        return 0.0, 0.0, 0.0, kappa
    fourth = (pz**4 + py**4 + px**4) / square**2
    stiff = kappa * (1.0 + epsilon * (4.0 * fourth - 3.0))
    turn = 8.0 * kappa * epsilon
    return (
        stiff * pz + turn * pz * (pz * pz / square - fourth),
        stiff * py + turn * py * (py * py / square - fourth),
        stiff * px + turn * px * (px * px / square - fourth),
        stiff,
    )


@njit(cache=True)
def planar_curvature(py: float, px: float, kappa: float, epsilon: float, fold: float):  # type: ignore[no-untyped-def]
    """Second derivatives (yy, xx, yx) of the energy density to the gradient (py, px) [J m-1].

    Along the gradient it is kappa1, across it kappa1 + kappa1''/2, and kappa1'/2 joins both. No
    gradient has no direction: kappa.
    """
    if py == 0.0 and px == 0.0:
        return kappa, kappa, 0.0
    theta = np.arctan2(py, px)
    y, x = np.sin(theta), np.cos(theta)
    along = kappa * (1.0 + epsilon * np.cos(fold * theta))
    across = along - 0.5 * kappa * epsilon * fold**2 * np.cos(fold * theta)
    join = -0.5 * kappa * epsilon * fold * np.sin(fold * theta)
    return (
        y * y * along + x * x * across + 2.0 * x * y * join,
        x * x * along + y * y * across - 2.0 * x * y * join,
        x * y * (along - across) + (x * x - y * y) * join,
    )


@njit(cache=True)
def cubic_curvature(pz: float, py: float, px: float, kappa: float, epsilon: float):  # type: ignore[no-untyped-def]
    """Second derivatives (zz, yy, xx, zy, zx, yx) of the energy density [J m-1], cubic."""
    length = np.sqrt(pz * pz + py * py + px * px)
    if length == 0.0:
        return kappa, kappa, kappa, 0.0, 0.0, 0.0
    z, y, x = pz / length, py / length, px / length
    fourth = z**4 + y**4 + x**4
    turn = 16.0 * kappa * epsilon
    return (
        kappa + kappa * epsilon * _stiffening(z * z, fourth),
        kappa + kappa * epsilon * _stiffening(y * y, fourth),
        kappa + kappa * epsilon * _stiffening(x * x, fourth),
        turn * z * y * (fourth - z * z - y * y),
        turn * z * x * (fourth - z * z - x * x),
        turn * y * x * (fourth - y * y - x * x),
    )


@njit(cache=True)
def _stiffening(share, fourth):  # type: ignore[no-untyped-def]
    """What epsilon adds to a second derivative [1]; `share` n_i^2, `fourth` the sum of n^4."""
    return 24.0 * share - 32.0 * share**2 - 4.0 * fourth + 16.0 * share * fourth - 3.0


def is_convex(epsilon: float, fold: int, dimensions: int) -> bool:
    """Whether the surface energy, proportional to sqrt(kappa1), is convex in every direction.

    gamma + gamma'' > 0 is sampled over theta. The cubic form stops being convex in the planes (001)
    first, at epsilon = 1/7 along [100] and at -1/7 along [110]; there it is the one of the plane
    with w = 4.
    """
    theta = np.linspace(0.0, 2.0 * np.pi, 7201)
    of_plane = fold if dimensions == 2 else 4
    return _stiffness_positive(1.0 + epsilon * np.cos(of_plane * theta), theta)


def _stiffness_positive(kappa: np.ndarray, theta: np.ndarray) -> bool:
    """Whether gamma = sqrt(kappa) > 0 has gamma + gamma'' > 0 everywhere."""
    if kappa.min() <= 0.0:
        return False
    gamma = np.sqrt(kappa)
    second = np.gradient(np.gradient(gamma, theta), theta)[2:-2]
    return bool((gamma[2:-2] + second).min() > 0.0)
