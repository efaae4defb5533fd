"""The current density of the contact at one cell, and of bare coating."""

from __future__ import annotations

from numba import njit

from phasefield.models.conserved.parameters import Parameters
from phasefield.physics.kinetics import (
    butler_volmer,
    butler_volmer_prime,
    overpotential,
)

__all__ = ["bare_current_density", "current_density"]


@njit(cache=True)
def current_density(
    mu: float, ion_potential: float, metal_potential: float, i0: float, model: Parameters
) -> tuple[float, float]:
    """Butler-Volmer current density i and its slope di/de at one cell [A m-2], [S m-2].

    `i0` exchange current density there [A m-2].
    """
    e = overpotential(ion_potential, metal_potential, mu * model.volume_per_charge)
    alpha, voltage = model.transfer_coefficient, model.thermal_voltage
    return butler_volmer(e, i0, alpha, voltage), butler_volmer_prime(e, i0, alpha, voltage)


@njit(cache=True)
def bare_current_density(
    ion_potential: float, metal_potential: float, onset: float, i0: float, model: Parameters
) -> tuple[float, float]:
    """What bare coating plates, and its slope to V_l [A m-2], [S m-2].

    `onset` nucleation overpotential [V], below which it is 0; `i0` exchange current density.
    """
    e = ion_potential - metal_potential - onset
    if not e > 0.0:
        return 0.0, 0.0
    alpha, voltage = model.transfer_coefficient, model.thermal_voltage
    return butler_volmer(e, i0, alpha, voltage), butler_volmer_prime(e, i0, alpha, voltage)
