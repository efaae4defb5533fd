"""Plating with the conserved model where the current and the voltage are known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from phasefield.grid.smoothed_domain import Domain, build_domain
from phasefield.models.base import AppliedCurrent
from phasefield.models.conserved.contributions import equipped
from phasefield.models.conserved.local_parameters import local_parameters
from phasefield.models.conserved.parameters import Parameters
from phasefield.models.conserved.readings import ConservedReadings
from phasefield.models.conserved.state import ConservedState
from phasefield.models.conserved.stepper import ConservedStepper
from phasefield.physics.kinetics import butler_volmer
from phasefield.physics.transport import contact
from phasefield.validation.outcome import Curve, Outcome, Plot
from phasefield.validation.setups import (
    THERMAL_VOLTAGE,
    Array,
    at_rest,
    conserved_model,
    plane_scaffold,
)

__all__ = [
    "planar_plating",
    "plane_wall",
    "plate",
    "reaction",
]


def plate(
    domain: Domain,
    model: Parameters,
    width: float,
    xi: Array,
    steps: Sequence[float],
    current: float = 2.0,
) -> list[ConservedState]:
    """Levels after `steps` [s], tight Newton tolerance; the first one is the given profile."""
    backend = ConservedStepper(*equipped(domain, model), 1e-11, 30)
    states = [at_rest(xi)]
    for dt in steps:
        states.append(backend.advance(states[-3:], dt, AppliedCurrent(current)).state)
    return states


def reaction(domain: Domain, model: Parameters, state: ConservedState) -> tuple[Array, Array]:
    """Overpotential e [V] and a H(xi) i [A m-3] of every cell, from the fields."""
    back = state.mu * model.volume_per_charge
    e = state.ion_potential - state.metal_potential - back
    exchange = local_parameters(domain, model).exchange.reshape(e.shape)
    i = butler_volmer.py_func(e, exchange, model.transfer_coefficient, model.thermal_voltage)
    return e, domain.wall_density * contact.py_func(state.xi) * i


def plane_wall(width: float, current: float, resistance: float, diffusivity: float) -> float:
    """Voltage of a plane wall under full metal over mu V_m/F + 2 RT/F asinh(i/2 i0) + J L/sigma.

    `width` delta, 4 cells in it.
    """
    height, wall_at, spacing = 6e-6, 2e-6, width / 4
    shape = (1, round(height / spacing), 1)
    domain = build_domain(plane_scaffold(shape, spacing, wall_at), width)
    model = conserved_model(width=width, diffusivity=diffusivity, resistance=resistance)
    full = (domain.pore > 0).astype(np.float64)
    state = plate(domain, model, width, full, [2.0 / current] * 3, current)[-1]
    found = ConservedReadings(*equipped(domain, model), full).voltage(state)
    mu = np.average(state.mu, weights=domain.wall_density)
    i0 = THERMAL_VOLTAGE / resistance
    expected = (
        mu * model.volume_per_charge
        + 2 * THERMAL_VOLTAGE * np.arcsinh(current / (2 * i0))
        + current * (height - wall_at) / model.conductivity
    )
    return float(found / expected)


def planar_plating(quick: bool) -> Outcome:
    """Voltage of a plane wall at three current densities, interface halved."""
    del quick
    cases = {
        "0.2 mA/cm2, 24.6 ohm cm2": (2.0, 24.6e-4, 5.6e-15),
        "2 mA/cm2, 5 ohm cm2": (20.0, 5e-4, 5.6e-15),
        "50 mA/cm2, 24.6 ohm cm2": (500.0, 24.6e-4, 1e-10),
    }
    measured, curves = {}, []
    widths = (0.4e-6, 0.2e-6)
    for name, numbers in cases.items():
        found = [plane_wall(width, *numbers) for width in widths]
        measured[name] = found[0]
        measured[f"{name}, half the width"] = found[1]
        errors = np.abs(np.array(found) - 1)
        curves.append(Curve(name, 1e6 * np.array(widths), errors))
    plot = Plot("interface width (um)", "relative error of the voltage", tuple(curves), True)
    return Outcome(measured, plot)
