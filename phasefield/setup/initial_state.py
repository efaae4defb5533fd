"""The lithium of a case at t = 0."""

from __future__ import annotations

import logging

import numpy as np
from numpy.typing import NDArray

from phasefield.case import Case
from phasefield.grid.collectives import per_cross_section
from phasefield.grid.smoothed_domain import Domain
from phasefield.models.conserved.lithium_bodies import of_first_electrode
from phasefield.models.conserved.relaxation import relax
from phasefield.models.conserved.state import ConservedState
from phasefield.models.conserved.void_nucleation import VoidNucleation
from phasefield.physics.front import front_at_rest
from phasefield.physics.transport import contact
from phasefield.setup.parameters import coefficients

__all__ = ["at_rest", "contact_per_area", "front"]

log = logging.getLogger(__name__)

Array = NDArray[np.float64]


def front(case: Case, domain: Domain) -> Array:
    """Flat front at the depth of the case, at rest but for the walls, (nz, ny, nx) [1].

    In a symmetric cell there is one from either end.
    """
    grid = domain.grid
    centres = grid.centres(grid.growth_axis)
    above, width = centres - case.lithium.depth, case.interface.width
    if case.model == "paper":
        profile = 0.5 * (1.0 - np.tanh(2.0 * above / width))
    else:
        profile = front_at_rest(above, width)
    if (from_top := case.lithium.depth_top) is not None:
        below = centres[::-1] - from_top
        profile = profile + front_at_rest(below, width)
    along = [1, 1, 1]
    along[grid.growth_axis] = -1
    return np.broadcast_to(profile.reshape(along), grid.shape)


def at_rest(case: Case, domain: Domain, relaxed: Array | None) -> ConservedState:
    """The relaxed state of the conserved model at t = 0."""
    model = coefficients(case, case.resistance)
    if relaxed is not None:
        zero = np.zeros(domain.grid.shape)
        bonded = VoidNucleation(domain, model).whole(relaxed)
        return ConservedState(0.0, relaxed, zero, zero, zero, bonded)
    log.info("relaxing the initial lithium profile")
    return relax(
        domain,
        model,
        front(case, domain) * (domain.pore > 0.0),
        tolerance=case.solver.tolerance,
        duration=case.duration,
        pore_size=case.geometry.pore_size,
        straight=domain.straight_to(_straight_to(case, domain)),
    )


def _straight_to(case: Case, domain: Domain) -> float:
    """Height up to which pores have to be straight for the fronts to come to rest [m]."""
    grid = domain.grid
    if domain.symmetric:
        return grid.shape[grid.growth_axis] * grid.spacing[grid.growth_axis]
    return case.lithium.depth + 2.0 * case.interface.width


def contact_per_area(domain: Domain, xi: Array) -> float:
    """Contact area of the (first) electrode with LLZO over the cross-section [1]."""
    if domain.symmetric:
        xi = np.where(of_first_electrode(xi, domain), xi, 0.0)
    return per_cross_section(domain.wall_density * contact.py_func(xi), domain.grid)
