"""The published one-potential model, theory equations (8)-(12): coefficients and local terms.

Allen-Cahn / Butler-Volmer order parameter, Nernst-Planck transport and charge conservation with one
potential through metal, electrolyte and vacuum, the family of Chen et al., J. Power Sources 300
(2015) 376, with a second, frozen order parameter for the LLZO.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from phasefield.case import Case, HoldStep, PlateStep, ProtocolStep, RestStep, StripStep
from phasefield.constants import FARADAY, GAS_CONSTANT
from phasefield.errors import CaseError
from phasefield.physics.anisotropy import is_convex
from phasefield.physics.energy import double_well_prime, double_well_second
from phasefield.physics.kinetics import exchange_current_density
from phasefield.physics.scalar import Scalar

__all__ = [
    "PaperCoefficients",
    "chemical_prime",
    "chemical_second",
    "driving_force",
    "driving_force_slopes",
    "effective",
    "effective_prime",
    "force_scale",
    "harmonic",
    "harmonic_slope",
    "interpolation",
    "interpolation_prime",
    "interpolation_second",
    "paper_coefficients",
    "smallest_cross_term",
]

SMALLEST = 1e-300
"""Below every sum of two diffusivities or conductivities [SI], and not 0."""


class PaperCoefficients(NamedTuple):
    """Coefficients of the published model, SI.

    Attributes
    ----------
    barrier_height : W1 [J m-3].
    gradient_coefficient : kappa0 [J m-1].
    cross_barrier : A of the term (A/2) xi^2 phi^2 [J m-3].
    interface_mobility : L_sigma [m3 J-1 s-1].
    reaction_rate : L_eta [s-1].
    transfer_coefficient : alpha [1].
    thermal_voltage : RT/F [V].
    ion_concentration : c0 [mol m-3].
    site_density : c_s = 1/V_m [mol m-3].
    charge_density : F c_s [C m-3].
    diffusivity_metal, diffusivity_electrolyte, diffusivity_vacuum : D_e, D_p, D_s [m2 s-1].
    conductivity_metal, conductivity_electrolyte, conductivity_vacuum : sigma_e, sigma_p, sigma_s
        [S m-1].
    metal_side_fixed : whether c = c0 at the metal side, where else no ions pass.
    anisotropy : epsilon of kappa1 [1].
    fold : w of the 2D anisotropy cos(w theta) [1].
    """

    barrier_height: float
    gradient_coefficient: float
    cross_barrier: float
    interface_mobility: float
    reaction_rate: float
    transfer_coefficient: float
    thermal_voltage: float
    ion_concentration: float
    site_density: float
    charge_density: float
    diffusivity_metal: float
    diffusivity_electrolyte: float
    diffusivity_vacuum: float
    conductivity_metal: float
    conductivity_electrolyte: float
    conductivity_vacuum: float
    metal_side_fixed: bool
    anisotropy: float
    fold: float


def paper_coefficients(case: Case, *, force: bool = False) -> PaperCoefficients:
    """Coefficients of the published model from the inputs of a case.

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
    return PaperCoefficients(
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
    match step:
        case PlateStep() | StripStep():
            return 2.0 * abs(step.current_density) / i0
        case RestStep():
            return 0.0
        case HoldStep():
            return abs(float(driving_force.py_func(1.0, -step.voltage, alpha, thermal_voltage)))


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


@njit(cache=True)
def harmonic(here: Scalar, there: Scalar) -> Scalar:
    """Harmonic mean on a face, 2 a b / (a + b); 0 between two cells where nothing moves."""
    return 2.0 * here * there / np.maximum(here + there, SMALLEST)


@njit(cache=True)
def harmonic_slope(here: Scalar, there: Scalar) -> Scalar:
    """Derivative of `harmonic` to its first argument, 2 b^2 / (a + b)^2."""
    return 2.0 * (there / np.maximum(here + there, SMALLEST)) ** 2
