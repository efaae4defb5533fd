from __future__ import annotations

import json

import numpy as np
import pytest

from phasefield.errors import PhaseFieldError
from phasefield.report.difference import largest_difference
from phasefield.report.two_runs import read_pair, write_pair


@pytest.fixture(scope="module")
def leaning(make):
    return make(frames=6, lean=0.5)


@pytest.fixture(scope="module")
def pair(slit, leaning):
    return read_pair(("first", "second"), (slit, leaning), ["Made up."])


def test_a_run_does_not_differ_from_itself(slit):
    same = read_pair(("a", "b"), (slit, slit))
    assert not same.apart.lithium.any()
    assert not same.apart.potential.any()
    assert same.setting_rows() == []


def test_the_largest_difference_is_that_of_the_fields(pair):
    assert pair.apart.times.tolist() == [0.0, 200.0, 400.0, 600.0, 800.0, 1000.0]
    a, b = (frames.field("lithium_order_parameter", 5) for frames in pair.frames)
    assert pair.apart.lithium[5] == np.abs(a - b).max() > 0.01
    rows = {row[0]: row[1:] for row in pair.headline_rows()}
    assert rows["nonuniformity"] == ("0.0500", "0.100", "−0.50")
    assert rows["charge balance error"][2] == "–"


def test_page_figures_and_json(pair, tmp_path):
    page = write_pair(pair, tmp_path).read_text(encoding="utf-8")
    assert page.count("<img") == 2
    assert "Made up." in page
    assert "Both runs have the same settings." in page
    found = json.loads((tmp_path / "compare.json").read_text())
    assert found["largest_difference"]["lithium_order_parameter"] == pair.apart.lithium.tolist()
    assert found["headlines"]["nonuniformity"] == {"first": 0.05, "second": 0.1}


def test_models_are_compared_by_the_potential_against_the_metal(slit, paper, tmp_path):
    pair = read_pair(("conserved", "paper"), (slit, paper))
    assert pair.apart.times.tolist() == [0.0, 1000.0]
    assert pair.field_rows()[0][0] == "lithium order parameter in the pores"
    assert not pair.apart.lithium.any()
    assert pair.apart.potential[1] == pytest.approx(0.0, abs=1e-15)
    assert ("model", "conserved", "paper") in pair.setting_rows()
    assert "model" in write_pair(pair, tmp_path).read_text(encoding="utf-8")


def test_other_grids_and_other_times_are_refused(slit, make):
    for other, word in ((make(pore=3.0, frames=2), "grids"), (make(until=-1.0), "saved")):
        with pytest.raises(PhaseFieldError, match=word):
            read_pair(("a", "b"), (slit, other))


def test_a_value_that_only_one_run_has_is_an_infinite_difference():
    one = np.array([np.nan, 1.0, 2.0])
    assert largest_difference(one, one + 0.25) == 0.25
    assert largest_difference(one, np.array([np.nan, 1.0, np.nan])) == np.inf
    assert largest_difference(np.array([0.0, 1.0, 2.0]), one) == np.inf
    assert largest_difference(one[:1], one[:1]) == 0.0
