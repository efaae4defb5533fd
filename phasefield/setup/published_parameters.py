"""From a case to the parameters of the published model."""

from __future__ import annotations

import numpy as np

from phasefield.case import Case, ProtocolStep
from phasefield.constants import FARADAY, GAS_CONSTANT
from phasefield.errors import CaseError
from phasefield.models.published.parameters import PublishedParameters
from phasefield.physics.anisotropy import is_convex
from phasefield.physics.kinetics import exchange_current_density
from phasefield.physics.published import driving_force

__all__ = ["force_scale", "published_parameters", "smallest_cross_term"]


def published_parameters(case: Case, *, force: bool = False) -> PublishedParameters:
    """Parameters of the published model from the inputs of a case.

    W1 = 12 gamma/delta, kappa0 = 3 gamma delta/2 (tanh profile of width delta and energy gamma),
    L_eta = (2/3) i0 V_m/(F delta) (a flat front then moves at i V_m/F), and L_sigma either
    L_eta V_m/(RT), the thermodynamically consistent value, or L_eta G/(0.4 W1), a numerical one
    that holds the profile, with G the largest `force_scale` of the protocol.

    Raises
    ------
    CaseError : lithium would be stable inside LLZO, or the surface energy is not convex; neither
        when `force` is set.
    """
    gamma, width, closure = case.lithium.surface_energy, case.interface.width, case.paper
    thermal_energy, volume = GAS_CONSTANT * case.temperature, case.lithium.molar_volume
    thermal_voltage = thermal_energy / FARADAY
    i0 = exchange_current_density(case.resistance, thermal_voltage)
    barrier = 12.0 * gamma / width
    rate = 2.0 / 3.0 * i0 * volume / (FARADAY * width)
    alpha = case.kinetics.transfer_coefficient
    largest = max(force_scale(step, i0, alpha, thermal_voltage) for step in case.protocol)
    mobility = rate * largest / (0.4 * barrier)
    if closure.interface_mobility == "consistent":
        mobility = rate * volume / thermal_energy
    if not force:
        _refuse(case, rate * largest / (mobility * barrier))
    sigma, floor = case.conductivity, closure.vacuum_floor
    return PublishedParameters(
        barrier_height=barrier,
        gradient_coefficient=1.5 * gamma * width,
        cross_barrier=closure.cross_term * barrier,
        interface_mobility=mobility,
        reaction_rate=rate,
        transfer_coefficient=alpha,
        thermal_voltage=thermal_voltage,
        ion_concentration=closure.ion_concentration,
        site_density=1.0 / volume,
        charge_density=FARADAY / volume,
        diffusivity_metal=closure.metal_ion_diffusivity,
        diffusivity_electrolyte=closure.ion_diffusivity,
        diffusivity_vacuum=floor * closure.ion_diffusivity,
        conductivity_metal=closure.conductivity_ratio * sigma,
        conductivity_electrolyte=sigma,
        conductivity_vacuum=floor * sigma,
        metal_side_fixed=closure.metal_side_concentration == "fixed",
        anisotropy=closure.anisotropy,
        fold=float(closure.fold),
    )


def force_scale(step: ProtocolStep, i0: float, alpha: float, thermal_voltage: float) -> float:
    """Size of the drive G of theory equation (9) while a step of the protocol runs [1].

    At a current density J it is 2 |J|/i0. Under a voltage the metal is at -V0 and G is known: its
    value at eta = -V0 and c = c0. Both are chosen; where the shipped cases end, at 2 A/m2 and the
    V0 of each, the second is 0.95, 0.61 and 0.57 of the first.
    """
    applied = step.applied
    if applied.is_current:
        return 2.0 * abs(applied.value) / i0
    return abs(float(driving_force.py_func(1.0, -applied.value, alpha, thermal_voltage)))


def smallest_cross_term(drive: float) -> float:
    """A/W1 above which lithium is unstable inside LLZO, for the drive L_eta G/(L_sigma W1).

    The largest value over xi of 30 drive xi (1 - xi)^2 - 2 (1 - xi)(1 - 2 xi): below it theory
    equation (9) has a stationary xi > 0 where phi = 1.
    """
    xi = np.linspace(0.0, 1.0, 10001)
    return float(np.max(30.0 * drive * xi * (1 - xi) ** 2 - 2.0 * (1 - xi) * (1 - 2 * xi)))


def _refuse(case: Case, drive: float) -> None:
    """CaseError for parameters whose result could only be an artefact."""
    problems = []
    given, needed = case.paper.cross_term, smallest_cross_term(drive)
    if given <= needed:
        problems.append(
            case.problem(
                "paper.cross_term",
                f"lithium is stable inside LLZO unless A/W1 > {needed:.3g} at the driving force of "
                f"this protocol, you gave {given:g}: raise it, or use the numerical "
                "interface_mobility (--force shows what happens)",
            )
        )
    strength, fold = case.paper.anisotropy, case.paper.fold
    if not is_convex(strength, fold, case.dimensions):
        problems.append(
            case.problem(
                "paper.anisotropy",
                f"the surface energy is not convex for epsilon = {strength:g} and w = {fold}: "
                f"epsilon must stay below about {2.0 / (fold**2 - 2):.3g}",
            )
        )
    if problems:
        raise CaseError(problems)
