"""What every model is made of: where it starts, how it steps, how it is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from phasefield.models.published.readings import PaperAudit

__all__ = ["MEMORY", "Applied", "AppliedCurrent", "AppliedVoltage", "Parts", "StepResult"]


@dataclass(frozen=True)
class AppliedCurrent:
    """A current density J [A m-2] per total cross-section flows; the voltage follows."""

    current_density: float


@dataclass(frozen=True)
class AppliedVoltage:
    """A voltage [V], counter electrode against the metal, is held; the current density follows."""

    voltage: float


Applied = AppliedCurrent | AppliedVoltage
"""What the cell is told; of current density and voltage one is given, the other one found."""


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


MEMORY = 3
"""Time levels that a step looks back on: two for BDF2, three for its predictor."""


L = TypeVar("L")


@dataclass(frozen=True)
class StepResult(Generic[L]):
    """A finished step.

    Attributes
    ----------
    level : the new time level.
    iterations, residual : of Newton's method (residual in units of xi).
    error : estimated local error [1]: rms displacement of the front over the interface width, or
        largest error of c over c0 where that is more.
    voids : nucleated at its end; what comes after them is not smooth in time.
    """

    level: L
    iterations: int
    residual: float
    error: float
    voids: int = 0
