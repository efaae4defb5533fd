"""Where metal is whole and bears tension, and where a void nucleates in it.

Next to its surfaces lithium has the well that makes them (`phasefield.physics.energy`), whose
strength is set by the interface width. Metal farther inside is *bonded*: it pulls with its bulk
modulus, up to the nucleation pressure, which is an input. There it tears: around the most tense
cell the bonds go, and what tension is left opens a void.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from phasefield.grid.collectives import connected, largest
from phasefield.grid.smoothed_domain import Domain
from phasefield.models.conserved.contribution import Contribution
from phasefield.models.conserved.parameters import Parameters
from phasefield.models.conserved.state import ConservedState
from phasefield.models.conserved.step import Step
from phasefield.solvers.newton import NewtonFailed

__all__ = ["VoidNucleation"]

Array = NDArray[np.float64]

EMPTY = 0.5
"""xi below which a cell is empty."""

LOOSE = 0.9
"""Distance from an empty cell within which nothing is bonded, over the interface width. Chosen: a
front at rest ends 0.8 interface widths behind xi = 0.5."""

TILT = 2.0
"""What is added to that distance inside the diffuse wall, over the depth in it: there the front
goes on as it meets the wall, at most that steep."""

NUCLEUS = 1.0
"""Radius within which the bonds go where a void nucleates, over the interface width."""

OVERSHOOT = 0.05
"""Share by which the tension may pass the nucleation pressure in a step."""


class VoidNucleation(Contribution):
    """Bonds of the metal on one domain.

    Parameters
    ----------
    domain : frozen scaffold fields.
    model : coefficients.
    """

    at_rest = True

    def __init__(self, domain: Domain, model: Parameters) -> None:
        self._core, self._spacing = domain.pore > 0.5, domain.grid.spacing
        depth, nearest = ndimage.distance_transform_edt(
            ~self._core, self._spacing, return_indices=True
        )
        self._nearest = tuple(nearest)
        self._reach = LOOSE * model.interface_width + TILT * depth
        self._width, self._edge = model.interface_width, model.edge
        self._strength = model.nucleation_pressure
        self._least = 1.0 - model.nucleation_pressure / model.bulk_modulus

    def whole(self, xi: Array) -> Array:
        """Bonds of metal that has never been torn, 1 or 0, (nz, ny, nx).

        A front that ends on the roof of a pore has no empty cell beside it: where xi is less than
        the nucleation pressure leaves of it, there is no metal yet.
        """
        return self._spread(self._inside(xi) & (xi >= self._least))

    def finish(self, state: ConservedState, step: Step) -> tuple[ConservedState, tuple[str, ...]]:
        """The state with its bonds for the next step, see `apply`."""
        del step
        found, voids = self.apply(state)
        return found, (f"{voids} voids nucleate",) if voids else ()

    def apply(self, found: ConservedState) -> tuple[ConservedState, int]:
        """A state that was found with its bonds, with those for the next step; voids nucleated.

        Bonds go near a surface and where a void nucleates, and come back where unbonded metal is as
        dense as bonded one.

        Raises
        ------
        NewtonFailed : the step is too long to find where the metal tears.
        """
        bonded = found.intact > 0.0
        tension = np.where(bonded & self._core, -found.mu, 0.0)
        worst = largest(tension)
        if worst > (1.0 + OVERSHOOT) * self._strength:
            raise NewtonFailed(
                f"a tension of {worst:.3e} Pa passes the nucleation pressure,"
                f" {self._strength:.3e} Pa"
            )
        bonded = (bonded | (found.xi >= 1.0 - self._edge)) & self._inside(found.xi)
        labels, voids = connected(tension > self._strength)
        if voids:
            places = ndimage.maximum_position(tension, labels, np.arange(1, voids + 1))
            whole = np.ones(bonded.shape, bool)
            whole[tuple(np.transpose(places))] = False
            bonded &= self._distance(whole) > NUCLEUS * self._width
        return replace(found, intact=self._spread(bonded)), voids

    def _spread(self, bonded: NDArray[np.bool_]) -> Array:
        """1 where a cell and the nearest one of the open pore are bonded, else 0."""
        return np.asarray(bonded & bonded[self._nearest], float)

    def _inside(self, xi: Array) -> NDArray[np.bool_]:
        """Away from every surface; what is empty in the tail of the wall is none."""
        solid = ~self._core | (xi >= EMPTY)
        if solid.all():
            return np.ones(xi.shape, bool)
        return self._distance(solid) > self._reach

    def _distance(self, outside: NDArray[np.bool_]) -> Array:
        """Distance of every cell to the nearest one that is not `outside` [m]."""
        found: Array = ndimage.distance_transform_edt(outside, sampling=self._spacing)
        return found
