"""A symmetric cell with flat electrodes, where the voltage is known at any current."""

from __future__ import annotations

import numpy as np

from geometries import Scaffold
from phasefield.grid.grid import cell_centres
from phasefield.grid.smoothed_domain import build_domain
from phasefield.models.conserved.contributions import equipped
from phasefield.models.conserved.voltage import Electrochemistry
from phasefield.validation.outcome import Curve, Outcome, Plot, observed_order
from phasefield.validation.plating import plate
from phasefield.validation.setups import THERMAL_VOLTAGE, Array, conserved_model

__all__ = ["cell_voltage", "flat_cell_voltages", "slab_scaffold", "symmetric_cell"]

ELECTRODE, ELECTROLYTE = 1.6e-6, 4.8e-6
"""Thickness of the lithium at either end and of the electrolyte between them [m]."""

CURRENTS = np.geomspace(0.1, 1000.0, 9)
"""0.01 to 100 mA/cm2 [A m-2]."""

CHARGE = 1e-4
"""Passed in one step [C m-2]: it squeezes the metal by 1e-8, which takes no voltage."""


def slab_scaffold(spacing: float) -> Scaffold:
    """Electrolyte between two planes normal to the growth axis y, pore above and below it."""
    shape = (1, round((2 * ELECTRODE + ELECTROLYTE) / spacing), 1)
    along = cell_centres(shape[1], spacing)
    distance = np.minimum(along - ELECTRODE, ELECTRODE + ELECTROLYTE - along)
    area = shape[0] * shape[2] * spacing**2
    return Scaffold(
        labels=np.broadcast_to((distance > 0).astype(np.uint8)[None, :, None], shape).copy(),
        spacing=(spacing, spacing, spacing),
        growth_axis=1,
        pore_volume=2 * ELECTRODE * area,
        wall_area=2 * area,
        signed_distance=np.broadcast_to(distance[None, :, None], shape).copy(),
    )


def flat_cell_voltages(width: float, resistance: float, currents: Array) -> Array:
    """Voltage [V] at each current density, delta = `width` with 4 cells in it."""
    domain = build_domain(slab_scaffold(width / 4), width, symmetric=True)
    model = conserved_model(width=width, resistance=resistance, diffusivity=1e-8)
    full, read = (domain.pore > 0).astype(np.float64), Electrochemistry(*equipped(domain, model))
    states = (plate(domain, model, width, full, [CHARGE / j], j)[-1] for j in currents)
    return np.array([read.voltage(state) for state in states])


def cell_voltage(resistance: float, current: Array) -> Array:
    """J L/sigma + 2 (2RT/F) asinh(J/2 i0) [V]: conduction, and charge transfer at both ends."""
    ohmic = current * ELECTROLYTE / 0.032
    exchange = THERMAL_VOLTAGE / resistance
    return np.asarray(ohmic + 4 * THERMAL_VOLTAGE * np.arcsinh(current / (2 * exchange)))


def symmetric_cell(quick: bool) -> Outcome:
    """Voltage from 0.01 to 100 mA/cm2 at three resistances, interface halved."""
    del quick
    measured, curves = {}, []
    for resistance in (0.5e-4, 5e-4, 24.6e-4):
        name = f"{resistance * 1e4:g} ohm cm2"
        expected = cell_voltage(resistance, CURRENTS)
        errors = []
        for width in (0.4e-6, 0.2e-6):
            found = flat_cell_voltages(width, resistance, CURRENTS)
            errors.append(float(np.abs(found / expected - 1).max()))
        measured[name], measured[f"{name}, half the width"] = errors
        measured[f"order in the width, {name}"] = observed_order(*errors)
        curves.append(Curve(f"found, {name}", CURRENTS / 10, 1e3 * found, points=True))
        curves.append(Curve(f"formula, {name}", CURRENTS / 10, 1e3 * expected))
    return Outcome(measured, Plot("J (mA/cm2)", "voltage (mV)", tuple(curves), True))
