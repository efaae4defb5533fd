"""The Numba backend of the published model: one implicit step at a time."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np

from phasefield.grid.smoothed_domain import Domain
from phasefield.models.base import Applied, AppliedCurrent, AppliedVoltage, StepResult
from phasefield.models.conserved.stepper import front_norm
from phasefield.models.published.newton_system import PaperStep, PaperSystem, PaperUnknowns
from phasefield.models.published.parameters import PaperCoefficients
from phasefield.models.published.state import PaperLevel
from phasefield.solvers.newton import NewtonFailed, NewtonResult, solve
from phasefield.solvers.time_formula import TimeFormula, error_factor, extrapolate, time_formula

__all__ = ["PaperBackend"]

log = logging.getLogger(__name__)


class PaperBackend:
    """Advances the published model, theory equations (8)-(12), by fully coupled implicit steps.

    Parameters
    ----------
    domain : frozen scaffold fields; nothing is dropped, the vacuum conducts by the stated floor.
    model : coefficients.
    interface_width : delta [m], the length that errors are measured in.
    tolerance : Newton residual to reach (max norm, in units of xi).
    most_iterations : Newton iterations before a step is given up.
    """

    def __init__(
        self,
        domain: Domain,
        model: PaperCoefficients,
        interface_width: float,
        tolerance: float,
        most_iterations: int,
    ) -> None:
        self._domain, self._model = domain, model
        self._interface_width = interface_width
        self._tolerance, self._most_iterations = tolerance, most_iterations
        self._system = PaperSystem(domain, model)

    def advance(
        self, levels: Sequence[PaperLevel], dt: float, applied: Applied
    ) -> StepResult[PaperLevel]:
        """One step of `dt` [s] under what is `applied`.

        The current density is that of the metal's growth: V0 is solved for so that the metal grows
        by the one that is given; under a given V0 it follows from what has grown.

        Raises
        ------
        NewtonFailed : the past levels are untouched, try a smaller step.
        """
        times = [level.time for level in levels]
        step = self._step(levels, dt, applied)
        predicted = _predict(levels, times[-1] + dt)
        try:
            result = self._newton(predicted, step)
        except NewtonFailed as failure:
            log.info("Newton from the predictor failed (%s): from the last level", failure)
            result = self._newton(levels[-1], step)
        shape, found = self._domain.grid.shape, result.unknowns
        level = PaperLevel(
            times[-1] + dt,
            found.xi.reshape(shape),
            found.concentration.reshape(shape),
            found.potential.reshape(shape),
            float(found.applied[0]),
            self._current_density(found, step, applied),
        )
        distance = front_norm(self._domain, self._interface_width, level.xi - predicted.xi)
        error = distance * error_factor(times, dt)
        return StepResult(level, result.iterations, result.residual, error)

    def _step(self, levels: Sequence[PaperLevel], dt: float, applied: Applied) -> PaperStep:
        """What is fixed in a step of `dt` [s] from `levels`."""
        formula = time_formula([level.time for level in levels], dt)
        growth, voltage = None, 0.0
        match applied:
            case AppliedCurrent(current):
                growth = current * dt / self._charge_per_cell
            case AppliedVoltage(held):
                voltage = held
        past = _history(levels, formula, "xi"), _history(levels, formula, "concentration")
        return PaperStep(formula.alpha0, *past, dt, growth, voltage)

    def _current_density(self, found: PaperUnknowns, step: PaperStep, applied: Applied) -> float:
        """J [A m-2]: the one applied, or that of the metal grown in the step."""
        match applied:
            case AppliedCurrent(current):
                return current
            case AppliedVoltage():
                grown = float(np.sum(step.alpha0 * found.xi - step.xi_history))
                return grown * self._charge_per_cell / step.dt

    @property
    def _charge_per_cell(self) -> float:
        """Charge that fills one cell with metal, per cross-section [C m-2]."""
        grid = self._domain.grid
        return self._model.charge_density * grid.cell_volume / grid.cross_section

    def _unknowns(self, start: PaperLevel, step: PaperStep) -> PaperUnknowns:
        """The iterate that `start` is; a voltage that is given is there from the start."""
        voltage = start.applied_voltage if step.growth is not None else step.voltage
        fields = start.xi.ravel(), start.concentration.ravel(), start.potential.ravel()
        return PaperUnknowns(*fields, np.array([voltage]))

    def _newton(self, start: PaperLevel, step: PaperStep) -> NewtonResult[PaperUnknowns]:
        guess = self._unknowns(start, step)
        return solve(self._system, guess, step, self._tolerance, self._most_iterations)


def _history(levels: Sequence[PaperLevel], formula: TimeFormula, name: str) -> np.ndarray:
    """What the time formula subtracts from alpha0 times field `name`, flat (cells,)."""
    past = formula.newest * getattr(levels[-1], name)
    if formula.older:
        past = past + formula.older * getattr(levels[-2], name)
    return np.asarray(past.ravel())


def _predict(levels: Sequence[PaperLevel], time: float) -> PaperLevel:
    """First guess: the fields through all past levels, potentials through the last two."""
    settled = levels[-2:] if len(levels) > 2 else levels[-1:]
    return PaperLevel(
        time,
        extrapolate(levels, "xi", time),
        extrapolate(levels, "concentration", time),
        extrapolate(settled, "potential", time),
        levels[-1].applied_voltage,
        levels[-1].current_density,
    )
