"""The reader of cases against hostile and random text: a case or a message, no traceback."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phasefield.case import Case, case_from_dict, load_case
from phasefield.errors import CaseError

ROOT = Path(__file__).parents[1]
GOOD = (ROOT / "cases" / "quickstart.yaml").read_text(encoding="utf-8")
LINES = GOOD.splitlines()
FIXED = {
    "derandomize": True,  # the same examples everywhere: red is red for everybody
    "deadline": None,
    "database": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture],
}


def read(path: Path, text: str | bytes) -> Case | CaseError:
    """A case or its problems; whatever else is raised fails the test."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    try:
        return load_case(path)
    except CaseError as error:
        assert error.problems
        assert len(str(error)) < 20_000
        return error


LAUGHS = "a0: &a0 [ha, ha]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)
MERGES = "m0: &m0 {k: v}\n" + "".join(
    f"m{n}: &m{n} {{<<: [{', '.join([f'*m{n - 1}'] * 9)}]}}\n" for n in range(1, 12)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LAUGHS + GOOD, "counting what aliases repeat"),
        (MERGES + GOOD, "counting what aliases repeat"),
        ("a: &a [*a]\n" + GOOD, "contains itself"),
        ("a: &a {b: *a}\n" + GOOD, "contains itself"),
        ("x: " + "[" * 100 + "]" * 100 + "\n" + GOOD, "nested deeper"),
        ("x: " + "[" * 100_000 + "\n" + GOOD, "nested deeper"),
        ("\n".join(" " * n + f"k{n}:" for n in range(500)) + "\n", "nested deeper"),
        ("# " + "x" * 1_000_000 + "\n" + GOOD, "million bytes"),
        (GOOD.replace("6 um", "1e999999999 um"), "not a finite number"),
        (GOOD.replace("6 um", "9" * 5000 + " um"), "not a number with a unit"),
        (GOOD.replace("6 um", "1 m^9^9^9^9"), "cannot read the unit"),
        (GOOD + "seed: " + "9" * 5000 + "\n", ""),
        (GOOD + "seed: " + "9" * 4000 + "\n", "less than"),
        (GOOD + "seed: .inf\n", "whole number"),
        (GOOD + "? [a, b]\n: c\n", ""),
        (GOOD + "1: 2\nnull: 3\n2020-01-01: x\n", ""),
        ("!!python/object/apply:os.system [echo]\n", ""),
        (GOOD.replace("quickstart", "!!python/name:os.system"), ""),
        ("- a\n- b\n", "holds no keys"),
        (b"\x00\x01\xff", "UTF-8"),
        (b"\xff\xfea\x00", "UTF-8"),
        ("%YAML 9.9\n---\n" + GOOD, ""),
        (GOOD + "\n---\n" + GOOD, ""),
    ],
    ids=range(23),
)
def test_hostile_case_is_refused_at_once(tmp_path, text, said):
    began = time.monotonic()
    found = read(tmp_path / "case.yaml", text)
    assert isinstance(found, CaseError)
    assert said in str(found)
    assert time.monotonic() - began < 10


def test_aliases_as_people_use_them_are_read(tmp_path):
    text = GOOD.replace("pore_size: 1.5 um", "pore_size: &size 1.5 um")
    text = text.replace("depth: 3 um", "depth: *size")
    found = read(tmp_path / "case.yaml", text)
    assert isinstance(found, Case)
    assert found.lithium.depth == found.geometry.smallest_pore == 1.5e-6


@pytest.mark.parametrize("value", [LAUGHS, "[" * 100 + "]" * 100, "9" * 5000, "*a", "&a [*a]"])
def test_hostile_override_is_refused(value):
    with pytest.raises(CaseError):
        case_from_dict({"format": 1}, [f"geometry.pore_size={value}"])


def test_endless_file_is_refused():
    with pytest.raises(CaseError, match="million bytes"):
        load_case("/dev/zero")


WORDS = (
    "&a *a <<: ? | > !!int !!binary !!set %TAG --- ... \t {} [] , : - # ' \" 1e400 .nan .inf ~ "
    "0x10 0o8 1_000 2020-01-01 true null -1 0 1e-400 % um m^2 µm kg K degC \x00 \ufeff"
)
SNIPPETS = st.sampled_from(WORDS.split(" "))
EDITS = st.lists(
    st.tuples(
        st.integers(0, len(GOOD)),
        st.integers(0, 12),
        SNIPPETS | st.text(max_size=6) | st.sampled_from(LINES),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=80, **FIXED)
@given(edits=EDITS)
def test_edited_case_is_read_or_explained(tmp_path, edits):
    text = GOOD
    for at, removed, put in edits:
        text = text[:at] + put + text[at + removed :]
    read(tmp_path / "case.yaml", text)


@settings(max_examples=60, **FIXED)
@given(raw=st.binary(max_size=200) | st.text(max_size=200))
def test_any_text_is_explained(tmp_path, raw):
    assert isinstance(read(tmp_path / "case.yaml", raw), CaseError)


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(10**80, 10**90)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["1 um", "-1 um", "50 %", "1e400 um", "1 s", "unit_cell", "image", "paper"])
)
VALUES = st.recursive(
    SCALARS,
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(
            st.text(max_size=5) | st.sampled_from(["kind", "plate"]), below, max_size=3
        )
    ),
    max_leaves=6,
)
PLACES = [
    "format", "name", "model", "backend", "dimensions", "cell", "geometry", "geometry.kind",
    "geometry.pore_size", "geometry.porosity", "geometry.width", "grid.spacing", "interface",
    "lithium.depth", "lithium.contact_angle", "electrolyte", "kinetics.resistance", "temperature",
    "protocol", "protocol.0", "protocol.0.plate", "output", "solver", "solver.time_step", "seed",
    "paper",
]  # fmt: skip


def put(data: object, path: str, value: object) -> None:
    """Set a value in nested mappings and lists."""
    *above, last = (int(key) if key.isdigit() else key for key in path.split("."))
    for key in above:
        if isinstance(data, dict) and key not in data:
            data[key] = {}
        data = data[key]  # type: ignore[index]
    data[last] = value  # type: ignore[index]


@settings(max_examples=100, **FIXED)
@given(changes=st.lists(st.tuples(st.sampled_from(PLACES), VALUES), min_size=1, max_size=3))
def test_any_value_anywhere_is_read_or_explained(changes):
    from ruamel.yaml import YAML

    data = YAML(typ="safe", pure=True).load(GOOD)
    for path, value in sorted(changes, key=lambda change: -change[0].count(".")):
        try:
            put(data, path, value)
        except (KeyError, IndexError, TypeError):
            continue
    try:
        case_from_dict(data)
    except CaseError as error:
        assert error.problems
