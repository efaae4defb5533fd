"""The table of a sweep, its pictures and its page: complete whatever became of the members."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from matplotlib.figure import Figure

from phasefield import cli
from phasefield.studies.member_states import Record, states, write_record
from phasefield.studies.plan import make_plan, save_plan
from phasefield.studies.sweep_figures import draw
from phasefield.studies.table import make_table, parameters, write_table
from tests.sweep.conftest import finish

SIZE, CURRENT = "geometry.pore_size [um]", "protocol.0.plate.current_density [mA/cm^2]"


@pytest.fixture
def half_done(plan):
    """Three finished, one failed, two that cannot run."""
    *done, failed = plan.runnable
    for number, digest in enumerate(done):
        finish(plan, digest, nonuniformity=0.1 * (number + 1), voltage_V=5e-3)
    plan.member_directory(failed).mkdir(parents=True)
    write_record(plan.member_directory(failed), Record(2, 4, "no convergence"))
    return plan


def test_table_has_a_row_for_every_member(half_done):
    table = make_table(half_done, states(half_done))
    assert list(table["state"]) == ["finished"] * 3 + ["failed"] + ["invalid"] * 2
    assert list(table[SIZE]) == [1.2, 1.2, 1.8, 1.8, 0.3, 0.3]
    assert list(table[CURRENT]) == [0.1, 0.2] * 3
    assert table["nonuniformity"][:3].tolist() == pytest.approx([0.1, 0.2, 0.3])
    assert table["nonuniformity"][3:].isna().all()
    assert table["message"][3] == "no convergence"
    assert table["exit code"][3] == 4
    assert "shape" not in table


def test_both_files_hold_the_same(half_done):
    table = make_table(half_done, states(half_done))
    text, columns = write_table(table, half_done.directory)
    again = pd.read_parquet(columns)
    pd.testing.assert_frame_equal(again, table)
    assert list(pd.read_csv(text).columns) == list(table.columns)
    assert len(pd.read_csv(text)) == 6


def test_units_are_made_one_and_words_stay(sweep_file):
    text = "name: s\nbase: small.yaml\nlist:\n"
    text += "- {geometry.pore_size: 1.2 um}\n- {geometry.pore_size: 1800 nm, backend: fipy}\n"
    sweep_file.write_text(text)
    found = parameters(make_plan(sweep_file))
    assert found == {SIZE: [1.2, 1.8], "backend": ["numba", "fipy"]}


def test_collect_writes_table_pictures_and_page(half_done, sweep_file, capsys):
    (half_done.run_directory(next(iter(half_done.runnable))) / "report.html").write_text("x")
    assert cli.main(["sweep", "collect", str(sweep_file)]) == 0
    assert "6 members: 3 finished, 2 invalid, 1 failed" in capsys.readouterr().out
    page = (half_done.directory / "index.html").read_text(encoding="utf-8")
    links = re.findall(r'<a href="(runs/[^"]+)">', page)
    assert len(links) == 3
    assert all((half_done.directory / link).exists() for link in links)
    assert "no convergence" in page
    names = {path.name for path in (half_done.directory / "figures").iterdir()}
    assert {"nonuniformity-map.png", "nonuniformity.png"} <= names


def test_collect_before_anything_has_run(plan, sweep_file, capsys):
    assert cli.main(["sweep", "collect", str(sweep_file)]) == 0
    assert "4 waiting, 2 invalid" in capsys.readouterr().out
    assert len(pd.read_csv(plan.directory / "table.csv")) == 6


def test_pictures_follow_what_varies(tmp_path):
    table = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [5.0, 7.0, 6.0], "n": [0.1, 0.2, None]})
    table["state"] = "finished"
    names = [path.name for path in draw(table, ["a"], "n", tmp_path)]
    assert names == ["n.png"]
    assert [path.name for path in draw(table, ["a", "b"], "n", tmp_path / "points")] == ["n.png"]
    assert draw(table, ["a"], "other", tmp_path) == []
    assert draw(table.assign(n=None), ["a"], "n", tmp_path) == []


def test_what_follows_from_another_parameter_is_no_axis(tmp_path):
    """Times that go with currents, as for plating always the same charge."""
    points = [(size, current) for size in (1.0, 2.0) for current in (0.1, 0.2, 0.4)]
    table = pd.DataFrame(points, columns=["size", "current"])
    table["time"], table["width"], table["n"] = 1 / table["current"], 0.15, 0.5 * table["size"]
    table["state"] = "finished"
    names = draw(table, ["size", "time", "current", "width"], "n", tmp_path)
    assert [path.name for path in names] == ["n-map.png", "n.png"]


def test_only_what_has_finished_is_drawn(tmp_path, monkeypatch):
    """A voltage or a rise of half the charge does not belong beside those of the whole."""
    drawn = []
    monkeypatch.setattr(
        "phasefield.studies.sweep_figures._lines", lambda table, *_: drawn.append(table) or Figure()
    )
    table = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0], "n": [0.1, 0.2, 0.3, 0.4]})
    table["state"] = ["finished", "running", "failed", "finished"]
    assert [path.name for path in draw(table, ["a"], "n", tmp_path)] == ["n.png"]
    assert drawn[0]["n"].fillna(-1).tolist() == [0.1, -1, -1, 0.4]
    assert draw(table.assign(state="running"), ["a"], "n", tmp_path) == []


def test_damaged_run_is_a_row_too(half_done):
    digest = next(iter(half_done.runnable))
    (half_done.run_directory(digest) / "summary.json").write_text("{")
    save_plan(half_done)
    table = make_table(half_done, states(half_done))
    assert len(table) == 6
    assert table["nonuniformity"][:1].isna().all()
