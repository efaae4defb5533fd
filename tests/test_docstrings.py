"""Docstrings are reST: what stands beside `names` in them must be what reST allows there.

The site is built with every warning an error (`make docs`); this sees the commonest one at once.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

LITERAL = re.compile(r"``.+?``", re.DOTALL)
NAME = re.compile(r"(.?)`([^`]+)`(.?)", re.DOTALL)
BEFORE, AFTER = " \n-:/'\"<([{", " \n'\".,:;!?-)]}/>"


def badly_placed(text):
    """Names in backticks that reST does not see as such."""
    return [
        found[2]
        for found in NAME.finditer(LITERAL.sub("", text))
        if (found[1] and found[1] not in BEFORE) or (found[3] and found[3] not in AFTER)
    ]


def test_what_is_seen():
    assert badly_placed("`one` and (`two`), h/`three`; ``four``^2") == []
    assert badly_placed("h/`one`^2, a`two`, `three`s") == ["one", "two", "three"]


@pytest.mark.parametrize("package", ["phasefield", "geometries"])
def test_names_in_docstrings_are_seen(package):
    wrong = []
    for file in sorted((ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                text = ast.get_docstring(node) or ""
                wrong += [f"{file.relative_to(ROOT)}: `{name}`" for name in badly_placed(text)]
    assert not wrong
