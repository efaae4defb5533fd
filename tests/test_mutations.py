"""Every formula has a test that fails when one of its signs or factors is wrong.

`make mutations` makes each of them wrong, which takes half an hour; here is what can be
said of it at once.
"""

from __future__ import annotations

import pytest

from .mutants import Mutant, make_mutants
from .mutations import (
    EQUIVALENT,
    NO_FORMULAS,
    PAGE,
    ROOT,
    TESTS,
    Tried,
    outcome,
    page,
    read_page,
    row,
)

FOLDERS = ("phasefield/physics", "phasefield/analysis")


def test_mutants_of_a_small_module():
    text = (
        "def f(x, n=3):\n"
        '    """1 + 2."""\n'
        "    y = 2.0 * x + x[0] - 1\n"
        "    y += g(-x, n=-1)\n"
        "    return y * y\n\n\n"
        "A = 1 + 2\n\n\n"
        "class B:\n"
        "    def c(self, a, b):\n"
        "        return (\n"
        "            a\n"
        "            / b\n"
        "        )\n"
    )
    found = [(m.function, m.line, m.now) for m in make_mutants(text)]
    assert found == [
        ("f", 3, "y = 2.0 * x + x[0] + 1"),
        ("f", 3, "y = 2.0 * x - x[0] - 1"),
        ("f", 4, "y -= g(-x, n=-1)"),
        ("f", 4, "y += g(+x, n=-1)"),
        ("f", 3, "y = 3.0 * x + x[0] - 1"),
        ("f", 3, "y = 2.0 / x + x[0] - 1"),
        ("B.c", 15, "* b"),
    ]


def test_every_module_of_formulas_is_tried():
    modules = {
        file.relative_to(ROOT).as_posix()
        for folder in FOLDERS
        for file in (ROOT / folder).glob("*.py")
        if [*make_mutants(file.read_text(encoding="utf-8"))]
    }
    assert modules - NO_FORMULAS <= {*TESTS}
    assert all((ROOT / file).is_file() for files in TESTS.values() for file in files)


def test_what_is_called_equivalent_is_still_there():
    there = {
        (mutant.function, mutant.now)
        for module in TESTS
        for mutant in make_mutants((ROOT / module).read_text(encoding="utf-8"))
    }
    assert {*EQUIVALENT} <= there


def test_nothing_on_the_page_went_unseen():
    text = PAGE.read_text(encoding="utf-8")
    rows = read_page(text)
    assert {*rows} == {*TESTS}
    assert not any(one.unseen for one in rows.values())
    assert "\n".join(page(rows)) + "\n" == text


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_tests_pass_with_the_right_text_and_fail_with_a_wrong_one():
    module = "phasefield/setup/scaffold_formulas.py"
    text = (ROOT / module).read_text(encoding="utf-8")
    assert outcome(module, text) == "green"
    assert outcome(module, next(make_mutants(text)).text) == "red"


def test_the_page_counts():
    module = "phasefield/physics/energy.py"
    (function, now), reason = next(iter(EQUIVALENT.items()))
    tried = [
        Tried(module, Mutant("wall", 1, "", "a", ""), "red"),
        Tried(module, Mutant("wall", 2, "", "b", ""), "green"),
        Tried(module, Mutant(function, 3, "", now, ""), "green"),
    ]
    assert [one.expected for one in tried] == [True, False, True]
    rows = {module: row(module, tried, "today")}
    text = "\n".join(page(rows))
    assert "3 changes of a sign or a factor in 2 functions: 1 turned a test red, 1 change" in text
    assert ", 1 went unseen" in text
    assert f"`{now}`: {reason}." in text
    assert read_page(text) == rows
