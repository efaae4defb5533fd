"""Whole runs on a small slit: charge ledger, rest, resume, signals, fixed steps, physics checks."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from phasefield.case import case_from_dict
from phasefield.errors import DidNotConverge
from phasefield.models.base import AppliedCurrent
from phasefield.output.run import open_run
from phasefield.physics.front import front_at_rest
from phasefield.simulation.loop import build
from phasefield.simulation.runner import run

SMALL = {
    "format": 1,
    "name": "small",
    "geometry": {
        "kind": "channels",
        "pore_size": "1.2 um",
        "porosity": "50 %",
        "height": "3 um",
        "width": "unit_cell",
    },
    "grid": {"spacing": "0.075 um"},
    "interface": {"width": "0.3 um"},
    "lithium": {"depth": "1.5 um"},
    "electrolyte": {"conductivity": "0.32 mS/cm"},
    "kinetics": {"resistance": "24.6 ohm*cm^2"},
    "protocol": [{"plate": {"current_density": "0.2 mA/cm^2", "duration": "60 s"}}],
    "output": {"fields_every": "20 s", "animation": False},
    "solver": {"time_step": "5 s"},
}


def small(*overrides):
    return case_from_dict(SMALL, overrides)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    return run(small(), tmp_path_factory.mktemp("runs") / "small")


def test_metal_grown_equals_charge_passed_at_every_step(finished):
    history = finished.history
    assert finished.summary["status"] == "finished"
    assert finished.summary["charge_balance_error"] <= 1e-10
    assert history["charge balance error [1]"].max() <= 1e-10
    assert history["charge [C/m^2]"].to_numpy() == pytest.approx(
        2.0 * history["time [s]"].to_numpy()
    )


def test_metal_in_the_saved_field_is_the_charge(finished):
    """Independent of the program's own ledger: from fields.h5 alone."""
    xi = finished.fields["lithium_order_parameter"].values
    psi = 1 - finished.fields["electrolyte_order_parameter"].values
    kept = np.where(psi < 1e-3, 0, psi)
    dz, dy, dx = finished.summary["spacing_m"]
    volume = np.sum(kept * (xi[-1] - xi[0])) * dz * dy * dx
    charge = volume / finished.summary["cross_section_m2"] * 96485.33212 / 13.02e-6
    assert charge == pytest.approx(2.0 * 60.0, rel=1e-9)


def test_frames_land_on_output_times(finished):
    assert finished.fields["time"].values.tolist() == [0.0, 20.0, 40.0, 60.0]


def test_adaptive_steps_land_on_output_times_and_agree_with_fixed_ones(finished, tmp_path):
    adaptive = run(small("solver.time_step=null", "solver.time_error=1e-3"), tmp_path / "adaptive")
    assert adaptive.fields["time"].values.tolist() == [0.0, 20.0, 40.0, 60.0]
    assert adaptive.summary["charge_balance_error"] <= 1e-10
    for key in ("mean_rise_m", "nonuniformity", "voltage_V"):
        assert adaptive.summary[key] == pytest.approx(finished.summary[key], rel=0.02)


def test_running_again_does_nothing(finished):
    before = (finished.path / "summary.json").stat().st_mtime_ns
    again = run(small(), finished.path)
    assert again.summary == finished.summary
    assert (finished.path / "summary.json").stat().st_mtime_ns == before


def final_fields(directory):
    last = open_run(directory).fields.isel(time=-1)
    return {name: last[name].values for name in last.data_vars}


def assert_bitwise_equal(one, two):
    assert one.keys() == two.keys()
    for name, values in one.items():
        assert np.array_equal(values, two[name], equal_nan=True), name


def test_stopped_by_a_signal_and_resumed_is_bitwise_the_same(finished, tmp_path, interrupt):
    interrupt(lambda: run(small(), tmp_path / "run"))
    resumed = run(small(), tmp_path / "run")
    assert_bitwise_equal(final_fields(resumed.path), final_fields(finished.path))
    drop = ["wall time [s]"]
    assert resumed.history.drop(columns=drop).equals(finished.history.drop(columns=drop))


KILLED = """
import sys
from phasefield.simulation.runner import run
from tests.test_run import small
run(small("output.checkpoint_every=1e-6 s"), sys.argv[1])
"""


def test_killed_and_resumed_is_bitwise_the_same(finished, tmp_path):
    """SIGKILL in the middle; nothing is done on the way out."""
    directory = tmp_path / "run"
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(directory)])
    deadline = time.monotonic() + 120
    while len(list((directory / "checkpoints").glob("ckpt-*.h5"))) < 2:
        assert process.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (directory / "summary.json").exists()
    resumed = run(small("output.checkpoint_every=1e-6 s"), directory)
    assert resumed.summary["status"] == "finished"
    assert_bitwise_equal(final_fields(directory), final_fields(finished.path))


def test_no_convergence_leaves_a_checkpoint_and_says_so(tmp_path):
    case = small("solver.tolerance=1e-17", "solver.max_newton=2")
    with pytest.raises(DidNotConverge, match="no convergence"):
        run(case, tmp_path / "run")
    found = open_run(tmp_path / "run").summary
    assert (found["status"], found["steps"], found["voltage_V"]) == ("failed", 0, None)


def test_rest_state_of_a_flat_front():
    """At 90 degrees the metal at rest carries no pressure, and resting changes nothing."""
    simulation = build(small())
    metal = simulation.state.xi > 0.9
    assert np.abs(simulation.state.mu[metal]).max() < 10.0  # Pa, against 1e7 while plating
    still = simulation.model.stepper.advance(simulation.states, 60.0, AppliedCurrent(0.0)).state
    assert np.abs(still.xi - simulation.state.xi).max() < 1e-10
    assert np.abs(still.ion_potential).max() < 1e-9


@pytest.mark.parametrize("angle", [62, 90, 142])
def test_pressure_at_rest_is_jurin_s(angle):
    """A meniscus at rest in a slit: mu = -2 gamma cos(theta) / w; found to 0.1 %, delta = w/4."""
    simulation = build(small(f"lithium.contact_angle={angle} deg"))
    mu = simulation.state.mu[simulation.state.xi > 0.9].mean()
    expected = -2 * 0.5 * np.cos(np.deg2rad(angle)) / 1.2e-6
    assert mu == pytest.approx(expected, rel=0.002, abs=100.0)


def test_relaxation_keeps_the_lithium_and_lowers_the_energy():
    simulation = build(small("lithium.contact_angle=62 deg"))
    domain, observer = simulation.domain, simulation.model.readings
    centres = domain.grid.centres(1)
    flat = front_at_rest(centres - 1.5e-6, 0.3e-6)[None, :, None] * (domain.pore > 0)
    assert observer.lithium_volume_per_area(simulation.initial_xi) == pytest.approx(
        observer.lithium_volume_per_area(flat), rel=1e-9
    )
    assert observer.free_energy(simulation.initial_xi) < observer.free_energy(flat)


def test_resistance_per_cross_section_is_converted_with_the_initial_contact():
    per_contact = build(small())
    per_section = build(small("kinetics.basis=cross_section"))
    area = per_contact.observe().contact.contact_area_per_area
    ratio = per_contact.model.contact_resistance / per_section.model.contact_resistance
    assert ratio == pytest.approx(1 / area, rel=1e-12)


def test_two_protocol_steps_keep_the_ledger(tmp_path):
    data = SMALL | {
        "protocol": [
            {"plate": {"current_density": "0.2 mA/cm^2", "duration": "30 s"}},
            {"plate": {"current_density": "0.5 mA/cm^2", "duration": "20 s"}},
        ],
        "solver": {},
    }
    found = run(case_from_dict(data), tmp_path / "run")
    assert found.summary["charge_C_per_m2"] == pytest.approx(2 * 30 + 5 * 20, rel=1e-12)
    assert found.summary["charge_balance_error"] <= 1e-10


def test_a_level_is_observed_once(monkeypatch):
    simulation = build(small())
    observer, asked = simulation.model.readings, []
    observe = type(observer).observe

    def counted(self, state, charge):
        asked.append(state.time)
        return observe(self, state, charge)

    monkeypatch.setattr(type(observer), "observe", counted)
    before = simulation.observe()
    assert simulation.observe() is before
    simulation.advance()
    after = simulation.observe()
    assert after.lithium_volume_per_area > before.lithium_volume_per_area
    assert simulation.observe() is after
    assert asked == [0.0, 5.0]
