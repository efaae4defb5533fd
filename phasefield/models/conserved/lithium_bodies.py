"""Connected lithium bodies: each one conducts electrons and has one potential."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, sparse

from phasefield.errors import NoElectrode
from phasefield.grid.collectives import connected, mean
from phasefield.grid.smoothed_domain import Domain

__all__ = [
    "SECOND",
    "Bodies",
    "beside_lithium",
    "count_bodies",
    "find_bodies",
    "of_first_electrode",
    "short_circuited",
]

GROUNDED, SECOND = 0, 1


@dataclass(frozen=True)
class Bodies:
    """Which body a cell takes its metal potential from.

    Attributes
    ----------
    index : (nz, ny, nx) int32; 0 for bodies on the collector; in a symmetric cell 1 for those on
        the second collector; from there on the detached ones.
    floating : number of detached bodies.
    total : number of connected bodies, those on a collector counted one by one.
    second : whether there is a second collector.
    """

    index: NDArray[np.int32]
    floating: int
    total: int
    second: bool = False

    @property
    def unknown(self) -> int:
        """Number of potentials besides that of the collector: indices 1..unknown."""
        return self.floating + int(self.second)

    @property
    def joined(self) -> bool:
        """No current flows from one body to another."""
        return False

    @property
    def conductance(self) -> sparse.csr_array:
        """Nothing, over the bodies from 1 on."""
        return sparse.csr_array((self.unknown, self.unknown))

    @property
    def detached(self) -> NDArray[np.bool_]:
        """Where the detached bodies are, (nz, ny, nx)."""
        return np.asarray(self.index > int(self.second))


def find_bodies(xi: NDArray[np.float64], domain: Domain) -> Bodies:
    """Label the lithium connected through cells with psi xi > 0.5 (theory equation (E)).

    A cell outside every body (interface tail) belongs to the nearest body.

    Raises
    ------
    NoElectrode : when no lithium touches the current collector, or the second one.
    """
    labels, total = _label(xi, domain)
    grounded, above = _on_collectors(labels, domain)
    if grounded.size == 0:
        raise NoElectrode("no lithium touches the current collector: it has no potential")
    second = np.setdiff1d(above, grounded)
    if domain.symmetric and second.size == 0:
        raise NoElectrode("no lithium of its own touches the second current collector")
    index = np.full(total + 1, GROUNDED, np.int32)
    detached = np.setdiff1d(np.arange(1, total + 1), np.union1d(grounded, second))
    if detached.size + second.size == 0:
        return Bodies(np.zeros(labels.shape, np.int32), 0, total)
    index[second] = SECOND
    index[detached] = np.arange(1, detached.size + 1) + int(domain.symmetric)
    nearest = _nearest(labels == 0, domain)
    return Bodies(index[labels[nearest]], int(detached.size), total, domain.symmetric)


def of_first_electrode(xi: NDArray[np.float64], domain: Domain) -> NDArray[np.bool_]:
    """Which cells of a symmetric cell count with the electrode at the low end, (nz, ny, nx).

    A cell goes with the nearest body, a detached body with the electrode that is nearest to most of
    it. An electrode that has gone is the end where it was; a body that bridges the cell
    counts with the first one.
    """
    labels, total = _label(xi, domain)
    grounded, above = _on_collectors(labels, domain)
    seeds = np.zeros(labels.shape, np.int8)
    seeds[np.isin(labels, above)] = -1
    seeds[np.isin(labels, grounded)] = 1
    layers = np.moveaxis(seeds, domain.grid.growth_axis, 0)
    layers[0], layers[-1] = 1, np.where(layers[-1] == 0, -1, layers[-1])
    first = seeds[_nearest(seeds == 0, domain)] > 0
    detached = np.setdiff1d(np.arange(1, total + 1), np.union1d(grounded, above))
    if detached.size == 0:
        return np.asarray(first)
    for body in detached:
        seeds[labels == body] = 1 if mean(first[labels == body]) > 0.5 else -1
    return np.asarray(seeds[_nearest(seeds == 0, domain)] > 0)


def beside_lithium(xi: NDArray[np.float64], domain: Domain, reach: float) -> NDArray[np.bool_]:
    """Which cells are in a lithium body or within `reach` [m] of one, (nz, ny, nx)."""
    empty = _label(xi, domain)[0] == 0
    if empty.all():
        return np.zeros(xi.shape, bool)
    distance = ndimage.distance_transform_edt(empty, sampling=domain.grid.spacing)
    return np.asarray(distance <= reach)


def short_circuited(xi: NDArray[np.float64], domain: Domain) -> bool:
    """Whether one body of lithium touches both ends of the domain."""
    grounded, above = _ends(_label(xi, domain)[0], domain)
    return bool(np.intersect1d(grounded, above).size)


def count_bodies(xi: NDArray[np.float64], domain: Domain) -> int:
    """Number of connected lithium bodies, on the current collector or not."""
    return _label(xi, domain)[1]


def _on_collectors(
    labels: NDArray[np.int32], domain: Domain
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Labels of the bodies on the collector, and of those on the second one, where there is one."""
    low, high = _ends(labels, domain)
    return low, high if domain.symmetric else high[:0]


def _ends(labels: NDArray[np.int32], domain: Domain) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Labels of the bodies in the first and in the last layer."""
    layers = np.moveaxis(labels, domain.grid.growth_axis, 0)
    low, high = (np.unique(layers[end][layers[end] > 0]) for end in (0, -1))
    return low, high


def _nearest(outside: NDArray[np.bool_], domain: Domain) -> tuple[NDArray[np.int32], ...]:
    """Indices of the nearest cell that is not `outside`, for every cell."""
    return tuple(
        ndimage.distance_transform_edt(
            outside, sampling=domain.grid.spacing, return_distances=False, return_indices=True
        )
    )


def _label(xi: NDArray[np.float64], domain: Domain) -> tuple[NDArray[np.int32], int]:
    """Bodies as labels from 1 (0: none) and their number; connected through psi xi > 0.5."""
    return connected(domain.pore * xi > 0.5)
