"""The coupled nonlinear system of one implicit step: unknowns, residual, linear solve."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from phasefield.grid.smoothed_domain import Domain
from phasefield.models.base import TangentLimits
from phasefield.models.conserved.anisotropic_surface import Surface
from phasefield.models.conserved.cell import (
    CounterElectrode,
    conducting_coating,
    local_parameters,
)
from phasefield.models.conserved.conducting_coating import Condensed, ElectronNetwork
from phasefield.models.conserved.kernels import (
    CONSERVED_LAYOUT,
    SLOTS,
    V,
    assemble,
    limited,
    plate_bare,
    react,
    unknown_mask,
)
from phasefield.models.conserved.lithium_bodies import SECOND
from phasefield.models.conserved.parameters import Parameters
from phasefield.models.conserved.step import Step, Unknowns
from phasefield.solvers.block_solver import LinearSolver, SumOperator
from phasefield.solvers.direct import Factors
from phasefield.solvers.sparsity import Sparsity

__all__ = ["CoupledSystem"]

Array = NDArray[np.float64]

LITHIUM = np.array([1.0, 0.0, -1.0])
"""Rows (A) minus (C), summed over all cells: metal grown is charge passed."""

CELLS = ((1, 2), (1, 2))
"""Axes that rows (extra, cells, 3) have in common with columns of the same shape."""


class CoupledSystem(TangentLimits):
    """Residual, Jacobian and Newton update of (xi, mu, V_l, V_s, J) on one domain.

    Parameters
    ----------
    domain : frozen scaffold fields.
    model : coefficients of the conserved model.
    reacting : without it there is no ion potential and no charge transfer (relaxation at rest).
    """

    def __init__(self, domain: Domain, model: Parameters, *, reacting: bool = True) -> None:
        self._domain, self._grid, self._model = domain, domain.grid, model
        self._local = local_parameters(domain, model)
        if not reacting:
            self._local = self._local._replace(exchange=np.zeros(domain.grid.size))
        electrolyte = domain.electrolyte if reacting else np.zeros_like(domain.electrolyte)
        self._pore = domain.pore.ravel()
        self._electrolyte = electrolyte.ravel()
        self._wall_density = domain.wall_density.ravel()
        mask = unknown_mask(self._pore, self._electrolyte)
        self.sparsity = Sparsity(SLOTS, mask, domain.grid.shape)
        self._surface = Surface(domain, model) if model.anisotropy else None
        self._coating = conducting_coating(domain) if reacting else None
        self._beside = SumOperator()
        if self._surface is not None:
            self._beside.parts["surface"] = self._surface
        beside = self._beside if self._surface or self._coating else None
        self._linear = LinearSolver(CONSERVED_LAYOUT, self.sparsity, LITHIUM, beside)
        cells = domain.grid.size
        self._values = np.zeros((cells, len(SLOTS)))
        self._reaction = np.zeros((4, cells))
        self._loose = np.zeros(cells)
        self._solved: Step | None = None

    def move(self, immobile: float) -> None:
        """Have lithium move from another xi on; see `Parameters.immobile`."""
        self._model = self._model._replace(immobile=immobile)

    @cached_property
    def electrode(self) -> CounterElectrode:
        """The counter electrode."""
        return CounterElectrode.of(self._domain, self._local.conductivity)

    @property
    def reaction(self) -> Array:
        """a H i and its derivatives to xi, mu and V_l at the last evaluation, (4, cells)."""
        return self._reaction

    @property
    def krylov_iterations(self) -> int:
        """Iterations of the linear solver so far."""
        return self._linear.iterations

    def limited(self, before: Unknowns, after: Unknowns) -> Unknowns:
        """The iterate `after`, its xi no nearer to 0 or 1 than a tangent at `before` can see."""
        return replace(after, xi=limited(before.xi, after.xi, self._model.edge))

    @property
    def column_scale(self) -> Array:
        """What one unit of (xi, mu, V_l) of the scaled system is: 1, W [Pa], RT/F [V]."""
        return np.array([1.0, self._model.barrier_height, self._model.thermal_voltage])

    @property
    def extra_scale(self) -> float:
        """RT/F [V]: the extra unknowns are potentials."""
        return self._model.thermal_voltage

    def evaluate(self, unknowns: Unknowns, step: Step) -> tuple[Array, Array]:
        """Assemble at `unknowns`; return the residual (cells, 3) and that of the extra equations.

        The former is 0 where there is no unknown. Both are scaled to a change of xi in one cell.
        The extra equations are those of the second electrode, its current or its voltage, of the
        detached bodies, their net currents, and last, where a counter electrode is held at a
        voltage, that. Voltages are in RT/F.
        """
        metal = unknowns.metal[step.index]
        source = step.source
        if self._holds_counter_electrode(step):
            source = source + self.electrode.source * self.found_current(unknowns)
        exchange = self._local.exchange
        if step.activity is not None:
            exchange = exchange * step.activity
        react(
            unknowns.xi, unknowns.mu, unknowns.ion, metal, self._wall_density, exchange,
            self._model, *self._reaction,
        )  # fmt: skip
        if self._coating is not None:
            plate_bare(
                unknowns.xi, unknowns.ion, metal, self._wall_density, self._coating.onset, exchange,
                self._model, self._reaction[0], self._reaction[1], self._reaction[3],
            )  # fmt: skip
        if step.shot is not None:
            self._reaction[0] += step.shot
        residual = np.empty((self._grid.size, 3))
        assemble(
            self._grid.shape, self._grid.spacing, self._pore, self._electrolyte,
            self._wall_density, self._local.wetting, self._local.conductivity,
            self._loose if step.bonded is None else step.bonded,
            self._model, step.alpha0, step.dt, unknowns.xi, unknowns.mu,
            unknowns.ion, step.history, source, *self._reaction, residual, self._values,
        )  # fmt: skip
        if self._surface is not None:
            self._surface.add(unknowns.xi, residual, self._values)
        net = self._per_body(self._reaction[0], step)
        if step.electrons is not None:
            net -= step.electrons.outflow(unknowns.metal) * step.dt * self._model.volume_per_charge
        if step.bodies.second and step.voltage is not None:
            net[0] = (unknowns.metal[SECOND] - step.voltage) / self._model.thermal_voltage
        elif step.bodies.second:
            given = step.current_density * self._grid.cross_section / self._grid.cell_volume
            net[0] += given * step.dt * self._model.volume_per_charge
        elif step.voltage is not None:
            net = np.append(net, self.excess(unknowns, step))
        return residual, net

    def update(self, residual: Array, net: Array, step: Step) -> tuple[Array, Array]:
        """Newton update at the last evaluation: scaled (cells, 3), and (V_s.., drop)/(RT/F)."""
        factors = self._linear.factorise(self._values, as_before=step is self._solved)
        self._solved = step
        right: Array = -residual
        coating, nodes = None, net[:0]
        if step.electrons is not None:
            nodes, net = net[: step.unknown], net[step.unknown :]
            self._beside.parts["coating"] = coating = self._condensed(step, step.electrons)
            right = right + coating.spread(coating.factors.solve(nodes))
        change = factors.solve(right)
        found: Array = np.zeros(0)
        if net.size:
            rows, columns, corner = self._border(step)
            spread = np.stack([factors.solve(column) for column in columns])
            border = corner - np.tensordot(rows, spread, CELLS)
            untouched = np.diag(corner) == 0.0  # no contact, no current: any potential will do
            border[untouched, untouched] = 1.0
            lacking = -net - np.tensordot(rows, change, 2)
            found = np.asarray(np.linalg.solve(border, lacking), float)
            change = np.asarray(change - np.tensordot(found, spread, 1), float)
        if coating is not None:
            found = np.append(coating.factors.solve(-nodes - coating.gather(change)), found)
        extra = np.zeros(step.unknown + 2)
        extra[1 : 1 + found.size] = found
        return change, extra

    def found_current(self, unknowns: Unknowns) -> float:
        """Current density [A m-2] that the counter electrode carries under a held voltage."""
        return float(unknowns.drop[0]) / self.electrode.resistance

    def stripped(self, step: Step) -> float:
        """Current density [A m-2] that the second electrode gives off at the last evaluation."""
        inside = step.bodies.index.ravel() == SECOND
        total = float(np.sum(self._reaction[0], where=inside))
        return -total * self._grid.cell_volume / self._grid.cross_section

    @staticmethod
    def _holds_counter_electrode(step: Step) -> bool:
        return step.voltage is not None and not step.bodies.second

    def excess(self, unknowns: Unknowns, step: Step) -> float:
        """Voltage of the counter electrode above the one held, in RT/F."""
        assert step.voltage is not None
        current = self.found_current(unknowns)
        found = self.electrode.voltage(unknowns.ion, current) + step.half_cell * current
        return (found - step.voltage) / self._model.thermal_voltage

    def _per_body(self, density: Array, step: Step) -> Array:
        """Sum a reaction density [A m-3] over each body but the first, scaled as the residual."""
        if not step.unknown:
            return np.zeros(0)
        sums = np.bincount(step.index, weights=density, minlength=step.unknown + 1)[1:]
        scaled = np.asarray(sums * (step.dt * self._model.volume_per_charge), float)
        return scaled

    def _border(self, step: Step) -> tuple[Array, Array, Array]:
        """Rows and columns, (extra, cells, 3), and corner of the extra unknowns."""
        scale = step.dt * self._model.volume_per_charge
        rows: list[Array] = []
        columns: list[Array] = []
        slopes = np.zeros(0)
        if step.electrons is None:
            derivative, to_metal = self._coupling(step)
            inside = [(step.index == body + 1)[:, None] for body in range(step.unknown)]
            rows = [derivative * where for where in inside]
            columns = [to_metal * where for where in inside]
            slopes = -self._per_body(self._reaction[3], step) * self._model.thermal_voltage
        if step.bodies.second and step.voltage is not None:
            rows[0], slopes[0] = np.zeros_like(rows[0]), 1.0
        elif step.voltage is not None:
            rows.append(self._in_ion_row(self.electrode.weights))
            flux = scale * self._model.thermal_voltage / self.electrode.resistance
            columns.append(self._in_ion_row(flux * self.electrode.source))
            slopes = np.append(slopes, 1.0 + step.half_cell / self.electrode.resistance)
        corner: Array = np.diag(slopes)
        return np.array(rows), np.array(columns), corner

    def _coupling(self, step: Step) -> tuple[Array, Array]:
        """Derivatives of a cell's reaction to its unknowns, of its rows to V_s, (cells, 3)."""
        scale = step.dt * self._model.volume_per_charge
        _, by_xi, by_mu, by_ion = self._reaction
        derivative = np.stack([by_xi, by_mu, by_ion], axis=-1) * self.column_scale * scale
        to_metal = np.zeros_like(derivative)
        to_metal[:, 0] = to_metal[:, V] = derivative[:, V]
        return derivative, to_metal

    def _condensed(self, step: Step, electrons: ElectronNetwork) -> Condensed:
        """What the electron potentials add when they are eliminated."""
        slopes = self._per_body(self._reaction[3], step)
        carried = electrons.conductance * (step.dt * self._model.volume_per_charge)
        matrix = (carried + sparse.diags_array(slopes)) * -self._model.thermal_voltage
        return Condensed(step.index, *self._coupling(step), Factors(sparse.csc_array(matrix)))

    def _in_ion_row(self, values: Array) -> Array:
        """Values of the cells as entries of the ion potential, (cells, 3)."""
        placed = np.zeros((values.size, 3))
        placed[:, V] = values * (self._electrolyte > 0.0)
        return placed
