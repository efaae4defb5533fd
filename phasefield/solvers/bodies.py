"""Connected lithium bodies: each one conducts electrons and has one potential."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from phasefield.domain import Domain
from phasefield.errors import NoElectrode

__all__ = ["Bodies", "count_bodies", "find_bodies"]

GROUNDED = 0


@dataclass(frozen=True)
class Bodies:
    """Which body a cell takes its metal potential from.

    Attributes
    ----------
    index : (nz, ny, nx) int32; 0 for bodies on the collector, 1..floating for detached ones.
    floating : number of detached bodies.
    total : number of connected bodies, grounded ones counted one by one.
    """

    index: NDArray[np.int32]
    floating: int
    total: int


def find_bodies(xi: NDArray[np.float64], domain: Domain) -> Bodies:
    """Label the lithium connected through cells with psi xi > 0.5 (theory equation (E)).

    A cell outside every body (interface tail) belongs to the nearest body.

    Raises
    ------
    NoElectrode : when no lithium touches the current collector.
    """
    labels, total = _label(xi, domain)
    bottom = np.moveaxis(labels, domain.grid.growth_axis, 0)[0]
    grounded = np.unique(bottom[bottom > 0])
    if grounded.size == 0:
        raise NoElectrode("no lithium touches the current collector: it has no potential")
    index = np.full(total + 1, GROUNDED, np.int32)
    detached = np.setdiff1d(np.arange(1, total + 1), grounded)
    if detached.size == 0:
        return Bodies(np.zeros(labels.shape, np.int32), 0, total)
    index[detached] = np.arange(1, detached.size + 1)
    nearest = ndimage.distance_transform_edt(
        labels == 0, sampling=domain.grid.spacing, return_distances=False, return_indices=True
    )
    return Bodies(index[labels[tuple(nearest)]], int(detached.size), total)


def count_bodies(xi: NDArray[np.float64], domain: Domain) -> int:
    """Number of connected lithium bodies, on the current collector or not."""
    return _label(xi, domain)[1]


def _label(xi: NDArray[np.float64], domain: Domain) -> tuple[NDArray[np.int32], int]:
    """Bodies as labels from 1 (0: none) and their number; connected through psi xi > 0.5."""
    labels = np.empty(xi.shape, np.int32)
    return labels, int(ndimage.label(domain.pore * xi > 0.5, output=labels))
