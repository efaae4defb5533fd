"""The models: what each one starts from, how it steps, and how it is read."""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from phasefield.case import Case
from phasefield.grid.smoothed_domain import Domain
from phasefield.models.base import Model
from phasefield.models.conserved.contributions import equipped
from phasefield.models.conserved.readings import ConservedReadings
from phasefield.models.conserved.symmetric_cell import SymmetricReadings
from phasefield.models.published.readings import PublishedAudit, PublishedReadings
from phasefield.models.published.state import PublishedState
from phasefield.setup.backends import factories
from phasefield.setup.initial_state import at_rest, contact_per_area, front
from phasefield.setup.parameters import coefficients, noise_of, salt_of
from phasefield.setup.published_parameters import published_parameters

__all__ = ["make_model"]

log = logging.getLogger(__name__)

Array = NDArray[np.float64]


def make_model(case: Case, domain: Domain, initial_xi: Array | None, *, force: bool) -> Model:
    """The model that `case` names; `initial_xi` as in `simulation.build`."""
    make = {"conserved": _conserved, "paper": _paper}[case.model]
    return make(case, domain, initial_xi, force)


def _conserved(case: Case, domain: Domain, initial_xi: Array | None, force: bool) -> Model:
    start = at_rest(case, domain, initial_xi)
    resistance = case.resistance
    if case.kinetics.basis == "cross_section":
        resistance *= contact_per_area(domain, start.xi)
    parameters, solver = coefficients(case, resistance), case.solver
    cell, contributions = equipped(domain, parameters, salt_of(case), noise_of(case))
    start = replace(start, own=contributions.begin())
    make = factories(case.backend).conserved
    stepper = make(cell, contributions, solver.tolerance, solver.max_newton)
    observer = SymmetricReadings if domain.symmetric else ConservedReadings
    return Model(start, stepper, observer(cell, contributions, start.xi), resistance)


def _paper(case: Case, domain: Domain, initial_xi: Array | None, force: bool) -> Model:
    model = published_parameters(case, force=force)
    xi = front(case, domain) * (1.0 - domain.phi) if initial_xi is None else initial_xi
    zero = np.zeros(domain.grid.shape)
    start = PublishedState(0.0, xi, model.ion_concentration * domain.phi, zero, 0.0)
    solver = case.solver
    make = factories(case.backend).published
    stepper = make(domain, model, case.interface.width, solver.tolerance, solver.max_newton)
    observer = PublishedReadings(domain, model, xi)
    audit = PublishedAudit(observer.ion_inventory(start))
    return Model(start, stepper, observer, case.resistance, audit)
