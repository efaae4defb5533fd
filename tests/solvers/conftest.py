"""A small slit half cell and coefficients for the solver tests."""

from __future__ import annotations

import numpy as np
import pytest

from geometries import channels
from phasefield.domain import build_domain
from phasefield.physics.conserved import Coefficients

THERMAL_VOLTAGE = 0.0257


def make_model(*, width, gamma=0.5, angle=90.0, diffusivity=5.6e-15, resistance=24.6e-4):
    return Coefficients(
        barrier_height=12 * gamma / width,
        gradient_coefficient=1.5 * gamma * width,
        bulk_modulus=1.1e10,
        wetting=6 * gamma * np.cos(np.deg2rad(angle)),
        mobility=diffusivity * 13.02e-6 / 2478.0,
        exchange_current_density=THERMAL_VOLTAGE / resistance,
        transfer_coefficient=0.5,
        thermal_voltage=THERMAL_VOLTAGE,
        volume_per_charge=13.02e-6 / 96485.33,
        conductivity=0.032,
    )


def profile(domain, height, width):
    """Flat tanh front at `height` [m]."""
    grid = domain.grid
    centres = (np.arange(grid.shape[grid.growth_axis]) + 0.5) * grid.spacing[grid.growth_axis]
    shape = [1, 1, 1]
    shape[grid.growth_axis] = -1
    front = 0.5 * (1 - np.tanh(2 * (centres - height) / width))
    return front.reshape(shape) * (domain.pore > 0)


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
