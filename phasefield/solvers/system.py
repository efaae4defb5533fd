"""The coupled nonlinear system of one implicit step: unknowns, residual, linear solve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phasefield.domain import Domain
from phasefield.physics.conserved import Coefficients
from phasefield.solvers.assembly import SLOTS, V, assemble, react, unknown_mask
from phasefield.solvers.bodies import Bodies
from phasefield.solvers.direct import Factors
from phasefield.solvers.sparsity import Sparsity

__all__ = ["CoupledSystem", "Step", "Unknowns"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Step:
    """What is fixed while one step is solved.

    Attributes
    ----------
    alpha0, history : time formula, alpha0 xi - history = dt dxi/dt; history is flat (cells,) [1].
    dt : step [s].
    source : ion source of the counter electrode, flat (cells,) [A m-3].
    bodies : the connected lithium bodies.
    """

    alpha0: float
    history: Array
    dt: float
    source: Array
    bodies: Bodies


@dataclass
class Unknowns:
    """Iterate of Newton's method: flat (cells,) arrays, and the potentials of detached bodies.

    `metal` has one entry per body index, [0] is the grounded 0 V.
    """

    xi: Array
    mu: Array
    ion: Array
    metal: Array

    def moved(self, change: Array, extra: Array) -> Unknowns:
        """Copy with (xi, mu, V_l) changed by the columns of `change`, metal by `extra` [V]."""
        return Unknowns(
            self.xi + change[:, 0],
            self.mu + change[:, 1],
            self.ion + change[:, 2],
            self.metal + extra,
        )


class CoupledSystem:
    """Residual, Jacobian and Newton update of (xi, mu, V_l, V_s) on one domain.

    Parameters
    ----------
    domain : frozen scaffold fields.
    model : coefficients of the conserved model.
    reacting : without it there is no ion potential and no charge transfer (relaxation at rest).
    """

    def __init__(self, domain: Domain, model: Coefficients, *, reacting: bool = True) -> None:
        self._grid, self._model = domain.grid, model
        if not reacting:
            self._model = model._replace(exchange_current_density=0.0)
        electrolyte = domain.electrolyte if reacting else np.zeros_like(domain.electrolyte)
        self._pore = domain.pore.ravel()
        self._electrolyte = electrolyte.ravel()
        self._wall_density = domain.wall_density.ravel()
        mask = unknown_mask(self._pore, self._electrolyte)
        self.sparsity = Sparsity(SLOTS, mask, domain.grid.shape)
        cells = domain.grid.size
        self._residual = np.zeros((cells, 3))
        self._values = np.zeros((cells, len(SLOTS)))
        self._reaction = np.zeros((4, cells))

    @property
    def column_scale(self) -> Array:
        """What one unit of (xi, mu, V_l) of the scaled system is: 1, W [Pa], RT/F [V]."""
        return np.array([1.0, self._model.barrier_height, self._model.thermal_voltage])

    def evaluate(self, unknowns: Unknowns, step: Step) -> tuple[Array, Array]:
        """Assemble at `unknowns`; return the residual (size,) and that of the detached bodies.

        Both are scaled to a change of xi in one cell.
        """
        metal = unknowns.metal[step.bodies.index.ravel()]
        react(
            unknowns.xi, unknowns.mu, unknowns.ion, metal, self._wall_density, self._model,
            *self._reaction,
        )  # fmt: skip
        assemble(
            self._grid.shape, self._grid.spacing, self._pore, self._electrolyte,
            self._wall_density, self._model, step.alpha0, step.dt, unknowns.xi, unknowns.mu,
            unknowns.ion, step.history, step.source, *self._reaction, self._residual, self._values,
        )  # fmt: skip
        return self.sparsity.pack(self._residual), self._per_body(self._reaction[0], step)

    def update(self, residual: Array, net: Array, step: Step) -> tuple[Array, Array]:
        """Newton update at the last evaluation: scaled (cells, 3), and V_s/(RT/F) per body."""
        factors = Factors(self.sparsity.matrix(self._values))
        metal = np.zeros(step.bodies.floating + 1)
        plain = factors.solve(-residual)
        if step.bodies.floating:
            rows, columns, corner = self._border(step)
            spread = factors.solve(columns)
            border = corner - rows @ spread
            untouched = np.diag(corner) == 0.0  # no contact, no current: any potential will do
            border[untouched, untouched] = 1.0
            metal[1:] = np.linalg.solve(border, -net - rows @ plain)
            plain = plain - spread @ metal[1:]
        return self.sparsity.unpack(plain), metal

    def _per_body(self, density: Array, step: Step) -> Array:
        """Sum a reaction density [A m-3] over each detached body, scaled as the residual."""
        index = step.bodies.index.ravel()
        sums = np.bincount(index, weights=density, minlength=step.bodies.floating + 1)[1:]
        scaled = np.asarray(sums * (step.dt * self._model.volume_per_charge), float)
        return scaled

    def _border(self, step: Step) -> tuple[Array, Array, Array]:
        """Rows (bodies, size), columns (size, bodies) and corner of the detached potentials."""
        scale = step.dt * self._model.volume_per_charge
        _, by_xi, by_mu, by_ion = self._reaction
        derivative = np.stack([by_xi, by_mu, by_ion], axis=-1) * self.column_scale * scale
        to_metal = np.zeros_like(derivative)
        to_metal[:, 0] = to_metal[:, V] = derivative[:, V]
        index = step.bodies.index.ravel()
        rows = np.empty((step.bodies.floating, self.sparsity.size))
        columns = np.empty((self.sparsity.size, step.bodies.floating))
        for body in range(step.bodies.floating):
            inside = (index == body + 1)[:, None]
            rows[body] = self.sparsity.pack(derivative * inside)
            columns[:, body] = self.sparsity.pack(to_metal * inside)
        slopes = -self._per_body(by_ion, step) * self._model.thermal_voltage
        corner: Array = np.diag(slopes)
        return rows, columns, corner
