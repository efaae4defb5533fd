"""The FiPy backend of the published model: the same equations by other means, for comparison.

It shares with the Numba backend the formulas of `phasefield.physics`, the time formula and the
definition of the residual; it shares no stencil, no derivative of the discrete equations and no
linear solver.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from phasefield.fipy_backend.library import EquilibratedLU
from phasefield.fipy_backend.published_equations import FipyPublishedEquations
from phasefield.fipy_backend.sweeps import between, damping, solve_by_sweeps, sweep
from phasefield.grid.collectives import largest_size, total
from phasefield.grid.smoothed_domain import Domain
from phasefield.models.published.newton_system import PublishedStep, PublishedUnknowns
from phasefield.models.published.parameters import PublishedParameters
from phasefield.models.published.state import PublishedState
from phasefield.models.published.stepper import PublishedStepper
from phasefield.solvers.newton import NewtonResult

__all__ = ["FipyPublishedStepper"]

Array = NDArray[np.float64]


class FipyPublishedStepper(PublishedStepper):
    """Advances the published model with FiPy; `PublishedStepper` says what the arguments are.

    Steps, predictor and error estimate are those of `PublishedStepper`; the coupled equations of a
    step are assembled and solved by FiPy in sweeps, `most_iterations` of them at most.
    """

    def __init__(
        self,
        domain: Domain,
        model: PublishedParameters,
        interface_width: float,
        tolerance: float,
        most_iterations: int,
    ) -> None:
        super().__init__(domain, model, interface_width, tolerance, most_iterations)
        self._equations = FipyPublishedEquations(domain, model)
        self._solver = EquilibratedLU()

    def residual(self, unknowns: PublishedUnknowns, step: PublishedStep) -> tuple[Array, float]:
        """Residual of the nonlinear equations at `unknowns`, without solving anything.

        Returns the rows of (9), (11), (12), of shape (3, cells), and that of V0, all scaled to a
        change of xi in one cell as in `phasefield.models.published.kernels`.
        """
        self._set(unknowns)
        vector = self._equations.coupled(step).justResidualVector(
            dt=step.formula.dt, solver=self._solver
        )
        return self._scaled(np.asarray(vector), step), self._net(unknowns, step)

    def _newton(
        self, start: PublishedState, step: PublishedStep
    ) -> NewtonResult[PublishedUnknowns]:
        """Sweep from `start` until the residual of an iterate is within the tolerance."""
        guess, linearised = self._unknowns(start, step), partial(self._sweep, step=step)
        return solve_by_sweeps(
            guess, linearised, self._damped, self._tolerance, self._most_iterations
        )

    def _sweep(
        self, now: PublishedUnknowns, step: PublishedStep
    ) -> tuple[float, PublishedUnknowns]:
        """Residual at `now` (max norm), and the solution of the equations linearised there.

        These are linear in V0 too: they are solved at two values of it, a line through both
        solutions gives the V0 that grows the metal asked for.
        """
        self._set(now)
        equation = self._equations.coupled(step)
        vectors, found = [], []
        for shift in (0.0, self._model.thermal_voltage):
            self._equations.applied.setValue(now.applied[0] + shift)
            vectors.append(sweep(equation, step.formula.dt, self._solver))
            found.append(self._get())
        rows = self._scaled(vectors[0], step)
        residual = max(largest_size(rows), abs(self._net(now, step)))
        low, high = found
        net = self._net(low, step)
        share = -net / (self._net(high, step) - net)
        return residual, between(low, high, share)

    def _scaled(self, vector: Array, step: PublishedStep) -> Array:
        """FiPy's residual vector, integrated over a cell, as changes of xi, (3, cells)."""
        model = self._model
        scale = step.formula.dt / np.array([1.0, model.ion_concentration, model.charge_density])
        rows: Array = vector.reshape(3, -1) * scale[:, None] / self._equations.mesh.cellVolumes
        return rows

    def _net(self, unknowns: PublishedUnknowns, step: PublishedStep) -> float:
        """Residual of the equation of V0: metal grown too much, or V0 over the one given."""
        if step.growth is None:
            return float(unknowns.applied[0] - step.voltage) / self._model.thermal_voltage
        return total(step.formula.alpha0 * unknowns.xi - step.xi_history) - step.growth

    def _set(self, unknowns: PublishedUnknowns) -> None:
        equations = self._equations
        equations.xi.setValue(unknowns.xi)
        equations.c.setValue(unknowns.concentration)
        equations.v.setValue(unknowns.potential)
        equations.applied.setValue(unknowns.applied[0])

    def _get(self) -> PublishedUnknowns:
        equations = self._equations
        xi, c, v = (var.value.copy() for var in (equations.xi, equations.c, equations.v))
        return PublishedUnknowns(xi, c, v, np.array([float(equations.applied.value)]))

    def _damped(self, before: PublishedUnknowns, after: PublishedUnknowns) -> PublishedUnknowns:
        """Keep a sweep within the range where its tangents hold, as Newton's method does."""
        potentials = after.potential - before.potential, after.applied - before.applied
        share = damping(after.xi - before.xi, potentials, self._model.thermal_voltage)
        return between(before, after, share)
