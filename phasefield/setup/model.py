"""The models: what each one starts from, how it steps, and how it is read."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasefield.case import Case
from phasefield.grid.smoothed_domain import Domain
from phasefield.models.conserved.lithium_bodies import of_first_electrode
from phasefield.models.conserved.parameters import coefficients, front_at_rest
from phasefield.models.conserved.relaxation import relax
from phasefield.models.conserved.stepper import ConservedBackend
from phasefield.models.conserved.symmetric_cell import SymmetricObserver
from phasefield.models.conserved.void_nucleation import Cohesion
from phasefield.models.published.readings import PaperAudit, PaperObserver
from phasefield.models.published.stepper import PaperBackend
from phasefield.models.readings import Observer
from phasefield.physics.noise import noise_of
from phasefield.physics.published import paper_coefficients
from phasefield.physics.salt import salt_of
from phasefield.physics.transport import contact
from phasefield.state import Level, PaperLevel

__all__ = ["Parts", "make_parts"]

log = logging.getLogger(__name__)

Array = NDArray[np.float64]


@dataclass
class Parts:
    """The parts of a simulation that depend on its model.

    Attributes
    ----------
    start : time level at t = 0.
    backend : advances levels; see `ConservedBackend.advance`.
    observer : reads numbers and fields off levels; see `Observer`.
    contact_resistance : R_ct per true contact area [ohm m2].
    audit : further charges that the model keeps book of, or None.
    """

    start: Any
    backend: Any
    observer: Any
    contact_resistance: float
    audit: PaperAudit | None = None


def make_parts(case: Case, domain: Domain, initial_xi: Array | None, *, force: bool) -> Parts:
    """Parts of the model that `case` names; `initial_xi` as in `simulation.build`."""
    make = {"conserved": _conserved, "paper": _paper}[case.model]
    return make(case, domain, initial_xi, force)


def _conserved(case: Case, domain: Domain, initial_xi: Array | None, force: bool) -> Parts:
    start, salt, noise = _at_rest(case, domain, initial_xi), salt_of(case), noise_of(case)
    if noise is not None:
        start = replace(start, noise=np.zeros((3, *domain.grid.shape)))
    if salt is not None:
        start = replace(start, concentration=np.full(domain.grid.shape, salt.concentration))
    resistance = case.resistance
    if case.kinetics.basis == "cross_section":
        resistance *= _contact_per_area(domain, start.xi)
    model = coefficients(case, resistance)
    solver = case.solver
    numbers = domain, model, case.interface.width, solver.tolerance, solver.max_newton
    backend = (
        ConservedBackend(*numbers, salt, noise)
        if case.backend == "numba"
        else _fipy_conserved_backend()(*numbers)
    )
    observer = SymmetricObserver if domain.symmetric else Observer
    return Parts(start, backend, observer(domain, model, start.xi, salt), resistance)


def _fipy_conserved_backend() -> type[ConservedBackend]:
    """FiPy is imported (seconds) only where it is asked for."""
    from phasefield.fipy_backend.conserved import FipyConservedBackend

    return FipyConservedBackend


def _paper(case: Case, domain: Domain, initial_xi: Array | None, force: bool) -> Parts:
    model = paper_coefficients(case, force=force)
    xi = front(case, domain) * (1.0 - domain.phi) if initial_xi is None else initial_xi
    zero = np.zeros(domain.grid.shape)
    start = PaperLevel(0.0, xi, model.ion_concentration * domain.phi, zero, 0.0)
    solver = case.solver
    backend = _paper_backend(case.backend)(
        domain, model, case.interface.width, solver.tolerance, solver.max_newton
    )
    observer = PaperObserver(domain, model, xi)
    audit = PaperAudit(observer.ion_inventory(start))
    return Parts(start, backend, observer, case.resistance, audit)


def _paper_backend(name: str) -> type[PaperBackend]:
    """Backend by its name; FiPy is imported (seconds) only where it is asked for."""
    if name == "numba":
        return PaperBackend
    from phasefield.fipy_backend.published import FipyPaperBackend

    return FipyPaperBackend


def front(case: Case, domain: Domain) -> Array:
    """Flat front at the depth of the case, at rest but for the walls, (nz, ny, nx) [1].

    In a symmetric cell there is one from either end.
    """
    grid = domain.grid
    centres = (np.arange(grid.shape[grid.growth_axis]) + 0.5) * grid.spacing[grid.growth_axis]
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


def _at_rest(case: Case, domain: Domain, relaxed: Array | None) -> Level:
    """The relaxed state of the conserved model at t = 0."""
    model = coefficients(case, case.resistance)
    if relaxed is not None:
        zero = np.zeros(domain.grid.shape)
        bonded = Cohesion(domain, model).whole(relaxed)
        return Level(0.0, relaxed, zero, zero, zero, bonded)
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


def _contact_per_area(domain: Domain, xi: Array) -> float:
    """Contact area of the (first) electrode with LLZO over the cross-section [1]."""
    if domain.symmetric:
        xi = np.where(of_first_electrode(xi, domain), xi, 0.0)
    area = float(np.sum(domain.wall_density * contact.py_func(xi))) * domain.grid.cell_volume
    return area / domain.grid.cross_section
