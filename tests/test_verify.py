"""The validation book: it is complete, its quickest problems pass, a wrong reference fails."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from phasefield import cli
from phasefield.errors import DidNotConverge
from phasefield.validation import book
from phasefield.validation.outcome import Outcome, observed_order
from phasefield.validation.problems import PROBLEMS

BOOK = Path(__file__).parents[1] / "validation"


@pytest.fixture
def copy(tmp_path):
    return shutil.copytree(BOOK, tmp_path / "book")


def test_every_problem_has_its_folder_and_every_folder_its_problem():
    folders = {file.parent.name for file in BOOK.glob("*/acceptance.yaml")}
    assert folders == set(PROBLEMS)
    for name in PROBLEMS:
        acceptance = book.read_acceptance(BOOK, name)
        assert len({check.name for check in acceptance.checks}) == len(acceptance.checks)
        page = (BOOK / name / "problem.md").read_text(encoding="utf-8")
        assert page.startswith(f"# {acceptance.title}\n")
        assert all(f"**{part}" in page for part in ("Source", "How", "Acceptance"))


@pytest.mark.parametrize("name", ["flat-front", "circle"])
def test_quick_problem_passes_and_is_reported(name, tmp_path, capsys):
    assert cli.main(["verify", name, "--quick", "--out", str(tmp_path)]) == 0
    printed = capsys.readouterr()
    assert f"{name}: passed" in printed.err
    assert "NO" not in printed.out
    due = [c for c in book.read_acceptance(BOOK, name).checks if not c.full]
    assert printed.out.count(" yes") == len(due)
    text = (tmp_path / "REPORT.md").read_text(encoding="utf-8")
    assert "1 of 1 problems passed, quick variants" in text
    assert f"[{name}]({name}/problem.md)" in text
    assert (tmp_path / name / "figure.png").is_file()


def test_wrong_reference_fails(copy, capsys):
    file = copy / "flat-front" / "acceptance.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("mV, reference: 1.5", "mV, reference: 1.6"), encoding="utf-8")
    assert cli.main(["verify", "flat-front", "--quick", "--book", str(copy)]) == 1
    printed = capsys.readouterr()
    assert "flat-front: FAILED" in printed.err
    assert printed.out.count("  NO") == 1


def test_what_does_not_converge_or_is_not_measured_fails(monkeypatch, capsys):
    def never(quick):
        raise DidNotConverge("it does not")

    for problem in (never, lambda quick: Outcome({})):
        monkeypatch.setitem(PROBLEMS, "circle", problem)
        assert cli.main(["verify", "circle", "--quick"]) == 1
        printed = capsys.readouterr()
        assert "nan" in printed.out
        assert "yes" not in printed.out
        assert ("it does not" in printed.err) == (problem is never)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("reference: 1, relative: 0.1, absolute: 0.3", "one of relative"),
        ("reference: 1", "one of relative"),
        ("reference: 0, relative: 0.01", "needs absolute"),
        ("reference: 1, relative: 0.01, tolerance: 1", "tolerance"),
    ],
)
def test_acceptance_that_says_too_little_or_too_much_is_refused(copy, capsys, wrong, message):
    text = f"title: A\npins_down: b\nchecks: [{{name: c, {wrong}, origin: d}}]\n"
    (copy / "circle" / "acceptance.yaml").write_text(text, encoding="utf-8")
    assert cli.main(["verify", "circle", "--quick", "--book", str(copy)]) == 1
    assert message in capsys.readouterr().err


def test_unknown_name_and_missing_book_are_said(tmp_path, capsys):
    assert cli.main(["verify", "squaring-the-circle"]) == 1
    assert "there are pfhub-7a, flat-front" in capsys.readouterr().err
    assert cli.main(["verify", "circle", "--book", str(tmp_path)]) == 1
    assert "part of the repository" in capsys.readouterr().err


def test_observed_order():
    assert observed_order(9.0, 1.0, 3.0) == pytest.approx(2.0)
