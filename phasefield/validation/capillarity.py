"""Lithium of the conserved model that no current drives: menisci, rest, and a ripple."""

from __future__ import annotations

import numpy as np
from scipy.optimize import curve_fit

from geometries import channels
from phasefield.grid.grid import cell_centres
from phasefield.grid.smoothed_domain import Domain, build_domain
from phasefield.models.base import MEMORY, AppliedCurrent
from phasefield.models.conserved.contributions import equipped
from phasefield.models.conserved.lithium_bodies import find_bodies
from phasefield.models.conserved.newton_system import CoupledSystem
from phasefield.models.conserved.relaxation import relax
from phasefield.models.conserved.state import ConservedState
from phasefield.models.conserved.step import Step, Unknowns
from phasefield.models.conserved.stepper import ConservedStepper
from phasefield.physics.front import front_at_rest
from phasefield.solvers.newton import solve
from phasefield.solvers.time_formula import time_formula
from phasefield.validation.outcome import Curve, Outcome, Plot
from phasefield.validation.setups import Array, conserved_model, flat_lithium, plane_scaffold

__all__ = ["meniscus", "rest_state", "ripple", "ripple_rate"]

ANGLES = (62, 90, 142)
"""Contact angles [deg]: clean LLZO, neutral, LLZO with Li2CO3 (Sharafi et al. 2017)."""

PORE, WIDTH = 1.2e-6, 0.3e-6
"""Slit and delta = w/4 [m]."""

HALF_WAVE, HEIGHT = 3.2e-6, 0.08e-6
"""Of the ripple [m]: higher than a cell, so that it is not lost in the steps of the grid, and flat,
so that its decay is linear."""

DEPTHS = {"deep": 1.8e-6, "shallow": 0.6e-6}
"""Lithium under the ripple [m]: tanh(k depth) is 0.94 and 0.53."""


def _meniscus(angle: float, spacing: float = 0.075e-6) -> tuple[Domain, ConservedState]:
    """Lithium at rest in a slit, filled half way."""
    domain = build_domain(channels(PORE, 0.5, 3e-6, "unit_cell", spacing), WIDTH)
    model = conserved_model(width=WIDTH, angle=angle)
    xi = flat_lithium(domain, 1.5e-6, WIDTH)
    return domain, relax(domain, model, xi, tolerance=1e-10, duration=1e3, pore_size=PORE)


def _surface(domain: Domain, state: ConservedState) -> tuple[Array, Array]:
    """Distance to the middle of the slit and height where xi = 1/2 [m], away from the wall."""
    spacing = domain.grid.spacing
    inner = np.flatnonzero(domain.pore[0, 0] > 0.95)
    y = (np.arange(state.xi.shape[1]) + 0.5) * spacing[1]
    up = [float(np.interp(-0.5, -state.xi[0, :, column], y)) for column in inner]
    x = (np.arange(state.xi.shape[2]) + 0.5) * spacing[2]
    middle = 0.0 if domain.pore[0, 0, 0] > 0.5 else x[-1] + 0.5 * spacing[2]
    return np.abs(x[inner] - middle), np.array(up)


def _arc(x: Array, lowest: float, curvature: float) -> Array:
    """Height of a circle over the distance from its lowest point."""
    square = np.clip(1 - (curvature * x) ** 2, 0.0, None)
    return np.asarray(lowest + curvature * x**2 / (1 + np.sqrt(square)))


def meniscus(quick: bool) -> Outcome:
    """Pressure against Jurin's, and the angle of the circle through the meniscus."""
    del quick
    measured, curves = {}, []
    for angle in ANGLES:
        domain, state = _meniscus(angle)
        measured[f"pressure at {angle} deg"] = 1e-6 * float(state.mu[state.xi > 0.9].mean())
        x, y = _surface(domain, state)
        (lowest, curvature), _ = curve_fit(_arc, 1e6 * x, 1e6 * y, p0=(1e6 * y[0], 0.0))
        cosine = np.clip(0.5e6 * PORE * curvature, -1, 1)
        measured[f"angle at {angle} deg"] = float(np.rad2deg(np.arccos(cosine)))
        curves.append(Curve(f"{angle} deg", 1e6 * x, 1e6 * y, points=True))
        curves.append(Curve("circle", 1e6 * x, _arc(1e6 * x, lowest, curvature)))
    plot = Plot("distance to the middle (um)", "height of the surface (um)", tuple(curves))
    return Outcome(measured, plot)


def rest_state(quick: bool) -> Outcome:
    """What 1000 s without current change in lithium at rest: nothing."""
    del quick
    measured, curves = {}, []
    for angle in ANGLES:
        domain, state = _meniscus(angle)
        model = conserved_model(width=WIDTH, angle=angle)
        backend, states = ConservedStepper(*equipped(domain, model), 1e-11, 30), [state]
        for _ in range(10):
            states = [*states, backend.advance(states, 100.0, AppliedCurrent(0.0)).state][-MEMORY:]
        layers = np.abs(states[-1].xi - state.xi).max(axis=(0, 2))
        measured[f"change of xi at {angle} deg"] = float(layers.max())
        height = (np.arange(layers.size) + 0.5) * domain.grid.spacing[1]
        curves.append(Curve(f"{angle} deg", 1e6 * height, layers))
    return Outcome(measured, Plot("height (um)", "largest change of xi", tuple(curves)))


def ripple_rate(depth: float, width: float) -> tuple[float, Array, Array]:
    """Decay of a ripple on lithium of `depth` [m] over M gamma k^3 tanh(k depth), its sharp rate.

    `width` delta [m]. Returns it [1], the times in units of that rate, and the amplitudes over the
    first. The rate is that of the last 25 of 40 steps of backward Euler, whose own decay a(t + dt)
    = a(t)/(1 + omega dt) is solved for omega, so that the time step adds no error.
    """
    spacing, wall = width / 8, depth + 3.0 * width
    shape = (1, round((wall + 2.0 * width) / spacing), round(HALF_WAVE / spacing))
    domain = build_domain(plane_scaffold(shape, spacing, wall), width)
    model = conserved_model(width=width)
    y, x = (cell_centres(n, spacing) for n in shape[1:])
    k = np.pi / HALF_WAVE
    wave = np.cos(k * x)
    front = front_at_rest(y[:, None] - depth - HEIGHT * wave, width)[None]
    xi = front * (domain.pore > 0)
    rate = model.mobility * model.surface_energy * k**3 * np.tanh(k * depth)
    dt = 0.01 / rate
    system = CoupledSystem(*equipped(domain, model), reacting=False)
    bodies, zero = find_bodies(xi, domain), np.zeros(xi.size)
    now = Unknowns(xi.ravel(), zero, zero, np.zeros(1))
    amplitudes = []
    for _ in range(40):
        step = Step.plain(time_formula([0.0], dt), now.xi, zero, bodies)
        now = solve(system, now, step, 1e-9, 20).unknowns
        amplitudes.append((domain.pore * now.xi.reshape(xi.shape)).sum(axis=(0, 1)) @ wave)
    observed = ((amplitudes[14] / amplitudes[39]) ** (1 / 25) - 1) / dt
    times = 0.01 * np.arange(1, 41)
    return float(observed / rate), times, np.array(amplitudes) / amplitudes[0]


def ripple(quick: bool) -> Outcome:
    """A rough free surface flattens by diffusion through the metal, deep and shallow."""
    measured, curves = {}, []
    for name, depth in DEPTHS.items():
        for part, width in (("", 0.4e-6), (", half the width", 0.2e-6))[: 1 if quick else 2]:
            found, times, amplitudes = ripple_rate(depth, width)
            measured[f"rate, {name}{part}"] = found
        curves.append(Curve(f"found, {name}", times, amplitudes, points=True))
    sharp = amplitudes[14] * np.exp(times[14] - times)
    curves.append(Curve("sharp surface", times, sharp))
    plot = Plot("time x sharp rate", "amplitude / first", tuple(curves))
    return Outcome(measured, plot)
