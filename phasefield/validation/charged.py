"""PFHub benchmark 6a: a charged species that separates, Cahn-Hilliard and Poisson's equation.

Parameters, domain and initial state: NIST and CHiMaD, PFHub benchmark problem 6. Solved with the
stencil of the published model's gradient term, the linear solver of the conserved model, its time
formula and step control, and the network solver of the effective conductivities.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from phasefield.grid.faces import neighbour
from phasefield.models.base import TangentLimits
from phasefield.models.conserved.kernels import A_MU, A_XI, B_MU, B_XI, CONSERVED_LAYOUT, SLOTS
from phasefield.models.conserved.step import Unknowns
from phasefield.models.published.gradient_kernels import gradient_divergence
from phasefield.solvers.block_solver import LinearSolver
from phasefield.solvers.multigrid.scalar import Network, face_conductances
from phasefield.solvers.newton import solve
from phasefield.solvers.sparsity import Sparsity
from phasefield.solvers.step_size import StepControl
from phasefield.solvers.time_formula import error_factor, extrapolation_weights, time_formula
from phasefield.validation.outcome import Curve, Outcome, Plot
from phasefield.validation.setups import Array

__all__ = ["Plate", "charged_species"]

ALPHA, BETA, KAPPA, RHO, MOBILITY = 0.3, 0.7, 2.0, 5.0, 5.0
COUPLING, PERMITTIVITY, CELLS = 0.09, 90.0, 100
"""Compositions at rest, gradient coefficient, height of the well, mobility, k, epsilon, cells."""

EARLY = {2.0: 177.926, 5.0: 173.979, 10.0: 162.753, 20.0: 143.039}
LATER = {50.0: 134.476, 105.0: 126.041, 160.0: 120.181, 400.0: 102.888}
"""Free energy that MMSP found at these times with spacing 1 and steps of `SPLIT_STEP`."""

SPLIT_STEP = 0.05


@dataclass(frozen=True)
class _Step:
    """Time formula as in `models.conserved.newton_system.Step`; `split` is c at the last time
    where mu is split as MMSP does it: the odd powers of c in the well are new, the rest is old."""

    alpha0: float
    history: Array
    dt: float
    split: Array | None = None


class Plate(TangentLimits):
    """The square of 100, `cells` a side: equations, energies, and the field without charge.

    Parameters
    ----------
    cells : along an edge.
    on_nodes : the grid of MMSP's result: c at 0, 1, .. 99, the potential given in the first and the
        last column of cells, instead of on the edges beside them.
    """

    def __init__(self, cells: int = CELLS, *, on_nodes: bool = False) -> None:
        self.h, self.shape = 100.0 / cells, (1, cells, cells)
        at = (np.arange(cells) + (0.0 if on_nodes else 0.5)) * self.h
        self.y, self.x = at[:, None], at[None, :]
        mask = np.zeros((cells**2, 3), bool)
        mask[:, :2] = True
        sparsity = Sparsity(SLOTS, mask, self.shape)
        weights = np.array([1.0, 0.0, 0.0])  # the sum of c is kept to round-off
        self._linear = LinearSolver(CONSERVED_LAYOUT, sparsity, weights)
        self._values = np.zeros((cells**2, len(SLOTS)))
        self._inside = self._neighbours() / self.h**2
        self._out, self._stiff = np.zeros(cells**2), np.zeros(cells**2)
        self._given(on_nodes)

    def _neighbours(self) -> Array:
        """1 where a cell has a neighbour in direction -z +z -y +y -x +x, else 0, (cells, 6)."""
        nz, ny, nx = self.shape
        cells = list(np.ndindex(self.shape))
        there = [[neighbour.py_func(d, *at, nz, ny, nx) for d in range(6)] for at in cells]
        return np.asarray(np.array(there) != np.arange(len(cells))[:, None], float)

    def _given(self, on_nodes: bool) -> None:
        """The network of Poisson's equation: 0 on the left, sin(y/7) on the right."""
        free = slice(1, -1) if on_nodes else slice(None)
        beside = (1.0 if on_nodes else 2.0) / self.h**2
        self._free, right = free, np.sin(self.y[:, 0] / 7.0)
        ground = np.zeros(self.shape)[:, :, free]
        ground[:, :, 0] = ground[:, :, -1] = beside
        faces = face_conductances(np.ones(ground.shape), (1.0, self.h, self.h))
        self._network, self._fed = Network(faces, ground), np.zeros(ground.shape)
        self._fed[0, :, -1] = beside * right
        self._fixed = np.zeros(self.shape)
        if on_nodes:
            self._fixed[0, :, -1] = right
        self.without_charge = self.potential(np.zeros(self.shape[1:]).ravel())

    def potential(self, c: Array) -> Array:
        """Phi of laplace(Phi) = -k c/epsilon, flat."""
        charge = COUPLING / PERMITTIVITY * c.reshape(self.shape)[:, :, self._free]
        found = self._fixed.copy()
        found[:, :, self._free] = self._network.solve(self._fed + charge, 1e-11).potential
        return found.ravel()

    def start(self) -> Array:
        """c at t = 0, flat."""
        x, y = self.x, self.y
        waves = np.cos(0.2 * x) * np.cos(0.11 * y) + (np.cos(0.13 * x) * np.cos(0.087 * y)) ** 2
        waves = waves + np.cos(0.025 * x - 0.15 * y) * np.cos(0.07 * x - 0.02 * y)
        return np.asarray(0.5 + 0.04 * waves).ravel()

    def laplace(self, field: Array) -> Array:
        """Laplacian without flux at the edges, flat."""
        spacing = (1.0, self.h, self.h)
        gradient_divergence(self.shape, spacing, field, 1.0, 0.0, 4.0, self._out, self._stiff)
        return self._out.copy()

    @property
    def column_scale(self) -> Array:
        """Everything is of order one."""
        return np.ones(3)

    extra_scale = 1.0

    def evaluate(self, now: Unknowns, step: _Step) -> tuple[Array, Array]:
        """Residual of c and mu; Phi follows c at once, which Newton's matrix need not know."""
        c, mu = now.xi, now.mu
        well, stiffness = _well(c) if step.split is None else _split_well(c, step.split)
        charged = c if step.split is None else step.split
        rows = np.zeros((c.size, 3))
        rows[:, 0] = step.alpha0 * c - step.history - step.dt * MOBILITY * self.laplace(mu)
        rows[:, 1] = well - KAPPA * self.laplace(c) + COUPLING * self.potential(charged) - mu
        values = self._values
        values[:, A_XI] = step.alpha0
        values[:, A_MU] = step.dt * MOBILITY * self._inside.sum(axis=1)
        values[:, A_MU + 1 : A_MU + 7] = -step.dt * MOBILITY * self._inside
        values[:, B_XI] = stiffness + KAPPA * self._inside.sum(axis=1)
        values[:, B_XI + 1 : B_XI + 7] = -KAPPA * self._inside
        values[:, B_MU] = -1.0
        return rows, np.zeros(0)

    def update(self, residual: Array, net: Array, step: _Step) -> tuple[Array, Array]:
        """Newton update of c and mu."""
        del net, step
        return self._linear.factorise(self._values).solve(-residual), np.zeros(2)

    def energies(self, c: Array) -> tuple[float, float]:
        """F of the benchmark, as MMSP sums it, and the energy that must fall.

        With fixed potentials on two sides, what falls is F with the whole potential of these sides,
        of which F has half, and squared differences across the faces.
        """
        field = c.reshape(self.shape[1:])
        padded = np.pad(field, 1, mode="edge")
        up = (padded[2:, 1:-1] - padded[:-2, 1:-1]) / (2.0 * self.h)
        along = (padded[1:-1, 2:] - padded[1:-1, :-2]) / (2.0 * self.h)
        well = RHO * (c - ALPHA) ** 2 * (BETA - c) ** 2
        charge = 0.5 * COUPLING * c * self.potential(c)
        cell = self.h**2
        published = cell * (np.sum(well + charge) + 0.5 * KAPPA * np.sum(up**2 + along**2))
        faces = np.sum(np.diff(field, axis=0) ** 2) + np.sum(np.diff(field, axis=1) ** 2)
        sides = 0.5 * COUPLING * c * self.without_charge
        falling = cell * np.sum(well + charge + sides) + 0.5 * KAPPA * faces
        return float(published), float(falling)


def _well(c: Array) -> tuple[Array, Array]:
    """f' and f'' of rho (c - alpha)^2 (beta - c)^2."""
    away, skew = (c - ALPHA) * (BETA - c), ALPHA + BETA - 2.0 * c
    return 2.0 * RHO * away * skew, 2.0 * RHO * (skew**2 - 2.0 * away)


def _split_well(c: Array, old: Array) -> tuple[Array, Array]:
    """f' with its even powers at the `old` c, and its derivative to c."""
    total, product = ALPHA + BETA, ALPHA * BETA
    linear = total**2 + 2.0 * product
    new = 2.0 * RHO * (2.0 * c**2 + linear) * c
    known = -2.0 * RHO * total * (3.0 * old**2 + product)
    return new + known, 2.0 * RHO * (6.0 * c**2 + linear)


@dataclass(frozen=True)
class History:
    """Times, F, the falling energy and the mean of c after every step, and F at `asked` times."""

    time: Array
    energy: Array
    falling: Array
    mean: Array
    asked: Array


def separate(plate: Plate, asked: Sequence[float], tolerance: float = 1e-4) -> History:
    """March to the last of the `asked` times, meeting all of them, by BDF2 with error control."""
    control = StepControl(tolerance, 0.01, 10.0, 1e-6)
    times, fields = [0.0], [plate.start()]
    mu = np.zeros_like(fields[0])
    rows, met = [(0.0, *plate.energies(fields[0]), fields[0].mean())], []
    while times[-1] < asked[-1] - 1e-9:
        stop = next(t for t in asked if t > times[-1] + 1e-9)
        dt = control.step_to(stop - times[-1])
        formula, now = time_formula(times, dt), times[-1] + dt
        history = formula.newest * fields[-1] + formula.older * fields[max(-2, -len(fields))]
        weights = extrapolation_weights(times, now)
        guess = np.asarray(sum(w * field for w, field in zip(weights, fields, strict=True)))
        step = _Step(formula.alpha0, history, dt)
        start = Unknowns(guess, mu, np.zeros_like(mu), np.zeros(1))
        found = solve(plate, start, step, 1e-9, 20).unknowns
        error = float(np.sqrt(np.mean((found.xi - guess) ** 2))) * error_factor(times, dt)
        if not control.accept(dt, error, min(len(times), 2) + 1):
            continue
        times, fields, mu = [*times, now][-3:], [*fields, found.xi][-3:], found.mu
        rows.append((now, *plate.energies(found.xi), found.xi.mean()))
        if abs(now - stop) < 1e-9:
            met.append(rows[-1][1])
    time, energy, falling, mean = np.array(rows).T
    return History(time, energy, falling, mean, np.array(met))


def separate_split(plate: Plate, steps: int) -> Array:
    """F after each of `steps` of MMSP's scheme, beginning with that at t = 0."""
    c = plate.start()
    mu, energy = np.zeros_like(c), [plate.energies(c)[0]]
    for _ in range(steps):
        step = _Step(1.0, c, SPLIT_STEP, c)
        found = solve(plate, Unknowns(c, mu, mu, np.zeros(1)), step, 1e-9, 20).unknowns
        c, mu = found.xi, found.mu
        energy.append(plate.energies(c)[0])
    return np.array(energy)


def charged_species(quick: bool) -> Outcome:
    """Free energy by MMSP's scheme and by our own, its decay, and the mean of c."""
    plate = Plate(on_nodes=True)
    early = dict(list(EARLY.items())[:1] if quick else EARLY)
    split = separate_split(plate, round(max(early) / SPLIT_STEP))
    asked = (10.0,) if quick else tuple(LATER)
    own = separate(plate, asked)
    times = np.arange(split.size) * SPLIT_STEP
    measured = {f"MMSP's steps, t = {t:g}": float(np.interp(t, times, split)) for t in early}
    later = zip(asked, own.asked, strict=True)
    measured |= {f"own steps, t = {t:g}": float(energy) for t, energy in later if t in LATER}
    measured["largest rise of the energy"] = float(max(np.diff(own.falling).max(), 0.0))
    measured["change of the mean of c"] = float(np.ptp(own.mean))
    shown = {t: energy for t, energy in (EARLY | LATER).items() if t <= asked[-1]}
    curves = (
        Curve("own steps", own.time, own.energy),
        Curve("MMSP's steps", times.tolist(), split),
        Curve("MMSP", list(shown), list(shown.values()), points=True),
    )
    return Outcome(measured, Plot("time", "free energy", curves))
