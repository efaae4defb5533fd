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
from phasefield.models.conserved.parameters import Parameters
from phasefield.models.conserved.salt import SaltTransport
from phasefield.models.conserved.state import ConservedState
from phasefield.models.conserved.step import Step, Unknowns
from phasefield.models.conserved.thermal_noise import ThermalNoise
from phasefield.models.conserved.void_nucleation import VoidNucleation
from phasefield.physics.noise import Noise
from phasefield.physics.salt import Salt
from phasefield.solvers.newton import NewtonFailed, NewtonResult, solve
from phasefield.solvers.time_formula import (
    TimeFormula,
    time_formula,
)

__all__ = ["ConservedStepper", "front_norm"]

Array = NDArray[np.float64]
log = logging.getLogger(__name__)


class ConservedStepper:
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
        model: Parameters,
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
        self._voids = VoidNucleation(domain, model)
        self._electrons = Electrons.of(domain, interface_width)

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
        step, own = self._step(formula, states, applied), {}
        if self._noise is not None:
            own["noise"] = self._noise.brings(states[-1], self._noise.path(states[-1].time, dt))
            step = self._disturbed(formula, step, own["noise"], states)
        predicted = _predict(formula, states)
        result, c = self._solve(predicted, states[-1], step)
        if c is not None:
            own["concentration"] = c.reshape(self._domain.grid.shape)
        state = self._state(formula.end, result.unknowns, step, applied)
        found, voids = self._voids.apply(replace(state, own=own))
        error = self._distance(found, predicted) * formula.error_factor
        events = (f"{voids} voids nucleate",) if voids else ()
        return StepResult(found, formula, result.iterations, result.residual, error, events)

    def _distance(self, found: ConservedState, predicted: ConservedState) -> float:
        """From state to predictor [1]: that of the front, or of c over c0 where it is more."""
        front = front_norm(self._domain, self._interface_width, found.xi - predicted.xi)
        if self._salt is None:
            return front
        change = np.abs(found.own["concentration"] - predicted.own["concentration"]).max()
        return max(front, float(change) / self._salt.coefficients.concentration)

    def _step(
        self, formula: TimeFormula, states: Sequence[ConservedState], applied: Applied
    ) -> Step:
        """What is fixed in a step from `states`."""
        last, dt = states[-1], formula.dt
        history = formula.history([state.xi for state in states])
        bodies, current, voltage = find_bodies(last.xi, self._domain), 0.0, None
        match applied:
            case AppliedCurrent(given):
                current = given
            case AppliedVoltage(held):
                voltage = held
        source, bonded = np.zeros(history.size), last.intact.ravel()
        if not bodies.second:
            source, current = current * self._domain.electrode.ravel(), 0.0
        salt = None
        if self._salt is not None:
            salt = formula.history([state.own["concentration"] for state in states])
        step = Step(formula.alpha0, history, dt, source, bodies, voltage, bonded, current, salt)
        if self._electrons is None:
            return step
        return replace(step, electrons=self._electrons.network(last.xi, bodies))

    def _disturbed(
        self,
        formula: TimeFormula,
        step: Step,
        brought: Array,
        states: Sequence[ConservedState],
    ) -> Step:
        """The step with what noise brings in it.

        The time formula takes differences of the random path as it takes those of xi: then the
        noise is white, and the fluctuations of what a step resolves are right to second order.
        """
        total = step.alpha0 * brought
        if len(states) > 1:
            total = total + formula.older * states[-1].own["noise"]
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
        self, predicted: ConservedState, last: ConservedState, step: Step
    ) -> tuple[NewtonResult[Unknowns], Array | None]:
        """Newton, and the salt, from the predictor; when that fails, from the last state."""
        try:
            return self._coupled(predicted, step)
        except NewtonFailed as failure:
            log.info("Newton from the predictor failed (%s): from the last state", failure)
            return self._coupled(last, step)

    def _coupled(
        self, start: ConservedState, step: Step
    ) -> tuple[NewtonResult[Unknowns], Array | None]:
        guess = self._unknowns(start, step)
        if self._salt is None:
            return self._newton(guess, step), None
        c, reaction = start.own["concentration"].ravel(), self._system.reaction
        return self._salt.settle(self._newton, reaction, guess, c, step)

    def _newton(self, guess: Unknowns, step: Step) -> NewtonResult[Unknowns]:
        tolerance, most = self._tolerance, self._most_iterations
        return solve(self._system, guess, step, tolerance, most, self._system.limited)

    def _unknowns(self, start: ConservedState, step: Step) -> Unknowns:
        """The iterate that `start` is."""
        first = np.unique(step.index, return_index=True)[1]
        metal = start.metal_potential.ravel()[first]
        metal[0] = 0.0
        drop = np.zeros(1)
        if step.voltage is not None and not step.bodies.second:
            drop[0] = start.current_density * self._system.electrode.resistance
        fields = start.xi.ravel(), start.mu.ravel(), start.ion_potential.ravel()
        return Unknowns(*fields, metal, drop)

    def _state(
        self, time: float, unknowns: Unknowns, step: Step, applied: Applied
    ) -> ConservedState:
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
        return ConservedState(time, xi, mu, ion, metal, bonded, current)


def front_norm(domain: Domain, interface_width: float, difference: Array) -> float:
    """Root mean square of a difference in xi over one interface width of pore cross-section [1]."""
    grid = domain.grid
    cells = interface_width * grid.cross_section / grid.cell_volume * domain.porosity
    return float(np.sqrt(np.sum(domain.pore * difference**2) / cells))


def _predict(formula: TimeFormula, states: Sequence[ConservedState]) -> ConservedState:
    """First guess: xi through all past states, quadratic; potentials through the last two.

    A cell that fills or empties on the way is not led beyond 1 or 0, where xi is pressure.
    """
    # The state before the first step was relaxed without potentials: it says nothing of them.
    settled = states[-2:] if len(states) > 2 else states[-1:]
    last = states[-1]
    xi = formula.predicted([state.xi for state in states])
    own = dict(last.own)
    if "concentration" in own:
        guess = formula.predicted([state.own["concentration"] for state in states])
        own["concentration"] = guess if guess.min() > 0.0 else own["concentration"]
    return ConservedState(
        formula.end,
        np.clip(xi, np.minimum(last.xi, 0.0), np.maximum(last.xi, 1.0)),
        formula.predicted([state.mu for state in settled]),
        formula.predicted([state.ion_potential for state in settled]),
        last.metal_potential,
        last.intact,
        last.current_density,
        own,
    )
