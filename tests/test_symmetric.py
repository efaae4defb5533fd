"""Symmetric cells as users run them: case, history, summary, ends of steps, resumed runs."""

from __future__ import annotations

import numpy as np
import pytest

from phasefield.case import case_from_dict, with_overrides
from phasefield.errors import CaseError, Interrupted
from phasefield.report import write_report
from phasefield.setup.forecast import preflight, require_resolved
from phasefield.simulation.loop import build
from phasefield.simulation.quantities import GROUPS
from phasefield.simulation.runner import run
from phasefield.simulation.schedule import CONTACT, DURATION

from .test_run import SMALL, assert_bitwise_equal, final_fields

CELL = ("cell.kind=symmetric", "geometry.height=4 um", "lithium.depth=1.2 um")
PLATE, STRIP = (
    f"{kind}: {{current_density: 0.2 mA/cm^2, duration: 40 s}}" for kind in ("plate", "strip")
)


def cell(*overrides, steps=(PLATE,)):
    protocol = f"protocol=[{', '.join(f'{{{step}}}' for step in steps)}]"
    return case_from_dict(SMALL, [*CELL, protocol, *overrides])


@pytest.fixture(scope="module")
def there_and_back(tmp_path_factory):
    """Plated, and stripped again."""
    case = cell("solver.time_step=10 s", steps=(PLATE, STRIP))
    return case, run(case, tmp_path_factory.mktemp("symmetric") / "run")


def test_the_history_has_both_electrodes(there_and_back):
    _, found = there_and_back
    history, summary = found.history, found.summary
    (columns,) = (group.columns for group in GROUPS if group.name == "symmetric")
    assert tuple(history.columns[-len(columns) :]) == columns
    assert summary["charge_balance_error"] < 1e-12
    assert summary["lithium_drift"] < 1e-12
    volumes = history[[
        "lithium volume per area [m]", "second electrode lithium volume per area [m]",
    ]].to_numpy()  # fmt: skip
    change = volumes - volumes[0]
    assert np.abs(change.sum(axis=1)).max() < 1e-12 * np.abs(change).max()
    charge = history["charge [C/m^2]"].to_numpy()
    assert change[:, 0] == pytest.approx(charge * 13.02e-6 / 96485.33212, abs=1e-9 * 1.1e-8)
    voltage = history["voltage [V]"].to_numpy()[1:]
    assert (voltage[:4] > 0.009).all()
    assert (voltage[4:] < -0.009).all()
    parts = history[[f"{name} voltage [V]" for name in ("ohmic", "kinetic", "capillary")]]
    assert parts.to_numpy()[1:].sum(axis=1) == pytest.approx(voltage, rel=1e-9)


def test_rises_are_opposite(there_and_back):
    """The second front is measured from its own end: it recedes while the first one comes."""
    _, found = there_and_back
    end = found.history.iloc[4]
    assert end["mean rise [m]"] > 0.5 * end["Faraday rise [m]"] > 0
    assert end["second electrode mean rise [m]"] < -0.4 * end["Faraday rise [m]"]
    assert (
        end["second electrode contact area per area [1]"] < 1.0 < end["contact area per area [1]"]
    )


def test_no_front_is_measured_by_what_is_left_of_the_charge(tmp_path):
    """Plated for 40 s, stripped to 2 s of that, on to -2 s, to -12 s; and back."""
    spans = ("plate", 40), ("strip", 38), ("strip", 4), ("strip", 10), ("plate", 11)
    steps = [f"{kind}: {{current_density: 0.2 mA/cm^2, duration: {s} s}}" for kind, s in spans]
    found = run(cell("solver.time_step=20 s", steps=steps), tmp_path / "run")
    history = found.history.groupby("protocol step [1]").tail(1)
    assert history["charge [C/m^2]"].to_list() == pytest.approx([0, 80, 4, -4, -24, -2])
    for name in ("nonuniformity [1]", "second electrode nonuniformity [1]"):
        assert history[name].isna().to_list() == [True, False, True, True, False, True]
    keys = ("nonuniformity", "nonuniformity_raw", "pore_scatter", "second_electrode_nonuniformity")
    assert {found.summary[key] for key in keys} == {None}
    assert found.summary["faraday_rise_m"] < 0 != found.summary["mean_rise_m"]
    page = write_report(found.path).read_text(encoding="utf-8")
    assert "b: nonuniformity, left out where the net charge is below 10 %" in page


def test_an_interrupted_cell_goes_on_to_the_same_bits(there_and_back, tmp_path, monkeypatch):
    from phasefield.simulation import runner

    case, whole = there_and_back
    steps = iter([False, False, False, True])

    class Limit(runner.WallLimit):
        def check(self):
            if next(steps):
                raise Interrupted("enough")

    with monkeypatch.context() as patch:
        patch.setattr(runner, "WallLimit", Limit)
        with pytest.raises(Interrupted):
            run(case, tmp_path / "run")
    again = run(case, tmp_path / "run")
    assert len(again.history) == len(whole.history)
    assert_bitwise_equal(final_fields(again.path), final_fields(whole.path))


def test_an_electrode_that_is_used_up_ends_the_step(tmp_path):
    """The thin lithium on top is stripped first; the half cell would plate on."""
    case = cell(
        "lithium.depth_top=0.6 um", "solver={}",
        steps=("plate: {current_density: 1 mA/cm^2, duration: 2000 s}", STRIP),
    )  # fmt: skip
    found = run(case, tmp_path / "run").summary
    first = found["protocol"][0]
    assert first["ended_by"] == CONTACT
    assert 0.3 * 0.6e-6 < found["protocol"][0]["charge_C_per_m2"] * 2 * 13.02e-6 / 96485.0 < 0.66e-6
    assert [each["ended_by"] for each in found["protocol"][1:]] in ([], [DURATION])


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["cell.kind=half", "lithium.depth_top=1 um"], "needs cell: {kind: symmetric}"),
        (["model=paper"], "needs model: conserved"),
        (["backend=fipy"], "needs backend: numba"),
        (["lithium.depth_top=2.9 um"], "a short circuit"),
        (["geometry.separator=1 um"], "goes on top"),
    ],
)
def test_cells_that_cannot_be_are_refused(overrides, message):
    with pytest.raises(CaseError, match=message):
        cell(*overrides)


def test_a_resistance_per_cross_section_is_that_of_one_electrode():
    """The contact that converts it is not that of both electrodes together."""
    case = cell("kinetics.basis=cross_section")
    both, half = (build(each).model.contact_resistance for each in (case, with_half(case)))
    assert both == pytest.approx(half, rel=1e-6)


def with_half(case):
    return with_overrides(case, ["cell.kind=half"])


def test_fronts_that_are_too_close_are_refused():
    with pytest.raises(CaseError, match="between both lithium fronts"):
        require_resolved(cell("lithium.depth_top=1.9 um"))


def test_check_counts_both_electrodes():
    case = cell()
    assert case.lithium.depth_top == case.lithium.depth
    assert cell("cell.kind=half").lithium.depth_top is None
    assert not preflight(case).problems
