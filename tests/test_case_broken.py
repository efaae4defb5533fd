"""Every broken case file: exit code 2, one clean message with file, line and key, no traceback."""

from __future__ import annotations

import pytest

from phasefield import cli
from tests.broken_cases import BROKEN, GOOD


def test_there_are_many_kinds_and_the_good_one_is_good(tmp_path, capsys):
    path = tmp_path / "good.yaml"
    path.write_text(GOOD)
    assert len(BROKEN) >= 20
    assert cli.main(["check", str(path)]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("name", BROKEN)
def test_one_clean_message(name, tmp_path, capsys):
    broken = BROKEN[name]
    path = tmp_path / "case.yaml"
    path.write_text(broken.text)
    assert cli.main(["check", str(path)]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1, error
    key = f"{broken.key}: " if broken.key else ""
    assert error.startswith(f"{path}:{broken.line}: {key}"), error
    assert broken.message in error
    assert "Traceback" not in error


@pytest.mark.parametrize("name", ["interface-too-wide", "grid-too-coarse", "too-much-charge"])
def test_resolution_rules_can_be_forced(name, tmp_path, capsys):
    path = tmp_path / "case.yaml"
    path.write_text(BROKEN[name].text)
    assert cli.main(["check", str(path), "--force"]) == 0
    assert f"forced: {path}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"# only a comment\n", "is empty"),
        (b"- a\n- b\n", "holds no keys"),
        (b"just text\n", "holds no keys"),
        (b"\xff\xfe\x00", "not a text file in UTF-8"),
        (b"a: 1\n---\nb: 2\n", "not readable"),
        (b"a: !!python/object:os.system {}\n", "not readable"),
        (b"a: *nobody\n", "not readable"),
        (b"[" * 700, "not readable"),
        (b"a: &x {b: *x}\n", "contains itself"),
        (b"1: 2\n", "1"),
    ],
)
def test_files_that_are_no_case_at_all(content, message, tmp_path, capsys):
    path = tmp_path / "case.yaml"
    path.write_bytes(content)
    assert cli.main(["check", str(path)]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert str(path) in error
    assert "Traceback" not in error


def test_a_name_without_its_ending_is_guessed(tmp_path, capsys):
    (tmp_path / "mine.yaml").write_text("format: 1\n", encoding="utf-8")
    assert cli.main(["check", str(tmp_path / "mine")]) == 2
    assert f"did you mean {tmp_path / 'mine.yaml'}?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("geometry.porosity=50", "you gave 50; did you mean 50 %?"),
        ("geometry.porosity=150", "you gave 150\n"),
        ("geometry.porosity=-50 %", "you gave -50 %\n"),
        ("geometry.kind=gyroid", "'gyroid' is kind: minimal_surface, with surface: gyroid here"),
        ("geometry.kind=cylinders", "'cylinders' is kind: channels, with dimensions: 3 here"),
    ],
)
def test_what_was_probably_meant_is_said(change, message, tmp_path, capsys):
    path = tmp_path / "case.yaml"
    path.write_text(GOOD, encoding="utf-8")
    assert cli.main(["check", str(path), "--set", change]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("path", ["nowhere.yaml", "."])
def test_files_that_are_not_there(path, capsys):
    assert cli.main(["check", path]) == 2
    assert capsys.readouterr().err.startswith(f"{path}: cannot read the case: ")
