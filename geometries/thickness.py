"""How wide pores and walls are: local thickness, largest spheres, what a fluid can enter."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from geometries.scaffold import GeometryError

__all__ = [
    "Thickness",
    "constrictivity",
    "intrusion_radius",
    "local_thickness",
    "maximal_spheres",
    "thickness_of",
]

FloatArray = NDArray[np.float64]
Spacing = tuple[float, float, float]

RADII = 32
"""Radii between one cell and the largest at which thickness is told apart."""


@dataclass(frozen=True)
class Thickness:
    """Distribution of the local thickness of a phase, each cell of it counting once.

    Attributes
    ----------
    mean, deviation, median, largest : of the local thickness, a diameter [m].
    """

    mean: float
    deviation: float
    median: float
    largest: float


def local_thickness(
    phase: NDArray[np.bool_], spacing: Spacing, distance: FloatArray | None = None
) -> FloatArray:
    """Diameter of the largest sphere that fits in the phase and covers a cell, 0 outside [m].

    Hildebrand & Rueegsegger, J. Microsc. 185 (1997) 67; the definition of Fiji's "Local
    Thickness". Spheres of `RADII` radii about cell centres; the edges of the domain do not count as
    wall. From labels too small by one to two cells on round walls, exact on flat ones an odd number
    of cells apart.

    Parameters
    ----------
    phase : where the phase is, (nz, ny, nx).
    spacing : (dz, dy, dx) [m].
    distance : to the wall, of either sign, where it is known better than from cells [m].
    """
    inscribed = _to_wall(phase, spacing, distance)
    thickness = np.zeros(phase.shape)
    for radius in _radii(inscribed, spacing):
        covered = _opened(inscribed, radius, spacing)
        thickness[covered & (thickness == 0)] = 2 * radius
    thickness[phase & (thickness == 0)] = min(spacing)
    thickness[~phase] = 0.0
    return thickness


def thickness_of(
    phase: NDArray[np.bool_], spacing: Spacing, distance: FloatArray | None = None
) -> Thickness:
    """Mean, deviation, median and largest local thickness of a phase.

    Raises
    ------
    GeometryError
        When the phase is nowhere.
    """
    if not phase.any():
        raise GeometryError("the phase whose thickness is asked for is not there")
    values = local_thickness(phase, spacing, distance)[phase]
    return Thickness(
        float(values.mean()), float(values.std()), float(np.median(values)), float(values.max())
    )


def maximal_spheres(phase: NDArray[np.bool_], spacing: Spacing) -> FloatArray:
    """Diameters of the largest spheres that fit, none with its centre inside a larger one [m].

    The pores of a pore network, so to say: every one is counted once, whatever its length.

    Parameters
    ----------
    phase, spacing : see `local_thickness`.

    Returns
    -------
    Diameters of at least two cells, largest first.
    """
    inscribed = _to_wall(phase, spacing)
    peaks = (inscribed == ndimage.maximum_filter(inscribed, 3)) & phase
    centres = np.argwhere(peaks) * np.asarray(spacing)
    radii = inscribed[peaks]
    order = np.argsort(-radii, kind="stable")
    tree, alive = cKDTree(centres), np.ones(len(radii), dtype=bool)
    kept = []
    for i in order:
        if alive[i] and radii[i] >= min(spacing):
            kept.append(2 * radii[i])
            alive[tree.query_ball_point(centres[i], radii[i])] = False
    return np.array(kept)


def intrusion_radius(
    phase: NDArray[np.bool_], spacing: Spacing, axis: int, share: float = 0.5
) -> float:
    """Radius of the sphere that, coming from the low face, sweeps a share of the phase [m].

    The geometric picture of mercury intrusion: what lies behind a bottleneck is entered only by
    spheres that pass it. 0 when even the smallest do not sweep so much.

    Parameters
    ----------
    phase, spacing : see `local_thickness`.
    axis : the face is normal to it.
    share : of the volume of the phase [1].
    """
    inscribed = _to_wall(phase, spacing)
    for radius in [*_radii(inscribed, spacing), min(spacing) / 2]:
        bodies, _ = ndimage.label(inscribed >= radius)
        entered = np.unique(bodies.take(0, axis=axis))
        centres = np.isin(bodies, entered[entered > 0])
        if not centres.any():
            continue
        reach = ndimage.distance_transform_edt(~centres, spacing)
        if np.count_nonzero(
            (reach < radius + min(spacing) / 2) & phase
        ) >= share * np.count_nonzero(phase):
            return float(radius)
    return 0.0


def constrictivity(phase: NDArray[np.bool_], spacing: Spacing, axis: int) -> float:
    """(r_min/r_max)^2 [1], 1 for straight channels: how narrow the necks of a phase are.

    r_max is the radius above which half of the volume has its local thickness, r_min the one at
    which half of it can be entered from a face (Holzer et al., J. Mater. Sci. 48 (2013) 2934).
    """
    widest = float(np.median(local_thickness(phase, spacing)[phase])) / 2
    return (intrusion_radius(phase, spacing, axis) / widest) ** 2


def _to_wall(
    phase: NDArray[np.bool_], spacing: Spacing, distance: FloatArray | None = None
) -> FloatArray:
    """Distance of the cells of a phase to its wall, 0 outside [m].

    From labels half a cell less than the distance to the nearest centre outside.
    """
    if phase.all():
        raise GeometryError("the phase fills the domain: it has no wall and no thickness")
    if distance is not None:
        return np.asarray(np.where(phase, np.abs(distance), 0.0))
    to_cell = ndimage.distance_transform_edt(phase, spacing)
    return np.asarray(np.maximum(to_cell - min(spacing) / 2, 0.0))


def _radii(inscribed: FloatArray, spacing: Spacing) -> FloatArray:
    """Radii to try, largest first [m]; none finer than half a cell."""
    largest, step = float(inscribed.max()), min(spacing) / 2
    count = min(RADII, max(1, math.ceil((largest - step) / step)))
    return np.linspace(largest, min(step, largest), count)


def _opened(inscribed: FloatArray, radius: float, spacing: Spacing) -> NDArray[np.bool_]:
    """Cells within a radius of a centre at which a sphere of this radius fits."""
    reach = ndimage.distance_transform_edt(inscribed < radius, spacing)
    return np.asarray(reach < radius + min(spacing) / 2)
