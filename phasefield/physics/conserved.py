"""The conserved model: its coefficients, and terms of theory equations (A)-(D) at one cell."""

from __future__ import annotations

from math import cos
from typing import NamedTuple

from numba import njit

from phasefield.case import Case
from phasefield.constants import FARADAY, GAS_CONSTANT
from phasefield.physics.energy import (
    bulk_prime,
    bulk_second,
    double_well_prime,
    double_well_second,
)
from phasefield.physics.kinetics import (
    butler_volmer,
    butler_volmer_prime,
    exchange_current_density,
    overpotential,
)
from phasefield.physics.scalar import Scalar
from phasefield.physics.transport import lithium_mobility

__all__ = [
    "Coefficients",
    "coefficients",
    "current_density",
    "face_mean",
    "homogeneous_prime",
    "homogeneous_second",
]


class Coefficients(NamedTuple):
    """Coefficients of the conserved model, SI.

    Attributes
    ----------
    barrier_height : W = 12 gamma / delta [J m-3].
    gradient_coefficient : kappa = 3 gamma delta / 2 [J m-1].
    bulk_modulus : K [Pa].
    wetting : sqrt(2 kappa W) cos(theta_c) = 6 gamma cos(theta_c) [J m-2].
    mobility : M_Li = D_Li V_m / (RT) [m5 J-1 s-1].
    exchange_current_density : i0 [A m-2].
    transfer_coefficient : alpha [1].
    thermal_voltage : RT/F [V].
    volume_per_charge : V_m/F [m3 C-1].
    conductivity : sigma of the electrolyte [S m-1].
    """

    barrier_height: float
    gradient_coefficient: float
    bulk_modulus: float
    wetting: float
    mobility: float
    exchange_current_density: float
    transfer_coefficient: float
    thermal_voltage: float
    volume_per_charge: float
    conductivity: float


def coefficients(case: Case, contact_resistance: float) -> Coefficients:
    """Phase-field coefficients from the measurable inputs of a case.

    `contact_resistance` R_ct per true Li | LLZO contact area [ohm m2].
    """
    gamma, width = case.lithium.surface_energy, case.interface.width
    thermal_energy = GAS_CONSTANT * case.temperature
    thermal_voltage = thermal_energy / FARADAY
    volume = case.lithium.molar_volume
    return Coefficients(
        barrier_height=12.0 * gamma / width,
        gradient_coefficient=1.5 * gamma * width,
        bulk_modulus=case.lithium.bulk_modulus,
        wetting=6.0 * gamma * cos(case.lithium.contact_angle),
        mobility=lithium_mobility(case.lithium.diffusivity, volume, thermal_energy),
        exchange_current_density=exchange_current_density(contact_resistance, thermal_voltage),
        transfer_coefficient=case.kinetics.transfer_coefficient,
        thermal_voltage=thermal_voltage,
        volume_per_charge=volume / FARADAY,
        conductivity=case.conductivity,
    )


@njit(cache=True)
def homogeneous_prime(xi: Scalar, model: Coefficients) -> Scalar:
    """f'(xi) [J m-3]: double well and bulk stiffness, theory equation (B)."""
    return double_well_prime(xi, model.barrier_height) + bulk_prime(xi, model.bulk_modulus)


@njit(cache=True)
def homogeneous_second(xi: Scalar, model: Coefficients) -> Scalar:
    """f''(xi) [J m-3]."""
    return double_well_second(xi, model.barrier_height) + bulk_second(xi, model.bulk_modulus)


@njit(cache=True)
def face_mean(here: Scalar, there: Scalar) -> Scalar:
    """Arithmetic mean on a face of a phase indicator; 0 when either side is a dropped cell."""
    return 0.5 * (here + there) * (here > 0.0) * (there > 0.0)


@njit(cache=True)
def current_density(
    mu: float, ion_potential: float, metal_potential: float, model: Coefficients
) -> tuple[float, float]:
    """Butler-Volmer current density i and its slope di/de at one cell [A m-2], [S m-2]."""
    e = overpotential(ion_potential, metal_potential, mu * model.volume_per_charge)
    i0, alpha, voltage = (
        model.exchange_current_density,
        model.transfer_coefficient,
        model.thermal_voltage,
    )
    return butler_volmer(e, i0, alpha, voltage), butler_volmer_prime(e, i0, alpha, voltage)
