"""Charge transfer on the Li | LLZO contact."""

from __future__ import annotations

import numpy as np
from numba import njit

from phasefield.physics.scalar import Scalar

__all__ = ["butler_volmer", "butler_volmer_prime", "exchange_current_density", "overpotential"]


@njit(cache=True)
def overpotential(ion_potential: Scalar, metal_potential: Scalar, back_potential: Scalar) -> Scalar:
    """Driving voltage of plating e = V_l - V_s - mu V_m / F [V], theory equation (D).

    `back_potential` is mu V_m / F [V]: lithium under pressure mu (1 MPa is 0.135 mV) plates less.
    """
    return ion_potential - metal_potential - back_potential


@njit(cache=True)
def butler_volmer(
    e: Scalar,
    exchange_current_density: float,
    transfer_coefficient: float,
    thermal_voltage: float,
) -> Scalar:
    """Current density i0 {exp(alpha e/V_T) - exp(-(1 - alpha) e/V_T)} [A m-2], positive plates.

    Theory equation (D). `e` overpotential [V], `thermal_voltage` V_T = RT/F [V].
    """
    forward = np.exp(transfer_coefficient * e / thermal_voltage)
    backward = np.exp(-(1.0 - transfer_coefficient) * e / thermal_voltage)
    return exchange_current_density * (forward - backward)


@njit(cache=True)
def butler_volmer_prime(
    e: Scalar,
    exchange_current_density: float,
    transfer_coefficient: float,
    thermal_voltage: float,
) -> Scalar:
    """Derivative of `butler_volmer` to e [S m-2]; 1/R_ct at e = 0."""
    forward = np.exp(transfer_coefficient * e / thermal_voltage)
    backward = np.exp(-(1.0 - transfer_coefficient) * e / thermal_voltage)
    slope = transfer_coefficient * forward + (1.0 - transfer_coefficient) * backward
    return exchange_current_density * slope / thermal_voltage


def exchange_current_density(resistance: float, thermal_voltage: float) -> float:
    """Exchange current density i0 = RT/(F R_ct) [A m-2]; `resistance` R_ct per contact [ohm m2]."""
    return thermal_voltage / resistance
