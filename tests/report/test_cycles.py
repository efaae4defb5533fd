from dataclasses import replace

import pytest

from phasefield.report.cycling import cycles_blocks

STEP = {
    "step": 1, "cycle": 1, "kind": "strip", "start_s": 0.0, "end_s": 40.0, "voltage_V": -0.12,
    "charge_C_per_m2": -80.0, "contact_area_per_area": 0.03,
}  # fmt: skip


@pytest.mark.parametrize(("reason", "shown"), [("contact lost", True), ("duration", False)])
def test_a_single_step_says_why_it_ended_before_its_time(slit_data, tmp_path, reason, shown):
    summary = {**slit_data.summary, "protocol": [{**STEP, "ended_by": reason}]}
    tables = list(cycles_blocks(replace(slit_data, summary=summary), tmp_path))
    assert [reason in row for table in tables for row in table.rows] == ([True] if shown else [])
