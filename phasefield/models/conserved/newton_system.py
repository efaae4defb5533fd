"""The coupled nonlinear system of one implicit step: residual, and linear solve."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from phasefield.grid.collectives import total, total_by_number
from phasefield.models.base import LARGEST_POTENTIAL_CHANGE, TangentLimits
from phasefield.models.conserved.cell import Cell
from phasefield.models.conserved.contribution import Contribution, Elimination
from phasefield.models.conserved.electron_network import Condensed
from phasefield.models.conserved.kernels import (
    CONSERVED_LAYOUT,
    SLOTS,
    V,
    assemble,
    limited,
    react,
    unknown_mask,
)
from phasefield.models.conserved.lithium_bodies import SECOND
from phasefield.models.conserved.step import Fields, Step, Unknowns
from phasefield.solvers.block_solver import LinearSolver, UnassembledOperator
from phasefield.solvers.direct import Factors
from phasefield.solvers.sparsity import Sparsity

__all__ = ["CoupledSystem"]

Array = NDArray[np.float64]

LITHIUM = np.array([1.0, 0.0, -1.0])
"""Rows (A) minus (C), summed over all cells: metal grown is charge passed."""

CELLS = ((1, 2), (1, 2))
"""Axes that rows (extra, cells, 3) have in common with columns of the same shape."""


class CoupledSystem(TangentLimits):
    """Residual, Jacobian and Newton update of (xi, mu, V_l, V_s, J) of one cell.

    Parameters
    ----------
    cell : scaffold, parameters and electrodes.
    contributions : what the case adds.
    reacting : without it there is no ion potential and no charge transfer (relaxation at rest).
    """

    def __init__(
        self, cell: Cell, contributions: Iterable[Contribution] = (), *, reacting: bool = True
    ) -> None:
        self._cell, self._grid, self._model = cell, cell.domain.grid, cell.parameters
        self._contributions = [one for one in contributions if reacting or one.at_rest]
        self._reacting = reacting
        self._places = cell.places if reacting else cell.places_without_electrolyte
        mask = unknown_mask(self._places.pore, self._places.electrolyte)
        self.sparsity = Sparsity(SLOTS, mask, self._grid.shape)
        self._linear = LinearSolver(CONSERVED_LAYOUT, self.sparsity, LITHIUM)
        self._values = np.zeros((self._grid.size, len(SLOTS)))
        self._reaction = np.zeros((4, self._grid.size))
        self._last: Step | None = None
        self._sizes: list[int] = []

    def move(self, immobile: float) -> None:
        """Have lithium move from another xi on; see `Parameters.immobile`."""
        self._model = self._model._replace(immobile=immobile)

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
    def extra_scale(self) -> Array | float:
        """RT/F [V] of the potentials, `Contribution.own_scale` of what is the contributions'."""
        return self._of_extra(self._model.thermal_voltage, "own_scale")

    @property
    def extra_limits(self) -> Array | float:
        """Four thermal voltages, and `Contribution.own_limit`."""
        return self._of_extra(LARGEST_POTENTIAL_CHANGE, "own_limit")

    def _of_extra(self, potentials: float, name: str) -> Array | float:
        """A number of the potentials, or of each extra unknown where contributions bring some."""
        own = [getattr(one, name) for one in self._contributions if one.solved]
        return np.repeat([potentials, *own], self._sizes) if own else potentials

    def evaluate(self, unknowns: Unknowns, step: Step) -> tuple[Array, Array]:
        """Assemble at `unknowns`; return the residual (cells, 3) and that of the extra equations.

        The former is 0 where there is no unknown. Both are scaled to a change of xi in one cell.
        The extra equations are those of the second electrode, its current or its voltage, of the
        detached bodies, their net currents, where a counter electrode is held at a voltage, that,
        and last those of the contributions' own unknowns. Voltages are in RT/F.
        """
        source = step.drive.source
        if step.holds_counter_electrode:
            source = source + self._cell.electrode.source * self.found_current(unknowns)
        self._react(unknowns, step)
        residual = np.empty((self._grid.size, 3))
        fields = Fields(unknowns.xi, unknowns.mu, unknowns.ion, step.intact, step.history, source)
        assemble(
            self._grid.shape, self._grid.spacing, self._places, self._model, step.formula.alpha0,
            step.formula.dt, fields, self._reaction, residual, self._values,
        )  # fmt: skip
        for one in self._contributions:
            one.add(unknowns, step, residual, self._values)
        own = [one.lacking(unknowns, step) for one in self._contributions]
        return residual, np.concatenate([self._net(unknowns, step), *own])

    def _react(self, unknowns: Unknowns, step: Step) -> None:
        """Evaluate the reaction of every cell and its derivatives."""
        if not self._reacting:
            return
        react(
            unknowns.xi, unknowns.mu, unknowns.ion, unknowns.metal[step.index],
            self._places.wall_density, step.exchange, self._model, *self._reaction,
        )  # fmt: skip
        for one in self._contributions:
            one.react(unknowns, step, self._reaction)

    def _net(self, unknowns: Unknowns, step: Step) -> Array:
        """What the equations of the electron potentials and of a held voltage lack."""
        drive = step.drive
        net = self._per_node(self._reaction[0], step)
        if step.nodes.joined:
            carried = np.asarray(step.nodes.conductance @ unknowns.metal[1:])
            net -= carried * step.formula.dt * self._model.volume_per_charge
        if step.nodes.second and drive.held:
            net[0] = (unknowns.metal[SECOND] - drive.voltage) / self._model.thermal_voltage
        elif step.nodes.second:
            given = drive.current_density * self._grid.cross_section / self._grid.cell_volume
            net[0] += given * step.formula.dt * self._model.volume_per_charge
        elif drive.held:
            net = np.append(net, self.excess(unknowns, step))
        return net

    def update(self, residual: Array, net: Array, step: Step) -> tuple[Array, Array]:
        """Newton update at the last evaluation: scaled (cells, 3), and (V_s.., drop, own..)."""
        parts = [*self._network_part(step), *self._own_parts(step)]
        operators = (one.operator(step) for one in self._contributions)
        unassembled: list[UnassembledOperator] = [one for one in operators if one is not None]
        self._linear.unassembled = [*unassembled, *(part for part, _ in parts)]
        factors = self._linear.factorise(self._values, as_before=step is self._last)
        self._last = step
        sizes = (part.size for part, at in parts if at >= step.nodes.unknown)
        self._sizes = [step.nodes.unknown + 2, *sizes]
        right: Array = -residual
        for part, at in parts:
            right = right + part.spread(part.solve(net[at : at + part.size]))
        change, extra = self._bordered(factors.solve(right), net, step)
        for part, at in parts:
            own = part.solve(-net[at : at + part.size] - part.gather(change))
            start = (
                at + 1 if at < step.nodes.unknown else at + 2 - int(step.holds_counter_electrode)
            )
            extra[start : start + part.size] = own
        return change, extra

    def _network_part(self, step: Step) -> list[tuple[Elimination, int]]:
        """The electron potentials, and where they begin in the extra equations, if eliminated."""
        return [(self._condensed(step), 0)] if step.nodes.joined else []

    def _own_parts(self, step: Step) -> list[tuple[Elimination, int]]:
        """The contributions' own unknowns, and where they begin in the extra equations."""
        parts, at = [], step.nodes.unknown + int(step.holds_counter_electrode)
        for one in self._contributions:
            part = one.eliminate(step)
            if part is not None:
                parts.append((part, at))
                at += part.size
        return parts

    def _bordered(self, change: Array, net: Array, step: Step) -> tuple[Array, Array]:
        """The change of the cells with that of the few potentials which border the matrix.

        The latter come as all extra unknowns: the collector's 0, V_s of the nodes, the drop, own.
        """
        held, unknown = int(step.holds_counter_electrode), step.nodes.unknown
        extra = np.zeros(len(net) + 2 - held)
        first = unknown if step.nodes.joined else 0
        lacking = net[first : unknown + held]
        if not lacking.size:
            return change, extra
        rows, columns, corner = self._border(step)
        spread = np.stack([self._linear.solve(column) for column in columns])
        border = corner - np.tensordot(rows, spread, CELLS)
        untouched = np.diag(corner) == 0.0  # no contact, no current: any potential will do
        border[untouched, untouched] = 1.0
        right = -lacking - np.tensordot(rows, change, 2)
        found = np.asarray(np.linalg.solve(border, right), float)
        extra[1 + first : 1 + unknown + held] = found
        return np.asarray(change - np.tensordot(found, spread, 1), float), extra

    def found_current(self, unknowns: Unknowns) -> float:
        """Current density [A m-2] that the counter electrode carries under a held voltage."""
        return float(unknowns.half_cell_drop[0]) / self._cell.electrode.resistance

    def stripped(self, step: Step) -> float:
        """Current density [A m-2] that the second electrode gives off at the last evaluation."""
        taken = total(self._reaction[0], step.index == SECOND)
        return -taken * self._grid.cell_volume / self._grid.cross_section

    def excess(self, unknowns: Unknowns, step: Step) -> float:
        """Voltage of the counter electrode above the one held, in RT/F."""
        assert step.drive.voltage is not None
        current = self.found_current(unknowns)
        found = self._cell.electrode.voltage(unknowns.ion, current)
        found = found + step.drive.half_cell * current
        return (found - step.drive.voltage) / self._model.thermal_voltage

    def _per_node(self, density: Array, step: Step) -> Array:
        """Sum a reaction density [A m-3] over each node but the first, scaled as the residual."""
        unknown = step.nodes.unknown
        if not unknown:
            return np.zeros(0)
        sums = total_by_number(step.index, density, unknown + 1)[1:]
        return np.asarray(sums * (step.formula.dt * self._model.volume_per_charge))

    def _border(self, step: Step) -> tuple[Array, Array, Array]:
        """Rows and columns, (extra, cells, 3), and corner of the extra unknowns."""
        held = step.drive.held
        rows: list[Array] = []
        columns: list[Array] = []
        slopes = np.zeros(0)
        if not step.nodes.joined:
            derivative, to_metal = self._coupling(step)
            inside = [(step.index == body + 1)[:, None] for body in range(step.nodes.unknown)]
            rows = [derivative * where for where in inside]
            columns = [to_metal * where for where in inside]
            slopes = -self._per_node(self._reaction[3], step) * self._model.thermal_voltage
        if step.nodes.second and held:
            rows[0], slopes[0] = np.zeros_like(rows[0]), 1.0
        elif held:
            electrode = self._cell.electrode
            scale = step.formula.dt * self._model.volume_per_charge
            flux = scale * self._model.thermal_voltage / electrode.resistance
            rows.append(self._in_ion_row(electrode.weights))
            columns.append(self._in_ion_row(flux * electrode.source))
            slopes = np.append(slopes, 1.0 + step.drive.half_cell / electrode.resistance)
        corner: Array = np.diag(slopes)
        return np.array(rows), np.array(columns), corner

    def _coupling(self, step: Step) -> tuple[Array, Array]:
        """Derivatives of a cell's reaction to its unknowns, of its rows to V_s, (cells, 3)."""
        scale = step.formula.dt * self._model.volume_per_charge
        _, by_xi, by_mu, by_ion = self._reaction
        derivative = np.stack([by_xi, by_mu, by_ion], axis=-1) * self.column_scale * scale
        to_metal = np.zeros_like(derivative)
        to_metal[:, 0] = to_metal[:, V] = derivative[:, V]
        return derivative, to_metal

    def _condensed(self, step: Step) -> Condensed:
        """What the electron potentials add when they are eliminated."""
        slopes = self._per_node(self._reaction[3], step)
        carried = step.nodes.conductance * (step.formula.dt * self._model.volume_per_charge)
        matrix = (carried + sparse.diags_array(slopes)) * -self._model.thermal_voltage
        return Condensed(step.index, *self._coupling(step), Factors(sparse.csc_array(matrix)))

    def _in_ion_row(self, values: Array) -> Array:
        """Values of the cells as entries of the ion potential, (cells, 3)."""
        placed = np.zeros((values.size, 3))
        placed[:, V] = values * (self._places.electrolyte > 0.0)
        return placed
