"""The electrolyte as a network: -div(phi k grad .) on its cells, applied and solved."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from phasefield.grid.faces import face_mean, series_mean
from phasefield.grid.smoothed_domain import Domain
from phasefield.solvers.direct import Factors
from phasefield.solvers.multigrid.scalar import Faces, Network, conductance_matrix

__all__ = ["Conductor", "conductances"]

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
