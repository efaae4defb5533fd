"""The package as others get it: metadata that agree, light imports, a wheel with every file."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from ruamel.yaml import YAML

import phasefield
from phasefield.bench import poisson
from phasefield.errors import PhaseFieldError
from phasefield.validation import coupled

ROOT = Path(__file__).parents[1]
SOURCES = ("phasefield", "geometries")


@pytest.fixture(scope="module")
def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_versions_agree(project):
    citation = YAML(typ="safe").load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[([^\]]+)\]", changes, re.MULTILINE)
    assert newest is not None
    assert (
        phasefield.__version__
        == project["version"]
        == metadata.version("phasefield-llzo")
        == citation["version"]
        == newest[1]
    )


def test_change_log_has_a_section_on_results_for_every_version():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    assert versions
    assert all("### Results change" in version for version in versions)


def test_licences_agree(project):
    citation = YAML(typ="safe").load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["license"] == project["license"] == "BSD-3-Clause"
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("BSD 3-Clause License")


def test_command_is_installed():
    (entry,) = metadata.entry_points(group="console_scripts", name="phasefield")
    assert entry.load() is __import__("phasefield.cli", fromlist=["main"]).main
    script = Path(sys.executable).with_name("phasefield")
    done = subprocess.run([script, "--version"], capture_output=True, text=True)
    assert done.stdout == f"phasefield {phasefield.__version__}\n"


@pytest.mark.parametrize(
    "module", ["phasefield", "geometries", "phasefield.cli", "phasefield.case"]
)
def test_import_is_light(module):
    heavy = ("numba", "matplotlib", "vtk", "vtkmodules", "pyvista", "skimage", "pandas")
    code = f"import sys, {module}; print(*sorted(sys.modules.keys() & {set(heavy)}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


@pytest.mark.parametrize("package", SOURCES)
def test_types_are_announced(package):
    assert (ROOT / package / "py.typed").is_file()


def imported(file: Path) -> set[str]:
    """Packages that a module imports, wherever in it."""
    nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    plain = {a.name for node in nodes if isinstance(node, ast.Import) for a in node.names}
    of = {n.module for n in nodes if isinstance(n, ast.ImportFrom) and n.module and not n.level}
    return {found.partition(".")[0] for found in plain | of}


def test_every_import_is_a_declared_dependency(project):
    names = {"PIL": "pillow", "ruamel": "ruamel.yaml", "skimage": "scikit-image"}
    brought = {"vtkmodules": "pyvista", "pydantic_core": "pydantic", "mpl_toolkits": "matplotlib"}
    brought |= {"markupsafe": "jinja2", "dask_jobqueue": "dask-jobqueue"}
    files = [file for package in SOURCES for file in (ROOT / package).rglob("*.py")]
    files.remove(ROOT / "phasefield/bench/hypre_side.py")  # for an interpreter that has PETSc
    others = set().union(*map(imported, files)) - {*sys.stdlib_module_names, *SOURCES}
    extras = project["optional-dependencies"]
    lines = sum((extras[name] for name in ("dask", "bench", "verify")), project["dependencies"])
    declared = {re.split(r"[<>=!~ \[]", line)[0] for line in lines}
    assert {(names | brought).get(module, module) for module in others} <= declared


@pytest.mark.parametrize(
    ("package", "extra", "call"),
    [
        ("pyamg", "bench", lambda: poisson.solve("pyamg RS+CG", (1, 10, 10), 1e2, False, 1)),
        ("sympy", "verify", lambda: coupled._solution.__wrapped__(2, "")),
    ],
)
def test_a_package_of_an_extra_that_is_missing_is_named(package, extra, call, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(PhaseFieldError, match=rf"needs {package}: .*phasefield-llzo\[{extra}\]"):
        call()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from a copy of the sources without asking the network."""
    setuptools = tuple(map(int, metadata.version("setuptools").split(".")[:1]))
    if setuptools < (77,):
        pytest.skip("the build needs setuptools 77 or later in the environment")
    copy = tmp_path_factory.mktemp("source")
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, copy)
    for package in SOURCES:
        leave = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / package, copy / package, ignore=leave)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", copy / "dist", copy], check=True, capture_output=True)
    (built,) = (copy / "dist").glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        return set(archive.namelist())


def test_wheel_holds_every_file_of_the_packages(wheel):
    files = {
        file.relative_to(ROOT).as_posix()
        for package in SOURCES
        for file in (ROOT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert files <= wheel


def test_wheel_holds_nothing_else(wheel):
    assert {name.split("/")[0].partition("-")[0] for name in wheel} == {
        "phasefield",
        "geometries",
        "phasefield_llzo",
    }
