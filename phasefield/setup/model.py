"""The models: what each one starts from, how it steps, and how it is read."""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from phasefield.case import Case
from phasefield.grid.smoothed_domain import Domain
from phasefield.models.base import Parts
from phasefield.models.conserved.readings import Observer
from phasefield.models.conserved.stepper import ConservedBackend
from phasefield.models.conserved.symmetric_cell import SymmetricObserver
from phasefield.models.published.readings import PaperAudit, PaperObserver
from phasefield.models.published.state import PaperLevel
from phasefield.models.published.stepper import PaperBackend
from phasefield.setup.initial_state import at_rest, contact_per_area, front
from phasefield.setup.parameters import coefficients, noise_of, salt_of
from phasefield.setup.published_parameters import paper_coefficients

__all__ = ["make_parts"]

log = logging.getLogger(__name__)

Array = NDArray[np.float64]


def make_parts(case: Case, domain: Domain, initial_xi: Array | None, *, force: bool) -> Parts:
    """Parts of the model that `case` names; `initial_xi` as in `simulation.build`."""
    make = {"conserved": _conserved, "paper": _paper}[case.model]
    return make(case, domain, initial_xi, force)


def _conserved(case: Case, domain: Domain, initial_xi: Array | None, force: bool) -> Parts:
    start, salt, noise = at_rest(case, domain, initial_xi), salt_of(case), noise_of(case)
    if noise is not None:
        start = replace(start, noise=np.zeros((3, *domain.grid.shape)))
    if salt is not None:
        start = replace(start, concentration=np.full(domain.grid.shape, salt.concentration))
    resistance = case.resistance
    if case.kinetics.basis == "cross_section":
        resistance *= contact_per_area(domain, start.xi)
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
