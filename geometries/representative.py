"""How large a sample must be: porosity of slices, and of growing boxes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometries.scaffold import PORE

__all__ = ["Representative", "representative_volume", "slice_porosity"]

FloatArray = NDArray[np.float64]

BAND = 0.05
"""Half width of the band about the porosity of the whole, relative."""

STEPS = 24
"""Edge lengths that are tried between two cells and the whole."""


@dataclass(frozen=True)
class Representative:
    """Porosity of boxes of growing edge.

    Attributes
    ----------
    edges : relative to the whole domain [1], increasing, the last is 1.
    mean, deviation : of the porosity of the boxes of that edge, over the whole one's [1].
    edge : smallest edge from which on mean +- deviation stays within the band of 5 % [m]; None
        above half of the domain, whose boxes overlap: it is then too small to tell.
    """

    edges: FloatArray
    mean: FloatArray
    deviation: FloatArray
    edge: float | None


def slice_porosity(labels: NDArray[np.uint8]) -> dict[str, tuple[float, float]]:
    """Mean and standard deviation of the porosity of slices, along every axis that is not flat.

    Parameters
    ----------
    labels : (nz, ny, nx), 0 pore.

    Returns
    -------
    Name of the axis the slices are normal to, "z", "y" or "x", to (mean, deviation) [1].
    """
    pore = labels == PORE
    found = {}
    for axis, name in enumerate("zyx"):
        if labels.shape[axis] > 1:
            across = tuple(a for a in range(3) if a != axis)
            profile = pore.mean(axis=across)
            found[name] = (float(profile.mean()), float(profile.std()))
    return found


def representative_volume(
    labels: NDArray[np.uint8], spacing: tuple[float, float, float]
) -> Representative:
    """Porosity of boxes similar to the domain, in its corners and its middle.

    A summed-area table makes every box as cheap as its corners. All boxes of an edge that fit
    side by side are taken.

    Parameters
    ----------
    labels : (nz, ny, nx), 0 pore.
    spacing : (dz, dy, dx) [m].
    """
    pore = (labels == PORE).astype(np.int64)
    table = np.pad(pore.cumsum(0).cumsum(1).cumsum(2), [(1, 0)] * 3)
    whole = float(pore.mean())
    shape = np.array(labels.shape)
    smallest = max(2 / n for n in shape if n > 1)
    edges, means, deviations = np.geomspace(min(smallest, 1.0), 1.0, STEPS), [], []
    for edge in edges:
        sizes = np.maximum(np.round(edge * shape).astype(int), 1)
        values = _boxes(table, shape, sizes) / (sizes.prod() * (whole or 1.0))
        means.append(values.mean())
        deviations.append(values.std())
    mean, deviation = np.array(means), np.array(deviations)
    inside = (np.abs(mean - 1) + deviation) <= BAND
    last_outside = int(np.flatnonzero(~inside)[-1]) if not inside.all() else -1
    length = float(np.max(shape * np.asarray(spacing) * (shape > 1)))
    found = None
    if inside[-1] and edges[last_outside + 1] <= 0.5:
        found = float(edges[last_outside + 1] * length)
    return Representative(edges, mean, deviation, found)


def _boxes(
    table: NDArray[np.int64], shape: NDArray[np.int64], sizes: NDArray[np.int64]
) -> FloatArray:
    """Pore cells in boxes of `sizes` that tile the domain from both ends of every axis."""
    starts = [
        np.unique(np.r_[np.arange(0, n - s + 1, s), n - s, (n - s) // 2])
        for n, s in zip(shape, sizes, strict=True)
    ]
    total = np.zeros([len(start) for start in starts])
    for corner in np.ndindex(2, 2, 2):
        index = np.ix_(*(start + c * s for start, c, s in zip(starts, corner, sizes, strict=True)))
        total += (-1) ** (3 - sum(corner)) * table[index]
    return np.asarray(total.ravel(), np.float64)
