from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import TypeAdapter

from phasefield.case.geometry import Geometry
from phasefield.report.curves import paper_history_figure
from phasefield.report.sentences import headline, narrative, notice


def test_the_summary_is_made_from_the_numbers(slit_data):
    text = " ".join(narrative(slit_data))
    assert "0.529 µm on average: 97.9 % of the Faraday rise of 0.540 µm" in text
    assert "largest pressure in the metal is 28 MPa" in text
    assert "scatter by 5.0 % of the Faraday rise" in text
    assert "runs ahead along the walls (1.25 times" in text
    assert "85.0 % below the applied one on average, 70.0 % below it" in text
    assert "5.00 mV" in text


def test_a_current_above_the_applied_one_is_called_so(slit_data):
    summary = {**slit_data.summary, "current_density_reduction_peak": -0.707}
    text = " ".join(narrative(replace(slit_data, summary=summary)))
    assert "70.7 % above it where it is largest" in text


@pytest.mark.parametrize(
    ("spread", "word"),
    [(0.001, "practically flat"), (0.05, "nearly even"), (0.2, "uneven"), (0.5, "strongly uneven")],
)
def test_words_for_evenness(slit_data, spread, word):
    summary = {**slit_data.summary, "nonuniformity": spread}
    assert any(f"is {word}:" in s for s in narrative(replace(slit_data, summary=summary)))


def test_lagging_walls(slit_data):
    summary = {**slit_data.summary, "wall_to_centre": 0.8}
    assert "lags at the walls" in " ".join(narrative(replace(slit_data, summary=summary)))


def test_walls_and_middle_that_move_apart_are_not_compared_by_a_ratio(slit_data):
    """A front that climbs the walls and sinks in the middle does not lag at the walls."""
    summary = {**slit_data.summary, "wall_to_centre": -29.0}
    text = " ".join(narrative(replace(slit_data, summary=summary)))
    assert "at the walls they moved the other way than in the middle" in text
    assert "lags" not in text
    assert "-29" not in text


def test_null_numbers_are_left_out(slit_data):
    summary = dict.fromkeys(slit_data.summary)
    history = slit_data.history.iloc[:0]
    assert narrative(replace(slit_data, summary=summary, history=history)) == []


def test_headline(slit_data, cylinder_data):
    expected = "Lithium plated into 1.5 µm slits in LLZO, porosity 50 %, 0.2 mA/cm² for 1000 s."
    assert headline(slit_data) == expected
    assert "cylinders on a square lattice" in headline(cylinder_data)


@pytest.mark.parametrize(
    ("geometry", "expected"),
    [
        ({"kind": "tortuous_channels", "tortuosity": 1.2}, "2 µm tortuous channels"),
        ({"kind": "overlapping_spheres"}, "2 µm overlapping spheres"),
        (
            {"kind": "overlapping_spheres", "spheres": "solid"},
            "the pores between solid spheres (2 µm)",
        ),
        ({"kind": "random_field"}, "the pores of a random field (2 µm)"),
        ({"kind": "minimal_surface"}, "the pores of a gyroid (2 µm)"),
        ({"kind": "lamellae"}, "2 µm gaps between lamellae"),
        (
            {
                "kind": "image",
                "file": "scan.tif",
                "voxel_size": "0.2 um",
                "axes": "zyx",
                "growth": "+z",
            },
            "the pores of an imported image (2 µm)",
        ),
    ],
)
def test_headline_of_other_scaffolds(slit_data, geometry, expected):
    measures = {"pore_size": "2 um", "porosity": "50 %"}
    if geometry["kind"] != "image":
        measures |= {"height": "10 um", "width": "12 um"}
    section = TypeAdapter(Geometry).validate_python(measures | geometry)
    case = slit_data.case.model_copy(update={"geometry": section})
    told = headline(replace(slit_data, case=case))
    assert told.startswith(f"Lithium plated into {expected} in LLZO, porosity 50 %")


def test_notice(slit_data, stopped_data):
    assert notice(slit_data) is None
    assert "did not finish (interrupted): it reached 500 s of the 1000 s" in notice(stopped_data)
    empty = replace(stopped_data, history=stopped_data.history.iloc[:0])
    assert "has not made a step of the 1000 s" in notice(empty)


def test_a_held_voltage_is_named(held_data):
    assert "0.2 mA/cm² for 500 s, then 9 mV held for 500 s." in headline(held_data)


def test_the_current_that_flows_is_drawn_where_a_voltage_is_held(held_data, paper_data):
    for data, axes in ((held_data, 7), (paper_data, 6)):
        assert len(paper_history_figure(data).axes) == axes
