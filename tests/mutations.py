"""Change every formula and see a test fail for it: `make mutations`, half an hour for all of them.

Each change is made to the text of a module when it is imported, in a process of its own, where the
tests of the module run until the first one fails. What was seen is written to MUTATIONS.md.
"""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.util import spec_from_loader
from pathlib import Path
from typing import NamedTuple

import numba
import pytest

from phasefield.case import load_case

from .mutants import Mutant, make_mutants

ROOT = Path(__file__).parents[1]

PAGE = ROOT / "tests" / "MUTATIONS.md"

PATIENCE = 300.0
"""Seconds after which tests that do not end count as failed; the longest that end take 60."""

FORMULAS, PAPER = "tests/physics/test_formulas.py", "tests/physics/test_paper_formulas.py"
MAPS, ELECTRONS = "tests/solvers/test_maps.py", "tests/solvers/test_electrons.py"
TESTS = {
    "phasefield/physics/energy.py": [FORMULAS],
    "phasefield/physics/transport.py": [FORMULAS],
    "phasefield/physics/kinetics.py": [FORMULAS],
    "phasefield/physics/front.py": [FORMULAS],
    "phasefield/grid/faces.py": [FORMULAS, PAPER],
    "phasefield/models/conserved/contact.py": [FORMULAS],
    "phasefield/setup/parameters.py": [FORMULAS, "tests/physics/test_noise_formulas.py"],
    "phasefield/setup/published_parameters.py": [PAPER],
    "phasefield/physics/salt.py": [FORMULAS],
    "phasefield/physics/noise.py": ["tests/physics/test_noise_formulas.py"],
    "phasefield/models/conserved/cell.py": [
        MAPS,
        ELECTRONS,
        "tests/solvers/test_electrochemistry.py",
    ],
    "phasefield/models/conserved/conductor.py": [
        MAPS,
        "tests/solvers/test_electrochemistry.py",
        "tests/solvers/test_salt.py",
    ],
    "phasefield/models/conserved/counter_electrode.py": [MAPS, ELECTRONS],
    "phasefield/models/conserved/local_parameters.py": [MAPS, ELECTRONS],
    "phasefield/models/conserved/electron_network.py": [ELECTRONS],
    "phasefield/physics/anisotropy.py": [PAPER],
    "phasefield/physics/published.py": [PAPER],
    "phasefield/analysis/analytic.py": [
        "tests/analysis/test_analytic.py",
        "tests/analysis/test_rails.py",
    ],
    "phasefield/analysis/scaffold_datasheet.py": ["tests/analysis/test_certificate.py"],
    "phasefield/models/conserved/conducting_coating.py": [ELECTRONS],
    "phasefield/analysis/estimates.py": ["tests/analysis/test_companions.py"],
    "phasefield/analysis/conduction.py": ["tests/analysis/test_conduction.py"],
    "phasefield/analysis/contact.py": ["tests/analysis/test_contact.py"],
    "phasefield/analysis/convergence.py": ["tests/analysis/test_convergence.py"],
    "phasefield/simulation/cycling.py": ["tests/analysis/test_cycles.py"],
    "phasefield/models/conserved/voltage.py": [
        "tests/solvers/test_electrochemistry.py",
        "tests/solvers/test_electrons.py",
        "tests/solvers/test_salt.py",
        "tests/solvers/test_symmetric.py",
    ],
    "phasefield/analysis/front.py": ["tests/analysis/test_uniformity.py"],
    "phasefield/simulation/charge_ledger.py": ["tests/analysis/test_ledger.py"],
    "phasefield/models/readings.py": [
        "tests/analysis/test_observables.py",
        "tests/analysis/test_paper_observables.py",
        "tests/solvers/test_electrochemistry.py",
    ],
    "phasefield/models/conserved/readings.py": [
        "tests/analysis/test_observables.py",
        "tests/analysis/test_paper_observables.py",
        "tests/solvers/test_electrochemistry.py",
        "tests/solvers/test_electrons.py",
        "tests/solvers/test_salt.py",
        "tests/solvers/test_symmetric.py",
    ],
    "phasefield/models/published/readings.py": ["tests/analysis/test_paper_observables.py"],
    "phasefield/models/conserved/transmission_line.py": ["tests/analysis/test_rails.py"],
    "phasefield/analysis/salt_limits.py": ["tests/analysis/test_salt.py"],
    "phasefield/setup/scaffold_formulas.py": ["tests/analysis/test_scaffold_formulas.py"],
    "phasefield/setup/salt_limits.py": ["tests/analysis/test_salt.py"],
    "phasefield/analysis/stripping.py": ["tests/analysis/test_stripping.py"],
    "phasefield/models/conserved/symmetric_cell.py": ["tests/solvers/test_symmetric.py"],
    "phasefield/analysis/uniformity.py": ["tests/analysis/test_uniformity.py"],
}
"""Tests by the module whose formulas they hold."""

NO_FORMULAS = {
    "phasefield/physics/compiled.py",
    "phasefield/physics/scalar.py",
}
"""What stands beside the formulas and computes nothing of physics."""

SLOW_UNCOMPILED = "not divergence_on_the_grid and not wulff"
"""Tests of kernels, which take minutes where nothing is compiled, are left out there."""

EQUIVALENT = {
    (
        "elastic_well",
        "near = loose * np.minimum(abs(xi), abs(xi - 1.0)) - bonded * abs(xi - 1.0)",
    ): "bonded is 0 or 1, and near enters by its square",
    (
        "is_convex",
        "return _stiffness_positive(1.0 - epsilon * np.cos(of_plane * theta), theta)",
    ): "the same curve, turned by pi/fold",
    (
        "_mean_per_pore",
        "return np.asarray(ndimage.mean(rise, pore, np.arange(1.5, count + 1)))",
    ): "labels are whole numbers, and half of one is cut off",
    (
        "Electrons.network",
        "linked = joined - sparse.csr_array(",
    ): "which nodes are joined is read off where entries stand, not off their signs",
    ("is_convex", "theta = np.linspace(0.0, 3.0 * np.pi, 7201)"): "more than a whole turn",
    (
        "_joining_both_faces",
        "both = np.intersect1d(bodies.take(0, axis=axis), bodies.take(-1.5, axis=axis))",
    ): "NumPy cuts -1.5 to -1",
    ("Electrochemistry.voltage", "field.take(-1.5, axis=axis).ravel()"): "NumPy cuts -1.5 to -1",
    ("free_surface", "piece = column * (layers + 1) - walls_below"): "as good a number of a piece",
    (
        "free_surface",
        "piece = column * (layers - 1) + walls_below",
    ): "below a surface stand two walls less than layers, so that it still numbers the pieces",
}
"""(function, line as changed): why no test can see this change."""

READ_AGAIN = "phasefield."
"""What is imported again where a formula is wrong, beside the tests."""

PACKAGES = {"phasefield.physics", "phasefield.physics.compiled"}
"""What installs itself into Numba when it is imported, which must happen once."""

KEPT = (
    "phasefield.errors",
    "phasefield.case",
    "phasefield.materials.parameter_sets",
    "phasefield.materials.references",
    "phasefield.units",
)
"""What is not, by the beginnings of its names: slow to import, and uses no formula."""


LEAN = ("-x", "-q", "--assert=plain", "-p", "no:cacheprovider", "-p", "no:hypothesispytest")
"""Options of pytest that leave out what only a reader needs; twice as fast."""


class Replaced(MetaPathFinder, Loader):
    """Imports one module from a text."""

    def __init__(self, name: str, text: str) -> None:
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


def run_tests(module: str, text: str, tests: Sequence[str]) -> None:
    """Leave the process with pytest's exit code for `tests`, where `module` has another text."""
    for name, loaded in [*sys.modules.items()]:
        of_tests = (getattr(loaded, "__file__", None) or "").startswith(f"{ROOT / 'tests'}{os.sep}")
        again = name.startswith(READ_AGAIN) and name not in PACKAGES and not name.startswith(KEPT)
        if of_tests or again:
            del sys.modules[name]
    sys.meta_path.insert(0, Replaced(module.removesuffix(".py").replace("/", "."), text))
    words = [*LEAN, *(str(ROOT / file) for file in tests)]
    if "@njit" in text:
        numba.njit = uncompiled
        words += ["-k", SLOW_UNCOMPILED]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        code = int(pytest.main(words))
    os._exit(code)


def outcome(module: str, text: str) -> str:
    """ "red", "green", or the exit code of pytest where it could not run the tests of a module.

    A fork has the libraries already, which take most of the time of a new process.
    """
    child = multiprocessing.get_context("fork").Process(
        target=run_tests, args=(module, text, TESTS[module])
    )
    child.start()
    child.join(PATIENCE)
    if child.is_alive():
        child.kill()
        return "red"
    return {0: "green", 1: "red", 2: "red"}.get(child.exitcode, f"exit code {child.exitcode}")


class Tried(NamedTuple):
    """A change and what the tests said of it."""

    module: str
    mutant: Mutant
    found: str

    @property
    def equivalent(self) -> str:
        """Why no test can see it, if that is known."""
        return EQUIVALENT.get((self.mutant.function, self.mutant.now), "")

    @property
    def expected(self) -> bool:
        """Whether a test failed, or none could."""
        return self.found == ("green" if self.equivalent else "red")

    def __str__(self) -> str:
        place = f"{self.module}:{self.mutant.line} {self.mutant.function}"
        return f"{self.found:6} {place}: {self.mutant.now}"


def try_module(module: str) -> Iterator[Tried]:
    """Try every change of a module; its tests must pass as it is."""
    for name in ("scipy.optimize", "scipy.special", "phasefield.materials.parameter_sets"):
        import_module(name)
    load_case(ROOT / "cases" / "quickstart.yaml")  # the registry of units takes a second
    right = (ROOT / module).read_text(encoding="utf-8")
    if (found := outcome(module, right)) != "green":
        raise RuntimeError(f"the tests of {module} do not pass as it is: {found}")
    for mutant in make_mutants(right):
        yield Tried(module, mutant, outcome(module, mutant.text))


class Row(NamedTuple):
    """What was seen of a module: counts, when, and a digest of its text and that of its tests."""

    module: str
    functions: int
    changes: int
    red: int
    equivalent: int
    unseen: int
    when: str
    digest: str


def row(module: str, tried: Sequence[Tried], when: str) -> Row:
    """Counts over the changes of a module."""
    red = sum(one.found == "red" for one in tried)
    equal = sum(bool(one.equivalent) and one.expected for one in tried)
    functions = len({one.mutant.function for one in tried})
    unseen = len(tried) - red - equal
    return Row(module, functions, len(tried), red, equal, unseen, when, digest(module))


def digest(module: str) -> str:
    """Of the text of a module and its tests: another one is tried again."""
    texts = [(ROOT / file).read_bytes() for file in (module, *TESTS[module])]
    return sha256(b"".join(texts)).hexdigest()[:12]


def read_page(text: str) -> dict[str, Row]:
    """Rows of the page by their module; those of modules that are no longer there are dropped."""
    found = {}
    for line in text.splitlines():
        cells = [cell.strip().strip("`") for cell in line.split("|")[1:-1]]
        if len(cells) == len(Row._fields) and cells[0] in TESTS:
            found[cells[0]] = Row(cells[0], *map(int, cells[1:6]), *cells[6:])
    return found


def page(rows: Mapping[str, Row]) -> Iterator[str]:
    """What was seen, as lines of Markdown."""
    shown = [rows[module] for module in TESTS if module in rows]
    total = {name: sum(getattr(one, name) for one in shown) for name in Row._fields[1:6]}
    yield "# Formulas that were made wrong\n"
    yield (
        f"{total['changes']} changes of a sign or a factor in {total['functions']} functions: "
        f"{total['red']} turned a test red, {total['equivalent']} change nothing that a test could "
        f"see, {total['unseen']} went unseen. Written by `make mutations`, which tries a module "
        "again when its text or that of its tests has changed (digest).\n"
    )
    yield "| module | functions | changes | red | equivalent | unseen | when | digest |"
    yield "|" + " --- |" * len(Row._fields)
    for one in shown:
        yield f"| `{one.module}` | {' | '.join(map(str, one[1:7]))} | `{one.digest}` |"
    yield "\nEquivalent, with the reason:\n"
    for (function, now), reason in EQUIVALENT.items():
        yield f"- `{function}`, `{now}`: {reason}."


def main(words: Sequence[str]) -> int:
    """Try the modules that are named, or `--all`, or what has changed; 1 when one went unseen."""
    rows = read_page(PAGE.read_text(encoding="utf-8")) if PAGE.exists() else {}
    changed = [one for one in TESTS if one not in rows or rows[one].digest != digest(one)]
    modules = [*TESTS] if "--all" in words else [*words] or changed
    for module in modules:
        tried = []
        for one in try_module(module):
            tried.append(one)
            print(one, flush=True)
        print(*(f"NOT AS EXPECTED {one}" for one in tried if not one.expected), sep="\n")
        rows[module] = row(module, tried, f"{datetime.now(UTC):%Y-%m-%d %H:%M}")
        PAGE.write_text("\n".join(page(rows)) + "\n", encoding="utf-8")
    return int(any(rows[module].unseen for module in modules))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
