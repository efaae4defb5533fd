"""The Numba backend of the published model: one implicit step at a time."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np

from phasefield.grid.collectives import total
from phasefield.grid.smoothed_domain import Domain
from phasefield.models.base import (
    Applied,
    AppliedCurrent,
    AppliedVoltage,
    StepResult,
    front_norm,
)
from phasefield.models.published.newton_system import (
    PublishedStep,
    PublishedSystem,
    PublishedUnknowns,
)
from phasefield.models.published.parameters import PublishedParameters
from phasefield.models.published.state import PublishedState
from phasefield.solvers.newton import NewtonFailed, NewtonResult, solve
from phasefield.solvers.time_formula import TimeFormula, time_formula

__all__ = ["PublishedStepper"]

log = logging.getLogger(__name__)


class PublishedStepper:
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
        model: PublishedParameters,
        interface_width: float,
        tolerance: float,
        most_iterations: int,
    ) -> None:
        self._domain, self._model = domain, model
        self._interface_width = interface_width
        self._tolerance, self._most_iterations = tolerance, most_iterations
        self._system = PublishedSystem(domain, model)

    @property
    def krylov_iterations(self) -> int:
        """Iterations of the linear solver so far."""
        return self._system.krylov_iterations

    def advance(
        self, states: Sequence[PublishedState], dt: float, applied: Applied
    ) -> StepResult[PublishedState]:
        """One step of `dt` [s] under what is `applied`.

        The current density is that of the metal's growth: V0 is solved for so that the metal grows
        by the one that is given; under a given V0 it follows from what has grown.

        Raises
        ------
        NewtonFailed : the past states are untouched, try a smaller step.
        """
        formula = time_formula([state.time for state in states], dt)
        step = self._step(formula, states, applied)
        predicted = _predict(formula, states)
        try:
            result = self._newton(predicted, step)
        except NewtonFailed as failure:
            log.info("Newton from the predictor failed (%s): from the last state", failure)
            result = self._newton(states[-1], step)
        shape, found = self._domain.grid.shape, result.unknowns
        state = PublishedState(
            formula.end,
            found.xi.reshape(shape),
            found.concentration.reshape(shape),
            found.potential.reshape(shape),
            float(found.applied[0]),
            self._current_density(found, step, applied),
        )
        distance = front_norm(self._domain, self._interface_width, state.xi - predicted.xi)
        error = distance * formula.error_factor
        return StepResult(state, formula, result.iterations, result.residual, error)

    def _step(
        self, formula: TimeFormula, states: Sequence[PublishedState], applied: Applied
    ) -> PublishedStep:
        """What is fixed in a step from `states`."""
        growth, voltage = None, 0.0
        match applied:
            case AppliedCurrent(current):
                growth = current * formula.dt / self._charge_per_cell
            case AppliedVoltage(held):
                voltage = held
        xi = formula.history([state.xi for state in states])
        concentration = formula.history([state.concentration for state in states])
        return PublishedStep(formula, xi, concentration, growth, voltage)

    def _current_density(
        self, found: PublishedUnknowns, step: PublishedStep, applied: Applied
    ) -> float:
        """J [A m-2]: the one applied, or that of the metal grown in the step."""
        match applied:
            case AppliedCurrent(current):
                return current
            case AppliedVoltage():
                grown = total(step.formula.alpha0 * found.xi - step.xi_history)
                return grown * self._charge_per_cell / step.formula.dt

    @property
    def _charge_per_cell(self) -> float:
        """Charge that fills one cell with metal, per cross-section [C m-2]."""
        grid = self._domain.grid
        return self._model.charge_density * grid.cell_volume / grid.cross_section

    def _unknowns(self, start: PublishedState, step: PublishedStep) -> PublishedUnknowns:
        """The iterate that `start` is; a voltage that is given is there from the start."""
        voltage = start.applied_voltage if step.growth is not None else step.voltage
        fields = start.xi.ravel(), start.concentration.ravel(), start.potential.ravel()
        return PublishedUnknowns(*fields, np.array([voltage]))

    def _newton(
        self, start: PublishedState, step: PublishedStep
    ) -> NewtonResult[PublishedUnknowns]:
        guess = self._unknowns(start, step)
        return solve(self._system, guess, step, self._tolerance, self._most_iterations)


def _predict(formula: TimeFormula, states: Sequence[PublishedState]) -> PublishedState:
    """First guess: the fields through all past states, potentials through the last two."""
    settled = states[-2:] if len(states) > 2 else states[-1:]
    return PublishedState(
        formula.end,
        formula.predicted([state.xi for state in states]),
        formula.predicted([state.concentration for state in states]),
        formula.predicted([state.potential for state in settled]),
        states[-1].applied_voltage,
        states[-1].current_density,
    )
