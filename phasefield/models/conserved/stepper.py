"""The Numba backend of the conserved model: one implicit step at a time."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from phasefield.models.base import (
    Applied,
    AppliedCurrent,
    AppliedVoltage,
    StepResult,
    front_norm,
)
from phasefield.models.conserved.cell import Cell
from phasefield.models.conserved.contribution import Contribution, Solve
from phasefield.models.conserved.lithium_bodies import Bodies
from phasefield.models.conserved.newton_system import CoupledSystem
from phasefield.models.conserved.state import ConservedState
from phasefield.models.conserved.step import Drive, Step, Unknowns
from phasefield.solvers.newton import NewtonFailed, NewtonResult, solve
from phasefield.solvers.time_formula import TimeFormula, time_formula

__all__ = ["ConservedStepper", "predict"]

Array = NDArray[np.float64]
log = logging.getLogger(__name__)


class ConservedStepper:
    """Advances the conserved model, theory equations (A)-(F), by implicit steps.

    Parameters
    ----------
    cell : scaffold, parameters and electrodes.
    contributions : what the case adds, in the order in which it is asked.
    tolerance : Newton residual to reach (max norm, in units of xi).
    most_iterations : Newton iterations before a step is given up.
    """

    def __init__(
        self,
        cell: Cell,
        contributions: Iterable[Contribution],
        tolerance: float,
        most_iterations: int,
    ) -> None:
        self._cell, self._contributions = cell, tuple(contributions)
        self._tolerance, self._most_iterations = tolerance, most_iterations
        self._system = CoupledSystem(cell, self._contributions)

    @property
    def krylov_iterations(self) -> int:
        """Iterations of the linear solver so far."""
        return self._system.krylov_iterations

    def advance(
        self, states: Sequence[ConservedState], dt: float, applied: Applied
    ) -> StepResult[ConservedState]:
        """One step of `dt` [s] under what is `applied`.

        `states` are the past states, newest last: BDF2 from two on, backward Euler from one.

        Raises
        ------
        NewtonFailed : the past states are untouched, try a smaller step.
        """
        formula = time_formula([state.time for state in states], dt)
        step, predicted = self._step(formula, states, applied), self._predict(formula, states)
        result = self._solve(predicted, states[-1], step)
        found, events = self._finished(self._state(result.unknowns, step, applied), step)
        width = self._cell.parameters.interface_width
        distance = front_norm(self._cell.domain, width, found.xi - predicted.xi)
        for one in self._contributions:
            distance = max(distance, one.error(found, predicted))
        error = distance * formula.error_factor
        return StepResult(found, formula, result.iterations, result.residual, error, events)

    def _step(
        self, formula: TimeFormula, states: Sequence[ConservedState], applied: Applied
    ) -> Step:
        """What is fixed in a step from `states`."""
        last, bodies = states[-1], self._cell.bodies(states[-1].xi)
        step = Step(
            formula,
            formula.history([state.xi for state in states]),
            self._drive(applied, bodies),
            bodies,
            last.intact.ravel(),
            self._cell.local.exchange,
        )
        for one in self._contributions:
            step = one.prepare(states, step)
        return step

    def _drive(self, applied: Applied, bodies: Bodies) -> Drive:
        """What is applied, to a counter electrode or to a second one."""
        nothing = np.zeros(self._cell.domain.grid.size)
        match applied:
            case AppliedVoltage(voltage):
                return Drive(nothing, voltage=voltage)
            case AppliedCurrent(current) if bodies.second:
                return Drive(nothing, current)
            case AppliedCurrent(current):
                return Drive(current * self._cell.electrode.source)

    def _predict(self, formula: TimeFormula, states: Sequence[ConservedState]) -> ConservedState:
        """First guess, see `predict`, with what the contributions say of their arrays."""
        own = dict(states[-1].own)
        for one in self._contributions:
            own |= one.predict(formula, states)
        return replace(predict(formula, states), own=own)

    def _solve(
        self, predicted: ConservedState, last: ConservedState, step: Step
    ) -> NewtonResult[Unknowns]:
        """Newton, and what is around it, from the predictor; when that fails, from the last."""
        solver: Solve = self._newton
        for one in self._contributions:
            solver = one.around(solver, self._system.reaction)
        try:
            return solver(self._unknowns(predicted, step), step)
        except NewtonFailed as failure:
            log.info("Newton from the predictor failed (%s): from the last state", failure)
            return solver(self._unknowns(last, step), step)

    def _newton(self, guess: Unknowns, step: Step) -> NewtonResult[Unknowns]:
        tolerance, most = self._tolerance, self._most_iterations
        return solve(self._system, guess, step, tolerance, most, self._system.limited)

    def _unknowns(self, start: ConservedState, step: Step) -> Unknowns:
        """The iterate that `start` is."""
        first = np.unique(step.index, return_index=True)[1]
        metal = start.metal_potential.ravel()[first]
        metal[0] = 0.0
        drop = np.zeros(1)
        if step.holds_counter_electrode:
            drop[0] = start.current_density * self._cell.electrode.resistance
        fields = start.xi.ravel(), start.mu.ravel(), start.ion_potential.ravel()
        names = [one.solved for one in self._contributions if one.solved]
        solved = {name: start.own[name] for name in names}
        return Unknowns(*fields, metal, drop, start.own, solved)

    def _state(self, unknowns: Unknowns, step: Step, applied: Applied) -> ConservedState:
        match applied:
            case AppliedCurrent(given):
                current = given
            case AppliedVoltage() if step.nodes.second:
                current = self._system.stripped(step)
            case AppliedVoltage():
                current = self._system.found_current(unknowns)
        shape = self._cell.domain.grid.shape
        xi, mu, ion, metal, intact = (
            each.reshape(shape)
            for each in (
                unknowns.xi,
                unknowns.mu,
                unknowns.ion,
                unknowns.metal[step.index],
                step.intact,
            )
        )
        own = {**unknowns.own, **unknowns.solved}
        return ConservedState(step.formula.end, xi, mu, ion, metal, intact, current, own)

    def _finished(
        self, state: ConservedState, step: Step
    ) -> tuple[ConservedState, tuple[str, ...]]:
        """The state as it is kept, and what has happened to it."""
        events: tuple[str, ...] = ()
        for one in self._contributions:
            state, happened = one.finish(state, step)
            events += happened
        return state, events


def predict(formula: TimeFormula, states: Sequence[ConservedState]) -> ConservedState:
    """First guess: xi through all past states, quadratic; potentials through the last two.

    A cell that fills or empties on the way is not led beyond 1 or 0, where xi is pressure.
    """
    # The state before the first step was relaxed without potentials: it says nothing of them.
    settled = states[-2:] if len(states) > 2 else states[-1:]
    last = states[-1]
    xi = formula.predicted([state.xi for state in states])
    return replace(
        last,
        time=formula.end,
        xi=np.clip(xi, np.minimum(last.xi, 0.0), np.maximum(last.xi, 1.0)),
        mu=formula.predicted([state.mu for state in settled]),
        ion_potential=formula.predicted([state.ion_potential for state in settled]),
    )
