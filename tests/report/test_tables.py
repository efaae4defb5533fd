from __future__ import annotations

from dataclasses import replace

from phasefield.report import tables


def test_uniformity_table_holds_every_number(slit_data):
    rows = {name: value for name, value, _ in tables.uniformity_table(slit_data).rows}
    assert len(rows) == len(tables.headlines())
    assert rows["nonuniformity"] == "0.0500"
    assert rows["Faraday rise"] == "0.540 µm"


def test_without_a_summary_the_last_step_speaks(stopped_data):
    rows = {name: value for name, value, _ in tables.uniformity_table(stopped_data).rows}
    assert rows["mean rise"] == "0.264 µm"
    assert "packing" not in rows


def test_surfaces_stand_beside_the_formula(slit_data, cylinder_data):
    rows = {row[0]: row[1:3] for row in tables.surface_table(slit_data).rows}
    assert rows["analytic"] == ("0.667 µm⁻¹", "–")
    assert rows["voxel faces"] == ("0.670 µm⁻¹", "+0.5 %")
    assert tables.surface_table(cylinder_data).rows[0][1] == "1.33 µm⁻¹"


def test_reduction_bars_pair_formula_and_measurement(slit_data):
    bars = tables.reduction_bars(slit_data)
    assert [(name, share) for name, share, *_ in bars.rows] == [
        ("analytic", 0.70), ("measured, mean", 0.85), ("kinetic", 0.63), ("measured, peak", 0.70),
    ]  # fmt: skip
    assert not tables.reduction_bars(replace(slit_data, summary={})).rows


def test_origin_names_versions_and_machine(slit_data):
    rows = dict(tables.origin_table(slit_data).rows)
    assert "numpy" in rows["versions"]
    assert rows["started"].endswith("UTC")
    assert rows["cells"] == "1 × 60 × 15 (z, y, x)"
    assert rows["steps"] == "40, 1 rejected"


def test_settings_are_flat_and_plain(slit_data):
    settings = tables.settings(slit_data)
    assert settings["geometry.pore_size"] == "1.5 µm"
    assert settings["protocol.1.plate.current_density"] == "0.2 mA/cm²"
