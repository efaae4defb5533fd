"""Electrons on coated walls: a network of the cells of the coating and of the lithium on it.

Without such a coating every lithium body has one potential (`lithium_bodies`). With it a cell of
the bare coating has one of its own, div(a G grad V_s) = -a i, the diffuse form of conduction along
a surface (Ratz & Voigt 2006, Commun. Math. Sci. 4, 575), and the bodies are nodes of the same
network.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, sparse
from scipy.sparse import csgraph

from phasefield.grid.collectives import total_by_number
from phasefield.grid.faces import face_mean, series_mean
from phasefield.grid.smoothed_domain import Domain
from phasefield.models.conserved.contribution import Elimination
from phasefield.models.conserved.lithium_bodies import Bodies
from phasefield.solvers.direct import Factors
from phasefield.solvers.multigrid.scalar import Faces, conductance_matrix

__all__ = ["Condensed", "ElectronNetwork", "Electrons", "along_walls", "to_collector"]

Array = NDArray[np.float64]

IN_METAL = 0.5
"""xi from which on a cell of a coated wall is lithium, at the potential of that lithium."""

LEAK = 1e-13
"""Conductance to the collector of what has no way to it, over that to its neighbours: its potential
would else be open where nothing reacts."""


@dataclass(frozen=True)
class ElectronNetwork:
    """Which node a cell takes its electron potential from, and how the nodes are joined.

    Attributes
    ----------
    index : (nz, ny, nx) int32; 0 is the collector, then come the detached bodies in the order of
        `Bodies.index`, then the cells of the bare coating.
    conductance : matrix over the nodes from 1 on, of -div(a G grad .) [S m-3].
    grounded : which of the nodes from 0 on have a way to the collector.
    """

    index: NDArray[np.int32]
    conductance: sparse.csr_array
    grounded: NDArray[np.bool_]

    @property
    def unknown(self) -> int:
        """Number of potentials besides that of the collector."""
        return len(self.grounded) - 1

    @property
    def joined(self) -> bool:
        """Currents flow along the coating."""
        return True

    @property
    def second(self) -> bool:
        """Whether node 1 is a second electrode: never, beside a conducting coating."""
        return False


class Electrons:
    """The conducting coatings of a half cell.

    Parameters
    ----------
    domain : frozen scaffold fields.
    sheet : electronic conductivity times thickness of the coating of each cell, flat [S].
    reach : distance [m] up to which a cell of the wall belongs to a body of lithium.
    """

    def __init__(self, domain: Domain, sheet: Array, reach: float) -> None:
        self._domain, self._reach = domain, reach
        shape = domain.grid.shape
        self._coated = (sheet.reshape(shape) > 0.0) & (domain.wall_density > 0.0)
        self._matrix = conductance_matrix(along_walls(domain, sheet), shape)
        self._ground = to_collector(domain, sheet)

    def network(self, xi: Array, bodies: Bodies) -> ElectronNetwork:
        """That of the lithium `xi`, (nz, ny, nx), with its `bodies`.

        A coated cell with xi above one half is at the potential of the nearest body within reach.
        """
        metal = self._domain.pore * xi > 0.5
        distance = ndimage.distance_transform_edt(~metal, self._domain.grid.spacing)
        own = self._coated & ~((xi > IN_METAL) & (distance <= self._reach))
        index = bodies.index.copy()
        index[own] = np.arange(1, 1 + np.count_nonzero(own)) + bodies.unknown
        nodes = 1 + bodies.unknown + np.count_nonzero(own)
        cells = np.flatnonzero(self._coated)
        to = sparse.csr_array(
            (np.ones(cells.size), (cells, index.ravel()[cells])), shape=(xi.size, nodes)
        )
        joined = sparse.csr_array(to.T @ self._matrix @ to)
        ground = np.asarray(to.T @ self._ground)
        linked = joined + sparse.csr_array(
            (ground, (np.zeros(nodes, int), np.arange(nodes))), shape=joined.shape
        )
        _, label = csgraph.connected_components(linked, directed=False)
        grounded = np.asarray(label == label[0])
        inner = joined[1:, 1:]
        open_end = np.where(grounded[1:], 0.0, LEAK * np.maximum(inner.diagonal(), 1.0))
        conductance = inner + sparse.diags_array(ground[1:] + open_end)
        return ElectronNetwork(index, sparse.csr_array(conductance), grounded)


@dataclass(frozen=True)
class Condensed(Elimination):
    """What the electron potentials make of the matrix of the cells when they are eliminated.

    With cells x and potentials m, [J C; R K] [x; m]: J - C K^-1 R. This is the
    second part, all in the scaled units of `CoupledSystem`.

    Attributes
    ----------
    index : node of each cell, flat.
    rows : R, derivatives of the reaction of each cell to its three unknowns, (cells, 3).
    columns : C, derivatives of the residuals of each cell to its electron potential, (cells, 3).
    factors : of K.
    """

    index: NDArray[np.int32]
    rows: Array
    columns: Array
    factors: Factors

    def gather(self, x: Array) -> Array:
        """R x, from (cells, 3) to the nodes from 1 on."""
        count = 1 + self.factors.size
        sums = total_by_number(self.index, np.sum(self.rows * x, axis=1), count)
        return sums[1:]

    def spread(self, m: Array) -> Array:
        """C m, from the nodes from 1 on to (cells, 3)."""
        return np.asarray(self.columns * np.append(0.0, m)[self.index][:, None])

    @property
    def size(self) -> int:
        """Number of the potentials."""
        return self.factors.size

    def solve(self, right: Array) -> Array:
        """K^-1 of a right side."""
        return self.factors.solve(right)


def along_walls(domain: Domain, sheet: Array) -> Faces:
    """Conductances a G over the squared spacing along z, y and x [S m-3]; G of each cell, flat."""
    a, g, found = domain.wall_density, sheet.reshape(domain.grid.shape), []
    for axis, spacing in enumerate(domain.grid.spacing):
        last = a.shape[axis] - 1
        below, above = range(last), range(1, last + 1)
        low, high = g.take(below, axis), g.take(above, axis)
        both = (low > 0.0) & (high > 0.0)
        between = series_mean.py_func(np.where(both, low, 1.0), np.where(both, high, 1.0))
        mean = face_mean.py_func(a.take(below, axis), a.take(above, axis))
        found.append(np.where(both, mean * between, 0.0) / spacing**2)
    return found[0], found[1], found[2]


def to_collector(domain: Domain, sheet: Array) -> Array:
    """Conductance of the lowest half cells of the coating to the collector, flat [S m-3]."""
    axis = domain.grid.growth_axis
    lowest = np.zeros(domain.grid.shape)
    end = [slice(None)] * 3
    end[axis] = slice(0, 1)
    lowest[tuple(end)] = domain.wall_density[tuple(end)]
    return np.asarray(lowest.ravel() * 2.0 * sheet / domain.grid.spacing[axis] ** 2)
