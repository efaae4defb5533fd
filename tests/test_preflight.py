from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from phasefield.case import load_case
from phasefield.errors import CaseError, GeometryInvalid
from phasefield.setup.costs import COSTS
from phasefield.setup.forecast import preflight, require_resolved

CASES = Path(__file__).parents[1] / "cases"


def fig5(*overrides: str):
    return load_case(CASES / "fig5_1p5um.yaml", overrides)


@pytest.mark.parametrize("path", sorted(CASES.glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_cases_pass(path):
    found = preflight(load_case(path))
    assert found.problems == ()
    assert found.cells_per_interface >= 4 * (1 - 1e-9)


def test_grid():
    found = preflight(fig5())
    assert found.shape == (1, 200, 30)
    assert found.cells == 6000
    assert found.cells_per_interface == pytest.approx(5)
    assert found.cells_per_pore == pytest.approx(30)
    assert found.interface_per_pore == pytest.approx(6)


def test_unknowns_overlap_in_the_interface():
    found = preflight(fig5())
    assert 1.5 * found.cells < found.unknowns < 3 * found.cells
    wide = preflight(fig5("interface.width=0.375 um"))
    assert wide.unknowns > found.unknowns


def test_deciding_numbers():
    found = preflight(fig5())
    assert found.rise == pytest.approx(0.540e-6, rel=1e-3)
    assert found.wagner == pytest.approx(0.032 * 24.6e-4 / 5e-6)
    assert found.coupling == pytest.approx(5e-6 / (0.016 * 24.6e-4))
    assert found.lithium_transport_length == pytest.approx(3.98e-6, rel=2e-3)
    assert found.transport_per_pore == pytest.approx(3.98 / 1.5, rel=2e-3)


def test_predictions_grow_with_the_run():
    small, large = preflight(fig5()), preflight(fig5("grid.spacing=0.025 um"))
    assert large.wall_time_s > 1.5 * small.wall_time_s
    assert large.memory_bytes > small.memory_bytes
    assert large.disk_bytes > 2 * small.disk_bytes
    assert preflight(fig5("solver.time_step=20 s")).steps == 50
    assert preflight(fig5("output.fields_every=1 s")).disk_bytes > 10 * small.disk_bytes
    assert preflight(fig5("output.precision=float32")).disk_bytes < small.disk_bytes


def test_a_salt_has_unknowns_and_takes_memory():
    """3.4 kB in each cell of the electrolyte; its time is in the price of a step already."""
    plain = fig5("grid.spacing=0.0125 um", "solver.time_step=20 s")
    salty = fig5(
        "grid.spacing=0.0125 um", "solver.time_step=20 s", "electrolyte.transference_number=0.38",
        "electrolyte.diffusivity=3.2e-10 m^2/s", "electrolyte.concentration=1000 mol/m^3",
    )  # fmt: skip
    without, found = preflight(plain), preflight(salty)
    cells = found.unknowns - without.unknowns
    assert 0.5 * found.cells < cells < 0.8 * found.cells
    assert found.memory_bytes - without.memory_bytes == pytest.approx(500 * cells + 2900 * 5e4)
    assert COSTS.memory(1000, 1000) - COSTS.memory(1000) == pytest.approx(3.4e6)
    assert found.wall_time_s > 2 * without.wall_time_s
    assert found.disk_bytes - 2e6 == pytest.approx(1.15 * (without.disk_bytes - 2e6), rel=0.03)


def test_render_names_every_prediction():
    text = preflight(fig5()).render()
    for name in ("unknowns", "wall time", "memory", "disk", "Wagner", "coupling", "transport"):
        assert name in text


def test_holds_are_estimated_and_never_refused():
    """U/R_ct: 4.92 mV over 24.6 ohm cm2 is 2 A/m2, as much as the plating of the case."""
    held = "protocol=[{{hold: {{voltage: 4.92 mV, duration: {} s}}}}]"
    case, plated = fig5(held.format(1000)), preflight(fig5())
    found = preflight(case)
    assert found.rise == pytest.approx(plated.rise, rel=1e-12)
    assert found.rise_is_estimate
    assert "holds by U/R_ct" in found.render()
    assert "U/R_ct" not in plated.render()
    require_resolved(fig5(held.format(1e6)))


@pytest.mark.parametrize(
    "overrides",
    [
        ("interface.width=0.375 um",),  # exactly pore/4
        ("interface.width=0.19 um", "grid.spacing=0.0475 um"),  # exactly 4 cells
        # pore/6 by default, and pore/24: 4 cells but for the last digit
        ("geometry.pore_size=2.1 um", "interface={}", "grid.spacing=0.08750000000000001 um"),
    ],
)
def test_limits_are_met_despite_round_off(overrides):
    require_resolved(fig5(*overrides))


@pytest.mark.parametrize(
    ("overrides", "path"),
    [
        (("interface.width=0.38 um",), "interface.width"),
        (("interface.width=0.19 um",), "grid.spacing"),
        (("grid.spacing=0.0626 um",), "grid.spacing"),
        (("protocol.0.plate.duration=4 h",), "protocol"),
        (("lithium.depth=0.4 um",), "lithium.depth"),
    ],
)
def test_what_cannot_be_resolved_is_refused_unless_forced(overrides, path, caplog):
    case = fig5(*overrides)
    with pytest.raises(CaseError) as caught:
        require_resolved(case)
    assert [problem.path for problem in caught.value.problems] == [path]
    assert preflight(case).problems == caught.value.problems
    with caplog.at_level(logging.WARNING):
        require_resolved(case, force=True)
    assert "forced" in caplog.text


def test_impossible_geometry_says_what_is_reachable():
    with pytest.raises(GeometryInvalid, match="nearest are 3 um") as caught:
        preflight(fig5("geometry.width=5 um"))
    assert "geometry" in str(caught.value)


def test_walls_too_curved_for_the_interface_are_refused_unless_forced():
    case = load_case(
        CASES / "cylinder_3d.yaml", ["interface.width=0.375 um", "grid.spacing=0.09375 um"]
    )
    with pytest.raises(GeometryInvalid, match="wall area"):
        preflight(case)
    assert preflight(case, force=True).wall_area_bias < -0.05


def test_nothing_heavy_is_imported():
    code = (
        "import sys, phasefield.setup.forecast;"
        "sys.exit(any(m in sys.modules for m in ('numba', 'matplotlib', 'vtkmodules', 'pandas')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
