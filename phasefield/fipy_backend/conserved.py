"""The FiPy backend of the conserved model: the same equations by other means, for comparison.

Slow and plain. It shares with the Numba backend the formulas of `phasefield.physics`, the time
formula, the search for connected bodies, the reading of the voltage and the definition of the
residual; it shares no stencil, no derivative of the discrete equations and no linear solver.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import astuple, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from phasefield.fipy_backend.conserved_equations import FipyEquations, MeshFields
from phasefield.fipy_backend.library import EquilibratedLU
from phasefield.grid.smoothed_domain import Domain
from phasefield.models.base import LARGEST_POTENTIAL_CHANGE, LARGEST_XI_CHANGE
from phasefield.models.conserved.parameters import Parameters
from phasefield.models.conserved.step import Step, Unknowns
from phasefield.models.conserved.stepper import ConservedStepper
from phasefield.solvers.newton import NewtonFailed, NewtonResult

__all__ = ["FipyConservedStepper"]

Array = NDArray[np.float64]
log = logging.getLogger(__name__)


class FipyConservedStepper(ConservedStepper):
    """Advances the conserved model with FiPy; `ConservedStepper` says what the arguments are.

    Steps, predictor and error estimate are those of `ConservedStepper`; the coupled equations of a
    step are assembled and solved by FiPy in sweeps, `most_iterations` of them at most.

    Attributes
    ----------
    linear_solver : makes the solver of FiPy's matrices; another one is put here to compare them.
    """

    linear_solver: ClassVar[Callable[[], Any]] = EquilibratedLU

    def __init__(
        self,
        domain: Domain,
        model: Parameters,
        interface_width: float,
        tolerance: float,
        most_iterations: int,
    ) -> None:
        super().__init__(domain, model, interface_width, tolerance, most_iterations)
        self._equations = FipyEquations(MeshFields.of(domain), model)
        self._solver = type(self).linear_solver()

    def residual(self, unknowns: Unknowns, step: Step) -> tuple[Array, Array]:
        """Residual of the nonlinear equations at `unknowns`, without solving anything.

        Returns the rows of (A), (B), (C), of shape (3, cells), and those of the extra equations as
        in `CoupledSystem.evaluate`, all scaled to a change of xi in one cell.
        """
        self._set(unknowns, step)
        equation = self._equations.coupled(self._fed(unknowns, step))
        vector = equation.justResidualVector(dt=step.dt, solver=self._solver)
        return self._scaled(np.asarray(vector), step), self._net(unknowns, step)

    def _newton(self, guess: Unknowns, step: Step) -> NewtonResult[Unknowns]:
        """Sweep from `guess` until the residual of an iterate is within the tolerance."""
        now = guess
        for sweep in range(self._most_iterations + 1):
            residual, found = self._sweep(now, step)
            log.debug("sweep %d: residual %.1e", sweep, residual)
            if residual <= self._tolerance:
                return NewtonResult(now, sweep, residual)
            if not np.isfinite(residual):
                break
            now = self._damped(now, found)
        raise NewtonFailed(
            f"residual {residual:.1e} after {sweep} sweeps, asked {self._tolerance:.0e}"
        )

    def _sweep(self, now: Unknowns, step: Step) -> tuple[float, Unknowns]:
        """Residual at `now` (max norm), and the solution of the equations linearised there.

        These are linear in the current density too: under a held voltage they are solved at two
        values of it, and a line through both solutions meets the voltage.
        """
        residual, found = self._solved(now, now, step)
        if step.voltage is None:
            return residual, found
        other = replace(now, drop=now.drop + self._model.thermal_voltage)
        _, other = self._solved(now, other, step)
        low, high = self._net(found, step)[-1], self._net(other, step)[-1]
        return residual, _between(found, other, low / (low - high))

    def _solved(self, now: Unknowns, fed: Unknowns, step: Step) -> tuple[float, Unknowns]:
        """As `_sweep`, at the current density of `fed`."""
        vectors: list[Array] = []

        def keep(var: Any, matrix: Any, right: Any) -> float:
            vectors.append(matrix * np.array(var).ravel() - np.array(right).ravel())
            return 0.0

        self._set(now, step)
        net = self._net(now, step)
        floating = self._floating(step)
        equation = self._equations.coupled(self._fed(fed, step), floating=floating)
        try:
            equation.sweep(dt=step.dt, solver=self._solver, residualFn=keep)
        except RuntimeError as error:  # exactly singular
            raise NewtonFailed(str(error)) from error
        rows = self._scaled(vectors[0], step)
        residual = float(max(np.abs(rows).max(), np.abs(net).max(initial=0.0)))
        return residual, self._get(fed.drop, step)

    def _fed(self, unknowns: Unknowns, step: Step) -> Step:
        """The step with the current density of `unknowns` in its source."""
        if step.voltage is None:
            return step
        current = self._system.found_current(unknowns)
        return replace(step, source=step.source + current * self._system.electrode.source)

    def _scaled(self, vector: Array, step: Step) -> Array:
        """The rows of (A), (B), (C) of FiPy's residual vector, integrated over a cell, (3, cells).

        Those of V_s are left out: their sum over each body is the net current.
        """
        model, charge = self._model, self._model.volume_per_charge
        scale = np.array([step.dt, 1.0 / model.barrier_height, charge * step.dt])
        rows: Array = vector.reshape(-1, self._domain.grid.size)[:3]
        return rows * scale[:, None] / self._equations.mesh.cellVolumes

    def _net(self, unknowns: Unknowns, step: Step) -> Array:
        """Residuals of the extra equations; the reaction is that of FiPy's variables now."""
        net = self._per_body(self._equations.reaction().rate, step)[1:]
        scaled: Array = net * step.dt * self._model.volume_per_charge
        if step.voltage is None:
            return scaled
        return np.append(scaled, self._system.excess(unknowns, step))

    def _floating(self, step: Step) -> Array | None:
        """1 in the cells of detached bodies that touch the electrolyte; None without any."""
        conducts = self._per_body(self._equations.reaction().by_ion, step) > 0.0
        conducts[0] = False
        return conducts[step.bodies.index.ravel()].astype(float) if conducts.any() else None

    def _per_body(self, values: Array, step: Step) -> Array:
        """Sum over the cells of each body, the grounded ones together in [0]."""
        index = step.bodies.index.ravel()
        sums = np.bincount(index, weights=values, minlength=step.bodies.floating + 1)
        return np.asarray(sums, float)

    def _set(self, unknowns: Unknowns, step: Step) -> None:
        equations = self._equations
        equations.xi.setValue(unknowns.xi)
        equations.mu.setValue(unknowns.mu)
        equations.ion.setValue(unknowns.ion)
        equations.metal = unknowns.metal[step.bodies.index.ravel()]
        equations.metal_change.setValue(0.0)

    def _get(self, drop: Array, step: Step) -> Unknowns:
        equations = self._equations
        cells = np.maximum(self._per_body(np.ones(self._domain.grid.size), step), 1.0)
        metal = self._per_body(equations.metal + equations.metal_change.value, step) / cells
        xi, mu, ion = (var.value.copy() for var in (equations.xi, equations.mu, equations.ion))
        return Unknowns(xi, mu, ion, metal, drop)

    def _damped(self, before: Unknowns, after: Unknowns) -> Unknowns:
        """Keep a sweep within the range where its tangents hold, as Newton's method does."""
        voltage = self._model.thermal_voltage
        potentials = (after.ion - before.ion, after.metal - before.metal)
        largest = max(np.abs(change).max(initial=1e-300) for change in potentials) / voltage
        length = min(
            1.0,
            LARGEST_XI_CHANGE / max(float(np.abs(after.xi - before.xi).max()), 1e-300),
            LARGEST_POTENTIAL_CHANGE / largest,
        )
        return _between(before, after, length)


def _between(one: Unknowns, other: Unknowns, share: float) -> Unknowns:
    """one + share (other - one)."""
    pairs = zip(astuple(one), astuple(other), strict=True)
    return Unknowns(*(a + share * (b - a) for a, b in pairs))
