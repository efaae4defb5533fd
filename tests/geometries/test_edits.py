"""Trimming to the pores that matter, and the dense layer of a bilayer."""

from __future__ import annotations

import math

import numpy as np
import pytest

from geometries import GeometryError, Scaffold, channels, generate, trimmed, with_separator
from geometries import metrics as m
from geometries.edits import kept_pores

UM = 1e-6


def sponge() -> Scaffold:
    return generate(
        "overlapping_spheres", pore_size=2.3 * UM, porosity=0.4, height=9.6 * UM, width=9.6 * UM,
        spacing=0.24 * UM, seed=2,
    )  # fmt: skip


def test_kept_pores() -> None:
    labels = np.ones((1, 8, 9), np.uint8)
    labels[0, :, 0] = 0  # percolates
    labels[0, :3, 2] = 0  # open at the low end
    labels[0, 6:, 4] = 0  # open at the high end
    labels[0, 3:5, 6] = 0  # closed
    counts = {"open": 13, "percolating": 8, "lithium_side": 11}
    for keep, count in counts.items():
        assert kept_pores(labels, 1, keep).sum() == count  # type: ignore[arg-type]


@pytest.mark.parametrize("keep", ["open", "percolating", "lithium_side"])
def test_trimming_leaves_only_pores_of_its_kind(keep: str) -> None:
    whole = sponge()
    s = trimmed(whole, keep)  # type: ignore[arg-type]
    assert kept_pores(s.labels, 0, keep).sum() == np.sum(s.labels == 0)  # type: ignore[arg-type]
    assert (s.labels >= whole.labels).all()
    assert s.pore_volume / s.volume == pytest.approx(m.porosity(s.labels), rel=1e-3)
    assert s.wall_area < whole.wall_area
    assert s.provenance["trimmed"] == keep
    assert s.signed_distance is not None and whole.signed_distance is not None
    stays = s.labels == 0
    np.testing.assert_array_equal(s.signed_distance[stays], whole.signed_distance[stays])


def test_nothing_to_trim_changes_nothing() -> None:
    s = channels(1.5 * UM, 0.5, 3 * UM, "unit_cell", 0.1 * UM)
    assert trimmed(s, "percolating") is s


def test_closed_pores_leave_nothing() -> None:
    s = generate(
        "separate_spheres", pore_size=2 * UM, porosity=0.1, height=12 * UM, width=6 * UM,
        spacing=0.3 * UM,
    )  # fmt: skip
    with pytest.raises(GeometryError, match="nothing is left after trimming"):
        trimmed(s, "percolating")


@pytest.mark.parametrize("dimensions", [2, 3])
def test_bilayer(dimensions: int) -> None:
    s = channels(2 * UM, 0.4, 4 * UM, "unit_cell", 0.1 * UM, dimensions)
    b = with_separator(s, 1 * UM)
    axis = b.growth_axis
    assert b.height == pytest.approx(5 * UM)
    assert b.pore_volume == s.pore_volume
    profile = m.porosity_profile(b.labels, axis)
    assert (profile[-10:] == 0).all()
    np.testing.assert_array_equal(b.labels.take(range(40), axis), s.labels)
    floor = 0.4 * s.cross_section
    assert b.wall_area == pytest.approx(s.wall_area + floor, rel=0.05, abs=0.0)
    measured = m.surface_marching_cubes(b.labels, b.spacing, b.signed_distance) * b.volume
    assert measured == pytest.approx(b.wall_area, rel=0.05, abs=0.0)
    assert b.signed_distance is not None
    column = b.signed_distance.take(0, axis=2)
    column = column[:, 0] if dimensions == 3 else column[0]
    np.testing.assert_allclose(column[-10:], (np.arange(10) + 0.5) * 0.1 * UM, atol=0.02 * UM)


def test_a_separator_has_a_thickness() -> None:
    s = channels(2 * UM, 0.4, 4 * UM, "unit_cell", 0.1 * UM)
    with pytest.raises(GeometryError, match="separator must be a positive length"):
        with_separator(s, -math.inf)
