"""Capillary waves of a flat front of the conserved model under thermal noise, at rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from phasefield.grid.grid import cell_centres
from phasefield.grid.smoothed_domain import build_domain
from phasefield.models.base import MEMORY, AppliedCurrent
from phasefield.models.conserved.contributions import equipped
from phasefield.models.conserved.stepper import ConservedStepper
from phasefield.physics.front import front_at_rest
from phasefield.physics.noise import Noise
from phasefield.validation.outcome import Curve, Outcome, Plot
from phasefield.validation.setups import Array, at_rest, conserved_model, plane_scaffold

__all__ = ["Waves", "equipartition", "fluctuate"]

WIDTH, CELLS = 0.25e-6, 5
"""delta [m], and cells in it."""

THERMAL_ENERGY, THICKNESS = 4.11e-21, 0.1e-6
"""kT at 298 K [J], and of the domain along z [m]: waves of some 1e-3 cells, far below any grid."""

GAP = 1.2
"""From the front to the wall above, over delta: the front is 0.8 delta to either side."""


@dataclass(frozen=True)
class Waves:
    """What the front did.

    Attributes
    ----------
    energy : of each wave over kT/2 after each step, (steps, waves) [1].
    decay : rate of each wave times the time step [1].
    iterations : of Newton's method, mean.
    loss : change of the lithium, over all of it [1].
    """

    energy: Array
    decay: Array
    iterations: float
    loss: float

    def mean(self, first: int, last: int | None = None) -> Array:
        """Mean energy of each wave over kT/2 in the steps from `first` on [1]."""
        return np.asarray(self.energy[first:last].mean(axis=0))

    def weights(self) -> Array:
        """Of the waves in a mean of least scatter: how often each was renewed."""
        return np.asarray(self.decay / self.decay.sum())

    def scatter(self, steps: int) -> float:
        """Standard deviation of that mean over `steps` [1]: sqrt(2/(rate x time)) of a square."""
        return float(np.sqrt(2.0 / (steps * self.decay.sum())))


def fluctuate(
    columns: int, depth: float, modes: tuple[int, ...], decay: float, steps: int, seed: int
) -> Waves:
    """Let a flat front of lithium over a mirror move by noise alone.

    `columns` cells wide, `depth` [cells] above the bottom; waves cos(m pi x/L), m in `modes`, of
    which the last decays by `decay` in a step. A wave of amplitude h_m has the energy
    gamma q^2 h_m^2 L b/4, b the thickness.
    """
    spacing = WIDTH / CELLS
    rows = round(depth + GAP * CELLS)
    scaffold = plane_scaffold((1, rows + 3, columns), spacing, rows * spacing)
    domain, model = build_domain(scaffold, 0.5 * WIDTH), conserved_model(width=WIDTH)
    y, x = (cell_centres(n, spacing) for n in (rows + 3, columns))
    front = front_at_rest(y - depth * spacing, WIDTH)[None, :, None]
    start = at_rest(front * (domain.pore > 0.0))
    q = np.array(modes) * np.pi / (columns * spacing)
    rates = model.mobility * model.surface_energy * q**3 * np.tanh(q * depth * spacing)
    dt = decay / float(rates[-1])
    noise = Noise(THERMAL_ENERGY, dt, seed, THICKNESS)
    backend = ConservedStepper(*equipped(domain, model, noise=noise), 1e-9, 25)
    wave, states, heights, taken = np.cos(np.outer(q, x)) * 2 / columns, [start], [], 0
    for _ in range(steps):
        found = backend.advance(states, dt, AppliedCurrent(0.0))
        states, taken = [*states, found.state][-MEMORY:], taken + found.iterations
        heights.append(wave @ (domain.pore * found.state.xi)[0].sum(axis=0) * spacing)
    stiffness = 0.25 * model.surface_energy * q**2 * columns * spacing * THICKNESS
    energy = stiffness * np.array(heights) ** 2 / (0.5 * THERMAL_ENERGY)
    loss = np.sum(domain.pore * states[-1].xi) / np.sum(domain.pore * start.xi) - 1.0
    return Waves(energy, rates * dt, taken / steps, float(loss))


def equipartition(quick: bool) -> Outcome:
    """Energy of three waves, a mean over time from when the slowest was renewed three times."""
    short, first = 500, 80
    waves = fluctuate(32, 10.25, (2, 3, 4), 0.3, short if quick else 3000, seed=1)
    measured = {
        "mean energy, 500 steps": float(waves.weights() @ waves.mean(first, short)),
        "change of lithium": waves.loss,
        "Newton iterations": waves.iterations,
    }
    if not quick:
        measured["mean energy"] = float(waves.weights() @ waves.mean(first))
        for mode, energy in zip((2, 3, 4), waves.mean(first), strict=True):
            measured[f"energy of wave {mode}"] = float(energy)
    steps = np.arange(first + 1.0, len(waves.energy) + 1.0)
    curves = [
        Curve(f"wave {mode}", steps, np.cumsum(energy) / np.arange(1, len(energy) + 1))
        for mode, energy in zip((2, 3, 4), waves.energy[first:].T, strict=True)
    ]
    even = Curve("kT/2", [first, len(waves.energy)], [1.0, 1.0])
    return Outcome(measured, Plot("step", "mean energy / (kT/2)", (*curves, even)))
