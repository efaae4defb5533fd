"""Sweep files, their points, and the plan that names every member by its case."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phasefield.errors import CaseError, RunDirectoryError
from phasefield.studies.plan import load_plan, make_plan, save_plan
from phasefield.studies.sampling import points
from phasefield.studies.sweep_file import SlurmExecutor, read_sweep
from phasefield.units import in_unit, split


def written(folder: Path, text: str) -> Path:
    file = folder / "sweep.yaml"
    file.write_text(f"name: s\nbase: small.yaml\n{text}\n", encoding="utf-8")
    return file


def points_of(folder: Path, text: str) -> list[dict[str, object]]:
    return points(read_sweep(written(folder, text))[0])


def test_grid_is_every_combination_in_order(tmp_path):
    found = points_of(tmp_path, "grid: {a.b: [1 um, 2 um], c: [x, y]}")
    assert found == [
        {"a.b": "1 um", "c": "x"},
        {"a.b": "1 um", "c": "y"},
        {"a.b": "2 um", "c": "x"},
        {"a.b": "2 um", "c": "y"},
    ]


def test_a_case_in_place_of_a_sweep_is_said():
    """One line, not one for each key that no sweep file has."""
    case = Path(__file__).parents[2] / "cases" / "quickstart.yaml"
    with pytest.raises(CaseError, match=r"is a case; .* write base: quickstart\.yaml") as found:
        read_sweep(case)
    assert len(found.value.problems) == 1


def test_list_is_as_it_stands(tmp_path):
    assert points_of(tmp_path, "list: [{a: 1 um}, {b: 2}]") == [{"a": "1 um"}, {"b": 2}]


CUBE = "latin_hypercube: {{samples: {}, ranges: {{a.b: [0.5 um, 5000 nm], c: [10 %, 90 %]}}}}"


def test_hypercube_covers_every_range_in_the_unit_given_first(tmp_path):
    found = points_of(tmp_path, CUBE.format(20))
    sizes = np.array([split(point["a.b"])[0] for point in found])
    assert {split(point["a.b"])[1] for point in found} == {"um"}
    assert {split(point["c"])[1] for point in found} == {"%"}
    assert sorted(((sizes - 0.5) / 4.5 * 20).astype(int)) == list(range(20))  # one in each stratum


def test_hypercube_is_extended_without_moving_a_point(tmp_path):
    first = points_of(tmp_path, CUBE.format(5))
    more = points_of(tmp_path, CUBE.format("[5, 10]"))
    assert more[:5] == first
    assert len(more) == 15


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "needs one of grid"),
        ("grid: {a: [1]}\nlist: [{a: 1}]", "needs one of grid"),
        ("grid: {a: []}", "at least"),
        ("grid: {" + ", ".join(f"p{n}: [1, 2, 3, 4]" for n in range(40)) + "}", "at most 100000"),
        ("latin_hypercube: {samples: 1000000, ranges: {a: [1 um, 2 um]}}", "less than"),
        ("gird: {a: [1]}", 'did you mean "grid"'),
        ("latin_hypercube: {samples: 3, ranges: {a: [1 um]}}", "low and a high end"),
        ("list: [{a: 1}]\nexecutor: {kind: lsf}", "not available"),
        ("list: [{a: 1}]\nexecutor: {kind: slurm, tme: 3 h}", 'did you mean "time"'),
        ("list: [{a: 1}]\nexecutor: {kind: slurm, partition: 'a b; rm'}", "pattern"),
        ("list: [{a: 1}]\nexecutor: {kind: slurm, time: 3}", "has no unit"),
    ],
)
def test_wrong_sweep_file_is_explained(tmp_path, text, said):
    with pytest.raises(CaseError, match=said):
        read_sweep(written(tmp_path, text))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=4), below),
    max_leaves=5,
)
KEYS = st.sampled_from(["name", "base", "grid", "list", "latin_hypercube", "executor", "metrics"])


@settings(max_examples=60, derandomize=True, deadline=None, database=None)
@given(keys=st.dictionaries(KEYS, VALUES, max_size=3))
def test_any_sweep_file_is_read_or_explained(tmp_path_factory, keys):
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    file.write_text(json.dumps({"name": "s", "base": "b", "grid": {"a": [1]}} | keys))
    try:
        points(read_sweep(file)[0])
    except CaseError as error:
        assert error.problems


@pytest.mark.parametrize("ends", ["[1 um, 2 s]", "[1 um, wide]", "[wide, 1 um]", "[1 um, [2]]"])
def test_ends_of_a_range_must_be_of_one_kind(tmp_path, ends):
    with pytest.raises(CaseError, match="two quantities of one kind"):
        points_of(tmp_path, f"latin_hypercube: {{samples: 3, ranges: {{a: {ends}}}}}")


def test_executor_is_read_with_its_units(tmp_path):
    text = "list: [{a: 1}]\nexecutor: {kind: slurm, time: 2 h, options: [--qos=long]}"
    executor = read_sweep(written(tmp_path, text))[0].executor
    assert isinstance(executor, SlurmExecutor)
    assert (executor.time, executor.options) == (7200.0, ["--qos=long"])


def test_plan_names_members_by_their_case_and_says_what_cannot_run(plan):
    digests = [member.digest for member in plan.members]
    assert len(plan.members) == 6
    assert len(set(digests[:4])) == len(plan.runnable) == 4
    assert [bool(member.problem) for member in plan.members] == [False] * 4 + [True] * 2
    assert "interface.width" in plan.members[4].problem
    assert plan.members[4].exit_code in (2, 3)
    assert all(member.wall_time_s > 1 for member in plan.members[:4])
    assert plan.case(plan.members[2]).digest() == plan.members[2].digest


def test_same_case_twice_is_one_run(sweep_file):
    text = sweep_file.read_text().replace("0.2 mA/cm^2]", "1 A/m^2]").replace(", 0.3 um", "")
    sweep_file.write_text(text)
    plan = make_plan(sweep_file)
    assert len(plan.members) == 4
    assert len(plan.runnable) == 2


def test_saved_plan_is_used_until_something_changes(plan, sweep_file, monkeypatch):
    assert load_plan(plan.directory) == plan
    monkeypatch.setattr("phasefield.studies.plan.preflight", None)  # would fail if it were called
    assert make_plan(sweep_file) == plan
    monkeypatch.undo()
    monkeypatch.chdir(sweep_file.parent)
    sweep_file.write_text(sweep_file.read_text().replace("1.8 um", "1.8 um, 2.4 um"))
    more = make_plan(sweep_file)
    assert len(more.members) == 8
    assert set(plan.runnable) < set(more.runnable)


def test_another_sweep_is_refused(plan, sweep_file):
    sweep_file.write_text(sweep_file.read_text().replace("name: pores", "name: others"))
    with pytest.raises(RunDirectoryError, match="holds the sweep pores, yours is others"):
        make_plan(sweep_file, plan.directory)


@pytest.mark.parametrize("content", ["{", "[]", '{"members": [{}]}', '{"members": []}'])
def test_damaged_plan_is_named(plan, content):
    (plan.directory / "plan.json").write_text(content)
    with pytest.raises(RunDirectoryError, match=r"plan.json is damaged"):
        load_plan(plan.directory)


def test_forced_members_run_what_rules_forbid(sweep_file):
    text = sweep_file.read_text().replace("0.3 um", "1.15 um")  # less than four interfaces a pore
    sweep_file.write_text(text)
    assert len(make_plan(sweep_file).runnable) == 4
    forced = make_plan(sweep_file, force=True)
    save_plan(forced)
    assert len(forced.runnable) == 6
    assert load_plan(forced.directory).force


def test_quantities_of_any_kind():
    assert split("-1.5e-3 mA/cm^2") == (-1.5e-3, "mA/cm^2")
    assert split(3) == (3.0, "")
    assert in_unit("1500 nm", "um") == 1.5
    assert in_unit("50 %", "") == 0.5
