"""Electrolytes with a salt as users run them: case, history, fields, depletion, resumed runs."""

from __future__ import annotations

import numpy as np
import pytest

from phasefield.case import case_from_dict
from phasefield.errors import CaseError
from phasefield.report import write_report
from phasefield.setup.citations import bibtex
from phasefield.setup.forecast import preflight
from phasefield.simulation.loop import build
from phasefield.simulation.quantities import GROUPS
from phasefield.simulation.runner import run
from phasefield.solvers.newton import NewtonFailed

from .test_run import SMALL, assert_bitwise_equal, final_fields

SALT = (
    "electrolyte.transference_number=0.3",
    "electrolyte.diffusivity=1e-12 m^2/s",
    "electrolyte.concentration=1000 mol/m^3",
)


def salty(*overrides):
    return case_from_dict(SMALL, [*SALT, *overrides])


@pytest.fixture(scope="module")
def plated(tmp_path_factory):
    return run(salty(), tmp_path_factory.mktemp("salt") / "run")


def test_the_history_keeps_salt_and_charge(plated):
    history = plated.history
    (columns,) = (group.columns for group in GROUPS if group.name == "salt")
    assert tuple(history.columns[-len(columns) :]) == columns
    assert history["salt balance error [1]"].max() < 1e-13
    assert history["charge balance error [1]"].max() < 1e-10
    names = ("ohmic", "kinetic", "capillary", "concentration")
    parts = sum(history[f"{name} voltage [V]"] for name in names)[1:]
    assert np.abs(parts - history["voltage [V]"][1:]).max() < 1e-8
    assert plated.summary["concentration_voltage_V"] > 1e-4
    assert plated.summary["smallest_concentration_mol_per_m3"] < 1000
    low, high = (history[f"{word} concentration [mol/m^3]"] for word in ("smallest", "largest"))
    assert (low[1:] < 1000).all()
    assert (high[1:] > 1000).all()


def test_the_field_is_written(plated):
    c = plated.fields["concentration"]
    assert c.attrs["units"] == "mol/m^3"
    phi = plated.fields["electrolyte_order_parameter"].values
    assert np.isnan(c.values[-1][phi < 1e-3]).all()
    kept = ~np.isnan(c.values[0])
    assert (c.values[0][kept] == 1000).all()
    amounts = [np.sum((phi * frame)[kept]) for frame in c.values]
    assert amounts == pytest.approx([amounts[0]] * len(amounts), rel=1e-12)


def test_the_report_shows_the_part(plated):
    page = write_report(plated.path).read_text(encoding="utf-8")
    assert "concentration" in page


def test_resumed_is_bitwise_the_same(plated, tmp_path, interrupt):
    interrupt(lambda: run(salty(), tmp_path / "run"))
    resumed = run(salty(), tmp_path / "run")
    assert_bitwise_equal(final_fields(resumed.path), final_fields(plated.path))
    drop = ["wall time [s]"]
    assert resumed.history.drop(columns=drop).equals(plated.history.drop(columns=drop))


def test_the_error_of_the_salt_shortens_the_step():
    adaptive = ("solver={}", "solver.time_error=1e-4", "electrolyte.diffusivity=1e-13 m^2/s")
    salt = build(salty(*adaptive))
    plain = build(case_from_dict(SMALL, adaptive[:2]))
    for simulation in (salt, plain):
        for _ in range(12):
            simulation.advance()
    assert salt.time < 0.5 * plain.time


STEPS = (
    "{plate: {current_density: 20 mA/cm^2, duration: 5 s}}",
    "{rest: {duration: 2 s}}",
)


@pytest.fixture(scope="module")
def depleted(tmp_path_factory):
    case = salty("solver={}", f"protocol=[{', '.join(STEPS)}]")
    return run(case, tmp_path_factory.mktemp("salt") / "depleted")


def test_a_depleted_electrolyte_ends_the_step_with_a_reason(depleted):
    first, rest = depleted.summary["protocol"]
    assert (first["ended_by"], rest["ended_by"]) == ("electrolyte depleted", "duration")
    assert 0 < first["end_s"] < 1
    assert depleted.summary["status"] == "finished"
    smallest = depleted.history["smallest concentration [mol/m^3]"]
    assert 0 < smallest.min() < 1.05
    assert depleted.history["salt balance error [1]"].max() < 1e-12
    assert depleted.history["charge balance error [1]"].max() < 1e-9
    log = (depleted.path / "run.log").read_text(encoding="utf-8")
    assert "electrolyte depleted at t = " in log
    assert "Sand's time" in log


def test_a_step_without_solution_and_with_little_salt_has_depleted_it(monkeypatch):
    simulation = build(salty())

    def fail(*_):
        raise NewtonFailed("no solution")

    monkeypatch.setattr(simulation.model.stepper, "advance", fail)
    monkeypatch.setattr(simulation.model.readings, "salt_left", lambda state: 0.01)
    assert simulation.advance() is None
    assert [each.ended_by for each in simulation.schedule.records] == ["electrolyte depleted"]


@pytest.mark.parametrize(
    ("overrides", "path"),
    [
        (["electrolyte.transference_number=0.3"], "electrolyte.diffusivity"),
        (SALT[:2], "electrolyte.concentration"),
        (SALT[1:2], "electrolyte.diffusivity"),
        (SALT[2:], "electrolyte.concentration"),
        ([*SALT, "backend=fipy"], "electrolyte.transference_number"),
        ([*SALT, "model=paper"], "electrolyte.transference_number"),
        (["electrolyte.transference_number=1.2"], "electrolyte.transference_number"),
        ([*SALT[::2], "electrolyte.diffusivity=0 m^2/s"], "electrolyte.diffusivity"),
    ],
)
def test_what_is_incomplete_or_not_built_is_refused(overrides, path):
    with pytest.raises(CaseError) as caught:
        case_from_dict(SMALL, overrides)
    assert path in {problem.path for problem in caught.value.problems}


def test_check_says_limiting_current_and_sands_time():
    text = preflight(salty()).render()
    assert "limiting current" in text
    assert "Sand's time" in text
    plain = preflight(case_from_dict(SMALL))
    assert "Sand" not in plain.render()
    assert preflight(salty()).wall_time_s > plain.wall_time_s


def test_a_separator_is_a_part_of_the_way():
    longer = preflight(salty("geometry.separator=6 um")).limiting_current_density
    assert longer < 0.8 * preflight(salty()).limiting_current_density


def test_its_sources_are_cited():
    assert "sand1901" in bibtex(salty())
    assert "sand1901" not in bibtex(case_from_dict(SMALL))
