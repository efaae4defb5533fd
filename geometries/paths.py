"""Shortest paths through a phase from one face: distance map, tortuosity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geometries.scaffold import GeometryError

__all__ = ["Paths", "geodesic_distance", "paths_through"]

FloatArray = NDArray[np.float64]
Spacing = tuple[float, float, float]
Neighbours = Literal[6, 26]


@dataclass(frozen=True)
class Paths:
    """Shortest paths from the low face to the cells of the high face.

    Attributes
    ----------
    shortest, mean : their smallest and mean length [m]; None where no path exists.
    tortuosity : mean over the thickness of the domain [1].
    tortuosity_deviation : standard deviation over the cells of the high face [1].
    reached : share of the phase on the high face that a path reaches [1].
    """

    shortest: float | None
    mean: float | None
    tortuosity: float | None
    tortuosity_deviation: float | None
    reached: float


def geodesic_distance(
    phase: NDArray[np.bool_], spacing: Spacing, axis: int, neighbours: Neighbours = 6
) -> FloatArray:
    """Length of the shortest path from the low face to every cell of a phase [m].

    Steps go from centre to centre of neighbours; the first one from the face to the centre behind
    it. With 6 neighbours slanted ways are as long as their sides together (up to sqrt(3) too
    long), with 26 they are at most 13 % too long.

    Parameters
    ----------
    phase : where the way may lead, (nz, ny, nx).
    spacing : (dz, dy, dx) [m].
    axis : the face is normal to it.
    neighbours : 6 or 26; in a flat domain 4 or 8.

    Returns
    -------
    Array (nz, ny, nx) [m]; infinite where no way leads and outside the phase.

    Raises
    ------
    GeometryError
        For another number of neighbours, or when the phase does not touch the face.
    """
    from skimage.graph import MCP_Geometric

    if neighbours not in (6, 26):
        raise GeometryError(f"neighbours must be 6 or 26, got {neighbours}")
    starts = np.argwhere(np.moveaxis(phase, axis, 0)[:1])
    if len(starts) == 0:
        raise GeometryError(f"the phase does not touch the low face of axis {'zyx'[axis]}")
    starts = np.insert(starts[:, 1:], axis, 0, axis=1)
    cost = np.where(phase, 1.0, -1.0)  # negative: not to be entered
    finder = MCP_Geometric(cost, sampling=spacing, fully_connected=neighbours == 26)
    distance, _ = finder.find_costs(starts)
    return np.asarray(distance + 0.5 * spacing[axis])


def paths_through(
    phase: NDArray[np.bool_], spacing: Spacing, axis: int, neighbours: Neighbours = 6
) -> Paths:
    """Shortest, mean and tortuosity of the ways from the low to the high face; see `Paths`."""
    last = np.moveaxis(phase, axis, 0)[-1]
    if not np.moveaxis(phase, axis, 0)[0].any() or not last.any():
        return Paths(None, None, None, None, 0.0)
    distance = geodesic_distance(phase, spacing, axis, neighbours)
    ends = np.moveaxis(distance, axis, 0)[-1] + 0.5 * spacing[axis]
    found = ends[np.isfinite(ends)]
    reached = len(found) / int(last.sum())
    if reached == 0:
        return Paths(None, None, None, None, 0.0)
    ratio = found / (phase.shape[axis] * spacing[axis])
    return Paths(
        float(found.min()), float(found.mean()), float(ratio.mean()), float(ratio.std()), reached
    )
