"""The coupled nonlinear system of one implicit step of the published model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phasefield.grid.collectives import total
from phasefield.grid.smoothed_domain import Domain
from phasefield.models.base import TangentLimits
from phasefield.models.published.gradient_kernels import gradient_divergence
from phasefield.models.published.kernels import (
    PUBLISHED_LAYOUT,
    PUBLISHED_SLOTS,
    C,
    V,
    assemble_published,
)
from phasefield.models.published.parameters import PublishedParameters
from phasefield.physics.published import effective
from phasefield.solvers.block_solver import LinearSolver
from phasefield.solvers.sparsity import Sparsity
from phasefield.solvers.time_formula import TimeFormula
from phasefield.solvers.vectors import moved

__all__ = ["PublishedStep", "PublishedSystem", "PublishedUnknowns"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class PublishedStep:
    """What is fixed while one step is solved.

    Attributes
    ----------
    formula : of the step, alpha0 y - history = dt dy/dt.
    xi_history, c_history : what it subtracts, flat (cells,).
    growth : metal to grow in this step, in cells: sum of alpha0 xi - xi_history [1]; None where the
        voltage is given instead.
    voltage : V0 [V], read only where `growth` is None.
    """

    formula: TimeFormula
    xi_history: Array
    c_history: Array
    growth: float | None
    voltage: float = 0.0


@dataclass
class PublishedUnknowns:
    """Iterate of Newton's method: flat (cells,) arrays, and the applied voltage V0 [V] as (1,)."""

    xi: Array
    concentration: Array
    potential: Array
    applied: Array

    def moved(self, change: Array, step: Array, extra: Array) -> PublishedUnknowns:
        """Copy with (xi, c, V) changed by the columns of `change` times `step`, V0 by `extra`."""
        xi, c, v = moved(self.xi, self.concentration, self.potential, change, step)
        return PublishedUnknowns(xi, c, v, self.applied + extra)


class PublishedSystem(TangentLimits):
    """Residual, Jacobian and Newton update of (xi, c, V) and the applied voltage V0.

    V0 is the extra unknown; its equation is that the metal grown in the step is
    `PublishedStep.growth`, or, under an applied voltage, that it is `PublishedStep.voltage`.
    """

    def __init__(self, domain: Domain, model: PublishedParameters) -> None:
        self._grid, self._model = domain.grid, model
        self._phi = domain.phi.ravel()
        cells = domain.grid.size
        everywhere, shape = np.ones((cells, 3), bool), domain.grid.shape
        self.sparsity = Sparsity(PUBLISHED_SLOTS, everywhere, shape)
        self._linear = LinearSolver(PUBLISHED_LAYOUT, self.sparsity)
        self._values = np.zeros((cells, len(PUBLISHED_SLOTS)))
        self._bend, self._kappa = np.zeros(cells), np.zeros(cells)
        bottom = np.zeros(domain.grid.shape, bool)
        np.moveaxis(bottom, domain.grid.growth_axis, 0)[0] = True
        self._bottom = bottom.ravel()
        self._metal_side = np.zeros((cells, 3))
        self._solved: PublishedStep | None = None

    @property
    def krylov_iterations(self) -> int:
        """Iterations of the linear solver so far."""
        return self._linear.iterations

    @property
    def column_scale(self) -> Array:
        """What one unit of (xi, c, V) of the scaled system is: 1, c0 [mol m-3], RT/F [V]."""
        return np.array([1.0, self._model.ion_concentration, self._model.thermal_voltage])

    @property
    def extra_scale(self) -> float:
        """RT/F [V]: the extra unknowns are potentials."""
        return self._model.thermal_voltage

    def evaluate(self, unknowns: PublishedUnknowns, step: PublishedStep) -> tuple[Array, Array]:
        """Assemble at `unknowns`; return the residual (cells, 3) and that of the equation of V0."""
        model, grid, formula = self._model, self._grid, step.formula
        gradient_divergence(
            grid.shape, grid.spacing, unknowns.xi, model.gradient_coefficient, model.anisotropy,
            model.fold, self._bend, self._kappa,
        )  # fmt: skip
        residual = np.empty((grid.size, 3))
        assemble_published(
            grid.shape, grid.spacing, grid.growth_axis, self._phi, model, formula.alpha0,
            formula.dt, unknowns.xi, unknowns.concentration, unknowns.potential, step.xi_history,
            step.c_history, self._bend, self._kappa, unknowns.applied[0], residual,
            self._values,
        )  # fmt: skip
        self._set_metal_side(unknowns)
        if step.growth is None:
            net = (unknowns.applied[0] - step.voltage) / model.thermal_voltage
        else:
            net = total(step.formula.alpha0 * unknowns.xi - step.xi_history) - step.growth
        return residual, np.array([net])

    def _set_metal_side(self, unknowns: PublishedUnknowns) -> None:
        """Derivatives of the rows of c and V to V0, in the cells of the metal side."""
        model, grid = self._model, self._grid
        here = unknowns.xi[self._bottom], self._phi[self._bottom]
        half_cell = 2.0 / grid.spacing[grid.growth_axis] ** 2
        sigma = effective.py_func(
            *here, model.conductivity_metal, model.conductivity_electrolyte,
            model.conductivity_vacuum,
        )  # fmt: skip
        scale = model.thermal_voltage / model.charge_density
        self._metal_side[self._bottom, V] = -half_cell * sigma * scale
        if model.metal_side_fixed:
            self._metal_side[self._bottom, C] = half_cell * effective.py_func(
                *here, model.diffusivity_metal, model.diffusivity_electrolyte,
                model.diffusivity_vacuum,
            )  # fmt: skip

    def update(self, residual: Array, net: Array, step: PublishedStep) -> tuple[Array, Array]:
        """Newton update at the last evaluation: scaled (cells, 3), and V0/(RT/F) as (1,)."""
        factors = self._linear.factorise(self._values, as_before=step is self._solved)
        self._solved = step
        plain = factors.solve(-residual)
        spread = factors.solve(step.formula.dt * self._metal_side)
        if step.growth is None:
            applied = -net[0]
        else:
            row_spread = step.formula.alpha0 * total(spread[:, 0])
            applied = (-net[0] - step.formula.alpha0 * total(plain[:, 0])) / -row_spread
        return plain - applied * spread, np.array([applied])
