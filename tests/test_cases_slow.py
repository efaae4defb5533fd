"""The shipped cases, run in full: the Fig. 5 pores, five channels at once, a cylinder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from phasefield.analysis.front import front_height
from phasefield.simulation.runner import run

pytestmark = pytest.mark.slow

CASES = Path(__file__).parent.parent / "cases"


@pytest.fixture(scope="module")
def fig5(tmp_path_factory):
    """Summaries of the three pore sizes of Fig. 5 [um]."""
    directory = tmp_path_factory.mktemp("fig5")
    names = {5.0: "fig5_5um", 1.5: "fig5_1p5um", 0.6: "fig5_0p6um"}
    return {
        pore: run(CASES / f"{name}.yaml", directory / name).summary for pore, name in names.items()
    }


def test_charge_balance_of_fig5(fig5):
    for summary in fig5.values():
        assert summary["charge_balance_error"] <= 1e-8


def test_smaller_pores_fill_more_evenly(fig5):
    wide, middle, narrow = (fig5[pore]["nonuniformity"] for pore in (5.0, 1.5, 0.6))
    assert wide >= 3 * middle
    assert middle >= 3 * narrow


def test_numbers_of_the_1p5_um_pore(fig5):
    """Two independent prototypes, with the double well of before, gave 0.0565 and 0.529 um."""
    assert fig5[1.5]["nonuniformity"] == pytest.approx(0.0565, rel=0.05)
    assert fig5[1.5]["mean_rise_m"] == pytest.approx(0.529e-6, rel=0.015)


def test_interface_width_hardly_moves_the_results(tmp_path):
    """From a quarter to an eighth of the pore."""

    def found(width, spacing):
        overrides = [f"interface.width={width}", f"grid.spacing={spacing}"]
        return run(CASES / "fig5_1p5um.yaml", tmp_path / width, overrides=overrides).summary

    wide, narrow = found("0.375 um", "0.05 um"), found("0.19 um", "0.0375 um")
    assert narrow["nonuniformity"] == pytest.approx(wide["nonuniformity"], rel=0.04)
    for key in ("mean_rise_m", "voltage_V", "contact_area_per_area"):
        assert narrow[key] == pytest.approx(wide[key], rel=0.01)


def rise(summary, fields):
    psi = 1 - fields["electrolyte_order_parameter"].values
    xi = fields["lithium_order_parameter"].values
    heights = [
        front_height(frame, psi, tuple(summary["spacing_m"]), summary["growth_axis"])
        for frame in (xi[0], xi[-1])
    ]
    difference = (heights[1] - heights[0]).ravel()
    return difference[np.isfinite(difference)]


def test_five_channels_are_five_unit_cells(tmp_path):
    unit = run(CASES / "five_channels_unit_cell.yaml", tmp_path / "unit")
    full = run(CASES / "five_channels.yaml", tmp_path / "full")
    half = rise(unit.summary, unit.fields)
    channel = np.concatenate([half[::-1], half])
    channels = rise(full.summary, full.fields).reshape(5, -1)
    assert np.abs(channels - channel).max() <= 1e-6 * half.mean()
    assert full.summary["newton_residual"] <= 1e-9


def test_cylinder_in_3d_keeps_the_charge(tmp_path):
    step = "{plate: {current_density: 0.2 mA/cm^2, duration: 30 s}}"
    overrides = [f"protocol=[{step}]", "solver.time_step=10 s"]
    found = run(CASES / "cylinder_3d.yaml", tmp_path / "run", overrides=overrides).summary
    assert found["status"] == "finished"
    assert found["charge_balance_error"] <= 1e-8


@pytest.mark.parametrize("name", ["spheres_3d", "tomogram"])
def test_sponges_in_3d_keep_the_charge_and_rise_as_the_charge_says(tmp_path, name):
    step = "{plate: {current_density: 0.2 mA/cm^2, duration: 60 s}}"
    overrides = [f"protocol=[{step}]", "solver.time_step=20 s", "output.fields_every=60 s"]
    found = run(CASES / f"{name}.yaml", tmp_path / "run", overrides=overrides).summary
    assert found["status"] == "finished"
    assert found["charge_balance_error"] <= 1e-8
    assert found["mean_rise_m"] == pytest.approx(found["faraday_rise_m"], rel=0.25)
    assert (tmp_path / "run" / "figures" / "filling.png").stat().st_size > 10_000
