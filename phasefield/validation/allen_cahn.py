"""Fronts of the published model: flat ones driven by the reaction, circles by their curvature."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from phasefield.models.base import AppliedVoltage
from phasefield.models.published.state import PublishedState
from phasefield.models.published.stepper import PublishedStepper
from phasefield.validation.outcome import Curve, Outcome, Plot, observed_order
from phasefield.validation.setups import (
    PAPER_WIDTH,
    THERMAL_VOLTAGE,
    Array,
    heights,
    published_model,
    tanh_front,
    uniform_domain,
)

__all__ = ["circle", "flat_front", "front_speed", "shrinking"]

SHARP = 1.5
"""Speed of a flat front over delta L_eta G in the limit of a small drive [1]."""


def front_speed(cells_per_width: int, voltage: float, drive: float) -> float:
    """Speed of a flat front in an empty domain over delta L_eta G at an applied `voltage` [V].

    The metal conducts so much better than the rest that its potential -V0 reaches through the
    whole reaction zone, and ions diffuse so fast that they keep c = c0 exp(-V/V_T): G is known.
    `drive` is L_eta G/(L_sigma W).
    """
    delta, spacing = PAPER_WIDTH, PAPER_WIDTH / cells_per_width
    domain = uniform_domain((1, 8 * cells_per_width, 1), spacing, 0.0)
    eta = -voltage / THERMAL_VOLTAGE
    force = np.exp(-eta) * np.exp(-0.5 * eta) - np.exp(0.5 * eta)
    plain = published_model()
    model = plain._replace(
        interface_mobility=plain.reaction_rate * force / (drive * plain.barrier_height),
        diffusivity_metal=1e-11,
        diffusivity_electrolyte=1e-11,
        diffusivity_vacuum=1e-11,
    )
    unit = delta * model.reaction_rate * force
    xi = tanh_front(heights(domain) - 2.5 * delta, delta)
    backend = PublishedStepper(domain, model, delta, 1e-8, 30)
    c = np.full_like(xi, 4e4 * np.exp(-eta))
    start = PublishedState(0.0, xi, c, np.full_like(xi, -voltage) * (xi > 0.01), voltage)
    dt = spacing / (SHARP * unit) / 4
    metal = _held(backend, start, dt, 6 * cells_per_width, voltage, lambda xi: xi.sum() * spacing)
    window = 4 * cells_per_width  # a whole interface width: many cells, no lattice ripple
    return float((metal[-1] - metal[-1 - window]) / (window * dt) / unit)


def shrinking(cells_per_width: int) -> tuple[float, Array, Array]:
    """A circle of 6 delta, a quarter of it, without reaction.

    Returns -d(R^2)/dt over 2 L_sigma kappa [1], the times and R^2, both over those of R = 6 delta.
    """
    spacing, cells = PAPER_WIDTH / cells_per_width, 8 * cells_per_width
    domain = uniform_domain((1, cells, cells), spacing, 0.0)
    model = published_model(reaction_rate=0.0)
    radius = 6 * PAPER_WIDTH
    distance = np.hypot(heights(domain), np.swapaxes(heights(domain), 1, 2))
    xi = tanh_front(distance - radius, PAPER_WIDTH)
    zero = np.zeros_like(xi)
    backend = PublishedStepper(domain, model, PAPER_WIDTH, 1e-9, 30)
    rate = 2 * model.interface_mobility * model.gradient_coefficient
    dt, steps = 0.02 * radius**2 / rate, 10
    start = PublishedState(0.0, xi, zero, zero, 0.0)
    squares = _held(backend, start, dt, steps, 0.0, lambda xi: 4 / np.pi * xi.sum() * spacing**2)
    found = float((squares[2] - squares[-1]) / (8 * dt * rate))
    return found, 0.02 * np.arange(steps + 1), squares / radius**2


def _held(
    backend: PublishedStepper,
    start: PublishedState,
    dt: float,
    steps: int,
    voltage: float,
    measure: Callable[[Array], float],
) -> Array:
    """`measure` of xi at `start` and after each of equal steps under a held voltage [V]."""
    states, found = [start], [measure(start.xi)]
    for _ in range(steps):
        states = [*states, backend.advance(states, dt, AppliedVoltage(voltage)).state][-3:]
        found.append(measure(states[-1].xi))
    return np.array(found)


def flat_front(quick: bool) -> Outcome:
    """Speed of a flat front against 1.5 delta L_eta G, and its order in the grid."""
    voltages = (1e-3,) if quick else (2e-4, 1e-3, 5e-3, 1e-2)
    cells = (4, 8, 16)
    speeds = [front_speed(n, 1e-3, 0.1) for n in cells]
    measured = {
        f"speed at {1e3 * voltage:g} mV": front_speed(8, voltage, 0.02) for voltage in voltages
    }
    measured["order in the grid"] = observed_order(speeds[1] - speeds[0], speeds[2] - speeds[1])
    curve = Curve("drive 0.1, 1 mV", [1 / n for n in cells], speeds, points=True)
    sharp = Curve("sharp interface, drive to 0", [0, 0.25], [SHARP, SHARP])
    return Outcome(measured, Plot("spacing / delta", "speed / (delta L_eta G)", (curve, sharp)))


def circle(quick: bool) -> Outcome:
    """Area of a circle against R^2 = R0^2 - 2 L_sigma kappa t."""
    found = {n: shrinking(n) for n in ((4, 8) if quick else (4, 8, 16))}
    finest = max(found)
    measured = {f"{n} cells per delta": rate for n, (rate, _, _) in found.items()}
    measured["order in the grid"] = observed_order(
        measured["4 cells per delta"] - 1, measured["8 cells per delta"] - 1
    )
    time, square = found[finest][1:]
    curves = (
        Curve(f"{finest} cells per delta", time, square, points=True),
        Curve("sharp interface", time, square[0] - time),
    )
    return Outcome(measured, Plot("2 L_sigma kappa t / R0^2", "R^2 / R0^2", curves))
