"""What every model is made of: where it starts, how it steps, how it is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from phasefield.grid.collectives import total
from phasefield.grid.smoothed_domain import Domain
from phasefield.models.readings import Observation
from phasefield.solvers.time_formula import TimeFormula

__all__ = [
    "LARGEST_POTENTIAL_CHANGE",
    "LARGEST_XI_CHANGE",
    "MEMORY",
    "Applied",
    "AppliedCurrent",
    "AppliedVoltage",
    "Audit",
    "Json",
    "Model",
    "Readings",
    "State",
    "StepResult",
    "Stepper",
    "TangentLimits",
    "front_norm",
]

Array = NDArray[np.float64]

Json = dict[str, Any]
"""Values that JSON can hold, by their names."""

LARGEST_XI_CHANGE = 0.5
"""Half an interface per iteration of Newton's method: beyond that the double well's tangent says
nothing."""

LARGEST_POTENTIAL_CHANGE = 4.0
"""In RT/F per iteration: exp(2) at alpha = 1/2, from where Newton on an exponential recovers."""

MEMORY = 3
"""States that a step looks back on: two for BDF2, three for its predictor."""


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


class TangentLimits:
    """How far an iteration of Newton's method may lead: (xi, any, potential), extra potentials."""

    @property
    def column_limits(self) -> Array:
        """Half an interface, whatever, four thermal voltages; scaled, (3,)."""
        return np.array([LARGEST_XI_CHANGE, np.inf, LARGEST_POTENTIAL_CHANGE])

    @property
    def extra_limits(self) -> Array | float:
        """Four thermal voltages, scaled."""
        return LARGEST_POTENTIAL_CHANGE


class State(Protocol):
    """Unknowns of a model at one time."""

    @property
    def time(self) -> float:
        """When [s]."""

    @property
    def xi(self) -> Array:
        """Lithium order parameter (nz, ny, nx) [1]."""

    @property
    def current_density(self) -> float:
        """J per total cross-section that flows [A m-2]; none at rest."""

    def at(self, time: float) -> Self:
        """The same at another time [s]."""

    def arrays(self) -> dict[str, Array]:
        """Everything that it holds, by name: what a checkpoint keeps."""

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> Self:
        """The state that `arrays` came from."""


S = TypeVar("S", bound=State)
S_in = TypeVar("S_in", bound=State, contravariant=True)
R_in = TypeVar("R_in", contravariant=True)


@dataclass(frozen=True)
class StepResult(Generic[S]):
    """A finished step.

    Attributes
    ----------
    state : the new state.
    formula : that the step was integrated with.
    iterations, residual : of Newton's method (residual in units of xi).
    error : estimated local error [1]: rms displacement of the front over the interface width, or
        largest error of c over c0 where that is more.
    events : what happened at its end, in words; what comes after is not smooth in time.
    """

    state: S
    formula: TimeFormula
    iterations: int
    residual: float
    error: float
    events: tuple[str, ...] = ()


class Stepper(Protocol[S]):
    """Advances the states of a model in time."""

    def advance(self, states: Sequence[S], dt: float, applied: Applied) -> StepResult[S]:
        """One step of `dt` [s] under what is `applied`.

        `states` are the past ones, newest last, at most `MEMORY`: BDF2 from two on, backward Euler
        from one.

        Raises
        ------
        NewtonFailed : the past states are untouched, try a smaller step.
        """

    @property
    def krylov_iterations(self) -> int:
        """Iterations of the linear solver so far; 0 where there is none that iterates."""


class Readings(Protocol[S_in]):
    """Reads numbers and fields off the states of a model."""

    @property
    def volume_per_charge(self) -> float:
        """V_m/F [m3 C-1]."""

    def observe(self, state: S_in, charge: float) -> Observation:
        """Numbers of `state` after `charge` [C m-2]."""

    def fields(self, state: S_in) -> dict[str, Array]:
        """Fields of `state` as they are written, (nz, ny, nx), NaN where one has no meaning."""

    def voltage(self, state: S_in) -> float:
        """Counter electrode, or second electrode, against the current collector [V]."""

    def lithium_volume_per_area(self, xi: Array) -> float:
        """Lithium over the cross-section [m]; of the first electrode of two."""

    def contact_area_per_area(self, xi: Array) -> float:
        """True area on which lithium touches the electrolyte, over the cross-section [1]."""

    def second_contact(self, xi: Array) -> float:
        """Contact area of a second electrode over that at t = 0 [1]; 1 where there is none."""

    def salt_left(self, state: S_in) -> float:
        """Smallest concentration of the salt over that at t = 0 [1]; 1 where there is none."""


class Audit(Protocol[S_in, R_in]):
    """Charges beyond those of the ledger that a model keeps book of [C m-2 of cross-section]."""

    def record(self, formula: TimeFormula, state: S_in, readings: R_in) -> None:
        """Book a step that ended at `state`."""

    def memory(self) -> Json:
        """What `recall` takes, as values that JSON can hold."""

    def recall(self, values: Json) -> None:
        """Go back to what `memory` returned."""


@dataclass
class Model(Generic[S]):
    """A model of one cell: what a simulation steps and reads.

    Attributes
    ----------
    start : state at t = 0.
    stepper, readings : see their protocols.
    contact_resistance : R_ct per true contact area [ohm m2].
    audit : further charges that the model keeps book of, or None.
    """

    start: S
    stepper: Stepper[S]
    readings: Readings[S]
    contact_resistance: float
    audit: Audit[S, Any] | None = None


def front_norm(domain: Domain, interface_width: float, difference: Array) -> float:
    """Root mean square of a difference in xi over one interface width of pore cross-section [1]."""
    grid = domain.grid
    cells = interface_width * grid.cross_section / grid.cell_volume * domain.porosity
    return float(np.sqrt(total(domain.pore * difference**2) / cells))
