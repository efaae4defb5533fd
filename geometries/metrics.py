"""Measures of a scaffold: porosity, connected pores, and the pore wall by three estimators.

The edges of the domain count as mirror planes, not as wall. Specific surfaces are per volume of
the membrane, pores and solid together [m-1].
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometries.scaffold import PORE, GeometryError, Scaffold

__all__ = [
    "Percolation",
    "measure",
    "percolation",
    "porosity",
    "porosity_profile",
    "surface_diffuse",
    "surface_marching_cubes",
    "surface_voxel_faces",
]

FloatArray = NDArray[np.float64]
Spacing = tuple[float, float, float]

# Standard deviation in cells of the Gaussian that turns labels into a smooth field; one cell is
# the least that removes the voxel steps, and rounds walls of a radius below ~5 cells visibly.
LABEL_SMOOTHING = 1.0


@dataclass(frozen=True)
class Percolation:
    """Fractions of the pore volume [1]; open + closed = 1, percolating <= open.

    Attributes
    ----------
    open : connected to at least one of the two faces normal to the growth axis.
    closed : connected to neither.
    percolating : connected to both.
    """

    open: float
    closed: float
    percolating: float


def porosity(labels: NDArray[np.uint8]) -> float:
    """Pore cells over all cells [1], labels of shape (nz, ny, nx)."""
    return float((labels == PORE).mean())


def porosity_profile(labels: NDArray[np.uint8], growth_axis: int) -> FloatArray:
    """Porosity of every layer normal to the growth axis [1], from its low end."""
    across = tuple(axis for axis in range(3) if axis != growth_axis)
    return np.asarray((labels == PORE).mean(axis=across))


def percolation(
    labels: NDArray[np.uint8], growth_axis: int, neighbours: Literal[6, 26] = 6
) -> Percolation:
    """Fractions of the pores that are open, closed and percolating along the growth axis.

    Parameters
    ----------
    labels : shape (nz, ny, nx), 0 pore.
    growth_axis : axis between the two faces.
    neighbours : pores are connected through faces (6), or also through edges and corners (26);
        in a flat domain these are 4 and 8.

    Raises
    ------
    GeometryError
        When there are no pores, or for another number of neighbours.
    """
    if neighbours not in (6, 26):
        raise GeometryError(f"neighbours must be 6 or 26, got {neighbours}")
    structure = ndimage.generate_binary_structure(3, 1 if neighbours == 6 else 3)
    bodies, _ = ndimage.label(labels == PORE, structure)
    volume = np.bincount(bodies.ravel())
    volume[0] = 0  # the solid
    if volume.sum() == 0:
        raise GeometryError("the scaffold has no pores")
    low, high = (np.unique(bodies.take(end, axis=growth_axis)) for end in (0, -1))
    either, both = np.union1d(low, high), np.intersect1d(low, high)
    opened = float(volume[either].sum() / volume.sum())
    return Percolation(opened, 1 - opened, float(volume[both].sum() / volume.sum()))


def surface_voxel_faces(labels: NDArray[np.uint8], spacing: Spacing) -> float:
    """Specific surface from the faces between pore cells and solid cells [m-1].

    Does not converge with the grid: exact for walls along the grid, too large by 4/pi = 1.273
    for cylinders along an axis, by 3/2 for spheres and in isotropic microstructures.

    Parameters
    ----------
    labels : shape (nz, ny, nx), 0 pore.
    spacing : (dz, dy, dx) [m].
    """
    pore = labels == PORE
    changes = (int(np.count_nonzero(np.diff(pore, axis=axis))) for axis in range(3))
    return sum(n / step for n, step in zip(changes, spacing, strict=True)) / labels.size


def surface_marching_cubes(
    labels: NDArray[np.uint8], spacing: Spacing, signed_distance: FloatArray | None = None
) -> float:
    """Specific surface from a triangulated wall [m-1]; in a flat domain, contour length x dz.

    The wall is the zero level of the signed distance; without one, the 0.5 level of the labels
    after a Gaussian of one cell. From the distance it converges with the square of the spacing
    (sphere of radius 10 cells: 0.3 % too small); from labels a sphere of radius 10 cells is
    within 3 %, walls along the grid are exact, and details below ~3 cells are rounded off.

    Parameters
    ----------
    labels : shape (nz, ny, nx), 0 pore.
    spacing : (dz, dy, dx) [m].
    signed_distance : same shape [m], positive in the solid.
    """
    from skimage.measure import marching_cubes  # slow to import and needed nowhere else

    if signed_distance is None:
        field = ndimage.gaussian_filter(labels.astype(np.float64), LABEL_SMOOTHING) - 0.5
    else:
        field = signed_distance / max(spacing)
    mirrored = np.pad(field, 1, mode="edge")
    if not mirrored.min() < 0 < mirrored.max():
        return 0.0
    vertices, faces, _, _ = marching_cubes(mirrored, 0.0)
    corners = vertices[faces].astype(np.float64)
    edges = (corners[:, 1:] - corners[:, :1]) * np.asarray(spacing)
    areas = np.linalg.norm(np.cross(edges[:, 0], edges[:, 1]), axis=1) / 2
    # The outermost cubes lie half outside the domain, and the padding mirrors what is inside.
    cube = np.floor(corners.mean(axis=1))
    outermost = (cube == 0) | (cube == np.asarray(mirrored.shape) - 2)
    inside = np.where(outermost, 0.5, 1.0).prod(axis=1)
    return float((areas * inside).sum() / (labels.size * math.prod(spacing)))


def surface_diffuse(phi: FloatArray, spacing: Spacing) -> float:
    """Specific surface of the smoothed boundary, integral of |grad phi| over the volume [m-1].

    Central differences, mirrored at the edges. For phi = (1 + tanh(2 d/delta))/2 exact up to the
    grid on flat walls and on cylinders with a radius well above delta; too large by
    pi^2 delta^2/(48 R^2) on spheres of radius R; too small where a pore or a wall is so thin that
    phi does not reach 0 or 1 in it.

    Parameters
    ----------
    phi : solid indicator, shape (nz, ny, nx) [1].
    spacing : (dz, dy, dx) [m].
    """
    squares = np.zeros(phi.shape)
    for axis, step in enumerate(spacing):
        mirrored = np.pad(phi, [(1, 1) if a == axis else (0, 0) for a in range(3)], mode="edge")
        n = phi.shape[axis]
        ahead, behind = mirrored.take(range(2, n + 2), axis), mirrored.take(range(n), axis)
        squares += ((ahead - behind) / (2 * step)) ** 2
    return float(np.sqrt(squares).mean())


def measure(scaffold: Scaffold, phi: FloatArray | None = None) -> dict[str, Any]:
    """All scalar measures of a scaffold, ready for JSON.

    Parameters
    ----------
    scaffold : what to measure.
    phi : its smoothed solid indicator, shape (nz, ny, nx) [1]; None leaves that estimate None.

    Returns
    -------
    porosity (of cells), porosity_sharp, pore_volume_m3, wall_area_m2, open_fraction,
    closed_fraction, percolating_fraction (6 neighbours), specific_surface_area_sharp_per_m, and
    specific_surface_area_per_m with voxel_faces, marching_cubes, diffuse.
    """
    labels, spacing = scaffold.labels, scaffold.spacing
    connected = percolation(labels, scaffold.growth_axis)
    return {
        "porosity": porosity(labels),
        "porosity_sharp": scaffold.pore_volume / scaffold.volume,
        "pore_volume_m3": scaffold.pore_volume,
        "wall_area_m2": scaffold.wall_area,
        "open_fraction": connected.open,
        "closed_fraction": connected.closed,
        "percolating_fraction": connected.percolating,
        "specific_surface_area_sharp_per_m": scaffold.wall_area / scaffold.volume,
        "specific_surface_area_per_m": {
            "voxel_faces": surface_voxel_faces(labels, spacing),
            "marching_cubes": surface_marching_cubes(labels, spacing, scaffold.signed_distance),
            "diffuse": None if phi is None else surface_diffuse(phi, spacing),
        },
    }
