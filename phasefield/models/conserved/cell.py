"""The electrolyte as a network: -div(phi k grad .) on its cells, applied and solved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import cos
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from phasefield.grid.faces import face_mean, series_mean
from phasefield.grid.smoothed_domain import Domain
from phasefield.models.conserved.parameters import Parameters
from phasefield.physics.kinetics import exchange_current_density
from phasefield.solvers.direct import Factors
from phasefield.solvers.multigrid.scalar import Faces, Network, conductance_matrix

__all__ = [
    "Conductor",
    "CounterElectrode",
    "LocalCoating",
    "LocalParameters",
    "conductances",
    "conducting_coating",
    "local_parameters",
]

Array = NDArray[np.float64]

DIRECT_CELLS = 5000
"""Cells above which iterations are faster than a factorisation (30 ms at 6000 cells in 2D, 10 s at
40 000 in 3D); below, they would have their kernels compiled for little."""


class Conductor:
    """Cells of the electrolyte, joined by phi times one coefficient.

    Parameters
    ----------
    domain : of the simulation.
    coefficient : k of the dense electrolyte in every cell, flat (cells,), a conductivity or a
        diffusivity; what follows has its unit over m2.
    """

    def __init__(self, domain: Domain, coefficient: Array) -> None:
        self._domain, self._coefficient = domain, coefficient

    @cached_property
    def known(self) -> NDArray[np.intp]:
        """Flat indices of the cells of the electrolyte."""
        return np.flatnonzero(self._domain.electrolyte)

    @cached_property
    def faces(self) -> Faces:
        """Conductances phi k over the squared spacing along z, y and x."""
        return conductances(self._domain, self._coefficient)

    @cached_property
    def matrix(self) -> sparse.csr_array:
        """-div(phi k grad .) over the cells of `known`."""
        total = conductance_matrix(self.faces, self._domain.grid.shape)
        return sparse.csr_array(total[self.known][:, self.known])

    def outflow(self, field: Array) -> Array:
        """-div(phi k grad field) of every cell, both flat; its sum is zero, face by face."""
        values = field.reshape(self._domain.grid.shape)
        total = np.zeros_like(values)
        for axis, faces in enumerate(self.faces):
            flux = faces * np.diff(values, axis=axis)
            lower, upper = (
                tuple(cut if each == axis else slice(None) for each in range(3))
                for cut in (slice(None, -1), slice(1, None))
            )
            total[lower] -= flux
            total[upper] += flux
        return total.ravel()

    def grounded(self, ground: Array) -> Factors | Network:
        """What `solve` takes: the matrix with `ground` of each cell of `known` on its diagonal."""
        if len(ground) <= DIRECT_CELLS:
            return Factors(sparse.csc_array(self.matrix + sparse.diags_array(ground)))
        return Network(self.faces, self.everywhere(ground))

    def solve(self, grounded: Factors | Network, right: Array, tolerance: float) -> Array:
        """Solution over `known` of (-div(phi k grad .) + ground) u = right, for each column.

        `tolerance` of the residual over the right side, where iterations are needed.
        """
        if isinstance(grounded, Factors):
            return grounded.solve(right)
        columns = (self.everywhere(column) for column in np.atleast_2d(right.T))
        found = [grounded.solve(column, tolerance).potential.ravel() for column in columns]
        return np.stack([each[self.known] for each in found], axis=-1).reshape(right.shape)

    def everywhere(self, values: Array) -> Array:
        """Values of the cells of `known` on the whole grid, 0 elsewhere."""
        field = np.zeros(self._domain.grid.size)
        field[self.known] = values
        return field.reshape(self._domain.grid.shape)


def conductances(domain: Domain, coefficient: Array) -> Faces:
    """Conductances phi k over the squared spacing along z, y and x.

    `coefficient` k of every cell, flat (cells,); of a conductivity [S m-1] they come in [S m-3].
    """
    phi, found = domain.electrolyte, []
    k = coefficient.reshape(phi.shape)
    for axis, spacing in enumerate(domain.grid.spacing):
        last = phi.shape[axis] - 1
        below, above = range(last), range(1, last + 1)
        mean = face_mean.py_func(phi.take(below, axis), phi.take(above, axis))
        between = series_mean.py_func(k.take(below, axis), k.take(above, axis))
        found.append(mean * between / spacing**2)
    return found[0], found[1], found[2]


class LocalParameters(NamedTuple):
    """Parameters of every cell, flat (cells,).

    Attributes
    ----------
    exchange : exchange current density i0 of the wall [A m-2].
    wetting : gamma cos(theta_c) of the wall [J m-2].
    conductivity : sigma of the electrolyte [S m-1].
    """

    exchange: NDArray[np.float64]
    wetting: NDArray[np.float64]
    conductivity: NDArray[np.float64]


def local_parameters(domain: Domain, model: Parameters) -> LocalParameters:
    """Those of `model` on clean walls and in the usual electrolyte, elsewhere those of the maps."""
    usual = model.exchange_current_density, model.wetting, model.conductivity
    maps, cells = domain.maps, domain.grid.size
    if maps is None:
        return LocalParameters(*(np.full(cells, value) for value in usual))
    rates = (exchange_current_density(w.resistance, model.thermal_voltage) for w in maps.walls)
    wetting = (model.surface_energy * cos(w.contact_angle) for w in maps.walls)
    return LocalParameters(
        _chosen(maps.coating, [usual[0], *rates]),
        _chosen(maps.coating, [usual[1], *wetting]),
        _chosen(maps.region, [usual[2], *maps.conductivities]),
    )


class LocalCoating(NamedTuple):
    """The coating that conducts electrons, in every cell, flat (cells,).

    Attributes
    ----------
    sheet : electronic conductivity times thickness [S]; 0 where there is none.
    onset : nucleation overpotential [V]; infinite where there is none.
    """

    sheet: NDArray[np.float64]
    onset: NDArray[np.float64]


def conducting_coating(domain: Domain) -> LocalCoating | None:
    """That of a domain; None without."""
    maps = domain.maps
    if maps is None or not maps.conducts_electrons:
        return None
    on_wall = domain.wall_density.ravel() > 0.0
    sheet = _chosen(maps.coating, [0.0, *(wall.sheet_conductance for wall in maps.walls)])
    onset = _chosen(maps.coating, [0.0, *(wall.nucleation_overpotential for wall in maps.walls)])
    sheet = np.where(on_wall, sheet, 0.0)
    return LocalCoating(sheet, np.where(sheet > 0.0, onset, np.inf))


def _chosen(number: NDArray[np.uint8], values: Sequence[float]) -> NDArray[np.float64]:
    """The value of each cell's number, flat."""
    return np.array(values)[number.ravel()]


@dataclass(frozen=True)
class CounterElectrode:
    """What the flux into the last cells and their ion potential say of the electrode's face.

    The potential of the face is that of a last cell plus the drop of the flux over half a cell; the
    voltage is its mean over the electrolyte there, against the metal on the current collector:
    sum(weights V_l) + resistance J.

    Attributes
    ----------
    source : ion source per unit current density [m-1], flat (cells,).
    weights : of the cells in the mean [1], flat (cells,).
    drops : resistance of each half cell, 0 in all others [ohm m2], flat (cells,).
    """

    source: Array
    weights: Array
    drops: Array

    @classmethod
    def of(cls, domain: Domain, conductivity: Array) -> CounterElectrode:
        """That of a domain whose dense electrolyte has `conductivity`, flat (cells,) [S m-1]."""
        source = domain.electrode.ravel()
        weights = source / source.sum()
        touching = source > 0.0
        half_cell = 0.5 * domain.grid.spacing[domain.grid.growth_axis] ** 2
        drops = np.zeros_like(source)
        conducting = (domain.electrolyte.ravel() * conductivity)[touching]
        drops[touching] = half_cell * source[touching] / conducting
        return cls(source, weights, drops)

    @cached_property
    def resistance(self) -> float:
        """Of the half cells, in the mean [ohm m2]."""
        touching = self.source > 0.0
        return float(self.weights[touching] @ self.drops[touching])

    def voltage(self, ion_potential: Array, current_density: float) -> float:
        """Voltage [V] for the ion potential V_l [V], flat (cells,), and J [A m-2]."""
        return float(self.weights @ ion_potential) + self.resistance * current_density
