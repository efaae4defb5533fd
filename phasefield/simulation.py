"""A simulation: everything built from a case, and one accepted time step after another."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometries import Scaffold
from phasefield.analysis.ledger import Ledger
from phasefield.analysis.observables import Observation, Observer
from phasefield.case import Case
from phasefield.domain import Domain, build_domain
from phasefield.errors import DidNotConverge
from phasefield.physics.conserved import Coefficients, coefficients
from phasefield.physics.transport import contact
from phasefield.preflight import build_scaffold
from phasefield.protocol import Schedule, Stop
from phasefield.solvers.bdf import time_formula
from phasefield.solvers.bodies import find_bodies
from phasefield.solvers.control import StepControl
from phasefield.solvers.newton import NewtonFailed
from phasefield.solvers.numba_backend import MEMORY, ConservedBackend, StepResult, relax
from phasefield.state import Level

__all__ = ["Simulation", "build"]

log = logging.getLogger(__name__)

SMALLEST_STEP = 1e-9
"""Share of the protocol below which a step size is a failure, not a choice."""

_LEVEL_ARRAYS = ("xi", "mu", "ion_potential", "metal_potential")


@dataclass
class Simulation:
    """The parts of a run and its clock; `advance` is the only thing that changes it.

    Attributes
    ----------
    case, scaffold, domain, model, backend, observer, schedule : fixed parts.
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
    model: Coefficients
    backend: ConservedBackend
    observer: Observer
    schedule: Schedule
    control: StepControl
    ledger: Ledger
    levels: tuple[Level, ...]
    initial_xi: NDArray[np.float64]
    step: int = 0
    newton_iterations: int = 0
    worst_residual: float = 0.0
    last: StepResult | None = None
    last_dt: float = 0.0

    @property
    def level(self) -> Level:
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

    @property
    def applied(self) -> float:
        """Current density that led to the newest level [A m-2]; the first one's at t = 0."""
        return self.schedule.current_density_until(self.time)

    def advance(self) -> Stop | None:
        """Take one step that the error estimate accepts; return the stop it landed on, if any.

        Raises
        ------
        DidNotConverge : at the smallest step; the simulation is left as it was before the call.
        """
        stop = self.schedule.next_stop(self.time)
        current = self.schedule.current_density(self.time)
        remaining = stop.time - self.time
        result, dt = self._accepted_step(remaining, current)
        landed = dt >= remaining * (1.0 - 1e-12)
        level = replace(result.level, time=stop.time) if landed else result.level
        formula = time_formula([past.time for past in self.levels], dt)
        self.ledger.record(formula, dt, current, self.metal_charge(level.xi))
        self.levels = (*self.levels, level)[-MEMORY:]
        self.last, self.last_dt = result, dt
        self.step += 1
        self.newton_iterations += result.iterations
        self.worst_residual = max(self.worst_residual, result.residual)
        if landed and stop.ends_step:
            self.levels = self.levels[-1:]
            self.control.proposed = self.case.solver.time_step or self.case.solver.initial_step
        return stop if landed else None

    def _accepted_step(self, remaining: float, current: float) -> tuple[StepResult, float]:
        while True:
            dt = self.control.step_to(remaining)
            try:
                result = self.backend.advance(self.levels, dt, current)
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

    def metal_charge(self, xi: NDArray[np.float64]) -> float:
        """Lithium of a field as charge per cross-section [C m-2], integrated from psi xi."""
        return self.observer.lithium_volume_per_area(xi) / self.model.volume_per_charge

    def observe(self) -> Observation:
        """Numbers of the newest level."""
        return self.observer.observe(self.level, self.ledger.charge, self.applied)

    def bodies(self) -> int:
        """Number of connected lithium bodies now."""
        return find_bodies(self.level.xi, self.domain).total

    def memory(self) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
        """Everything that the next steps depend on: arrays, and values that JSON can hold."""
        arrays = {
            f"{name}_{i}": getattr(level, name)
            for i, level in enumerate(self.levels)
            for name in _LEVEL_ARRAYS
        }
        arrays["initial_xi"] = self.initial_xi
        values = {
            "times": [level.time for level in self.levels],
            "step": self.step,
            "newton_iterations": self.newton_iterations,
            "worst_residual": self.worst_residual,
            "proposed": self.control.proposed,
            "rejected": self.control.rejected,
            "ledger": asdict(self.ledger),
        }
        return arrays, values

    def recall(self, arrays: Mapping[str, NDArray[Any]], values: Mapping[str, Any]) -> None:
        """Go back to what `memory` returned: the steps that follow are bitwise the same."""
        self.levels = tuple(
            Level(time, *(arrays[f"{name}_{i}"] for name in _LEVEL_ARRAYS))
            for i, time in enumerate(values["times"])
        )
        self.step = values["step"]
        self.newton_iterations = values["newton_iterations"]
        self.worst_residual = values["worst_residual"]
        self.control.proposed = values["proposed"]
        self.control.rejected = values["rejected"]
        self.ledger = Ledger(**values["ledger"])


def build(case: Case, *, force: bool = False, initial_xi: NDArray[Any] | None = None) -> Simulation:
    """Build a simulation from a case, with the lithium relaxed at t = 0.

    Parameters
    ----------
    case : the case.
    force : accept a wall area that the interface width biases by more than 5 %.
    initial_xi : relaxed state of an earlier build of the same case, which is then not repeated.

    Raises
    ------
    GeometryInvalid : when there is no such scaffold.
    DidNotConverge : when the lithium finds no shape at rest.
    """
    scaffold = build_scaffold(case)
    domain = build_domain(scaffold, case.interface.width, force=force)
    solver = case.solver
    start = _start(case, domain, initial_xi)
    model = coefficients(case, _contact_resistance(case, domain, start.xi))
    schedule = Schedule(case.protocol, case.output.fields_every)
    observer = Observer(domain, model, start.xi)
    return Simulation(
        case, scaffold, domain, model,
        ConservedBackend(
            domain, model, case.interface.width, solver.tolerance, solver.max_newton
        ),
        observer, schedule,
        StepControl(
            tolerance=solver.time_error,
            proposed=solver.time_step or solver.initial_step,
            largest=solver.time_step or solver.max_step,
            smallest=SMALLEST_STEP * schedule.end,
            fixed=solver.time_step is not None,
        ),
        Ledger(observer.lithium_volume_per_area(start.xi) / model.volume_per_charge),
        (start,), start.xi,
    )  # fmt: skip


def _start(case: Case, domain: Domain, relaxed: NDArray[Any] | None) -> Level:
    """The relaxed state at t = 0."""
    zero = np.zeros(domain.grid.shape)
    if relaxed is not None:
        return Level(0.0, relaxed, zero, zero, zero)
    grid = domain.grid
    centres = (np.arange(grid.shape[grid.growth_axis]) + 0.5) * grid.spacing[grid.growth_axis]
    front = 0.5 * (1.0 - np.tanh(2.0 * (centres - case.lithium.depth) / case.interface.width))
    along = [1, 1, 1]
    along[grid.growth_axis] = -1
    xi = front.reshape(along) * (domain.pore > 0.0)
    log.info("relaxing the initial lithium profile")
    at_rest = coefficients(case, case.kinetics.resistance)
    return relax(
        domain,
        at_rest,
        xi,
        tolerance=case.solver.tolerance,
        duration=case.duration,
        pore_size=case.geometry.pore_size,
    )


def _contact_resistance(case: Case, domain: Domain, xi: NDArray[np.float64]) -> float:
    """R_ct per true contact area [ohm m2], from the basis the case gives it on."""
    if case.kinetics.basis == "contact":
        return case.kinetics.resistance
    area = float(np.sum(domain.wall_density * contact.py_func(xi))) * domain.grid.cell_volume
    return case.kinetics.resistance * area / domain.grid.cross_section
