"""Whole runs of the published model: charge control, halved steps, resume, a cylinder in 3D."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from phasefield.case import load_case
from phasefield.models.base import AppliedVoltage
from phasefield.models.published.stepper import PublishedStepper
from phasefield.physics.published import interpolation
from phasefield.setup.published_parameters import published_parameters
from phasefield.simulation.loop import build
from phasefield.simulation.runner import run

QUICK = Path(__file__).parents[2] / "cases" / "paper_quickstart.yaml"
SHORT = [
    "output.animation=false",
    "protocol.0.plate.duration=60 s",
    "output.fields_every=20 s",
    "solver.time_step=5 s",
]


def short(directory, *overrides):
    return run(QUICK, directory, overrides=[*SHORT, *overrides])


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    return short(tmp_path_factory.mktemp("paper") / "run")


def test_metal_is_the_asked_charge_and_the_other_counts_are_not(finished):
    """Growth is imposed; the reaction pays for the capillary losses too (defect a)."""
    assert finished.summary["charge_balance_error"] <= 1e-9
    xi = finished.fields["lithium_order_parameter"].values
    dz, dy, dx = finished.summary["spacing_m"]
    grown = np.sum(xi[-1] - xi[0]) * dz * dy * dx / finished.summary["cross_section_m2"]
    assert grown * 96485.33212 / 13.02e-6 == pytest.approx(2.0 * 60, rel=1e-8)
    ledger = finished.summary["charge_ledger"]
    assert ledger["metal grown [C/m^2]"] == pytest.approx(120.0, rel=1e-8)
    assert ledger["reaction [C/m^2]"] > 3 * 120.0
    assert ledger["counter electrode [C/m^2]"] > 10 * 120.0


@pytest.mark.parametrize("concentration", ["no_flux", "fixed"])
def test_ions_that_enter_are_stored_or_become_metal(concentration, finished, tmp_path):
    """Equation (11) summed over domain and time, counted at the electrodes."""
    found = finished
    if concentration == "fixed":
        found = short(tmp_path / "run", "paper.metal_side_concentration=fixed")
    ledger = found.summary["charge_ledger"]
    top, metal_side = ledger["ions in [C/m^2]"], ledger["ions in at the metal [C/m^2]"]
    stored = ledger["ion inventory change [C/m^2]"]
    assert top + metal_side - stored == pytest.approx(ledger["metal grown [C/m^2]"], rel=1e-5)
    assert (metal_side != 0.0) == (concentration == "fixed")


def test_lithium_leaves_the_wall_without_any_current():
    """No reaction at all: a gap opens between lithium and LLZO, and lithium vanishes (a, c)."""
    case = load_case(QUICK)
    simulation = build(case)
    model = published_parameters(case)._replace(reaction_rate=0.0)
    backend = PublishedStepper(simulation.domain, model, case.interface.width, 1e-9, 25)
    state = simulation.state
    metal, connection = [simulation.metal_charge(state.xi)], [joined(simulation, state)]
    for dt in (10.0, 50.0, 100.0, 200.0):
        state = backend.advance([state], dt, AppliedVoltage(0.0)).state
        metal.append(simulation.metal_charge(state.xi))
        connection.append(joined(simulation, state))
    assert connection[0] == pytest.approx(1.0, abs=1e-3)
    assert connection[-1] < 0.7
    assert metal[0] - metal[-1] > 400.0  # C/m2, what 200 s of plating bring


def joined(simulation, state):
    """Smallest h(xi) + h(phi) across the wall, half way up the lithium."""
    row = state.xi.shape[1] // 4
    ours = interpolation.py_func(state.xi[0, row])
    return (ours + interpolation.py_func(simulation.domain.phi[0, row])).min()


def test_potential_is_that_of_the_metal_where_lithium_reacts(finished):
    """Wherever xi > 0.5, at the wall too: -V0 to half a per cent (defect b)."""
    last = finished.fields.isel(time=-1)
    metal = last["lithium_order_parameter"].values > 0.5
    applied = finished.summary["voltage_V"]
    assert last["electric_potential"].values[metal] == pytest.approx(-applied, rel=5e-3)


def test_halving_the_time_step_changes_the_result_little(finished, tmp_path):
    """5 s against 2.5 s: 0.2 % in the nonuniformity was measured."""
    half = short(tmp_path / "half", "solver.time_step=2.5 s")
    for key, most in (("nonuniformity", 4e-3), ("mean_rise_m", 2e-3), ("voltage_V", 2e-3)):
        change = half.summary[key] / finished.summary[key] - 1
        assert abs(change) < most, key


def test_stopped_and_resumed_is_bitwise_the_same(finished, tmp_path, interrupt):
    interrupt(lambda: short(tmp_path / "run"))
    resumed = short(tmp_path / "run")
    for name in finished.fields.data_vars:
        one, two = finished.fields[name].values, resumed.fields[name].values
        assert np.array_equal(one, two, equal_nan=True), name
    drop = ["wall time [s]"]
    assert resumed.history.drop(columns=drop).equals(finished.history.drop(columns=drop))
    assert resumed.summary["charge_ledger"] == finished.summary["charge_ledger"]


def test_cylinder_in_3d_keeps_metal_and_charge(tmp_path):
    found = short(
        tmp_path / "run",
        "dimensions=3",
        "geometry={kind: channels, pore_size: 1.6 um, porosity: 40 %, height: 2.4 um, "
        "width: unit_cell}",
        "lithium.depth=1.2 um",
        "interface.width=0.4 um",
        "grid.spacing=0.1 um",
        "protocol.0.plate.duration=10 s",
        "output.fields_every=10 s",
    )
    assert found.summary["growth_axis"] == 0
    assert found.summary["charge_ledger"]["metal grown [C/m^2]"] == pytest.approx(20.0, rel=1e-8)
    assert found.summary["voltage_V"] > 0.0
