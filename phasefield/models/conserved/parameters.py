"""The conserved model: its coefficients, and terms of theory equations (A)-(D) at one cell."""

from __future__ import annotations

from math import cos
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.special import beta, betaincinv

from phasefield.case import Case
from phasefield.constants import FARADAY, GAS_CONSTANT
from phasefield.physics.energy import EXPONENT, well_edge
from phasefield.physics.kinetics import (
    butler_volmer,
    butler_volmer_prime,
    exchange_current_density,
    overpotential,
)
from phasefield.physics.scalar import Scalar
from phasefield.physics.transport import VAPOUR, lithium_mobility

__all__ = [
    "FRONT_SLOPE",
    "Coefficients",
    "coefficients",
    "current_density",
    "face_mean",
    "front_at_rest",
    "front_coefficients",
    "series_mean",
]


FRONT_SLOPE = 1.2
"""Slope of a front at rest where xi = 1/2, times delta. Chosen: with it the whole front is 1.6
delta thick, more than six cells at the coarsest grid that is allowed."""


class Coefficients(NamedTuple):
    """Coefficients of the conserved model, SI.

    Attributes
    ----------
    barrier_height : W = 4.5256 gamma / delta [J m-3], see `front_coefficients`.
    gradient_coefficient : kappa = 1.1111 gamma delta [J m-1].
    bulk_modulus : K [Pa].
    edge : distance of xi from 0 and 1 within which the well has the stiffness K [1].
    nucleation_pressure : tension at which bonded metal tears [Pa].
    surface_energy : gamma [J m-2].
    interface_width : delta [m].
    wetting : gamma cos(theta_c) [J m-2].
    mobility : M_Li = D_Li V_m / (RT) [m5 J-1 s-1].
    immobile : xi below which lithium does not move [1].
    exchange_current_density : i0 [A m-2].
    transfer_coefficient : alpha [1].
    thermal_voltage : RT/F [V].
    volume_per_charge : V_m/F [m3 C-1].
    conductivity : sigma of the electrolyte [S m-1].
    anisotropy : epsilon of kappa1 = kappa [1 + epsilon cos(w theta)] [1].
    fold : w of it in 2D [1]; 4, cubic, in 3D.
    """

    barrier_height: float
    gradient_coefficient: float
    bulk_modulus: float
    edge: float
    nucleation_pressure: float
    surface_energy: float
    interface_width: float
    wetting: float
    mobility: float
    immobile: float
    exchange_current_density: float
    transfer_coefficient: float
    thermal_voltage: float
    volume_per_charge: float
    conductivity: float
    anisotropy: float = 0.0
    fold: float = 4.0


def coefficients(case: Case, contact_resistance: float) -> Coefficients:
    """Phase-field coefficients from the measurable inputs of a case.

    `contact_resistance` R_ct per true Li | LLZO contact area [ohm m2].
    """
    gamma, width = case.lithium.surface_energy, case.interface.width
    barrier, gradient_coefficient = front_coefficients(gamma, width)
    thermal_energy = GAS_CONSTANT * case.temperature
    thermal_voltage = thermal_energy / FARADAY
    volume = case.lithium.molar_volume
    return Coefficients(
        barrier_height=barrier,
        gradient_coefficient=gradient_coefficient,
        bulk_modulus=case.lithium.bulk_modulus,
        edge=well_edge(barrier, case.lithium.bulk_modulus),
        nucleation_pressure=case.lithium.nucleation_pressure,
        surface_energy=gamma,
        interface_width=width,
        wetting=gamma * cos(case.lithium.contact_angle),
        mobility=lithium_mobility(case.diffusivity, volume, thermal_energy),
        immobile=VAPOUR,
        exchange_current_density=exchange_current_density(contact_resistance, thermal_voltage),
        transfer_coefficient=case.kinetics.transfer_coefficient,
        thermal_voltage=thermal_voltage,
        volume_per_charge=volume / FARADAY,
        conductivity=case.conductivity,
        anisotropy=case.lithium.anisotropy,
        fold=float(case.lithium.fold),
    )


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


@njit(cache=True)
def face_mean(here: Scalar, there: Scalar) -> Scalar:
    """Arithmetic mean on a face of a phase indicator; 0 when either side is a dropped cell."""
    return 0.5 * (here + there) * (here > 0.0) * (there > 0.0)


@njit(cache=True)
def series_mean(here: Scalar, there: Scalar) -> Scalar:
    """Mean of two positive conductivities of half cells in series, harmonic; exact where equal."""
    low, high = np.minimum(here, there), np.maximum(here, there)
    return 2.0 * low * (high / (low + high))


@njit(cache=True)
def current_density(
    mu: float, ion_potential: float, metal_potential: float, i0: float, model: Coefficients
) -> tuple[float, float]:
    """Butler-Volmer current density i and its slope di/de at one cell [A m-2], [S m-2].

    `i0` exchange current density there [A m-2].
    """
    e = overpotential(ion_potential, metal_potential, mu * model.volume_per_charge)
    alpha, voltage = model.transfer_coefficient, model.thermal_voltage
    return butler_volmer(e, i0, alpha, voltage), butler_volmer_prime(e, i0, alpha, voltage)
