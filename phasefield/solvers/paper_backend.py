"""The Numba backend of the published model: one implicit step at a time."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np

from phasefield.domain import Domain
from phasefield.physics.paper import PaperCoefficients
from phasefield.solvers.bdf import TimeFormula, error_factor, time_formula
from phasefield.solvers.newton import NewtonFailed, NewtonResult, solve
from phasefield.solvers.numba_backend import StepResult, extrapolate, front_norm
from phasefield.solvers.paper_system import PaperStep, PaperSystem, PaperUnknowns
from phasefield.state import PaperLevel

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
        self,
        levels: Sequence[PaperLevel],
        dt: float,
        current_density: float = 0.0,
        *,
        voltage: float | None = None,
    ) -> StepResult[PaperLevel]:
        """One step of `dt` [s] whose metal growth is `current_density` [A m-2] per cross-section.

        Where a `voltage` V0 [V] is given, that is applied instead, and what grows follows.

        Raises
        ------
        NewtonFailed : the past levels are untouched, try a smaller step.
        """
        times = [level.time for level in levels]
        growth = self._growth(dt, current_density) if voltage is None else None
        step = _step(levels, time_formula(times, dt), dt, growth, voltage or 0.0)
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
        )
        distance = front_norm(self._domain, self._interface_width, level.xi - predicted.xi)
        error = distance * error_factor(times, dt)
        return StepResult(level, result.iterations, result.residual, error)

    def _growth(self, dt: float, current_density: float) -> float:
        """Metal that `current_density` [A m-2] grows in `dt` [s], in cells [1]."""
        grid = self._domain.grid
        cells = dt * current_density * grid.cross_section / grid.cell_volume
        return cells / self._model.charge_density

    def _newton(self, start: PaperLevel, step: PaperStep) -> NewtonResult[PaperUnknowns]:
        guess = PaperUnknowns(
            start.xi.ravel(),
            start.concentration.ravel(),
            start.potential.ravel(),
            np.array([start.applied_voltage]),
        )
        return solve(self._system, guess, step, self._tolerance, self._most_iterations)


def _step(
    levels: Sequence[PaperLevel],
    formula: TimeFormula,
    dt: float,
    growth: float | None,
    voltage: float,
) -> PaperStep:
    def history(name: str) -> np.ndarray:
        past = formula.newest * getattr(levels[-1], name)
        if formula.older:
            past = past + formula.older * getattr(levels[-2], name)
        return past.ravel()

    return PaperStep(formula.alpha0, history("xi"), history("concentration"), dt, growth, voltage)


def _predict(levels: Sequence[PaperLevel], time: float) -> PaperLevel:
    """First guess: the fields through all past levels, potentials through the last two."""
    settled = levels[-2:] if len(levels) > 2 else levels[-1:]
    return PaperLevel(
        time,
        extrapolate(levels, "xi", time),
        extrapolate(levels, "concentration", time),
        extrapolate(settled, "potential", time),
        levels[-1].applied_voltage,
    )
