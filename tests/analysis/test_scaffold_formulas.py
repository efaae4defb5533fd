"""Which formula of the specific surface is given for which scaffold, and its value."""

from __future__ import annotations

from math import log, pi
from pathlib import Path

import pytest

from phasefield.case import load_case
from phasefield.setup.scaffold_formulas import surface_formula

CASES = Path(__file__).parents[2] / "cases"
P, W = 0.4, 2e-6


def formula(kind, dimensions=3, **given):
    keys = {
        "kind": kind,
        "pore_size": "2 um",
        "porosity": "40 %",
        "height": "10 um",
        "width": "10 um",
    }
    text = ", ".join(f"{key}: {value}" for key, value in (keys | given).items())
    asked = (f"dimensions={dimensions}", f"geometry={{{text}}}", "lithium.depth=2 um")
    return surface_formula(load_case(CASES / "quickstart.yaml", asked))


@pytest.mark.parametrize(
    ("name", "value", "dimensions", "kind", "given"),
    [
        ("4 p/w of cylinders", 4 * P / W, 3, "channels", {}),
        ("2 p/w of slits", 2 * P / W, 2, "channels", {}),
        ("2 p/w of slits", 2 * P / W, 3, "lamellae", {}),
        ("overlapping spheres", -3 * 0.6 * log(0.6) / (W / 2), 3, "overlapping_spheres", {}),
        (
            "q = 1 − p", -3 * 0.4 * log(0.4) / (W / 2), 3, "overlapping_spheres",
            {"spheres": "solid"},
        ),
        ("of discs, q = p", -2 * 0.6 * log(0.6) / (W / 2), 2, "overlapping_spheres", {}),
        ("6 p/w of spheres", 6 * P / W, 3, "separate_spheres", {}),
        ("4 p/w of discs", 4 * P / W, 2, "separate_spheres", {}),
        ("4 p/w, w mean chord", 4 * P / W, 3, "random_field", {}),
        ("π p/w, w mean chord", pi * P / W, 2, "random_field", {}),
    ],
)  # fmt: skip
def test_formula(name, value, dimensions, kind, given):
    found = formula(kind, dimensions, **given)
    assert found is not None
    assert name in found[0]
    assert found[1] == pytest.approx(value)


def test_none_is_known():
    assert formula("minimal_surface") is None
    assert surface_formula(load_case(CASES / "tomogram.yaml", ["geometry.porosity=null"])) is None
