"""The Numba backend of the conserved model: one implicit step at a time."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from phasefield.grid.smoothed_domain import Domain
from phasefield.models.base import Applied, AppliedCurrent, AppliedVoltage, StepResult
from phasefield.models.conserved.conducting_coating import Electrons
from phasefield.models.conserved.lithium_bodies import find_bodies
from phasefield.models.conserved.newton_system import CoupledSystem
from phasefield.models.conserved.parameters import Coefficients
from phasefield.models.conserved.salt import SaltTransport
from phasefield.models.conserved.state import Level
from phasefield.models.conserved.step import Step, Unknowns
from phasefield.models.conserved.thermal_noise import ThermalNoise
from phasefield.models.conserved.void_nucleation import Cohesion
from phasefield.physics.noise import Noise
from phasefield.physics.salt import Salt
from phasefield.solvers.newton import NewtonFailed, NewtonResult, solve
from phasefield.solvers.time_formula import (
    TimeFormula,
    error_factor,
    extrapolate,
    time_formula,
)

__all__ = ["ConservedBackend", "front_norm"]

Array = NDArray[np.float64]
log = logging.getLogger(__name__)


class ConservedBackend:
    """Advances the conserved model, theory equations (A)-(F), by implicit steps.

    Parameters
    ----------
    domain : frozen scaffold fields.
    model : coefficients.
    interface_width : delta [m], the length that errors are measured in.
    tolerance : Newton residual to reach (max norm, in units of xi).
    most_iterations : Newton iterations before a step is given up.
    salt : of the electrolyte, equation (F); None for a single-ion conductor.
    noise : thermal; None: there is none.
    """

    def __init__(
        self,
        domain: Domain,
        model: Coefficients,
        interface_width: float,
        tolerance: float,
        most_iterations: int,
        salt: Salt | None = None,
        noise: Noise | None = None,
    ) -> None:
        self._domain, self._model = domain, model
        self._noise = None if noise is None else ThermalNoise(domain, model, noise)
        self._salt = None if salt is None else SaltTransport(domain, model, salt)
        self._tolerance, self._most_iterations = tolerance, most_iterations
        self._system = CoupledSystem(domain, model)
        self._interface_width = interface_width
        self._cohesion = Cohesion(domain, model)
        self._electrons = Electrons.of(domain, interface_width)

    @property
    def krylov_iterations(self) -> int:
        """Iterations of the linear solver so far."""
        return self._system.krylov_iterations

    def advance(self, levels: Sequence[Level], dt: float, applied: Applied) -> StepResult[Level]:
        """One step of `dt` [s] under what is `applied`.

        `levels` are the past time levels, newest last: BDF2 from two on, backward Euler from one.

        Raises
        ------
        NewtonFailed : the past levels are untouched, try a smaller step.
        """
        times = [level.time for level in levels]
        step, brought = self._step(levels, dt, applied), None
        if self._noise is not None:
            brought = self._noise.brings(levels[-1], self._noise.path(times[-1], dt))
            step = self._disturbed(step, brought, levels)
        predicted = _predict(levels, times[-1] + dt)
        result, c = self._solve(predicted, levels[-1], step)
        level = self._level(times[-1] + dt, result.unknowns, step, applied, c)
        found, voids = self._cohesion.judge(replace(level, noise=brought))
        error = self._distance(found, predicted) * error_factor(times, dt)
        return StepResult(found, result.iterations, result.residual, error, voids)

    def _distance(self, found: Level, predicted: Level) -> float:
        """From level to predictor [1]: that of the front, or of c over c0 where it is more."""
        front = front_norm(self._domain, self._interface_width, found.xi - predicted.xi)
        if self._salt is None or found.concentration is None or predicted.concentration is None:
            return front
        change = np.abs(found.concentration - predicted.concentration).max()
        return max(front, float(change) / self._salt.coefficients.concentration)

    def _step(self, levels: Sequence[Level], dt: float, applied: Applied) -> Step:
        """What is fixed in a step of `dt` [s] from `levels`."""
        formula, last = time_formula([level.time for level in levels], dt), levels[-1]
        history = _history(formula, levels, "xi")
        bodies, current, voltage = find_bodies(last.xi, self._domain), 0.0, None
        match applied:
            case AppliedCurrent(given):
                current = given
            case AppliedVoltage(held):
                voltage = held
        source, bonded = np.zeros(history.size), last.bonded.ravel()
        if not bodies.second:
            source, current = current * self._domain.electrode.ravel(), 0.0
        salt = None if last.concentration is None else _history(formula, levels, "concentration")
        step = Step(formula.alpha0, history, dt, source, bodies, voltage, bonded, current, salt)
        if self._electrons is None:
            return step
        return replace(step, electrons=self._electrons.network(last.xi, bodies))

    def _disturbed(self, step: Step, brought: Array, levels: Sequence[Level]) -> Step:
        """The step with what noise brings in it.

        The time formula takes differences of the random path as it takes those of xi: then the
        noise is white, and the fluctuations of what a step resolves are right to second order.
        """
        total, older = step.alpha0 * brought, levels[-1].noise
        if len(levels) > 1 and older is not None:
            formula = time_formula([level.time for level in levels], step.dt)
            total = total + formula.older * older
        lithium, shot, ions = total.reshape(3, -1)
        pore = self._domain.pore.ravel()
        share = np.divide(lithium, pore, out=np.zeros_like(lithium), where=pore > 0.0)
        return replace(
            step,
            history=step.history + share,
            source=step.source + ions / step.dt,
            shot=shot / step.dt,
        )

    def _solve(
        self, predicted: Level, last: Level, step: Step
    ) -> tuple[NewtonResult[Unknowns], Array | None]:
        """Newton, and the salt, from the predictor; when that fails, from the last level."""
        try:
            return self._coupled(predicted, step)
        except NewtonFailed as failure:
            log.info("Newton from the predictor failed (%s): from the last level", failure)
            return self._coupled(last, step)

    def _coupled(self, start: Level, step: Step) -> tuple[NewtonResult[Unknowns], Array | None]:
        guess = self._unknowns(start, step)
        if self._salt is None or start.concentration is None:
            return self._newton(guess, step), None
        c, reaction = start.concentration.ravel(), self._system.reaction
        return self._salt.settle(self._newton, reaction, guess, c, step)

    def _newton(self, guess: Unknowns, step: Step) -> NewtonResult[Unknowns]:
        tolerance, most = self._tolerance, self._most_iterations
        return solve(self._system, guess, step, tolerance, most, self._system.limited)

    def _unknowns(self, start: Level, step: Step) -> Unknowns:
        """The iterate that `start` is."""
        first = np.unique(step.index, return_index=True)[1]
        metal = start.metal_potential.ravel()[first]
        metal[0] = 0.0
        drop = np.zeros(1)
        if step.voltage is not None and not step.bodies.second:
            drop[0] = start.current_density * self._system.electrode.resistance
        fields = start.xi.ravel(), start.mu.ravel(), start.ion_potential.ravel()
        return Unknowns(*fields, metal, drop)

    def _level(
        self, time: float, unknowns: Unknowns, step: Step, applied: Applied, c: Array | None
    ) -> Level:
        match applied:
            case AppliedCurrent(given):
                current = given
            case AppliedVoltage() if step.bodies.second:
                current = self._system.stripped(step)
            case AppliedVoltage():
                current = self._system.found_current(unknowns)
        shape = self._domain.grid.shape
        xi, mu, ion = (each.reshape(shape) for each in (unknowns.xi, unknowns.mu, unknowns.ion))
        assert step.bonded is not None
        bonded = step.bonded.reshape(shape)
        metal = unknowns.metal[step.index].reshape(shape)
        concentration = None if c is None else c.reshape(shape)
        return Level(time, xi, mu, ion, metal, bonded, current, concentration)


def _history(formula: TimeFormula, levels: Sequence[Level], name: str) -> Array:
    """What the time formula subtracts from alpha0 times the new field `name`, flat."""
    history = formula.newest * getattr(levels[-1], name)
    if formula.older:
        history = history + formula.older * getattr(levels[-2], name)
    return np.asarray(history.ravel())


def front_norm(domain: Domain, interface_width: float, difference: Array) -> float:
    """Root mean square of a difference in xi over one interface width of pore cross-section [1]."""
    grid = domain.grid
    cells = interface_width * grid.cross_section / grid.cell_volume * domain.porosity
    return float(np.sqrt(np.sum(domain.pore * difference**2) / cells))


def _predict(levels: Sequence[Level], time: float) -> Level:
    """First guess: xi through all past levels, quadratic; potentials through the last two.

    A cell that fills or empties on the way is not led beyond 1 or 0, where xi is pressure.
    """
    # The level before the first step was relaxed without potentials: it says nothing of them.
    settled = levels[-2:] if len(levels) > 2 else levels[-1:]
    xi, last = extrapolate(levels, "xi", time), levels[-1].xi
    concentration = levels[-1].concentration
    if concentration is not None:
        guess = extrapolate(levels, "concentration", time)
        concentration = guess if guess.min() > 0.0 else concentration
    return Level(
        time,
        np.clip(xi, np.minimum(last, 0.0), np.maximum(last, 1.0)),
        extrapolate(settled, "mu", time),
        extrapolate(settled, "ion_potential", time),
        levels[-1].metal_potential,
        levels[-1].bonded,
        levels[-1].current_density,
        concentration,
    )
