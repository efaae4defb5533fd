"""Manufactured solutions of the conserved model: its equations together, in 2D and 3D.

xi and V_l are chosen, mu is what equation (B) makes of xi, and what is then left of (A) and (C)
is their source. It enters where the history and the counter electrode do, so that what is solved
is `CoupledSystem` as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

from phasefield.errors import not_installed
from phasefield.grid.grid import Grid, cell_centres
from phasefield.grid.smoothed_domain import Domain
from phasefield.models.conserved.contributions import equipped
from phasefield.models.conserved.lithium_bodies import Bodies
from phasefield.models.conserved.newton_system import CoupledSystem
from phasefield.models.conserved.parameters import Parameters
from phasefield.models.conserved.step import Step, Unknowns
from phasefield.physics.energy import EXPONENT, well_edge
from phasefield.physics.transport import VAPOUR
from phasefield.solvers.newton import solve
from phasefield.solvers.time_formula import time_formula
from phasefield.validation.outcome import Curve, Outcome, Plot, observed_order
from phasefield.validation.setups import Array

__all__ = ["MODEL", "coupled_solution", "error_on", "march"]

SIZE = (0.8, 1.0, 1.2)
"""Edges of the domain along z, y, x [1]; each has as many cells, so that spacings differ."""

FIELDS = ("xi", "mu", "V_l")

MODEL = Parameters(
    barrier_height=1.0,
    gradient_coefficient=0.05,
    bulk_modulus=200.0,
    edge=well_edge(1.0, 200.0),
    nucleation_pressure=1.0,
    surface_energy=1.0,
    interface_width=1.0,
    wetting=0.1,
    mobility=0.2,
    immobile=VAPOUR,
    exchange_current_density=0.3,
    transfer_coefficient=0.4,
    thermal_voltage=0.4,
    volume_per_charge=0.6,
    conductivity=0.5,
)
"""Every coefficient of order one, so that no term of (A), (B), (C) is small."""

SOFT = 2.0
"""K with which the elastic ends of the well begin 0.21 from 0 and 1."""

BRANCHES = {"": (0.5, 0.25), "metal": (0.9, 0.05), "empty": (0.1, 0.05)}
"""Mean and swing of xi on each branch of the well, which has kinks between them: the middle, with
K far beyond, and both elastic ends, with `SOFT`."""


@dataclass(frozen=True)
class Solution:
    """Functions of (z, y, x), and of t last where they move."""

    pore: Callable[..., Array]
    wall_density: Callable[..., Array]
    fields: tuple[Callable[..., Array], ...]
    lithium_source: Callable[..., Array]
    ion_source: Callable[..., Array]


def _model(branch: str) -> Parameters:
    """Parameters with which xi stays on a branch of the well."""
    if not branch:
        return MODEL
    return MODEL._replace(bulk_modulus=SOFT, edge=well_edge(MODEL.barrier_height, SOFT))


@cache
def _solution(dimensions: int, branch: str = "") -> Solution:
    """Cosines with flat ends, so that nothing flows through the edges."""
    try:
        import sympy as sp
    except ImportError as error:
        raise not_installed("the manufactured solution", error, "verify") from error

    z, y, x, t = sp.symbols("z y x t", real=True)
    model, axes = _model(branch), (z, y, x)[3 - dimensions :]
    mean, swing = BRANCHES[branch]
    waves = [sp.cos(sp.pi * s / length) for s, length in zip((z, y, x), SIZE, strict=True)]
    up = waves[0] if dimensions == 3 else sp.Integer(1)
    along, across = waves[1], waves[2]
    psi = sp.Rational(1, 2) + along * across / 5
    phi, a = 1 - psi, 1 + across * up / 3
    xi = mean + swing * sp.cos(t + 1) * (2 * along**2 - 1) * across * up
    ion = sp.Rational(1, 5) + sp.cos(2 * t) * along * (2 * across**2 - 1) * up / 10

    def divergence(share: Any, field: Any) -> Any:
        return sum(sp.diff(share * sp.diff(field, s), s) for s in axes)

    ends = {"": xi, "metal": 1 - model.edge, "empty": model.edge}
    well = _curved(model, ends[branch]) + model.bulk_modulus * (xi - ends[branch])
    wall = -6 * model.wetting * xi * (1 - xi)
    mu = well + (a * wall - model.gradient_coefficient * divergence(psi, xi)) / psi
    e = (ion - mu * model.volume_per_charge) / model.thermal_voltage
    alpha, i0 = model.transfer_coefficient, model.exchange_current_density
    current = i0 * (sp.exp(alpha * e) - sp.exp(-(1 - alpha) * e))
    reaction = a * xi**2 * (3 - 2 * xi) * current
    moving = psi * model.mobility * (xi - model.immobile) / (1 - model.immobile)
    lithium = psi * sp.diff(xi, t) - divergence(moving, mu) - model.volume_per_charge * reaction
    charge = reaction - divergence(phi * model.conductivity, ion)
    names = (z, y, x, t)

    def compiled(expression: Any) -> Callable[..., Array]:
        found: Callable[..., Array] = sp.lambdify(names, expression, "numpy", cse=True)
        return found

    return Solution(
        compiled(psi),
        compiled(a),
        (compiled(xi), compiled(mu), compiled(ion)),
        compiled(lithium / psi),
        compiled(charge),
    )


def _curved(model: Parameters, xi: Any) -> Any:
    """Slope of W (xi (1 - xi))^(5/4)."""
    return EXPONENT * model.barrier_height * (xi * (1 - xi)) ** (EXPONENT - 1) * (1 - 2 * xi)


class _Box:
    """The solution on a grid of `cells` along every axis."""

    def __init__(self, dimensions: int, cells: int, branch: str) -> None:
        self._exact = _solution(dimensions, branch)
        shape = (cells if dimensions == 3 else 1, cells, cells)
        spacing = tuple(length / n for length, n in zip(SIZE, shape, strict=True))
        centres = [cell_centres(n, h) for n, h in zip(shape, spacing, strict=True)]
        self._at = np.meshgrid(*centres, indexing="ij")
        pore = self._exact.pore(*self._at, 0.0)
        walls = self._exact.wall_density(*self._at, 0.0) * np.ones(shape)
        grid = Grid(shape, (spacing[0], spacing[1], spacing[2]), 1)
        domain = Domain(grid, pore, 1 - pore, 1 - pore, walls, 0.0, 0.0)
        self.cell, contributions = equipped(domain, _model(branch))
        self.system = CoupledSystem(self.cell, contributions)
        self.bodies = Bodies(np.zeros(shape, np.int32), 0, 1)

    def fields(self, t: float) -> tuple[Array, Array, Array]:
        """Flat xi, mu and V_l of the solution at a time."""
        xi, mu, ion = (field(*self._at, t).ravel() for field in self._exact.fields)
        return xi, mu, ion

    def step(self, times: list[float], past: list[Array], dt: float) -> Step:
        """The step to the next time, with the sources there."""
        formula, now = time_formula(times, dt), times[-1] + dt
        history = formula.newest * past[-1] + formula.older * past[max(-2, -len(past))]
        history = history + dt * self._exact.lithium_source(*self._at, now).ravel()
        ions = self._exact.ion_source(*self._at, now).ravel()
        plain = Step.plain(formula, history, ions, self.bodies)
        return replace(plain, exchange=self.cell.local.exchange)


def march(
    dimensions: int, cells: int, duration: float, steps: int, known: int = 1, branch: str = ""
) -> tuple[list[Array], _Box]:
    """xi, mu and V_l, flat, after equal steps that begin with `known` exact states (1 or 2).

    With one, the first step is backward Euler's, as in a run. `branch` is a key of `BRANCHES`.
    """
    box, dt = _Box(dimensions, cells, branch), duration / steps
    times = [-dt, 0.0][-known:]
    past = [box.fields(t)[0] for t in times]
    now = Unknowns(*box.fields(0.0), np.zeros(1))
    for _ in range(steps):
        now = solve(box.system, now, box.step(times, past, dt), 1e-10, 20).unknowns
        times, past = [*times, times[-1] + dt][-2:], [*past, now.xi][-2:]
    return [now.xi, now.mu, now.ion], box


def error_on(dimensions: int, cells: int, branch: str = "") -> list[float]:
    """Root mean square errors of xi, mu and V_l at t = 0.1, in steps that add little to them."""
    found, box = march(dimensions, cells, 0.1, 5, 2, branch)
    pairs = zip(found, box.fields(0.1), strict=True)
    return [float(np.sqrt(np.mean((one - other) ** 2))) for one, other in pairs]


def coupled_solution(quick: bool) -> Outcome:
    """Orders in space, 2D and 3D, and in time, of all three fields."""
    measured, curves = {}, []
    flat, solid = ((12, 24), (8, 16)) if quick else ((16, 32, 64), (8, 16, 32))
    plans = (("2D", 2, flat, ""), ("3D", 3, solid, ""))
    ends = tuple((f"2D, {branch} end", 2, flat, branch) for branch in ("metal", "empty"))
    for label, dimensions, cells, branch in plans + ends:
        errors = np.array([error_on(dimensions, n, branch) for n in cells]).T
        for name, error in zip(FIELDS, errors, strict=True):
            order = observed_order(error[-2], error[-1])
            measured[f"order in space, {label}, {name}"] = order
            if not branch:
                curves.append(Curve(f"{label}, {name}", [1 / n for n in cells], error))
    found = [march(2, 12, 1.6, steps)[0] for steps in (16, 32, 64)]
    for n, name in enumerate(FIELDS):
        coarse, fine = (float(np.linalg.norm(a[n] - b[n])) for a, b in pairwise(found))
        measured[f"order in time, {name}"] = observed_order(coarse, fine)
    return Outcome(measured, Plot("1 / cells", "error", tuple(curves), logarithmic=True))
