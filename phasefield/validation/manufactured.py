"""PFHub benchmark 7a: the Allen-Cahn equation with a manufactured solution.

Equation, solution and parameters: NIST and CHiMaD, PFHub benchmark problem 7. It is solved by the
system, Newton's method and the time formula of the published model, with the reaction off; the
source enters through the history of each step.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from phasefield.grid.grid import Grid, cell_centres
from phasefield.grid.smoothed_domain import Domain
from phasefield.models.published.newton_system import (
    PublishedStep,
    PublishedSystem,
    PublishedUnknowns,
)
from phasefield.solvers.newton import solve
from phasefield.solvers.time_formula import extrapolation_weights, time_formula
from phasefield.validation.outcome import Curve, Outcome, Plot, observed_order
from phasefield.validation.setups import Array, published_model

__all__ = ["allen_cahn_solution", "allen_cahn_source", "pfhub_7a"]

KAPPA = 4e-4
A1, B1, A2, B2, C2 = 0.0075, 8 * np.pi, 0.03, 22 * np.pi, 0.0625 * np.pi
"""kappa of part (a), and the constants of the moving front."""

SCALE, FINAL, HALF = np.sqrt(2 * KAPPA), 8.0, 0.5
"""Length of the tanh, final time, height of the domain of length 1; all dimensionless."""


def _front(x: Array, t: float) -> tuple[Array, Array, Array, Array]:
    """Height alpha of the front at `x`, its slope, curvature and speed."""
    one, two = B1 * x, B2 * x + C2 * t
    height = 0.25 + A1 * t * np.sin(one) + A2 * np.sin(two)
    slope = A1 * t * B1 * np.cos(one) + A2 * B2 * np.cos(two)
    curvature = -A1 * t * B1**2 * np.sin(one) - A2 * B2**2 * np.sin(two)
    return height, slope, curvature, A1 * np.sin(one) + A2 * C2 * np.cos(two)


def allen_cahn_solution(x: Array, y: Array, t: float) -> Array:
    """eta = [1 - tanh((y - alpha(x, t)) / sqrt(2 kappa))] / 2."""
    return np.asarray(0.5 * (1 - np.tanh((y - _front(x, t)[0]) / SCALE)))


def allen_cahn_source(x: Array, y: Array, t: float) -> Array:
    """S of d eta/dt = -[4 eta (eta - 1)(eta - 1/2) - kappa laplace(eta)] + S.

    The tanh balances the well and its own second derivative across the front; what is left is
    what the front's motion, slope and curvature add.
    """
    _, slope, curvature, speed = _front(x, t)
    first, second = _across(x, y, t)
    return -first * speed - KAPPA * (second * slope**2 - first * curvature)


def _across(x: Array, y: Array, t: float) -> tuple[Array, Array]:
    """First and second derivative of eta to y."""
    th = np.tanh((y - _front(x, t)[0]) / SCALE)
    first = -0.5 * (1 - th**2) / SCALE
    return first, -2 * th * first / SCALE


class _Grid:
    """The square grid of `cells` per unit length, and what flows and forms on it."""

    def __init__(self, cells: int) -> None:
        self.h, self.shape = 1 / cells, (1, cells // 2, cells)
        self.x = cell_centres(cells, self.h)
        self.y = ((np.arange(cells // 2) + 0.5) * self.h)[:, None]

    def solution(self, t: float) -> Array:
        """Flat exact solution at the centres."""
        return allen_cahn_solution(self.x, self.y, t).ravel()

    def source(self, t: float) -> Array:
        """Flat source, with the exact flux through the edges, where the solver has none."""
        total = allen_cahn_source(self.x, self.y, t)
        flux = KAPPA / self.h
        for side, sign, at in ((0, -1, 0.0), (-1, 1, 1.0)):
            edge = np.array([at])
            along_x = -_across(edge, self.y, t)[0] * _front(edge, t)[1]
            total[:, side] += sign * flux * along_x[:, 0]
            total[side] += sign * flux * _across(self.x, np.array([at * HALF]), t)[0]
        return total.ravel()


def _system(grid: _Grid) -> PublishedSystem:
    """W1 = L_sigma = 1, so that L_sigma df0/dxi is the well of the benchmark; no reaction.

    Concentration and potential are solved along and act on nothing.
    """
    zero = np.zeros(grid.shape)
    cells = Grid(grid.shape, (1.0, grid.h, grid.h), 1)
    model = published_model(
        barrier_height=1.0,
        gradient_coefficient=KAPPA,
        cross_barrier=0.0,
        interface_mobility=1.0,
        reaction_rate=0.0,
        thermal_voltage=1.0,
        ion_concentration=1.0,
        site_density=1.0,
        charge_density=1.0,
        diffusivity_metal=0.0,
        diffusivity_electrolyte=0.0,
        diffusivity_vacuum=0.0,
        conductivity_metal=1.0,
        conductivity_electrolyte=1.0,
        conductivity_vacuum=1.0,
    )
    return PublishedSystem(Domain(cells, 1 + zero, zero, zero, zero, 0.0, 0.0), model)


def _final(cells: int, dt: float) -> tuple[Array, float]:
    """Flat eta at t = 8, and the L2 norm of its error."""
    grid = _Grid(cells)
    system, size = _system(grid), cells * cells // 2
    times, fields = [0.0], [grid.solution(0.0)]
    now = PublishedUnknowns(fields[0], np.zeros(size), np.zeros(size), np.zeros(1))
    for n in range(1, round(FINAL / dt) + 1):
        t = n * dt
        formula = time_formula(times, dt)
        history = formula.newest * fields[-1] + formula.older * fields[max(-2, -len(fields))]
        weights = extrapolation_weights(times, t)
        now.xi = np.asarray(sum(w * field for w, field in zip(weights, fields, strict=True)))
        past = history + dt * grid.source(t)
        step = PublishedStep(formula, past, np.zeros(size), None)
        now = solve(system, now, step, 1e-9, 25).unknowns
        times, fields = [*times, t][-3:], [*fields, now.xi][-3:]
    return now.xi, float(np.linalg.norm(now.xi - grid.solution(FINAL)) * grid.h)


def pfhub_7a(quick: bool) -> Outcome:
    """L2 error at t = 8 on grids of h = 1/100 to 1/400, orders in time and space."""
    by_step = [_final(100, dt) for dt in (0.4, 0.2, 0.1)]
    errors = {100: by_step[-1][1]}
    for cells in () if quick else (200, 400):
        errors[cells] = _final(cells, 0.1)[1]
    steps = [np.linalg.norm(one[0] - two[0]) for one, two in pairwise(by_step)]
    measured = {f"L2 error, h = 1/{n}": error for n, error in errors.items()}
    measured["order in time"] = observed_order(float(steps[0]), float(steps[1]))
    if not quick:
        measured["order in space"] = observed_order(errors[200], errors[400])
    h = np.array([1 / n for n in errors])
    curves = (
        Curve("found", h, list(errors.values()), points=True),
        Curve("second order", h, errors[100] * (h / h[0]) ** 2),
    )
    return Outcome(measured, Plot("h", "L2 error at t = 8", curves, logarithmic=True))
