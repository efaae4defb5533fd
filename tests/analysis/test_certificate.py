"""The table of a certificate: numbers, factors and units of slits that are known."""

from __future__ import annotations

import pytest

from geometries import channels
from phasefield.analysis.scaffold_datasheet import certify


@pytest.fixture(scope="module")
def lines():
    """Slits of 2 um between walls of 2 um, 8 um high, cells of 0.25 um."""
    found = certify(channels(2e-6, 0.5, 8e-6, 8e-6, 0.25e-6))
    return {name.strip(): (value, unit) for name, value, _, unit in found.lines()}


@pytest.mark.parametrize(
    ("name", "value", "unit"),
    [
        ("porosity, of cells", 50.0, "%"),
        ("pores percolating, 6 neighbours", 100.0, "%"),
        ("deviation of slices along x", 50.0, "points"),
        ("surface, marching cubes", 0.5, "1/um"),
        ("shortest path in pore along y", 8.0, "um"),
        ("shortest path in solid along y", 8.0, "um"),
    ],
)
def test_lines(lines, name, value, unit):
    assert lines[name] == (pytest.approx(value, rel=1e-6), unit)


def test_both_phases_conduct_along_straight_walls_as_their_share():
    found = certify(channels(2e-6, 0.5, 8e-6, 8e-6, 0.25e-6)).to_json()
    for phase in ("pore", "solid"):
        assert found["conduction"][phase]["y"]["relative"] == pytest.approx(0.5)
        assert found["conduction"][phase]["y"]["tortuosity_factor"] == pytest.approx(1.0)
    assert found["asked"]["parameters"]["pore_size"] == 2e-6


def test_error_bars_are_in_the_unit_of_their_number():
    found = certify(channels(2e-6, 0.5, 8e-6, 8e-6, 0.25e-6))
    errors = {name: error for name, _, error, _ in found.lines()}
    expected = 1e6 * found.errors["thickness_m.pore.mean"]
    assert expected > 0.1
    assert errors["local thickness of pore, mean"] == pytest.approx(expected)
