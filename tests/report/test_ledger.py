from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from phasefield.case import with_overrides
from phasefield.report import write_report
from phasefield.report.published_charges import (
    bypass,
    closures_table,
    ledger_figure,
    ledger_sentences,
    ledger_table,
)


@pytest.fixture(scope="module")
def page(paper):
    return write_report(paper).read_text(encoding="utf-8")


def changed(data, **columns):
    return replace(data, history=data.history.assign(**columns))


def says(data):
    return {row[0]: row[3] for row in ledger_table(data).rows}


def test_the_page_has_the_ledger_and_no_contact_current(page, paper):
    text = re.sub(r"base64,[^\"]*", "", page)
    assert "Charge ledger" in text
    assert "Current on the contact" not in text
    assert not re.search(r"\bnan\b", text, re.IGNORECASE)
    assert (paper / "figures" / "ledger.png").exists()
    assert not (paper / "figures" / "contact.png").exists()


def test_every_entry_says_what_a_difference_means(paper_data):
    rows = {row[0]: row[1:] for row in ledger_table(paper_data).rows}
    assert rows["counter electrode"][:2] == ("8 000", "400.0 %")
    assert "most of the current bypasses plating" in rows["counter electrode"][2]
    assert "capillary motion removed that much lithium" in rows["reaction term"][2]
    assert "by control" in rows["metal grown"][2]
    assert "stayed as ions" in rows["ion inventory change"][2]
    assert "1000 C" not in rows["ions in"][2]


def test_where_all_agrees_nothing_is_accused(paper_data):
    charge = paper_data.history["charge [C/m^2]"]
    names = ("reaction", "counter electrode", "ions in")
    same = {f"{name} [C/m^2]": charge for name in names} | {"ion inventory change [C/m^2]": 0.0}
    found = says(changed(paper_data, **same))
    assert "hardly any lithium" in found["reaction term"]
    assert "all the current plates" in found["counter electrode"]
    assert "no ion is lost" in found["ions in"]
    assert "as many as at the start" in found["ion inventory change"]


def test_metal_that_misses_the_charge_is_named(paper_data):
    off = changed(paper_data, **{"metal grown [C/m^2]": 1900.0})
    assert "does not" in says(off)["metal grown"]
    assert "ions are lost or made" in says(off)["ions in"]


def test_the_top_of_the_page(paper_data):
    (sentence,) = ledger_sentences(paper_data)
    assert "4.00 times that charge" in sentence
    assert "removed lithium worth 1.00 times" in sentence
    assert bypass(paper_data) == [("charge passed / plated", "4.00")]


def test_closures(paper_data):
    rows = {row[0]: row[1:] for row in closures_table(paper_data).rows}
    assert rows["lithium in LLZO"][:2] == ("0.200 µm", "0.200 µm")
    assert rows["smallest concentration"][1] == "−1 000 mol/m³"
    assert "not physical" in rows["smallest concentration"][2]


def test_a_run_without_a_step_has_no_ledger(paper_data, slit_data):
    empty = replace(paper_data, history=pd.DataFrame())
    for data in (empty, slit_data):
        assert not ledger_table(data).rows
        assert not closures_table(data).rows
        assert ledger_sentences(data) == bypass(data) == []


def test_the_potential_is_that_of_llzo_against_the_metal(paper_data):
    frames = paper_data.frames
    field = frames.potential_field(-1)
    phi = frames.static("electrolyte_order_parameter")
    assert np.isnan(field[phi < 0.05]).all()
    assert 0 < np.nanmin(field) < np.nanmax(field) < 2e-3
    assert not np.nan_to_num(frames.potential[0]).any()


def test_under_a_held_voltage_no_charge_was_asked_for(held_data, paper_data):
    found = says(held_data)
    assert "growth" in found["charge plated"]
    assert "by control, or because the current is counted by it" in found["metal grown"]
    for text in (*found.values(), *ledger_sentences(held_data)):
        assert "asked for" not in text
    assert "growth" not in says(paper_data)["charge asked for"]


def test_ions_at_the_metal_side_have_a_row_where_they_pass(paper_data):
    fixed = with_overrides(paper_data.case, ["paper.metal_side_concentration=fixed"])
    data = replace(paper_data, case=fixed)
    assert "ions in, metal side" not in says(paper_data)
    assert "With those at the other electrode, minus" in says(data)["ions in, metal side"]
    off = changed(data, **{"ions in at the metal [C/m^2]": 500.0})
    assert "by 500 C/m²: ions are lost or made" in says(off)["ions in"]
    assert (
        len(ledger_figure(data).axes[0].lines) == len(ledger_figure(paper_data).axes[0].lines) + 1
    )
