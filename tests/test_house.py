"""The figures of the house stay within their limits, and the page on it names what is there."""

from __future__ import annotations

import ast
import re

from . import house

PAGE = house.ROOT / "docs" / "explanation" / "architecture.md"
LARGE = {"assemble_published", "assemble", "configure"}
"""Functions of more than 50 lines: two kernels, and the arguments of one command."""


def test_figures_of_the_house():
    root = house.ROOT
    assert house.rooms(root) <= 24
    assert house.floors(root) <= 14
    assert house.loose(root) <= 4
    assert house.untyped(root) <= 10
    assert house.missing_parts(root) <= 5
    assert house.contact_current(root) <= 2
    assert house.cell_parameters(root) <= 2  # in the cell, and for a steady two-rail estimate
    assert house.matches_on_steps(root) == 0
    assert house.labellings(root) == 1


def test_modules_and_functions_are_small():
    median, largest = house.modules(house.ROOT)
    assert median <= 150
    assert largest <= 400
    assert house.bodies(house.ROOT)[0] <= 10
    for file in house.files(house.ROOT):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name not in LARGE:
                assert house.body(node) <= 50, f"{file}:{node.lineno}"


def names_in(file):
    """Classes, methods as Class.method, functions and constants of a module."""
    found = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{one.name}" for one in node.body if hasattr(one, "name")}
        if hasattr(node, "name"):
            found.add(node.name)
        for target in getattr(node, "targets", [getattr(node, "target", None)]):
            found.add(getattr(target, "id", ""))
    return found


def test_the_page_names_files_and_functions_that_are_there():
    package, checked = house.ROOT / "phasefield", 0
    text = PAGE.read_text(encoding="utf-8")
    for path, name in re.findall(r"`([\w/]+\.py)`(?:\s+`([\w.]+)`)?", text):
        place = house.ROOT if path.startswith("tests/") else package
        assert (place / path).is_file(), path
        if name and not path.startswith("tests/"):
            assert name in names_in(place / path), f"{path} {name}"
            checked += 1
    assert checked >= 25
    for room in {*re.findall(r"`([a-z_]+)/`", text)} - {"phasefield", "geometries"}:
        assert (package / room).is_dir(), room
    there = {file.parent.name for file in package.glob("*/__init__.py")}
    listed = {*re.findall(r"`([a-z_]+)/`", text.split("Four arrows")[0])}
    assert there <= listed


def test_the_page_names_the_hooks_of_a_contribution():
    hooks = names_in(house.ROOT / "phasefield" / "models" / "conserved" / "contribution.py")
    text = PAGE.read_text(encoding="utf-8")
    for hook in (name.split(".")[1] for name in hooks if name.startswith("Contribution.")):
        assert f"`{hook}`" in text or f"Contribution.{hook}`" in text, hook
