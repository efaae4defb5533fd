"""Plating with the conserved model where the current and the voltage are known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import brentq

from geometries import channels
from phasefield.analysis import analytic
from phasefield.analysis.observables import Observer
from phasefield.domain import Domain, build_domain
from phasefield.physics.conserved import Coefficients
from phasefield.physics.kinetics import butler_volmer
from phasefield.physics.local import local_coefficients
from phasefield.physics.transport import contact
from phasefield.protocol import AppliedCurrent
from phasefield.solvers.numba_backend import ConservedBackend
from phasefield.state import Level
from phasefield.validation.outcome import Curve, Outcome, Plot
from phasefield.validation.setups import (
    THERMAL_VOLTAGE,
    Array,
    at_rest,
    conserved_model,
    flat_lithium,
    plane_scaffold,
)

__all__ = [
    "planar_plating",
    "plane_wall",
    "plate",
    "reaction",
    "slit_wall_current",
    "strip_decay",
    "wall_current",
]


def plate(
    domain: Domain,
    model: Coefficients,
    width: float,
    xi: Array,
    steps: Sequence[float],
    current: float = 2.0,
) -> list[Level]:
    """Levels after `steps` [s], tight Newton tolerance; the first one is the given profile."""
    backend = ConservedBackend(domain, model, width, 1e-11, 30)
    levels = [at_rest(xi)]
    for dt in steps:
        levels.append(backend.advance(levels[-3:], dt, AppliedCurrent(current)).level)
    return levels


def reaction(domain: Domain, model: Coefficients, level: Level) -> tuple[Array, Array]:
    """Overpotential e [V] and a H(xi) i [A m-3] of every cell, from the fields."""
    back = level.mu * model.volume_per_charge
    e = level.ion_potential - level.metal_potential - back
    exchange = local_coefficients(domain, model).exchange.reshape(e.shape)
    i = butler_volmer.py_func(e, exchange, model.transfer_coefficient, model.thermal_voltage)
    return e, domain.wall_density * contact.py_func(level.xi) * i


def plane_wall(width: float, current: float, resistance: float, diffusivity: float) -> float:
    """Voltage of a plane wall under full metal over mu V_m/F + 2 RT/F asinh(i/2 i0) + J L/sigma.

    `width` delta, 4 cells in it.
    """
    height, wall_at, spacing = 6e-6, 2e-6, width / 4
    shape = (1, round(height / spacing), 1)
    domain = build_domain(plane_scaffold(shape, spacing, wall_at), width)
    model = conserved_model(width=width, diffusivity=diffusivity, resistance=resistance)
    full = (domain.pore > 0).astype(np.float64)
    level = plate(domain, model, width, full, [2.0 / current] * 3, current)[-1]
    found = Observer(domain, model, full).voltage(level)
    mu = np.average(level.mu, weights=domain.wall_density)
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


def slit_wall_current(resistance: float) -> tuple[Array, Array, float, float, float]:
    """Current along a lithium-covered slit wall: height, i/J per height, lambda, S_c, depth."""
    width, depth = 0.3e-6, 4e-6
    domain = build_domain(channels(1.2e-6, 0.5, 6e-6, "unit_cell", 0.075e-6), width)
    # metal at one pressure: transport in it must not shape the current
    model = conserved_model(width=width, resistance=resistance, diffusivity=1e-8)
    xi = flat_lithium(domain, depth, width)
    level = plate(domain, model, width, xi, [0.05])[-1]
    e, _ = reaction(domain, model, level)
    per_height = np.sum(domain.wall_density * e, axis=(0, 2)) / np.sum(
        domain.wall_density, axis=(0, 2)
    )
    y = (np.arange(len(per_height)) + 0.5) * 0.075e-6
    covered = y < depth - 0.5e-6
    surface = 2 * 0.5 / 1.2e-6
    length = analytic.penetration_length(model.conductivity * 0.5, resistance, surface)
    return y[covered], per_height[covered] / resistance / 2.0, float(length), surface, depth


def strip_decay(resistance: float, length: float) -> float:
    """k of a strip of half-width b = 0.6 um with k tan(k b) = 1/(sigma R_ct) [m-1]."""
    half, kinetic = 0.6e-6, 0.032 * resistance
    return float(brentq(lambda k: k * np.tan(k * half) - 1 / kinetic, 0.5 / length, 1.5 / length))


def wall_current(quick: bool) -> Outcome:
    """Current along a covered wall against cosh(x/lambda), and against the strip where it fails."""
    del quick
    height, found, length, surface, depth = slit_wall_current(24.6e-4)
    line = np.asarray(analytic.contact_current_profile(height, surface, depth, length))
    y, low, short, *_ = slit_wall_current(2e-4)
    k = strip_decay(2e-4, short)
    growth = np.cosh(k * y[-1]) / np.cosh(k * y[0])
    measured = {
        "largest deviation, 24.6 ohm cm2": float(np.abs(found / line - 1).max()),
        "top over bottom, 2 ohm cm2": float(low[-1] / low[0] / growth),
    }
    curves = (
        Curve("found, 24.6 ohm cm2", 1e6 * height, found, points=True),
        Curve("cosh(x/lambda)", 1e6 * height, line),
    )
    return Outcome(measured, Plot("height (um)", "contact current / J", curves))
