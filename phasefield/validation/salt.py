"""Salt of an electrolyte between planes, where its diffusion is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from phasefield.analysis.salt_limits import depletion_profile, limiting_current_density, sand_time
from phasefield.grid.smoothed_domain import Domain, build_domain
from phasefield.models.base import AppliedCurrent
from phasefield.models.conserved.contributions import equipped
from phasefield.models.conserved.parameters import Parameters
from phasefield.models.conserved.readings import ConservedReadings
from phasefield.models.conserved.state import ConservedState
from phasefield.models.conserved.stepper import ConservedStepper
from phasefield.physics.salt import Salt
from phasefield.validation.outcome import Curve, Outcome, Plot, observed_order
from phasefield.validation.setups import (
    THERMAL_VOLTAGE,
    Array,
    at_rest,
    conserved_model,
    plane_scaffold,
)

__all__ = ["Cell", "sand", "steady"]

NUMBER, DIFFUSIVITY, CONDUCTIVITY = 0.38, 3.2e-10, 1.19
"""t+ [1], D [m2 s-1] and sigma [S m-1] of LiPF6 in carbonates, 1 mol/l, 25 degC (Valoen & Reimers
2005), rounded."""

WALL = 2e-6
"""Thickness of the lithium [m]."""

TAU, CURRENT = 0.15, 6370.065
"""Sand's time [s] at 1000 mol/m3, and the current density that has it [A m-2]."""

SHARES = (0.1, 0.3, 0.6, 0.9)
"""Times over `TAU` at which profiles are compared."""


class Cell:
    """Full lithium below a plane wall, electrolyte above, a column of cells four to a `width` [m].

    `length` of the electrolyte [m], `c0` of its salt [mol m-3]; marches under `current` [A m-2].
    """

    def __init__(self, width: float, length: float, c0: float, current: float) -> None:
        self.c0, self._applied = c0, AppliedCurrent(current)
        shape = (1, round((WALL + length) / (width / 4)), 1)
        self.domain: Domain = build_domain(plane_scaffold(shape, width / 4, WALL), width)
        self.model: Parameters = conserved_model(width=width, diffusivity=1e-8)
        self.model = self.model._replace(conductivity=CONDUCTIVITY)
        salt = Salt(NUMBER, DIFFUSIVITY, c0, 2 * (1 - NUMBER) * THERMAL_VOLTAGE)
        full = (self.domain.pore > 0).astype(np.float64)
        self._backend = ConservedStepper(*equipped(self.domain, self.model, salt), 1e-10, 30)
        self.observer = ConservedReadings(*equipped(self.domain, self.model, salt), full)
        self._states = [replace(at_rest(full), own={"concentration": np.full(shape, c0)})]

    @property
    def state(self) -> ConservedState:
        """The newest state."""
        return self._states[-1]

    def step(self, dt: float) -> None:
        """One step of `dt` [s]."""
        found = self._backend.advance(self._states, dt, self._applied).state
        self._states = [*self._states, found][-3:]

    def profile(self, beyond: float, to: float) -> tuple[Array, Array]:
        """Distance to the wall [m], from `beyond` to `to`, and c over c0."""
        c = self.state.own["concentration"].ravel()
        x = (np.arange(c.size) + 0.5) * self.domain.grid.spacing[1] - WALL
        inside = (x > beyond) & (x < to)
        return x[inside], c[inside] / self.c0

    @property
    def left(self) -> float:
        """Smallest c over c0."""
        return self.observer.salt_left(self.state)


def _between_planes(x: Array, length: float, *of_plane: float) -> Array:
    """`depletion_profile`, and as much salt more at the counter electrode as there is less here.

    The next images are below 1e-5 of c0 up to Sand's time of the long cell.
    """
    c0 = of_plane[3]
    mirrored = c0 - depletion_profile(length - x, *of_plane)
    return depletion_profile(x, *of_plane) + mirrored


def _long(width: float, steps: int) -> tuple[dict[str, float], list[Curve]]:
    """Errors of c, Sand's time, voltage and salt with `steps` to tau; curves."""
    length, c0 = 40e-6, 1000.0
    salt = DIFFUSIVITY, c0, NUMBER
    cell, found, curves = Cell(width, length, c0, CURRENT), {}, []
    due = [round(share * steps) for share in SHARES]
    for n in range(1, due[-1] + 1):
        cell.step(TAU / steps)
        if n not in due:
            continue
        x, c = cell.profile(0.0, 0.5 * length)
        exact = _between_planes(x, length, cell.state.time, CURRENT, *salt) / c0
        share = f"{SHARES[due.index(n)]:g} tau"
        found[f"error of c at {share}"] = float(np.abs(c - exact).max())
        found[f"voltage at {share}"] = cell.observer.voltage(cell.state)
        near = x < 25e-6
        curves += [
            Curve(share, 1e6 * x[near], c[near], points=True),
            Curve("exact", 1e6 * x[near], exact[near]),
        ]
    seen = cell.observer.observe(cell.state, 0.0).salt
    found["salt gained or lost"] = seen.gain if seen else np.nan
    while cell.left > 1e-3:
        cell.step(TAU / steps / (1 if cell.left > 0.1 else 10))
    found["Sand's time over tau"] = cell.state.time / sand_time(CURRENT, *salt)
    return found, curves


def steady(width: float) -> tuple[float, float]:
    """Limiting current over its formula, and the largest deviation of c/c0 from a line [1]."""
    length, c0 = 10e-6, 100.0
    limit = limiting_current_density(length, DIFFUSIVITY, c0, NUMBER)
    cell = Cell(width, length, c0, 0.5 * limit)
    for dt in [0.01] * 20 + [0.1] * 18:
        cell.step(dt)
    x, c = cell.profile(width, length)
    slope, at_wall = np.polyfit(x, c, 1)
    deviation = float(np.abs(c - at_wall - slope * x).max())
    return 0.5 / (1.0 - float(at_wall)), deviation


def sand(quick: bool) -> Outcome:
    """Profiles, Sand's time and voltage of a long cell, steady state of a short one."""
    del quick
    widths = {1.6e-6: 50, 0.8e-6: 100, 0.4e-6: 200}
    runs = [_long(width, steps) for width, steps in widths.items()]
    measured, curves = runs[-1]
    error = [found["error of c at 0.6 tau"] for found, _ in runs]
    measured["order of c at 0.6 tau, coarse to middle"] = observed_order(error[0], error[1])
    measured["order of c at 0.6 tau, middle to fine"] = observed_order(error[1], error[2])
    limit, deviation = steady(0.4e-6)
    measured["limiting current over formula"] = limit
    measured["deviation from a straight line"] = deviation
    return Outcome(measured, Plot("distance to the lithium (um)", "c / c0", tuple(curves)))
