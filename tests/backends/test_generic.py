"""What every backend does, for every model that it solves; a new one joins by its table entry."""

from __future__ import annotations

import numpy as np
import pytest

from phasefield.case import load_case
from phasefield.case.capabilities import (
    BACKENDS,
    MODELS,
    Backend,
    BackendName,
    Capability,
    ModelName,
)
from phasefield.errors import CaseError
from phasefield.materials.references import BACKEND_SOURCES, MODEL_SOURCES
from phasefield.models.base import AppliedCurrent, AppliedVoltage
from phasefield.setup import backends
from phasefield.setup.backends import FACTORIES, Factories, factories
from phasefield.simulation.loop import build
from phasefield.solvers.newton import NewtonFailed
from phasefield.validation.setups import shipped_case

CASES = {"conserved": "quickstart", "paper": "paper_quickstart"}
SMALL = {
    "conserved": ["geometry.height=3 um", "lithium.depth=1 um", "grid.spacing=0.1 um"],
    "paper": ["geometry.height=3 um", "lithium.depth=1 um"],
}
PAIRS = [(name, model) for name, one in BACKENDS.items() for model in sorted(one.models)]
ASKS = {
    Capability.SYMMETRIC: ["cell={kind: symmetric}", "lithium.depth_top=1 um"],
    Capability.SALT: [
        "electrolyte.transference_number=0.4",
        "electrolyte.diffusivity=3e-10 m^2/s",
        "electrolyte.concentration=1000 mol/m^3",
    ],
    Capability.ANISOTROPY: ["lithium.anisotropy=0.05"],
    Capability.MAPS: ["coatings=[{name: a, resistance: 100 ohm*cm^2, contact_angle: 90 deg}]"],
    Capability.NOISE: ["noise={thermal: true, thickness: 0.1 um}", "solver.time_step=1 s"],
}
CURRENT = 2.0


def case_of(backend, model, changes=()):
    return load_case(shipped_case(CASES[model]), [f"backend={backend}", *SMALL[model], *changes])


@pytest.fixture(scope="module", params=PAIRS, ids=[f"{b}-{m}" for b, m in PAIRS])
def simulation(request):
    return build(case_of(*request.param), force=True)


def test_the_tables_name_the_same_backends_and_models():
    assert {*BACKENDS} == {*FACTORIES} == {*BACKEND_SOURCES} == {*BackendName.__args__}
    assert {*MODELS} == {*MODEL_SOURCES} == {*ModelName.__args__}
    assert {*ASKS} == {*Capability}


def test_metal_grown_is_charge_passed(simulation):
    model, states = simulation.model, (simulation.state,)
    for dt in (1.0, 1.5):
        result = model.stepper.advance(states, dt, AppliedCurrent(CURRENT))
        states = (*states, result.state)
        assert result.state.current_density == CURRENT
        assert result.state.time == states[-2].time + dt
        grown = result.formula.alpha0 * simulation.metal_charge(result.state.xi)
        past = [simulation.metal_charge(state.xi) for state in states[:-1]]
        before = result.formula.newest * past[-1]
        if result.formula.older:
            before += result.formula.older * past[-2]
        assert grown - before == pytest.approx(CURRENT * dt, rel=1e-6)


def test_a_held_voltage_is_the_one_that_is_read(simulation):
    held = simulation.model.stepper.advance((simulation.state,), 1.0, AppliedVoltage(5e-3)).state
    assert simulation.model.readings.voltage(held) == pytest.approx(5e-3, rel=1e-6)
    assert held.current_density != 0.0


def test_a_step_is_the_same_again_and_leaves_its_past_untouched(simulation):
    before = {name: array.copy() for name, array in simulation.state.arrays().items()}
    one, two = (
        simulation.model.stepper.advance((simulation.state,), 1.0, AppliedCurrent(CURRENT)).state
        for _ in range(2)
    )
    for name, array in one.arrays().items():
        np.testing.assert_array_equal(array, two.arrays()[name])
    for name, array in simulation.state.arrays().items():
        np.testing.assert_array_equal(array, before[name])


def test_a_step_that_fails_says_so_and_leaves_its_past_untouched(simulation):
    case = simulation.case
    hopeless = case.model_copy(update={"solver": case.solver.model_copy(update={"max_newton": 1})})
    stepper = build(hopeless, force=True, initial_xi=simulation.state.xi).model.stepper
    before = {name: array.copy() for name, array in simulation.state.arrays().items()}
    with pytest.raises(NewtonFailed):
        stepper.advance((simulation.state,), 50.0, AppliedCurrent(200.0))
    for name, array in simulation.state.arrays().items():
        np.testing.assert_array_equal(array, before[name])


def test_a_state_comes_back_from_its_arrays(simulation):
    arrays = simulation.state.arrays()
    again = type(simulation.state).from_arrays(arrays)
    assert again.arrays().keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(again.arrays()[name], array)


def refused(backend, capability):
    """What is said of a capability, or "" where the case is taken."""
    try:
        case_of(backend, "conserved", ASKS[capability])
    except CaseError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("capability", Capability)
@pytest.mark.parametrize("backend", BACKENDS)
def test_what_a_backend_has_not_is_refused_with_one_that_has(backend, capability):
    said = refused(backend, capability)
    if capability in BACKENDS[backend].capabilities:
        assert said == ""
    else:
        assert "needs backend: numba" in said


def test_a_backend_without_capabilities_is_refused_wherever_one_is_asked_for(monkeypatch):
    """A third one that solves nothing yet: the table is all that the checks know of it."""
    monkeypatch.setitem(BACKENDS, "fipy", Backend(frozenset({"paper"}), frozenset()))
    for capability in Capability:
        assert "needs backend: numba" in refused("fipy", capability)
    with pytest.raises(CaseError, match="does not solve model: conserved; numba does"):
        case_of("fipy", "conserved")


def test_a_name_that_no_backend_has_is_an_error(monkeypatch):
    with pytest.raises(CaseError, match="allowed: 'numba'"):
        case_of("cuda", "conserved")
    with pytest.raises(ValueError, match="no backend has the name 'cuda'; there are numba"):
        factories("cuda")
    made = []
    empty = Factories(lambda *numbers: made.append(numbers), lambda *numbers: made.append(numbers))
    monkeypatch.setitem(backends.FACTORIES, "fipy", empty)
    assert build(case_of("fipy", "conserved"), force=True).model.stepper is None
    assert len(made[0]) == 4
