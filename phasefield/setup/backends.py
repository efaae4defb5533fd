"""The backends that a case may name: each makes the steppers of the models that it solves."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from phasefield.grid.smoothed_domain import Domain
from phasefield.models.base import Stepper
from phasefield.models.conserved.cell import Cell
from phasefield.models.conserved.contributions import Contributions
from phasefield.models.conserved.state import ConservedState
from phasefield.models.conserved.stepper import ConservedStepper
from phasefield.models.published.parameters import PublishedParameters
from phasefield.models.published.state import PublishedState
from phasefield.models.published.stepper import PublishedStepper

__all__ = ["FACTORIES", "Factories", "factories"]

Conserved = Callable[[Cell, Contributions, float, int], Stepper[ConservedState]]
"""From cell, contributions, tolerance and most iterations."""

Published = Callable[[Domain, PublishedParameters, float, float, int], Stepper[PublishedState]]
"""From domain, parameters, interface width, tolerance and most iterations."""


class Factories(NamedTuple):
    """What a backend makes its steppers with, by model; those of `case.capabilities` are there."""

    conserved: Conserved
    published: Published


def _fipy_conserved(
    cell: Cell, contributions: Contributions, tolerance: float, most_iterations: int
) -> Stepper[ConservedState]:
    """FiPy is imported (seconds) only where it is asked for."""
    from phasefield.fipy_backend.conserved import FipyConservedStepper

    return FipyConservedStepper(cell, contributions, tolerance, most_iterations)


def _fipy_published(
    domain: Domain,
    parameters: PublishedParameters,
    interface_width: float,
    tolerance: float,
    most_iterations: int,
) -> Stepper[PublishedState]:
    from phasefield.fipy_backend.published import FipyPublishedStepper

    return FipyPublishedStepper(domain, parameters, interface_width, tolerance, most_iterations)


FACTORIES: dict[str, Factories] = {
    "numba": Factories(ConservedStepper, PublishedStepper),
    "fipy": Factories(_fipy_conserved, _fipy_published),
}
"""By the name of the backend, as in `phasefield.case.capabilities.BACKENDS`."""


def factories(name: str) -> Factories:
    """Those of a backend.

    Raises
    ------
    ValueError : there is no backend of that name.
    """
    if name not in FACTORIES:
        raise ValueError(f"no backend has the name {name!r}; there are {', '.join(FACTORIES)}")
    return FACTORIES[name]
