"""Numbers of whole fields, and that they are taken in one place."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest

import phasefield
from phasefield.grid import collectives
from phasefield.grid.grid import Grid

VALUES = np.array([[3.0, -5.0], [0.5, 2.0]])
ROOMS = ("models", "simulation", "grid", "fipy_backend")
OF_A_FIELD = {"sum", "max", "min", "mean", "average", "bincount", "label"}
BESIDE = {
    ("fipy_backend/fitted_mesh.py", "max"),
    ("fipy_backend/fitted_mesh.py", "sum"),
    ("fipy_backend/library.py", "max"),
}
"""A mesh that is no grid, and the matrix of another library."""


def test_sums_means_and_extremes():
    assert collectives.total(VALUES) == 0.5
    assert collectives.total(VALUES, VALUES > 0) == 5.5
    assert collectives.mean(VALUES) == 0.125
    assert collectives.weighted_mean(VALUES, np.array([[1.0, 0.0], [0.0, 3.0]])) == 2.25
    assert (collectives.smallest(VALUES), collectives.largest(VALUES)) == (-5.0, 3.0)
    assert collectives.largest_size(VALUES) == 5.0
    assert collectives.largest_size(np.zeros(0)) == 0.0


def test_an_integral_over_the_cross_section():
    """Cells of 1 x 2 x 3 in a domain of 1 x 4 x 6: 0.5 * 6 over 6, across y."""
    grid = Grid((1, 2, 2), (1.0, 2.0, 3.0), 1)
    assert collectives.per_cross_section(VALUES[None], grid) == pytest.approx(0.5 * 6.0 / 6.0)


def test_sums_by_number():
    found = collectives.total_by_number(np.array([2, 0, 2, 1]), VALUES.ravel(), 4)
    np.testing.assert_array_equal(found, [-5.0, 2.0, 3.5, 0.0])


def test_connected_bodies_join_through_faces():
    cells = np.array([[1, 0, 1], [1, 0, 0], [0, 1, 1]], bool)
    labels, count = collectives.connected(cells)
    assert count == 3
    np.testing.assert_array_equal(labels > 0, cells)
    assert labels[0, 0] == labels[1, 0] != labels[2, 1] == labels[2, 2]


def test_no_room_takes_a_number_of_a_field_by_itself():
    """Reductions along one axis make fields again; all others are collectives."""
    root = Path(phasefield.__file__).parent
    for room in ROOMS:
        for file in (root / room).rglob("*.py"):
            if file.name == "collectives.py":
                continue
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                    continue
                name, place = node.func.attr, file.relative_to(root).as_posix()
                along = any(keyword.arg == "axis" for keyword in node.keywords)
                if name in OF_A_FIELD and not along and (place, name) not in BESIDE:
                    raise AssertionError(f"{place}:{node.lineno}: {name} is a collective")
