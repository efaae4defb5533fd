"""The list that history, summary, report, sweeps and documentation are made from."""

from __future__ import annotations

import importlib.util
import math
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from phasefield.case import case_from_dict
from phasefield.report import write_report
from phasefield.report.tables import headlines, written
from phasefield.simulation import quantities
from phasefield.simulation.history_row import columns, row
from phasefield.simulation.loop import build
from phasefield.simulation.quantity import Headline, Quantity
from phasefield.simulation.runner import run
from phasefield.studies.sweep_figures import _words

from .test_run import SMALL

ROOT = Path(__file__).parents[1]

EXTRA = Quantity(
    "squeeze of lithium per area",
    "J/m^2",
    "[all of it], | included",
    lambda seen: 1e-3 * seen.simulation.time,
    page="explanation/theory.md",
    needs_step=True,
    headline=Headline("made up", name="squeeze", unit="mJ/m²", factor=1e3),
)


@pytest.fixture
def with_extra(monkeypatch):
    """One quantity more at the end of those that every run has."""
    first, *others = quantities.GROUPS
    longer = replace(first, quantities=(*first.quantities, EXTRA))
    monkeypatch.setattr(quantities, "GROUPS", (longer, *others))


def test_one_more_quantity_is_written_everywhere(with_extra, tmp_path):
    found = run(case_from_dict(SMALL, ["solver.time_step=30 s"]), tmp_path / "run")
    course = found.history["squeeze of lithium per area [J/m^2]"].tolist()
    assert math.isnan(course[0])
    assert course[1:] == [0.02, 0.04, 0.06]
    assert found.summary["squeeze_of_lithium_J_per_m2"] == 0.06
    text = write_report(found.path).read_text(encoding="utf-8")
    assert all(words in text for words in ("squeeze", "60.0 mJ/m²", "made up"))
    assert _words("squeeze_of_lithium_J_per_m2") == "squeeze of lithium [J/m²]"


def test_one_more_quantity_is_documented(with_extra):
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    page = (ROOT / "docs/reference/run-directory.md").read_text(encoding="utf-8")
    meaning = r"[all of it](../explanation/theory.md), \| included"
    line = f"| `squeeze of lithium per area [J/m^2]` | {meaning} |"
    assert line in generate.made(page)


CASES = {
    "half cell": (),
    "salt": (
        "electrolyte.transference_number=0.3",
        "electrolyte.diffusivity=1e-12 m^2/s",
        "electrolyte.concentration=1000 mol/m^3",
    ),
    "symmetric": ("cell.kind=symmetric", "geometry.height=4 um", "lithium.depth=1.2 um"),
    "published": ("model=paper",),
}


@pytest.mark.parametrize("overrides", CASES.values(), ids=CASES.keys())
def test_rows_fill_the_columns_and_start_where_a_step_is_needed(overrides):
    simulation = build(case_from_dict(SMALL, overrides))
    known = row(simulation, 1.5)
    assert tuple(known) == columns(simulation.case)
    assert known["wall time [s]"] == 1.5
    of_steps = [each for each in quantities.of_case(simulation.case) if each.needs_step]
    assert of_steps
    assert all(math.isnan(known[each.column]) for each in of_steps)


@pytest.mark.parametrize("overrides", CASES.values(), ids=CASES.keys())
def test_no_two_quantities_of_a_run_share_a_name(overrides):
    known = quantities.of_case(case_from_dict(SMALL, overrides))
    keys = Counter(each.key for each in known if each.in_summary)
    assert max(Counter(each.name for each in known).values()) == 1
    assert max(keys.values()) == 1


@pytest.mark.parametrize(
    ("name", "key", "label"),
    [
        ("step", "steps", "steps"),
        ("Faraday rise", "faraday_rise_m", "faraday rise [m]"),
        ("wall time", "wall_s", "wall [s]"),
        ("charge", "charge_C_per_m2", "charge [C/m^2]"),
        ("cell resistance", "cell_resistance_ohm_m2", "cell resistance [ohm m^2]"),
        ("contact area per area", "contact_area_per_area", "contact area per area"),
        ("second electrode void volume per area", "second_electrode_void_volume_m",
         "second electrode void volume [m]"),
        ("largest concentration", "largest_concentration_mol_per_m3",
         "largest concentration [mol/m^3]"),
    ],
)  # fmt: skip
def test_keys_and_labels(name, key, label):
    quantity = quantities.named(name)
    assert (quantity.key, quantity.label) == (key, label)
    assert quantities.keyed(key) == quantity


def test_a_name_that_nothing_has_is_refused():
    with pytest.raises(KeyError, match="mean ride"):
        quantities.named("mean ride")
    assert quantities.keyed("absolute_charge_C_per_m2") is None


def test_headlines_are_shown_in_units_of_the_field():
    shown = {each.name: each for each in headlines()}
    assert [each.name for each in headlines()][:3] == [
        "nonuniformity", "nonuniformity raw", "mean rise",
    ]  # fmt: skip
    assert written(shown["voltage"], 4.951e-3) == "4.95 mV"
    assert written(shown["mean rise"], 5.4e-7) == "0.540 µm"
    assert written(shown["packing"], 0.9) == "90.0 %"
    assert written(shown["charge balance error"], 1.234e-9) == "1.2 × 10⁻⁹"
    assert written(shown["gini"], None) == "–"
