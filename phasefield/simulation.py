"""A simulation: everything built from a case, and one accepted time step after another."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometries import Scaffold
from phasefield.analysis.ledger import Ledger
from phasefield.analysis.observables import Observation
from phasefield.case import Case
from phasefield.domain import Domain, build_domain
from phasefield.errors import DidNotConverge, ShortCircuit
from phasefield.models import Parts, make_parts
from phasefield.preflight import build_scaffold
from phasefield.protocol import Schedule, Stop
from phasefield.solvers.bdf import time_formula
from phasefield.solvers.bodies import count_bodies
from phasefield.solvers.control import StepControl
from phasefield.solvers.newton import NewtonFailed
from phasefield.solvers.numba_backend import MEMORY, StepResult

__all__ = ["Simulation", "build"]

log = logging.getLogger(__name__)

SMALLEST_STEP = 1e-9
"""Share of the protocol below which a step size is a failure, not a choice."""


@dataclass
class Simulation:
    """The parts of a run and its clock; `advance` is the only thing that changes it.

    Attributes
    ----------
    case, scaffold, domain, parts, schedule : fixed; `parts` are those of the model.
    control, ledger : step size and charge, with their memory.
    levels : past time levels, newest last, at most three.
    initial_xi : the relaxed state at t = 0, (nz, ny, nx).
    step : steps taken.
    newton_iterations : spent in all accepted steps.
    worst_residual : largest Newton residual that was accepted.
    last, last_dt : result and size [s] of the newest step; None before the first.
    """

    case: Case
    scaffold: Scaffold
    domain: Domain
    parts: Parts
    schedule: Schedule
    control: StepControl
    ledger: Ledger
    levels: tuple[Any, ...]
    initial_xi: NDArray[np.float64]
    step: int = 0
    newton_iterations: int = 0
    worst_residual: float = 0.0
    last: StepResult[Any] | None = None
    last_dt: float = 0.0

    @property
    def level(self) -> Any:
        """The newest time level."""
        return self.levels[-1]

    @property
    def time(self) -> float:
        """Time of the newest level [s]."""
        return self.level.time

    @property
    def finished(self) -> bool:
        """Whether the protocol has ended."""
        return self.time >= self.schedule.end

    def advance(self) -> Stop | None:
        """Take one step that the error estimate accepts; return the stop it landed on, if any.

        Raises
        ------
        DidNotConverge : at the smallest step; the simulation is left as it was before the call.
        ShortCircuit : lithium has reached the counter electrode; likewise.
        """
        stop = self.schedule.next_stop(self.time)
        remaining = stop.time - self.time
        result, dt = self._accepted_step(remaining)
        self._refuse_short_circuit(result.level)
        landed = dt >= remaining * (1.0 - 1e-12)
        level = replace(result.level, time=stop.time) if landed else result.level
        formula = time_formula([past.time for past in self.levels], dt)
        self.ledger.record(formula, dt, level.current_density, self.metal_charge(level.xi))
        if self.parts.audit is not None:
            self.parts.audit.record(formula, dt, level, self.parts.observer)
        self.levels = (*self.levels, level)[-MEMORY:]
        self.last, self.last_dt = result, dt
        self.step += 1
        self.newton_iterations += result.iterations
        self.worst_residual = max(self.worst_residual, result.residual)
        if landed and stop.ends_step:
            self.levels = self.levels[-1:]
            self.control.proposed = self.case.solver.time_step or self.case.solver.initial_step
        return stop if landed else None

    def _accepted_step(self, remaining: float) -> tuple[StepResult[Any], float]:
        applied = self.schedule.applied(self.time)
        while True:
            dt = self.control.step_to(remaining)
            try:
                result = self.parts.backend.advance(self.levels, dt, applied)
            except NewtonFailed as failure:
                if not self.control.fail(dt, str(failure)):
                    raise DidNotConverge(
                        f"no convergence at t = {self.time:.6g} s, step of {dt:.3g} s: {failure}"
                    ) from failure
                continue
            if self.control.accept(dt, result.error, order=len(self.levels)):
                return result, dt
            if self.control.proposed < self.control.smallest:
                raise DidNotConverge(
                    f"at t = {self.time:.6g} s the error stays above solver.time_error "
                    f"({self.control.tolerance:.0e}) down to a step of {dt:.3g} s"
                )

    def _refuse_short_circuit(self, level: Any) -> None:
        metal = self.domain.pore * level.xi
        if metal.take(-1, axis=self.domain.grid.growth_axis).max() > 0.5:
            raise ShortCircuit(
                f"lithium reaches the counter electrode at t = {level.time:.6g} s, after "
                f"{self.ledger.charge:.4g} C/m^2: plate less, or raise geometry.height"
            )

    def metal_charge(self, xi: NDArray[np.float64]) -> float:
        """Lithium of a field as charge per cross-section [C m-2], integrated from xi."""
        observer = self.parts.observer
        return float(observer.lithium_volume_per_area(xi) / observer.volume_per_charge)

    def observe(self) -> Observation:
        """Numbers of the newest level."""
        seen: Observation = self.parts.observer.observe(self.level, self.ledger.charge)
        return seen

    def fields(self) -> dict[str, NDArray[np.float64]]:
        """Fields of the newest level, as they are written."""
        found: dict[str, NDArray[np.float64]] = self.parts.observer.fields(self.level)
        return found

    def bodies(self) -> int:
        """Number of connected lithium bodies now."""
        return count_bodies(self.level.xi, self.domain)

    def memory(self) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
        """Everything that the next steps depend on: arrays, and values that JSON can hold."""
        arrays = {
            f"{each.name}_{i}": np.asarray(getattr(level, each.name))
            for i, level in enumerate(self.levels)
            for each in fields(level)
        }
        arrays["initial_xi"] = self.initial_xi
        values = {
            "levels": len(self.levels),
            "step": self.step,
            "newton_iterations": self.newton_iterations,
            "worst_residual": self.worst_residual,
            "proposed": self.control.proposed,
            "rejected": self.control.rejected,
            "ledger": asdict(self.ledger),
            "audit": None if self.parts.audit is None else asdict(self.parts.audit),
        }
        return arrays, values

    def recall(self, arrays: Mapping[str, NDArray[Any]], values: Mapping[str, Any]) -> None:
        """Go back to what `memory` returned: the steps that follow are bitwise the same."""
        kind = type(self.level)

        def value(name: str) -> Any:
            array = arrays[name]
            return array if array.ndim else float(array)

        self.levels = tuple(
            kind(**{each.name: value(f"{each.name}_{i}") for each in fields(kind)})
            for i in range(values["levels"])
        )
        self.step = values["step"]
        self.newton_iterations = values["newton_iterations"]
        self.worst_residual = values["worst_residual"]
        self.control.proposed = values["proposed"]
        self.control.rejected = values["rejected"]
        self.ledger = Ledger(**values["ledger"])
        if self.parts.audit is not None:
            self.parts.audit = type(self.parts.audit)(**values["audit"])


def build(case: Case, *, force: bool = False, initial_xi: NDArray[Any] | None = None) -> Simulation:
    """Build a simulation from a case, with the lithium at rest at t = 0.

    Parameters
    ----------
    case : the case.
    force : accept what the checks of the model and of the geometry refuse.
    initial_xi : state at t = 0 of an earlier build of the same case, which is then not repeated.

    Raises
    ------
    GeometryInvalid : when there is no such scaffold.
    CaseError : when the model refuses its parameters.
    DidNotConverge : when the lithium finds no shape at rest.
    """
    scaffold = build_scaffold(case)
    domain = build_domain(scaffold, case.interface.width, force=force)
    solver = case.solver
    parts = make_parts(case, domain, initial_xi, force=force)
    schedule = Schedule(case.protocol, case.output.fields_every)
    control = StepControl(
        tolerance=solver.time_error,
        proposed=solver.time_step or solver.initial_step,
        largest=solver.time_step or solver.max_step,
        smallest=SMALLEST_STEP * schedule.end,
        fixed=solver.time_step is not None,
    )
    xi = parts.start.xi
    metal = parts.observer.lithium_volume_per_area(xi) / parts.observer.volume_per_charge
    return Simulation(
        case, scaffold, domain, parts, schedule, control, Ledger(metal), (parts.start,), xi
    )
