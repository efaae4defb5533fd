"""Where the voltage of a state of the conserved model goes, and its resistance."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from phasefield.grid.collectives import total, total_by_number, weighted_mean
from phasefield.models.conserved.cell import Cell
from phasefield.models.conserved.conducting_coating import ConductingCoating
from phasefield.models.conserved.contributions import Contributions
from phasefield.models.conserved.lithium_bodies import SECOND, Bodies, of_first_electrode
from phasefield.models.conserved.state import ConservedState
from phasefield.solvers.block_solver import DIRECT_UNKNOWNS
from phasefield.solvers.direct import Factors

__all__ = ["Electrochemistry", "Resistance", "VoltageParts"]

Array = NDArray[np.float64]

TOLERANCE = 1e-8
"""Residual over right side of the resistance; it is shown with four digits."""


@dataclass(frozen=True)
class VoltageParts:
    """Parts of the cell voltage [V]; they add up to it.

    Attributes
    ----------
    ohmic : lost in the electrolyte.
    kinetic : lost in the charge transfer.
    capillary : the pressure of the metal mu V_m/F, from curvature and from being pushed.
    concentration : the diffusion potential of the salt; 0 without any.
    electronic : lost in coatings that conduct electrons; 0 without any.
    """

    ohmic: float
    kinetic: float
    capillary: float
    concentration: float = 0.0
    electronic: float = 0.0


@dataclass(frozen=True)
class Resistance:
    """dV/dJ of a snapshot per cross-section [ohm m2]; NaN without lithium on the collector.

    Attributes
    ----------
    cell : of the whole cell.
    interfacial : the part of it in the charge transfer; the rest is ohmic.
    """

    cell: float
    interfacial: float


class Electrochemistry:
    """Reads voltage parts and resistance off states.

    Parameters
    ----------
    cell, contributions : of the simulation.
    """

    def __init__(self, cell: Cell, contributions: Contributions) -> None:
        self._cell, self._domain, self._model = cell, cell.domain, cell.parameters
        self._salt, self._coating = contributions.salt, contributions.coating
        self._ohm = cell.electrolyte

    def voltage(self, state: ConservedState) -> float:
        """Cell voltage [V]: counter electrode, or second electrode, against the collector."""
        if not self._domain.symmetric:
            found = self._cell.electrode.voltage(state.ion_potential.ravel(), state.current_density)
            return found + self._salt_half_cells(state) * state.current_density
        axis = self._domain.grid.growth_axis
        lithium, potential = (
            field.take(-1, axis=axis).ravel()
            for field in (self._domain.pore * state.xi, state.metal_potential)
        )
        return float(potential[lithium.argmax()])

    def parts(self, state: ConservedState) -> VoltageParts:
        """Parts of the voltage, weighted with the power that they take (theory page).

        Equation (C) times V_l, integrated: J V is the sum over the volume, per cross-section, of
        -phi j grad V_l and of a H i V_l, with V_l = e + V_s + mu V_m/F. In the first, -grad V_l is
        j/sigma, the ohmic part, less the gradient of the diffusion potential. A body takes V_s
        times its net current, 0; with a coating, the sum of a i V_s over the wall is lost in it.
        Without a current the voltage is the diffusion potential between
        the electrodes, the rest the capillary part. In a symmetric cell no ions come in, and the
        second electrode takes -J times the voltage.
        """
        voltage = self.voltage(state)
        if state.current_density == 0.0:
            concentration = self._between_electrodes(state)
            return VoltageParts(0.0, 0.0, voltage - concentration, concentration)
        model, current = self._model, state.current_density
        per_current = self._cell_height / current
        diffusion = self._diffusion_potential(state)
        driving = state.ion_potential.ravel() - diffusion
        taken = self._ohm.outflow(driving)
        back = state.mu * model.volume_per_charge
        e = self._cell.overpotential(state)
        i = self._cell.current_density(e, self._cell.exchange)
        density, bare = self._touching(state) * i, self.on_bare_coating(state)
        over = state.ion_potential - state.metal_potential
        electronic = 0.0
        if self._coating is not None:
            electronic = total((density + bare) * state.metal_potential) * per_current
        return VoltageParts(
            ohmic=float(driving @ taken) * per_current + self._cell.half_cells * current,
            kinetic=total(density * e + bare * over) * per_current,
            capillary=total(density * back) * per_current,
            concentration=float(diffusion @ taken) * per_current
            + self._salt_half_cells(state) * current,
            electronic=electronic,
        )

    def current(self, state: ConservedState) -> Array:
        """Current density i of every cell per contact area [A m-2], (nz, ny, nx)."""
        i = self._cell.current_density(self._cell.overpotential(state), self._cell.exchange)
        return np.asarray(i * self._activity(state))

    def resistance(self, state: ConservedState, bodies: Bodies) -> Resistance:
        """Resistance to a small change of the current, metal, pressure and salt as they are.

        (C) linearised: u = dV_l/dJ solves div(phi sigma grad u) = a H i'(e) (u - U) - source, with
        U the same in a detached body, which takes no net current, and 0 on the collector: the
        block of V_l and V_s in the Jacobian of a time step. Its dissipation splits it. In a
        symmetric cell there is no source, and U of the second electrode, which takes the net
        current -1, is the resistance. With a coating U is that of its network.
        """
        e = self._cell.overpotential(state)
        slope = self._cell.current_slope(e, self._cell.exchange)
        slope = (self._touching(state) * slope).ravel()
        if self._coating is not None:
            return self._coated_resistance(state, self._coating, slope)
        slope, index = slope[self._ohm.known], bodies.index.ravel()[self._ohm.known]
        numbers = np.unique(index[(index > 0) & (slope > 0.0)])
        floating = [index == body for body in numbers]
        columns = np.array([slope * inside for inside in floating]).reshape(-1, len(slope))
        source = np.zeros((0, len(slope)))
        if not bodies.second:
            source = self._cell.electrode.source[None, self._ohm.known]
        right = np.concatenate([source, columns]).T
        solved = self._ohm.solve(self._ohm.grounded(slope), right, TOLERANCE)
        taken = np.where((numbers == SECOND) & bodies.second, -1.0 / self._cell_height, 0.0)
        spread = solved[:, len(source) :]
        u = solved[:, : len(source)].sum(axis=1)
        matrix = np.diag(columns.sum(axis=1)) - columns @ spread
        metal = np.linalg.solve(matrix, columns @ u - taken)
        u = u + spread @ metal
        drop = u - sum((m * inside for m, inside in zip(metal, floating, strict=True)), np.zeros(1))
        if bodies.second:
            cell = total(metal[numbers == SECOND])
        else:
            cell = float(self._cell.electrode.weights[self._ohm.known] @ u) + self._cell.half_cells
        return Resistance(
            cell=cell,
            interfacial=total(slope * drop**2) * self._cell_height,
        )

    def _coated_resistance(
        self, state: ConservedState, coating: ConductingCoating, slope: Array
    ) -> Resistance:
        """Of ions and electrons together; NaN where there are too many for a factorisation."""
        network = coating.network(state.xi)
        known, nodes = self._ohm.known, network.unknown
        if len(known) + nodes > DIRECT_UNKNOWNS[sum(n > 1 for n in self._domain.grid.shape)]:
            return Resistance(nan, nan)
        bare = coating.slope(state, self._cell.exchange * self._activity(state))
        slope = (slope + bare.ravel())[known]
        index = network.index.ravel()[known]
        reacting = sparse.csr_array(
            (slope, (np.arange(len(known)), index)), shape=(len(known), nodes + 1)
        )[:, 1:]
        into = sparse.diags_array(total_by_number(index, slope, nodes + 1)[1:])
        matrix = sparse.block_array(
            [
                [self._ohm.matrix + sparse.diags_array(slope), -reacting],
                [-reacting.T, network.conductance + into],
            ]
        )
        right = np.concatenate([self._cell.electrode.source[known], np.zeros(nodes)])
        u, metal = np.split(Factors(sparse.csc_array(matrix)).solve(right), [len(known)])
        drop = u - np.append(0.0, metal)[index]
        cell = float(self._cell.electrode.weights[known] @ u) + self._cell.half_cells
        return Resistance(cell, total(slope * drop**2) * self._cell_height)

    def cut_off(self, state: ConservedState, bodies: Bodies) -> NDArray[np.bool_]:
        """Where lithium is from which no electron comes to the collector, (nz, ny, nx)."""
        if self._coating is None:
            return bodies.detached
        network = self._coating.network(state.xi)
        return np.asarray(bodies.detached & ~network.grounded[network.index])

    def on_bare_coating(self, state: ConservedState) -> Array:
        """Current that bare coating plates, of every cell [A m-3], (nz, ny, nx)."""
        if self._coating is None:
            return np.zeros(state.xi.shape)
        return self._coating.plated(state, self._cell.exchange * self._activity(state))

    def conducting_wall(self) -> NDArray[np.bool_]:
        """Cells of the wall whose coating conducts electrons, (nz, ny, nx)."""
        if self._coating is None:
            return np.zeros(self._domain.grid.shape, bool)
        return self._coating.there

    def _touching(self, state: ConservedState) -> Array:
        """a H(xi) times i0(c)/i0(c0) of every cell [m-1], (nz, ny, nx)."""
        return np.asarray(self._cell.touching(state) * self._activity(state))

    def _activity(self, state: ConservedState) -> Array | float:
        """i0(c)/i0(c0) of every cell [1]."""
        if self._salt is None:
            return 1.0
        return self._salt.activity(state.own["concentration"])

    def _diffusion_potential(self, state: ConservedState) -> Array:
        """Of every cell, flat [V]."""
        if self._salt is None:
            return np.zeros(state.xi.size)
        return self._salt.diffusion_potential(state.own["concentration"].ravel())

    def _salt_half_cells(self, state: ConservedState) -> float:
        """What salt adds to the half cells at a counter electrode [ohm m2]."""
        if self._salt is None:
            return 0.0
        return self._salt.half_cell(state.own["concentration"].ravel())

    def _between_electrodes(self, state: ConservedState) -> float:
        """Mean diffusion potential of the upper electrode less that of the lower one [V]."""
        diffusion, touching = self._diffusion_potential(state), self._touching(state).ravel()
        if not self._domain.symmetric:
            top, low = self._cell.electrode.weights, touching
        else:
            first = of_first_electrode(state.xi, self._domain).ravel()
            top, low = touching * ~first, touching * first
        if not diffusion.any() or not (top.any() and low.any()):
            return 0.0
        return weighted_mean(diffusion, top) - weighted_mean(diffusion, low)

    @property
    def _cell_height(self) -> float:
        """Volume of a cell over the cross-section [m]."""
        grid = self._domain.grid
        return grid.cell_volume / grid.cross_section
