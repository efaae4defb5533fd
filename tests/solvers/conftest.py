"""A small slit half cell and coefficients for the solver tests."""

from __future__ import annotations

import numpy as np
import pytest

from geometries import channels
from phasefield.domain import build_domain
from phasefield.physics.conserved import Coefficients, front_at_rest, front_coefficients
from phasefield.physics.energy import well_edge

THERMAL_VOLTAGE = 0.0257


def make_model(
    *, width, gamma=0.5, angle=90.0, diffusivity=5.6e-15, resistance=24.6e-4, strength=5e7
):
    barrier, gradient_coefficient = front_coefficients(gamma, width)
    return Coefficients(
        barrier_height=barrier,
        gradient_coefficient=gradient_coefficient,
        bulk_modulus=1.1e10,
        edge=well_edge(barrier, 1.1e10),
        nucleation_pressure=strength,
        surface_energy=gamma,
        interface_width=width,
        wetting=gamma * np.cos(np.deg2rad(angle)),
        mobility=diffusivity * 13.02e-6 / 2478.0,
        exchange_current_density=THERMAL_VOLTAGE / resistance,
        transfer_coefficient=0.5,
        thermal_voltage=THERMAL_VOLTAGE,
        volume_per_charge=13.02e-6 / 96485.33,
        conductivity=0.032,
    )


def profile(domain, height, width):
    """Flat front at `height` [m]."""
    grid = domain.grid
    centres = (np.arange(grid.shape[grid.growth_axis]) + 0.5) * grid.spacing[grid.growth_axis]
    shape = [1, 1, 1]
    shape[grid.growth_axis] = -1
    return front_at_rest(centres - height, width).reshape(shape) * (domain.pore > 0)


@pytest.fixture(scope="session")
def width():
    return 0.3e-6


@pytest.fixture(scope="session")
def slit(width):
    scaffold = channels(
        pore_size=1.2e-6, porosity=0.5, height=3e-6, width="unit_cell", spacing=0.075e-6
    )
    return build_domain(scaffold, width)


@pytest.fixture(scope="session")
def model(width):
    return make_model(width=width)
