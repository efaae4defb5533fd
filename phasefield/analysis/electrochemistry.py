"""Where the voltage of a time level of the conserved model goes, and its resistance."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from phasefield.domain import Domain
from phasefield.physics.conserved import Coefficients, face_mean, series_mean
from phasefield.physics.kinetics import butler_volmer, butler_volmer_prime, overpotential
from phasefield.physics.local import local_coefficients
from phasefield.physics.transport import contact
from phasefield.solvers.bodies import SECOND, Bodies
from phasefield.solvers.direct import Factors
from phasefield.solvers.electrode import CounterElectrode
from phasefield.solvers.network import Faces, Network, conductance_matrix
from phasefield.state import Level

__all__ = ["Electrochemistry", "Resistance", "VoltageParts", "ion_conductances"]

Array = NDArray[np.float64]

DIRECT_CELLS = 5000
"""Cells in 3D above which iterations are faster than a factorisation (10 s at 40 000 cells)."""

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
    """

    ohmic: float
    kinetic: float
    capillary: float


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
    """Reads voltage parts and resistance off time levels.

    Parameters
    ----------
    domain, model : of the simulation.
    """

    def __init__(self, domain: Domain, model: Coefficients) -> None:
        self._domain, self._model = domain, model
        self._local = local_coefficients(domain, model)

    def voltage(self, level: Level) -> float:
        """Cell voltage [V]: counter electrode, or second electrode, against the collector."""
        if not self._domain.symmetric:
            return self._electrode.voltage(level.ion_potential.ravel(), level.current_density)
        axis = self._domain.grid.growth_axis
        lithium, potential = (
            field.take(-1, axis=axis).ravel()
            for field in (self._domain.pore * level.xi, level.metal_potential)
        )
        return float(potential[lithium.argmax()])

    def parts(self, level: Level) -> VoltageParts:
        """Parts of the voltage, weighted with the power that they take (theory page).

        Equation (C) times V_l, integrated: J V is the sum over the volume, per cross-section, of
        phi sigma |grad V_l|^2 and of a H i V_l, with V_l = e + V_s + mu V_m/F. A body takes V_s
        times its net current, 0. Without a current the whole voltage is the capillary one. In a
        symmetric cell no ions come in, and the second electrode takes -J times the voltage.
        """
        voltage = self.voltage(level)
        if level.current_density == 0.0:
            return VoltageParts(0.0, 0.0, voltage)
        model, current = self._model, level.current_density
        per_current = self._cell / current
        potential = level.ion_potential.ravel()[self._known]
        ohmic = float(potential @ (self._ohm @ potential)) * per_current
        back = level.mu * model.volume_per_charge
        e = overpotential.py_func(level.ion_potential, level.metal_potential, back)
        i = butler_volmer.py_func(e, *self._kinetics)
        density = self._domain.wall_density * contact.py_func(level.xi) * i
        return VoltageParts(
            ohmic=ohmic + self._half_cells * current,
            kinetic=float(np.sum(density * e)) * per_current,
            capillary=float(np.sum(density * back)) * per_current,
        )

    def resistance(self, level: Level, bodies: Bodies) -> Resistance:
        """Resistance to a small change of the current, metal and its pressure as they are.

        (C) linearised: u = dV_l/dJ solves div(phi sigma grad u) = a H i'(e) (u - U) - source, with
        U the same in a detached body, which takes no net current, and 0 on the collector: the
        block of V_l and V_s in the Jacobian of a time step. Its dissipation splits it. In a
        symmetric cell there is no source, and U of the second electrode, which takes the net
        current -1, is the resistance.
        """
        model, touching = self._model, self._domain.wall_density * contact.py_func(level.xi)
        back = level.mu * model.volume_per_charge
        e = overpotential.py_func(level.ion_potential, level.metal_potential, back)
        slope = (touching * butler_volmer_prime.py_func(e, *self._kinetics)).ravel()
        slope, index = slope[self._known], bodies.index.ravel()[self._known]
        numbers = np.unique(index[(index > 0) & (slope > 0.0)])
        floating = [index == body for body in numbers]
        columns = np.array([slope * inside for inside in floating]).reshape(-1, len(slope))
        source = np.zeros((0, len(slope)))
        if not bodies.second:
            source = self._electrode.source[None, self._known]
        solved = self._solve(slope, np.concatenate([source, columns]).T)
        taken = np.where((numbers == SECOND) & bodies.second, -1.0 / self._cell, 0.0)
        spread = solved[:, len(source) :]
        u = solved[:, : len(source)].sum(axis=1)
        matrix = np.diag(columns.sum(axis=1)) - columns @ spread
        metal = np.linalg.solve(matrix, columns @ u - taken)
        u = u + spread @ metal
        drop = u - sum((m * inside for m, inside in zip(metal, floating, strict=True)), np.zeros(1))
        if bodies.second:
            cell = float(metal[numbers == SECOND].sum())
        else:
            cell = float(self._electrode.weights[self._known] @ u) + self._half_cells
        return Resistance(
            cell=cell,
            interfacial=float(np.sum(slope * drop**2)) * self._cell,
        )

    def _solve(self, slope: Array, right: Array) -> Array:
        """Columns of u with -div(phi sigma grad u) + slope u = right, all over `_known`."""
        grid = self._domain.grid
        if min(grid.shape) == 1 or len(slope) <= DIRECT_CELLS:
            return Factors(sparse.csc_array(self._ohm + sparse.diags_array(slope))).solve(right)
        network = Network(self._faces, self._everywhere(slope))
        columns = (self._everywhere(column) for column in right.T)
        found = [network.solve(column, TOLERANCE).potential.ravel() for column in columns]
        return np.stack([each[self._known] for each in found], axis=-1)

    def _everywhere(self, values: Array) -> Array:
        """Values of the cells of `_known` on the whole grid, 0 elsewhere."""
        field = np.zeros(self._domain.grid.size)
        field[self._known] = values
        return field.reshape(self._domain.grid.shape)

    @cached_property
    def _electrode(self) -> CounterElectrode:
        """The counter electrode of a half cell."""
        return CounterElectrode.of(self._domain, self._local.conductivity)

    @property
    def _half_cells(self) -> float:
        """Resistance between the last cells and the face of a counter electrode [ohm m2]."""
        return 0.0 if self._domain.symmetric else self._electrode.resistance

    @property
    def _kinetics(self) -> tuple[Array, float, float]:
        exchange = self._local.exchange.reshape(self._domain.grid.shape)
        return exchange, self._model.transfer_coefficient, self._model.thermal_voltage

    @property
    def _cell(self) -> float:
        """Volume of a cell over the cross-section [m]."""
        grid = self._domain.grid
        return grid.cell_volume / grid.cross_section

    @cached_property
    def _known(self) -> NDArray[np.intp]:
        """The cells that have an ion potential."""
        return np.flatnonzero(self._domain.electrolyte)

    @cached_property
    def _faces(self) -> Faces:
        return ion_conductances(self._domain, self._local.conductivity)

    @cached_property
    def _ohm(self) -> sparse.csr_array:
        """-div(phi sigma grad .) as a matrix over the cells of `_known` [S m-3]."""
        total = conductance_matrix(self._faces, self._domain.grid.shape)
        return sparse.csr_array(total[self._known][:, self._known])


def ion_conductances(domain: Domain, conductivity: Array) -> Faces:
    """Conductances phi sigma over the squared spacing along z, y and x [S m-3].

    `conductivity` sigma of every cell, flat (cells,) [S m-1].
    """
    phi, found = domain.electrolyte, []
    sigma = conductivity.reshape(phi.shape)
    for axis, spacing in enumerate(domain.grid.spacing):
        last = phi.shape[axis] - 1
        below, above = range(last), range(1, last + 1)
        mean = face_mean.py_func(phi.take(below, axis), phi.take(above, axis))
        between = series_mean.py_func(sigma.take(below, axis), sigma.take(above, axis))
        found.append(mean * between / spacing**2)
    return found[0], found[1], found[2]
