"""Channels: periods, distances, volumes, areas and the refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest

from geometries import GeometryError, Scaffold, channels, generate
from geometries.lattices import highest_porosity

UM = 1e-6


def slits(**changes: object) -> Scaffold:
    asked = {
        "pore_size": 1.5 * UM,
        "porosity": 0.5,
        "height": 10 * UM,
        "width": "unit_cell",
        "spacing": 5e-8,
    }
    return channels(**{**asked, **changes})  # type: ignore[arg-type]


def test_half_period_of_slits() -> None:
    s = slits()
    assert s.shape == (1, 200, 30)
    assert s.growth_axis == 1
    assert s.mirror_axes == (2,)
    assert s.spacing == pytest.approx((5e-8, 5e-8, 5e-8), rel=1e-12)
    x = (np.arange(30) + 0.5) * 5e-8
    assert s.signed_distance is not None
    np.testing.assert_allclose(s.signed_distance[0, 7], x - 0.75e-6, atol=1e-20)
    np.testing.assert_array_equal(s.labels[0, -1], np.r_[np.zeros(15), np.ones(15)])
    assert s.cross_section == pytest.approx(1.5e-6 * 5e-8, rel=1e-6, abs=0.0)
    assert s.height == pytest.approx(10e-6)
    assert s.pore_volume == pytest.approx(0.75e-6 * 10e-6 * 5e-8, rel=1e-6, abs=0.0)
    assert s.wall_area == pytest.approx(10e-6 * 5e-8, rel=1e-6, abs=0.0)


def test_whole_periods_start_at_a_wall_centre_and_are_symmetric() -> None:
    s = slits(width=9 * UM)
    assert s.shape == (1, 200, 180)
    assert s.mirror_axes == ()
    assert s.signed_distance is not None
    d = s.signed_distance[0, 0]
    half = slits().signed_distance
    assert half is not None
    np.testing.assert_allclose(d[:30], half[0, 0, ::-1], atol=1e-18)
    np.testing.assert_allclose(d, d[::-1], atol=1e-18)
    assert s.wall_area == pytest.approx(6 * 10e-6 * 5e-8, rel=1e-6, abs=0.0)


def test_spacing_never_exceeds_the_asked_one() -> None:
    s = slits(pore_size=1.1 * UM, height=3.03 * UM, spacing=0.07 * UM)
    assert all(step <= 0.07 * UM * (1 + 1e-9) for step in s.spacing)
    assert s.lengths[1:] == pytest.approx((3.03 * UM, 1.1 * UM))


@pytest.mark.parametrize("arrangement", ["square", "hexagonal"])
def test_quarter_cell_of_cylinders(arrangement: str) -> None:
    s = channels(2 * UM, 0.5, 1 * UM, "unit_cell", 0.02 * UM, 3, arrangement)  # type: ignore[arg-type]
    assert s.growth_axis == 0
    assert s.mirror_axes == (1, 2)
    assert (s.labels == 0).mean() == pytest.approx(0.5, abs=2e-3)
    quarters = 1 if arrangement == "square" else 2
    wall, pore = math.pi * 2 * UM / 4, math.pi / 4 * (1 * UM) ** 2
    assert s.wall_area == pytest.approx(quarters * wall * s.height, rel=1e-6, abs=0.0)
    assert s.pore_volume == pytest.approx(quarters * pore * s.height, rel=1e-6, abs=0.0)
    assert s.signed_distance is not None
    corner = s.signed_distance[0, 0, 0]
    assert corner == pytest.approx(math.hypot(*s.spacing[1:]) / 2 - 1 * UM)
    if arrangement == "hexagonal":
        np.testing.assert_allclose(s.signed_distance, s.signed_distance[:, ::-1, ::-1], atol=1e-18)


@pytest.mark.parametrize("arrangement", ["square", "hexagonal"])
def test_whole_cells_are_the_unfolded_quarter(arrangement: str) -> None:
    spacing = (0.115 if arrangement == "square" else 0.103) * UM  # whole = 2 x 4 times the quarter
    asked = {"pore_size": 2 * UM, "porosity": 0.6, "height": 0.2 * UM, "spacing": spacing}
    asked |= {"dimensions": 3, "arrangement": arrangement}
    quarter = channels(width="unit_cell", **asked)  # type: ignore[arg-type]
    _, ly, lx = quarter.lengths
    whole = channels(width=(2 * ly, 4 * lx), **asked)  # type: ignore[arg-type]
    assert whole.signed_distance is not None
    assert quarter.signed_distance is not None
    d = quarter.signed_distance[0]
    if arrangement == "square":
        d = d[::-1, ::-1]
    period = np.block([[d, d[:, ::-1]], [d[::-1], d[::-1, ::-1]]])
    assert whole.signed_distance.shape[1] == period.shape[0]
    np.testing.assert_allclose(whole.signed_distance[0], np.tile(period, (1, 2)), atol=1e-17)
    assert whole.wall_area == pytest.approx(8 * quarter.wall_area, rel=1e-6, abs=0.0)


@pytest.mark.parametrize("arrangement", ["slit", "square", "hexagonal"])
def test_distance_is_a_distance(arrangement: str) -> None:
    """The gradient has length 1 away from the ridges, and the distance is brute force's."""
    dimensions = 2 if arrangement == "slit" else 3
    s = channels(2 * UM, 0.5, 0.1 * UM, "unit_cell", 0.05 * UM, dimensions, arrangement)  # type: ignore[arg-type]
    assert s.signed_distance is not None
    d = s.signed_distance[0]
    if dimensions == 3:
        angle = np.linspace(0, 2 * np.pi, 4001)
        _, ly, lx = s.lengths
        centres = [(0, 0)] + ([(ly, lx)] if arrangement == "hexagonal" else [])
        wall_y = np.concatenate([y + UM * np.sin(angle) for y, _ in centres])
        wall_x = np.concatenate([x + UM * np.cos(angle) for _, x in centres])
        j, i = 11, 5
        y, x = (j + 0.5) * s.spacing[1], (i + 0.5) * s.spacing[2]
        brute = np.hypot(wall_y - y, wall_x - x).min()
        assert abs(d[j, i]) == pytest.approx(brute, rel=1e-5)
    else:
        np.testing.assert_allclose(np.diff(d[0]), s.spacing[2], rtol=1e-9)


def test_arrays_are_stored_once_per_cross_section() -> None:
    s = channels(2 * UM, 0.5, 400 * UM, "unit_cell", 0.1 * UM, 3)
    assert s.shape[0] == 4000
    assert s.labels.strides[0] == 0
    assert not s.labels.flags.writeable


def test_provenance_repeats_the_scaffold() -> None:
    s = slits(width=6 * UM)
    again = generate(s.provenance["generator"], **s.provenance["parameters"])
    np.testing.assert_array_equal(s.labels, again.labels)
    assert again.provenance == s.provenance


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"dimensions": 3, "porosity": 0.79}, "below 78.5 %, where cylinders in a square"),
        ({"dimensions": 3, "porosity": 0.91, "arrangement": "hexagonal"}, "below 90.7 %"),
        ({"porosity": 1.0}, "below 100.0 %"),
        ({"porosity": 0.0}, "above 0"),
        ({"width": 10 * UM}, "whole periods of 3 um.* 9 um .3. and 12 um .4."),
        ({"width": 1.4 * UM}, "narrower than one pore of 1.5 um"),
        ({"width": 2 * UM}, "3 um .1. and 6 um .2."),
        ({"width": -1.0}, "positive length"),
        ({"width": "half"}, "'unit_cell' or a length"),
        ({"width": (3 * UM, 3 * UM)}, "one length or 1"),
        ({"dimensions": 2, "arrangement": "square"}, "not available in 2 dimensions"),
        ({"dimensions": 4}, "2 or 3"),
        ({"pore_size": 0.0}, "pore_size"),
        ({"height": math.nan}, "height"),
        ({"porosity": 0.01, "spacing": 200 * UM}, "no cell centre lies in the pore"),
        ({"porosity": 0.99, "spacing": 200 * UM}, "no cell centre lies in the solid"),
    ],
)
def test_refusals_say_what_is_possible(changes: dict[str, object], words: str) -> None:
    with pytest.raises(GeometryError, match=words):
        slits(**changes)


def test_a_width_typed_back_from_a_message_is_accepted() -> None:
    s = slits(porosity=0.51, width=50.0 * UM)  # 17 periods of 2.941176... um
    assert s.lengths[2] == pytest.approx(50 * UM)
    assert slits(porosity=0.53, width=48.1132 * UM).lengths[2] == pytest.approx(17 * 1.5e-6 / 0.53)


def test_one_width_cannot_be_two_periods_of_a_hexagonal_cell() -> None:
    with pytest.raises(GeometryError, match="along y must hold whole periods"):
        slits(dimensions=3, arrangement="hexagonal", width=10 * 1.4286 * UM)


def test_generate_names_what_there_is() -> None:
    with pytest.raises(GeometryError, match=r"did you mean 'channels'\?"):
        generate("channel")
    with pytest.raises(GeometryError, match="missing a required argument"):
        generate("channels", pore_size=UM)


def test_scaffold_checks_its_arrays() -> None:
    labels = np.zeros((1, 2, 2), np.uint8)
    good = {
        "labels": labels,
        "spacing": (1.0, 1.0, 1.0),
        "growth_axis": 1,
        "pore_volume": 4,
        "wall_area": 0,
    }
    assert Scaffold(**good).volume == 4  # type: ignore[arg-type]
    bad = [
        {"labels": labels.astype(int)},
        {"labels": labels[0]},
        {"spacing": (1.0, 0.0, 1.0)},
        {"growth_axis": 3},
        {"signed_distance": np.zeros((1, 2, 3))},
    ]
    for change in bad:
        with pytest.raises(GeometryError):
            Scaffold(**{**good, **change})  # type: ignore[arg-type]


def test_touching_limits() -> None:
    assert highest_porosity("square") == pytest.approx(math.pi / 4)
    assert highest_porosity("hexagonal") == pytest.approx(0.9069, abs=1e-4)
