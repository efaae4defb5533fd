"""From a case to the parameters of the conserved model, of its salt and of its noise."""

from __future__ import annotations

from math import cos

from phasefield.case import Case
from phasefield.constants import AVOGADRO, FARADAY, GAS_CONSTANT
from phasefield.models.conserved.parameters import Parameters
from phasefield.physics.energy import well_edge
from phasefield.physics.front import front_coefficients
from phasefield.physics.kinetics import (
    exchange_current_density,
)
from phasefield.physics.noise import Noise
from phasefield.physics.salt import Salt, diffusion_voltage
from phasefield.physics.transport import VAPOUR, lithium_mobility

__all__ = ["coefficients", "noise_of", "salt_of"]


def coefficients(case: Case, contact_resistance: float) -> Parameters:
    """Phase-field coefficients from the measurable inputs of a case.

    `contact_resistance` R_ct per true Li | LLZO contact area [ohm m2].
    """
    gamma, width = case.lithium.surface_energy, case.interface.width
    barrier, gradient_coefficient = front_coefficients(gamma, width)
    thermal_energy = GAS_CONSTANT * case.temperature
    thermal_voltage = thermal_energy / FARADAY
    volume = case.lithium.molar_volume
    return Parameters(
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


def salt_of(case: Case) -> Salt | None:
    """Salt of a case; None for a single-ion conductor, in which c never changes."""
    given = case.electrolyte
    if given.diffusivity is None or given.concentration is None:
        return None
    factor = diffusion_voltage(given.transference_number, case.temperature)
    return Salt(given.transference_number, given.diffusivity, given.concentration, factor)


def noise_of(case: Case) -> Noise | None:
    """Noise of a case, constant over its time step; None without."""
    given, step = case.noise, case.solver.time_step
    if not given.thermal or step is None:
        return None
    energy = GAS_CONSTANT / AVOGADRO * case.temperature
    seed = case.seed if given.seed is None else given.seed
    return Noise(energy, step, seed, given.thickness)
