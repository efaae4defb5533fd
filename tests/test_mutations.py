"""Every formula has a test that fails when one of its signs or factors is wrong.

Minutes: `make mutations` prints the table. Each change is made to the text of a module when it is
imported, in a process of its own, where the tests of the module run until the first one fails.
"""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
import sys
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.util import spec_from_loader
from pathlib import Path

import numba
import pytest

from .mutants import make_mutants

ROOT = Path(__file__).parents[1]

FORMULAS, PAPER = "tests/physics/test_formulas.py", "tests/physics/test_paper_formulas.py"
TESTS = {
    "phasefield/physics/energy.py": [FORMULAS],
    "phasefield/physics/transport.py": [FORMULAS],
    "phasefield/physics/kinetics.py": [FORMULAS],
    "phasefield/physics/conserved.py": [FORMULAS],
    "phasefield/physics/salt.py": [FORMULAS],
    "phasefield/physics/noise.py": ["tests/physics/test_noise_formulas.py"],
    "phasefield/physics/anisotropy.py": [PAPER],
    "phasefield/physics/paper.py": [PAPER],
    "phasefield/analysis/analytic.py": [
        "tests/analysis/test_analytic.py",
        "tests/analysis/test_rails.py",
    ],
    "phasefield/analysis/salt.py": ["tests/analysis/test_salt.py"],
    "phasefield/analysis/convergence.py": ["tests/analysis/test_convergence.py"],
    "phasefield/analysis/uniformity.py": ["tests/analysis/test_uniformity.py"],
    "phasefield/analysis/contact.py": ["tests/analysis/test_contact.py"],
}
"""Tests by the module whose formulas they hold."""

FORMULAS_ONLY = "not divergence_on_the_grid and not wulff"
"""Tests of kernels, which take minutes where nothing is compiled, are left out."""

SAME = {
    (
        "elastic_well",
        "near = loose * np.minimum(abs(xi), abs(xi - 1.0)) - bonded * abs(xi - 1.0)",
    ): "bonded is 0 or 1, and near enters by its square",
    (
        "is_convex",
        "return _stiffness_positive(1.0 - epsilon * np.cos(fold * theta), theta)",
    ): "the same curve, turned by pi/fold",
    (
        "_mean_per_pore",
        "return np.asarray(ndimage.mean(rise, pore, np.arange(1.5, count + 1)))",
    ): "labels are whole numbers, and half of one is cut off",
    ("is_convex", "theta = np.linspace(0.0, 3.0 * np.pi, 7201)"): "more than a whole turn",
}
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


class Replaced(MetaPathFinder, Loader):
    """Imports one module from a text."""

    def __init__(self, name, text):
        self._name, self._text = name, text

    def find_spec(self, fullname, path, target=None):
        return spec_from_loader(fullname, self) if fullname == self._name else None

    def exec_module(self, module):
        exec(compile(self._text, self._name, "exec"), module.__dict__)


def uncompiled(*arguments, **options):
    """In place of numba.njit: formulas as plain Python, a tenth of the time."""

    def leave(function):
        function.py_func = function
        return function

    return leave(*arguments) if arguments else leave


AGAIN = ("phasefield.physics", "phasefield.analysis", "phasefield.solvers", "tests")
"""What is imported again where a formula is wrong; nothing else of the program uses formulas when
it is imported."""


def run_tests(module, text, tests):
    """Leave the process with pytest's exit code for `tests`, where `module` has another text."""
    for name in [*sys.modules]:
        if name.startswith(AGAIN):
            del sys.modules[name]
    sys.meta_path.insert(0, Replaced(module.removesuffix(".py").replace("/", "."), text))
    numba.njit = uncompiled
    words = [
        "-x",
        "-q",
        "-p",
        "no:cacheprovider",
        "-k",
        FORMULAS_ONLY,
        *(str(ROOT / file) for file in tests),
    ]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        code = int(pytest.main(words))
    os._exit(code)


def outcome(module, text, tests):
    """ "red", "green", or the exit code of pytest where it could not run the tests.

    A fork has the libraries already, which take most of the time of a new process.
    """
    fork = multiprocessing.get_context("fork")
    child = fork.Process(target=run_tests, args=(module, text, tests))
    child.start()
    child.join()
    return {0: "green", 1: "red", 2: "red"}.get(child.exitcode, f"exit code {child.exitcode}")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.parametrize("module", TESTS)
def test_every_wrong_sign_and_factor_is_seen(module):
    for name in ("scipy.optimize", "scipy.special", "phasefield.case", "phasefield.materials"):
        import_module(name)
    right = (ROOT / module).read_text(encoding="utf-8")
    assert outcome(module, right, TESTS[module]) == "green"
    unseen = []
    for mutant in make_mutants(right):
        found = outcome(module, mutant.text, TESTS[module])
        print(f"{found:6} {module}:{mutant.line} {mutant.function}: {mutant.now}", flush=True)
        if (found == "red") == ((mutant.function, mutant.now) in SAME):
            unseen.append(f"{found}: {mutant.function}, line {mutant.line}: {mutant.now}")
    assert not unseen
