"""A simulation: everything built from a case, and one accepted time step after another."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from math import nan

import numpy as np
from numpy.typing import NDArray

from geometries import Scaffold
from phasefield.case import Case
from phasefield.errors import ContactLost, Depleted, DidNotConverge, NoElectrode
from phasefield.grid.smoothed_domain import Domain
from phasefield.models.base import MEMORY, Json, Model, State, StepResult
from phasefield.models.conserved.lithium_bodies import count_bodies
from phasefield.models.readings import Observation
from phasefield.setup.coatings import case_domain
from phasefield.setup.model import make_model
from phasefield.setup.salt_limits import estimate
from phasefield.setup.scaffold import build_scaffold
from phasefield.simulation.charge_ledger import Ledger
from phasefield.simulation.schedule import CONTACT, DEPLETED, Schedule, StepRecord, Stop, applied_by
from phasefield.simulation.terminations import Termination, locate, terminations
from phasefield.solvers.newton import NewtonFailed
from phasefield.solvers.step_size import StepControl

__all__ = ["Simulation", "build"]

log = logging.getLogger(__name__)

SMALLEST_STEP = 1e-9
"""Share of the protocol below which a step size is a failure, not a choice."""

CONTACT_NEARLY_LOST = 0.1
"""Share of the initial contact below which a strip that cannot go on has lost it."""

NEARLY_DEPLETED = 0.05
"""Smallest c over c0 below which a step that cannot go on has depleted the electrolyte."""


@dataclass
class Simulation:
    """A run and its clock; `advance` is the only thing that changes it.

    Attributes
    ----------
    case, scaffold, domain, model, schedule : fixed.
    control, ledger : step size and charge, with their memory.
    states : past states, newest last, at most three.
    initial_xi : the relaxed state at t = 0, (nz, ny, nx).
    step : steps taken.
    newton_iterations : spent in all accepted steps.
    worst_residual : largest Newton residual that was accepted.
    last, last_dt : result and size [s] of the newest step; None before the first.
    protocol_step : number of the protocol step that the newest step belongs to, from 1; 0 before.
    """

    case: Case
    scaffold: Scaffold
    domain: Domain
    model: Model
    schedule: Schedule
    control: StepControl
    ledger: Ledger
    states: tuple[State, ...]
    initial_xi: NDArray[np.float64]
    step: int = 0
    newton_iterations: int = 0
    worst_residual: float = 0.0
    last: StepResult[State] | None = None
    last_dt: float = 0.0
    protocol_step: int = 0
    _seen: tuple[State, Observation] | None = None

    @property
    def state(self) -> State:
        """The newest state."""
        return self.states[-1]

    @property
    def time(self) -> float:
        """Time of the newest state [s]."""
        return self.state.time

    @property
    def finished(self) -> bool:
        """Whether the protocol has ended."""
        return self.schedule.finished

    def advance(self) -> Stop | None:
        """Take one step that the error estimate accepts; return the stop it landed on, if any.

        No step is taken, and None returned, where contact was lost so far that there is none.

        Raises
        ------
        DidNotConverge : at the smallest step; the simulation is left as it was before the call.
        """
        stop = self.schedule.next_stop(self.time)
        remaining = stop.time - self.time
        try:
            result, dt = self._accepted_step(remaining)
        except ContactLost as lost:
            log.info("%s", lost)
            self._end_step(CONTACT, final=isinstance(lost, NoElectrode))
            return None
        except Depleted as gone:
            log.info("%s", gone)
            self._end_step(DEPLETED)
            return None
        result, dt, reason = self._up_to_termination(result, dt)
        landed = reason is None and dt >= remaining * (1.0 - 1e-12)
        state = result.state.at(stop.time) if landed else result.state
        self._book(result, state)
        if landed and stop.ends_step:
            reason = self.schedule.planned_reason()
        if reason is None:
            return stop if landed else None
        stop = self.schedule.end_at(state.time)
        self._end_step(reason)
        return replace(stop, frame=stop.frame or self.finished)

    def _accepted_step(self, remaining: float) -> tuple[StepResult[State], float]:
        while True:
            dt = self.control.step_to(remaining)
            try:
                result = self._attempt(dt)
            except NewtonFailed as failure:
                if not self.control.fail(dt, str(failure)):
                    raise self._failed(
                        f"no convergence, step of {dt:.3g} s: {failure}"
                    ) from failure
                continue
            if self.control.accept(dt, result.error, order=len(self.states)):
                return result, dt
            if self.control.proposed < self.control.smallest:
                raise self._failed(
                    f"the error stays above solver.time_error ({self.control.tolerance:.0e}) down "
                    f"to a step of {dt:.3g} s"
                )

    def _attempt(self, dt: float) -> StepResult[State]:
        applied = applied_by(self.schedule.step)
        found: StepResult[State] = self.model.stepper.advance(self.states, dt, applied)
        return found

    def _failed(self, reason: str) -> DidNotConverge:
        """What to raise; without contact to strip, or without salt, the step ends, no more."""
        observer = self.model.readings
        touching = observer.contact_area_per_area(self.state.xi) / self.initial_contact
        kind = DidNotConverge
        if self.schedule.step.applied.strips and touching < CONTACT_NEARLY_LOST:
            kind = ContactLost
        elif observer.salt_left(self.state) < NEARLY_DEPLETED:
            kind = Depleted
        return kind(f"at t = {self.time:.6g} s: {reason}")

    def _up_to_termination(
        self, result: StepResult[State], dt: float
    ) -> tuple[StepResult[State], float, str | None]:
        """The step, shortened to the first termination that it goes beyond, and the reason."""
        reason, known = None, len(self.states) > 1
        for end in self._terminations():

            def excess(found: StepResult[State], end: Termination = end) -> float:
                return end.excess(found.state, self._charge_in_step(found))

            if excess(result) <= 0.0:
                continue
            reason = end.reason
            before = end.excess(self.state, self.ledger.charge - self.schedule.start_charge)
            start = before if (known or end.at_start) and before < 0.0 else None
            try:
                dt, result = locate(self._attempt, excess, (dt, result), start, end.tolerance)
            except NewtonFailed as failure:
                log.info("%s not located within %.3g s: %s", reason, dt, failure)
        return result, dt, reason

    def _terminations(self) -> tuple[Termination, ...]:
        return terminations(
            self.schedule.step, self.model.readings, self.domain, self.initial_contact
        )

    @cached_property
    def initial_contact(self) -> float:
        """Contact area per cross-section at t = 0 [1]."""
        return float(self.model.readings.contact_area_per_area(self.initial_xi))

    def _charge_in_step(self, found: StepResult[State]) -> float:
        """Charge that has passed in the protocol step after a time step [C m-2]."""
        charge = self.ledger.charge_after(found.formula, found.state.current_density)
        return charge - self.schedule.start_charge

    def _book(self, result: StepResult[State], state: State) -> None:
        """Take over a finished step."""
        formula = result.formula
        self.ledger.record(formula, state.current_density, self.metal_charge(state.xi))
        if self.model.audit is not None:
            self.model.audit.record(formula, state, self.model.readings)
        self.states = (*self.states, state)[-MEMORY:]
        self.last, self.last_dt = result, formula.dt
        self.step += 1
        self.protocol_step = self.schedule.position + 1
        self.newton_iterations += result.iterations
        self.worst_residual = max(self.worst_residual, result.residual)
        for event in result.events:
            log.info("%s at t = %.6g s", event, state.time)
            self.states = self.states[-1:]
            self.control.proposed = min(self.control.proposed, self._time_steps()[0])

    def _end_step(self, reason: str, *, final: bool = False) -> None:
        """Close the protocol step that runs, and those after it that cannot begin."""
        self._close(reason, final=final)
        while not self.finished:
            known = [each for each in self._terminations() if each.at_start]
            met = [e.reason for e in known if e.excess(self.state, 0.0) > -e.tolerance]
            if not met:
                break
            self._close(met[0])
        self.states = self.states[-1:]
        if not self.finished:
            self.control.proposed, self.control.largest = self._time_steps()

    def _time_steps(self) -> tuple[float, float]:
        """First and longest time step of the protocol step that runs [s]."""
        return self.case.solver.time_steps(self.schedule.step.longest)

    def _close(self, reason: str, *, final: bool = False) -> None:
        schedule, state, seen = self.schedule, self.state, self.observe()
        stage = schedule.stages[schedule.position]
        record = StepRecord(
            step=schedule.position + 1,
            cycle=stage.cycle,
            kind=stage.step.kind,
            start_s=schedule.start,
            end_s=state.time,
            charge_C_per_m2=self.ledger.charge - schedule.start_charge,
            ended_by=reason,
            current_density=state.current_density,
            voltage_V=seen.voltage,
            contact_area_per_area=seen.contact.contact_area_per_area,
            void_volume_m=seen.void_volume_per_area,
            dead_lithium_m=seen.dead_lithium_per_area,
            interfacial_resistance_ohm_m2=seen.resistance.interfacial if seen.resistance else nan,
        )
        log.info(
            "%s, step %d of the protocol, cycle %d, ends at t = %.6g s: %s",
            record.kind, record.step, record.cycle, record.end_s, reason,
        )  # fmt: skip
        if reason == DEPLETED:
            self._explain_depletion(record)
        schedule.end_step(record, self.ledger.charge, final=final)

    def _explain_depletion(self, record: StepRecord) -> None:
        """Say at what times and currents salt is used up between planes."""
        found = estimate(self.case, self.domain)
        assert found is not None
        log.warning(
            "electrolyte depleted at t = %.6g s, %.6g s into the step at %.4g A/m^2: between planes"
            " the limiting current density is %.4g A/m^2, and Sand's time of the largest current of"
            " the protocol %.4g s", record.end_s, record.end_s - record.start_s,
            record.current_density, *found,
        )  # fmt: skip

    def metal_charge(self, xi: NDArray[np.float64]) -> float:
        """Lithium of a field as charge per cross-section [C m-2], integrated from xi."""
        observer = self.model.readings
        return float(observer.lithium_volume_per_area(xi) / observer.volume_per_charge)

    def observe(self) -> Observation:
        """Numbers of the newest state."""
        if self._seen is None or self._seen[0] is not self.state:
            seen: Observation = self.model.readings.observe(self.state, self.ledger.net_charge)
            self._seen = self.state, seen if self.ledger.is_scale else seen.without_scale()
        return self._seen[1]

    def fields(self) -> dict[str, NDArray[np.float64]]:
        """Fields of the newest state, as they are written."""
        found: dict[str, NDArray[np.float64]] = self.model.readings.fields(self.state)
        return found

    def bodies(self) -> int:
        """Number of connected lithium bodies now."""
        return count_bodies(self.state.xi, self.domain)

    def memory(self) -> tuple[dict[str, NDArray[np.float64]], Json]:
        """Everything that the next steps depend on: arrays, and values that JSON can hold."""
        arrays = {
            f"{name}_{i}": array
            for i, state in enumerate(self.states)
            for name, array in state.arrays().items()
        }
        arrays["initial_xi"] = self.initial_xi
        values = {
            "states": len(self.states),
            "step": self.step,
            "newton_iterations": self.newton_iterations,
            "worst_residual": self.worst_residual,
            "proposed": self.control.proposed,
            "rejected": self.control.rejected,
            "ledger": asdict(self.ledger),
            "schedule": self.schedule.memory(),
            "audit": None if self.model.audit is None else self.model.audit.memory(),
        }
        return arrays, values

    def recall(self, arrays: Mapping[str, NDArray[np.float64]], values: Json) -> None:
        """Go back to what `memory` returned: the steps that follow are bitwise the same."""
        saved: list[dict[str, NDArray[np.float64]]] = [{} for _ in range(values["states"])]
        for key, array in arrays.items():
            name, _, number = key.rpartition("_")
            if number.isdigit():
                saved[int(number)][name] = array
        self.states = tuple(type(self.state).from_arrays(each) for each in saved)
        self.schedule.recall(values["schedule"])
        if not self.finished:
            self.control.largest = self._time_steps()[1]
        self.step = values["step"]
        self.newton_iterations = values["newton_iterations"]
        self.worst_residual = values["worst_residual"]
        self.control.proposed = values["proposed"]
        self.control.rejected = values["rejected"]
        self.ledger = Ledger(**values["ledger"])
        if self.model.audit is not None:
            self.model.audit.recall(values["audit"])


def build(
    case: Case, *, force: bool = False, initial_xi: NDArray[np.float64] | None = None
) -> Simulation:
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
    domain = case_domain(case, scaffold, force=force)
    solver = case.solver
    model = make_model(case, domain, initial_xi, force=force)
    schedule = Schedule(case.stages, case.output.fields_every, case.output.fields_at_step_ends)
    first, longest = solver.time_steps(schedule.step.longest)
    control = StepControl(
        tolerance=solver.time_error,
        proposed=first,
        largest=longest,
        smallest=SMALLEST_STEP * case.duration,
        fixed=solver.time_step is not None,
    )
    xi = model.start.xi
    metal = model.readings.lithium_volume_per_area(xi) / model.readings.volume_per_charge
    return Simulation(
        case, scaffold, domain, model, schedule, control, Ledger(metal), (model.start,), xi
    )
