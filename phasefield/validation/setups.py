"""Domains and coefficients that the validation problems and the tests share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometries import Scaffold
from phasefield.grid.grid import Grid, cell_centres
from phasefield.grid.smoothed_domain import Domain
from phasefield.models.conserved.parameters import Parameters
from phasefield.models.conserved.state import ConservedState
from phasefield.models.published.parameters import PublishedParameters
from phasefield.physics.energy import well_edge
from phasefield.physics.front import front_at_rest, front_coefficients
from phasefield.physics.transport import VAPOUR

__all__ = [
    "PAPER_WIDTH",
    "THERMAL_VOLTAGE",
    "at_rest",
    "conserved_model",
    "flat_lithium",
    "heights",
    "plane_scaffold",
    "published_model",
    "shipped_case",
    "tanh_front",
    "uniform_domain",
]

Array = NDArray[Any]

PAPER_WIDTH = 0.5e-6
"""delta of `published_model` [m]."""

THERMAL_VOLTAGE = 0.0257
"""RT/F at 298 K [V], rounded."""

FARADAY_ROUNDED, MOLAR_VOLUME = 96485.33, 13.02e-6
"""[C mol-1] and V_m of lithium [m3 mol-1]."""


def published_model(**changes: Any) -> PublishedParameters:
    """Numbers of the default closures for 0.5 J/m2, delta 0.5 um, 24.6 ohm cm2, 2 A/m2."""
    barrier = 12 * 0.5 / PAPER_WIDTH
    i0 = THERMAL_VOLTAGE / 24.6e-4
    rate = 2 / 3 * i0 * MOLAR_VOLUME / (FARADAY_ROUNDED * PAPER_WIDTH)
    model = PublishedParameters(
        barrier_height=barrier,
        gradient_coefficient=1.5 * 0.5 * PAPER_WIDTH,
        cross_barrier=4 * barrier,
        interface_mobility=rate * 0.383 / (0.4 * barrier),
        reaction_rate=rate,
        transfer_coefficient=0.5,
        thermal_voltage=THERMAL_VOLTAGE,
        ion_concentration=4e4,
        site_density=1 / MOLAR_VOLUME,
        charge_density=FARADAY_ROUNDED / MOLAR_VOLUME,
        diffusivity_metal=5.6e-15,
        diffusivity_electrolyte=2e-13,
        diffusivity_vacuum=2e-19,
        conductivity_metal=32.0,
        conductivity_electrolyte=0.032,
        conductivity_vacuum=3.2e-8,
        metal_side_fixed=False,
        anisotropy=0.0,
        fold=4.0,
    )
    return model._replace(**changes)


def uniform_domain(shape: tuple[int, int, int], spacing: float, phi: float) -> Domain:
    """A domain of one phase: phi 0 (empty) or 1 (LLZO) everywhere; grows along y."""
    field, zero = np.full(shape, phi), np.zeros(shape)
    grid = Grid(shape, (spacing, spacing, spacing), 1)
    return Domain(grid, 1 - field, field, field, zero, 0.0, 0.0)


def heights(domain: Domain) -> Array:
    """Centres of the cells along y [m], (1, ny, 1)."""
    along = domain.grid.centres(1)
    return np.asarray(along[None, :, None])


def tanh_front(distance: Array, width: float) -> Array:
    """xi of the published model across a flat front, from 1 to 0 about `distance` = 0 [m]."""
    return np.asarray(0.5 * (1 - np.tanh(2 * distance / width)))


def conserved_model(
    *,
    width: float,
    gamma: float = 0.5,
    angle: float = 90.0,
    diffusivity: float = 5.6e-15,
    resistance: float = 24.6e-4,
    strength: float = 5e7,
) -> Parameters:
    """Lithium on LLZO at 298 K; `angle` in degrees, everything else in SI.

    `width` delta, `gamma` surface energy, `diffusivity` of lithium, `resistance` R_ct of the
    contact, `strength` at which bonded metal tears.
    """
    barrier, gradient_coefficient = front_coefficients(gamma, width)
    return Parameters(
        barrier_height=barrier,
        gradient_coefficient=gradient_coefficient,
        bulk_modulus=1.1e10,
        edge=well_edge(barrier, 1.1e10),
        nucleation_pressure=strength,
        surface_energy=gamma,
        interface_width=width,
        wetting=gamma * np.cos(np.deg2rad(angle)),
        mobility=diffusivity * MOLAR_VOLUME / 2478.0,
        immobile=VAPOUR,
        exchange_current_density=THERMAL_VOLTAGE / resistance,
        transfer_coefficient=0.5,
        thermal_voltage=THERMAL_VOLTAGE,
        volume_per_charge=MOLAR_VOLUME / FARADAY_ROUNDED,
        conductivity=0.032,
    )


def flat_lithium(domain: Domain, height: float, width: float) -> Array:
    """xi of lithium of the conserved model that fills the pores up to `height` [m]."""
    grid = domain.grid
    centres = grid.centres(grid.growth_axis)
    shape = [1, 1, 1]
    shape[grid.growth_axis] = -1
    return np.asarray(front_at_rest(centres - height, width).reshape(shape) * (domain.pore > 0))


def at_rest(xi: Array) -> ConservedState:
    """The state at t = 0 of a given xi, without pressure and potentials."""
    zero = np.zeros(xi.shape)
    return ConservedState(0.0, xi, zero, zero, zero, zero)


def plane_scaffold(shape: tuple[int, int, int], spacing: float, wall_at: float) -> Scaffold:
    """Electrolyte above a plane normal to the growth axis y, pore below it."""
    along = cell_centres(shape[1], spacing)
    distance = np.broadcast_to((along - wall_at)[None, :, None], shape).copy()
    area = shape[0] * shape[2] * spacing**2
    return Scaffold(
        labels=(distance > 0).astype(np.uint8),
        spacing=(spacing, spacing, spacing),
        growth_axis=1,
        pore_volume=wall_at * area,
        wall_area=area,
        signed_distance=distance,
    )


def shipped_case(name: str) -> Path:
    """File of a case of the repository by its name."""
    return Path(__file__).resolve().parents[2] / "cases" / f"{name}.yaml"
