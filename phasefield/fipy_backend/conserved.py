"""The FiPy backend of the conserved model: the same equations by other means, for comparison.

Slow and plain. It shares with the Numba backend the formulas of `phasefield.physics`, the time
formula, the search for connected bodies, the reading of the voltage and the definition of the
residual; it shares no stencil, no derivative of the discrete equations and no linear solver.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from phasefield.fipy_backend.conserved_equations import FipyEquations, MeshFields
from phasefield.fipy_backend.library import EquilibratedLU
from phasefield.fipy_backend.sweeps import between, damping, solve_by_sweeps, sweep
from phasefield.grid.collectives import largest_size, total_by_number
from phasefield.models.conserved.cell import Cell
from phasefield.models.conserved.contribution import Contribution
from phasefield.models.conserved.step import Step, Unknowns
from phasefield.models.conserved.stepper import ConservedStepper
from phasefield.solvers.newton import NewtonResult

__all__ = ["FipyConservedStepper"]

Array = NDArray[np.float64]


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
        cell: Cell,
        contributions: Iterable[Contribution],
        tolerance: float,
        most_iterations: int,
    ) -> None:
        super().__init__(cell, contributions, tolerance, most_iterations)
        self._equations = FipyEquations(MeshFields.of(cell.domain), cell.parameters)
        self._solver = type(self).linear_solver()

    def residual(self, unknowns: Unknowns, step: Step) -> tuple[Array, Array]:
        """Residual of the nonlinear equations at `unknowns`, without solving anything.

        Returns the rows of (A), (B), (C), of shape (3, cells), and those of the extra equations as
        in `CoupledSystem.evaluate`, all scaled to a change of xi in one cell.
        """
        self._set(unknowns, step)
        equation = self._equations.coupled(self._fed(unknowns, step))
        vector = equation.justResidualVector(dt=step.formula.dt, solver=self._solver)
        return self._scaled(np.asarray(vector), step), self._net(unknowns, step)

    def _newton(self, guess: Unknowns, step: Step) -> NewtonResult[Unknowns]:
        linearised = partial(self._sweep, step=step)
        return solve_by_sweeps(
            guess, linearised, self._damped, self._tolerance, self._most_iterations
        )

    def _sweep(self, now: Unknowns, step: Step) -> tuple[float, Unknowns]:
        """Residual at `now` (max norm), and the solution of the equations linearised there.

        These are linear in the current density too: under a held voltage they are solved at two
        values of it, and a line through both solutions meets the voltage.
        """
        residual, found = self._solved(now, now, step)
        if not step.drive.held:
            return residual, found
        drop = now.half_cell_drop + self._cell.parameters.thermal_voltage
        _, other = self._solved(now, replace(now, half_cell_drop=drop), step)
        low, high = self._net(found, step)[-1], self._net(other, step)[-1]
        return residual, between(found, other, low / (low - high))

    def _solved(self, now: Unknowns, fed: Unknowns, step: Step) -> tuple[float, Unknowns]:
        """As `_sweep`, at the current density of `fed`."""
        self._set(now, step)
        net = self._net(now, step)
        floating = self._floating(step)
        equation = self._equations.coupled(self._fed(fed, step), floating=floating)
        rows = self._scaled(sweep(equation, step.formula.dt, self._solver), step)
        residual = max(largest_size(rows), largest_size(net))
        return residual, self._get(fed, step)

    def _fed(self, unknowns: Unknowns, step: Step) -> Step:
        """The step with the current density of `unknowns` in its source."""
        if not step.drive.held:
            return step
        current = self._system.found_current(unknowns) * self._cell.electrode.source
        return replace(step, drive=replace(step.drive, source=step.drive.source + current))

    def _scaled(self, vector: Array, step: Step) -> Array:
        """The rows of (A), (B), (C) of FiPy's residual vector, integrated over a cell, (3, cells).

        Those of V_s are left out: their sum over each body is the net current.
        """
        model, dt = self._cell.parameters, step.formula.dt
        scale = np.array([dt, 1.0 / model.barrier_height, model.volume_per_charge * dt])
        rows: Array = vector.reshape(-1, self._cell.domain.grid.size)[:3]
        return rows * scale[:, None] / self._equations.mesh.cellVolumes

    def _net(self, unknowns: Unknowns, step: Step) -> Array:
        """Residuals of the extra equations; the reaction is that of FiPy's variables now."""
        net = self._per_body(self._equations.reaction().rate, step)[1:]
        scaled: Array = net * step.formula.dt * self._cell.parameters.volume_per_charge
        if not step.drive.held:
            return scaled
        return np.append(scaled, self._system.excess(unknowns, step))

    def _floating(self, step: Step) -> Array | None:
        """1 in the cells of detached bodies that touch the electrolyte; None without any."""
        conducts = self._per_body(self._equations.reaction().by_ion, step) > 0.0
        conducts[0] = False
        return conducts[step.index].astype(float) if conducts.any() else None

    def _per_body(self, values: Array, step: Step) -> Array:
        """Sum over the cells of each body, the grounded ones together in [0]."""
        return total_by_number(step.index, values, step.nodes.unknown + 1)

    def _set(self, unknowns: Unknowns, step: Step) -> None:
        equations = self._equations
        equations.xi.setValue(unknowns.xi)
        equations.mu.setValue(unknowns.mu)
        equations.ion.setValue(unknowns.ion)
        equations.metal = unknowns.metal[step.index]
        equations.metal_change.setValue(0.0)

    def _get(self, fed: Unknowns, step: Step) -> Unknowns:
        equations = self._equations
        cells = np.maximum(self._per_body(np.ones(fed.xi.size), step), 1.0)
        metal = self._per_body(equations.metal + equations.metal_change.value, step) / cells
        xi, mu, ion = (var.value.copy() for var in (equations.xi, equations.mu, equations.ion))
        return replace(fed, xi=xi, mu=mu, ion=ion, metal=metal)

    def _damped(self, before: Unknowns, after: Unknowns) -> Unknowns:
        """Keep a sweep within the range where its tangents hold, as Newton's method does."""
        potentials = after.ion - before.ion, after.metal - before.metal
        voltage = self._cell.parameters.thermal_voltage
        return between(before, after, damping(after.xi - before.xi, potentials, voltage))
