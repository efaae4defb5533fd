"""Every formula has a test that fails when one of its signs or factors is wrong.

Minutes: `make mutations` prints the table. Each change is made in a copy of the program, where the
tests of the module run until the first one fails.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .mutants import make_mutants

ROOT = Path(__file__).parents[1]

FORMULAS, PAPER = "tests/physics/test_formulas.py", "tests/physics/test_paper_formulas.py"
TESTS = {
    "phasefield/physics/energy.py": [FORMULAS],
    "phasefield/physics/transport.py": [FORMULAS],
    "phasefield/physics/kinetics.py": [FORMULAS],
    "phasefield/physics/conserved.py": [FORMULAS],
    "phasefield/physics/anisotropy.py": [PAPER],
    "phasefield/physics/paper.py": [PAPER],
    "phasefield/analysis/analytic.py": ["tests/analysis/test_analytic.py"],
    "phasefield/analysis/convergence.py": ["tests/analysis/test_convergence.py"],
    "phasefield/analysis/uniformity.py": ["tests/analysis/test_uniformity.py"],
    "phasefield/analysis/cycles.py": ["tests/analysis/test_cycles.py"],
    "phasefield/analysis/ledger.py": ["tests/analysis/test_ledger.py"],
    "phasefield/analysis/contact.py": ["tests/analysis/test_contact.py"],
}
"""Tests by the module whose formulas they hold."""

SAME: dict[tuple[str, str], str] = {}
"""(function, line as changed): why no test can see this change."""


def test_mutants_of_a_small_module():
    text = (
        "def f(x, n=3):\n"
        '    """1 + 2."""\n'
        "    y = 2.0 * x + x[0] - 1\n"
        "    return y * y\n\n\n"
        "A = 1 + 2\n"
    )
    found = [(m.function, m.line, m.now) for m in make_mutants(text)]
    assert found == [
        ("f", 3, "y = 2.0 * x + x[0] + 1"),
        ("f", 3, "y = 2.0 * x - x[0] - 1"),
        ("f", 3, "y = 3.0 * x + x[0] - 1"),
    ]
    assert [m.now for m in make_mutants("def g(a, b):\n    return a / b\n")] == ["return a * b"]


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The program and its tests, where formulas may be wrong."""
    place = tmp_path_factory.mktemp("mutants")
    leave = shutil.ignore_patterns("__pycache__", "kernels-*")
    for part in ("phasefield", "geometries", "tests", "cases"):
        shutil.copytree(ROOT / part, place / part, ignore=leave)
    shutil.copy(ROOT / "pyproject.toml", place)
    return place


def outcome(copy, tests):
    """ "red", "green", or what pytest said where it could not run the tests."""
    words = ["-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONPATH": str(copy), "NUMBA_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, *words], cwd=copy, env=environment, capture_output=True, text=True
    )
    found = {0: "green", 1: "red"}.get(done.returncode)
    return found or done.stdout[-2000:] + done.stderr[-2000:]


@pytest.mark.slow
@pytest.mark.parametrize("module", TESTS)
def test_every_wrong_sign_and_factor_is_seen(module, copy):
    file = copy / module
    right = file.read_text(encoding="utf-8")
    assert outcome(copy, TESTS[module]) == "green"
    survivors = []
    try:
        for mutant in make_mutants(right):
            file.write_text(mutant.text, encoding="utf-8")
            found = outcome(copy, TESTS[module])
            reason = SAME.get((mutant.function, mutant.now))
            print(f"{found:6} {module}:{mutant.line} {mutant.function}: {mutant.now}", flush=True)
            if (found != "red") == (reason is None):
                survivors.append(f"{found}: {mutant.function}, line {mutant.line}: {mutant.now}")
    finally:
        file.write_text(right, encoding="utf-8")
    assert not survivors
