"""Effective conductivity of a structure of cells, from the potential that drives a current."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phasefield.grid.collectives import connected, mean, total
from phasefield.solvers.multigrid.scalar import Network, face_conductances

__all__ = ["Conduction", "conduction", "effective_conductivity"]

FloatArray = NDArray[np.float64]
Spacing = tuple[float, float, float]

TOLERANCE = 1e-10
"""Residual of the linear system; the conductivity is then good to about as many digits."""


@dataclass(frozen=True)
class Conduction:
    """What a phase conducts along an axis.

    Attributes
    ----------
    relative : effective conductivity over that of the phase itself [1]; 0 when it does not reach
        from face to face.
    tortuosity_factor : share of the phase over `relative` [1], 1 for straight channels; infinite
        when nothing is conducted.
    """

    relative: float
    tortuosity_factor: float


def conduction(phase: NDArray[np.bool_], spacing: Spacing, axis: int) -> Conduction:
    """Effective conductivity of one phase, the other one insulating.

    Parameters
    ----------
    phase : where the conducting phase is, (nz, ny, nx).
    spacing : (dz, dy, dx) [m].
    axis : along which the current flows.
    """
    found = effective_conductivity(phase.astype(np.float64), spacing, axis)
    share = mean(phase)
    return Conduction(found, share / found if found > 0 else float("inf"))


def effective_conductivity(sigma: FloatArray, spacing: Spacing, axis: int) -> float:
    """Conductivity of the equivalent uniform block between two opposite faces [unit of sigma].

    Finite volumes: the face between two cells conducts as both halves in series; the two faces
    have potentials 1 and 0 half a cell off the first and last centres, no current leaves the
    sides. Cells without conductivity, and bodies that do not join both faces, are left out.
    Exact on layers; error of the first order in the spacing where walls are slanted.

    Parameters
    ----------
    sigma : conductivity of every cell, at least 0, (nz, ny, nx).
    spacing : (dz, dy, dx) [m].
    axis : along which the current flows.
    """
    joined = _joining_both_faces(sigma > 0, axis)
    if not joined.any():
        return 0.0
    conducting = np.where(joined, sigma, 0.0)
    faces = face_conductances(conducting, spacing)
    ends = [np.zeros(sigma.shape), np.zeros(sigma.shape)]
    for end, cells in zip((0, -1), ends, strict=True):
        face = np.moveaxis(cells, axis, 0)
        face[end] = 2.0 * np.moveaxis(conducting, axis, 0)[end] / spacing[axis] ** 2
    into = ends[0]
    potential = Network(faces, ends[0] + ends[1]).solve(into, TOLERANCE).potential
    # through the face at potential 1: conductance of the half cells times what they lack to 1
    current = total(into * (1.0 - potential)) * float(np.prod(spacing))
    lengths = [n * d for n, d in zip(sigma.shape, spacing, strict=True)]
    across = float(np.prod([length for a, length in enumerate(lengths) if a != axis]))
    return current * lengths[axis] / across


def _joining_both_faces(conducting: NDArray[np.bool_], axis: int) -> NDArray[np.bool_]:
    bodies, _ = connected(conducting)
    both = np.intersect1d(bodies.take(0, axis=axis), bodies.take(-1, axis=axis))
    return np.asarray(np.isin(bodies, both[both > 0]))
