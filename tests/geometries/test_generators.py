"""Generators meet what was asked, and the statistics that are known of them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from geometries import GENERATORS, GeometryError, generate
from geometries import metrics as m
from geometries.boxes import make_box
from geometries.distance import level_of_labels, signed_distance
from geometries.minimal_surfaces import SURFACES, inscribed_diameter
from geometries.tortuous_channels import steepness_of

UM = 1e-6
SPHERE = {
    "pore_size": 2.3 * UM,
    "porosity": 0.51,
    "height": 9.6 * UM,
    "width": 9.6 * UM,
    "spacing": 0.2 * UM,
}
SOLID_BOX = {**SPHERE, "dimensions": 3}
FLAT_BOX = {**SPHERE, "dimensions": 2, "height": 30 * UM, "width": 30 * UM}
PERIODS = 2.3 / 0.51 * 2 * UM
EVERY = {
    "overlapping_spheres": (SOLID_BOX, FLAT_BOX),
    "separate_spheres": ({**SOLID_BOX, "porosity": 0.25}, {**FLAT_BOX, "porosity": 0.4}),
    "random_field": (SOLID_BOX, FLAT_BOX),
    "minimal_surface": (SOLID_BOX,),
    "lamellae": (
        {**SOLID_BOX, "width": PERIODS},
        {**FLAT_BOX, "width": PERIODS, "roughness": 0.2 * UM},
    ),
    "random_channels": ({**SOLID_BOX, "porosity": 0.35, "width": 20 * UM}, FLAT_BOX),
    "tapered_channels": (
        {**SOLID_BOX, "width": "unit_cell", "pore_size_top": 1.8 * UM},
        {**FLAT_BOX, "width": "unit_cell", "pore_size_top": 1.8 * UM},
    ),
    "corrugated_channels": (
        {**SOLID_BOX, "width": "unit_cell", "amplitude": 0.15, "wavelength": 4.8 * UM},
        {**FLAT_BOX, "width": "unit_cell", "amplitude": 0.15, "wavelength": 6 * UM},
    ),
    "tortuous_channels": (
        {**SOLID_BOX, "width": "unit_cell", "tortuosity": 1.05, "porosity": 0.25},
        {**FLAT_BOX, "width": "unit_cell", "tortuosity": 1.05, "porosity": 0.25},
    ),
}
CASES = [(kind, asked) for kind, boxes in EVERY.items() for asked in boxes]
IDS = [f"{kind}-{asked['dimensions']}d" for kind, asked in CASES]


def test_every_generator_is_tested() -> None:
    assert {*EVERY, "channels", "image"} >= set(GENERATORS)


@pytest.mark.parametrize(("kind", "asked"), CASES, ids=IDS)
def test_asked_porosity_is_met(kind: str, asked: dict[str, object]) -> None:
    s = generate(kind, **asked)
    assert s.labels.dtype == np.uint8
    assert s.pore_volume / s.volume == pytest.approx(asked["porosity"], abs=1e-6)
    assert s.signed_distance is not None
    ramp = np.clip(0.5 - s.signed_distance / max(s.spacing), 0, 1).mean()
    assert ramp == pytest.approx(asked["porosity"], abs=3e-3)
    np.testing.assert_array_equal(s.labels, s.signed_distance > 0)
    assert s.growth_axis == (0 if asked["dimensions"] == 3 else 1)
    measured = m.surface_marching_cubes(s.labels, s.spacing, s.signed_distance)
    assert measured == pytest.approx(s.wall_area / s.volume, rel=0.02)


@pytest.mark.parametrize(
    "kind", ["overlapping_spheres", "separate_spheres", "random_field", "random_channels"]
)
def test_cells_meet_the_porosity_to_a_tenth_of_a_percentage_point(kind: str) -> None:
    asked = EVERY[kind][0]
    made = m.porosity(generate(kind, **asked).labels)
    assert made == pytest.approx(asked["porosity"], abs=4e-3 if kind == "random_channels" else 1e-3)


@pytest.mark.parametrize("kind", ["overlapping_spheres", "random_field", "random_channels"])
def test_the_seed_decides(kind: str) -> None:
    asked = EVERY[kind][1]
    one, same, other = (generate(kind, **asked, seed=seed).labels for seed in (3, 3, 4))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def test_overlapping_spheres_follow_the_known_void_statistics() -> None:
    """Covered share exp(-n v) and the wall -3 (1 - p) ln(1 - p)/R of an endless structure."""
    from geometries.spheres import _paint_until

    box = make_box(24 * UM, 24 * UM, 0.3 * UM, 3)
    level = _paint_until(box, 1.8 * UM, 0.5, np.random.default_rng(1))
    assert np.mean(level <= 0) == pytest.approx(0.5, abs=3e-3)
    formula = -3 * 0.5 * math.log(0.5) / (1.8 * UM)
    faces = m.surface_voxel_faces((level > 0).astype(np.uint8), box.spacing) * 2 / 3
    assert faces == pytest.approx(formula, rel=0.08)
    # two-point probability: both ends of a line of length 2 R and more are independent
    pore = level <= 0
    n = round(3.6 / 0.3)
    both = np.mean(pore[:-n] & pore[n:])
    assert both == pytest.approx(0.25, abs=0.03)


def test_finer_cells_bring_the_wall_of_overlapping_spheres_closer_to_the_formula() -> None:
    formula = -3 * 0.49 * math.log(0.49) / (1.15 * UM)
    missing = [
        1 - s.wall_area / s.volume / formula
        for spacing in (0.3 * UM, 0.15 * UM)
        for s in [generate("overlapping_spheres", **{**SOLID_BOX, "spacing": spacing})]
    ]
    assert 0 < missing[1] < missing[0] < 0.15


def test_grains_are_the_complement_of_spheres() -> None:
    grains = generate("overlapping_spheres", **{**SOLID_BOX, "porosity": 0.49}, spheres="solid")
    voids = generate("overlapping_spheres", **{**SOLID_BOX, "porosity": 0.51})
    np.testing.assert_array_equal(grains.labels, 1 - voids.labels)


def test_separate_spheres_do_not_touch() -> None:
    from scipy import ndimage

    s = generate("separate_spheres", **{**SOLID_BOX, "porosity": 0.2})
    _, bodies = ndimage.label(s.labels == 0)
    one = math.pi / 6 * 2.3**3
    assert bodies >= round(0.2 * 9.6**3 / one)
    assert s.wall_area / s.volume == pytest.approx(6 * 0.2 / (2.3 * UM), rel=0.03)


@pytest.mark.parametrize("dimensions", [2, 3])
def test_random_field_has_the_asked_mean_chord(dimensions: int) -> None:
    s = generate("random_field", **(SOLID_BOX if dimensions == 3 else FLAT_BOX))
    chord = (4 if dimensions == 3 else math.pi) * s.pore_volume / s.wall_area
    assert chord == pytest.approx(2.3 * UM, abs=0.2 * UM)


@pytest.mark.parametrize(
    ("surface", "area"), [("gyroid", 3.0915), ("schwarz_p", 2.3451), ("diamond", 3.8377)]
)
def test_area_of_one_period_of_a_minimal_surface(surface: str, area: float) -> None:
    """Schoen, NASA TN D-5541 (1970); the nodal surfaces come within 0.5 %."""
    n = 32
    c = (np.arange(2 * n) + 0.5) * 2 * math.pi / n - 0.3
    z, y, x = np.meshgrid(c, c, c, indexing="ij")
    level = SURFACES[surface](x, y, z)
    found = m.surface_marching_cubes((level > 0).astype(np.uint8), (1 / n,) * 3, level)
    assert found == pytest.approx(area, rel=0.01)


def test_minimal_surface_of_asked_pore_size() -> None:
    s = generate("minimal_surface", **{**SOLID_BOX, "porosity": 0.5})
    assert s.signed_distance is not None
    inner = s.signed_distance[10:-10, 10:-10, 10:-10]  # walls beyond the box are not seen
    assert -2 * inner.min() == pytest.approx(2.3 * UM, abs=0.2 * UM)
    assert inscribed_diameter("schwarz_p", 0.5) > inscribed_diameter("gyroid", 0.5)
    assert m.percolation(s.labels, 0).percolating > 0.99


def test_tapered_channels_have_the_asked_ends() -> None:
    asked = {**EVERY["tapered_channels"][1], "spacing": 0.02 * UM, "height": 4 * UM}
    s = generate("tapered_channels", **asked)
    widths = 2 * (s.labels[0] == 0).sum(axis=1) * s.spacing[2]
    assert widths[0] == pytest.approx(2.3 * UM, abs=0.04 * UM)
    assert widths[-1] == pytest.approx(1.8 * UM, abs=0.04 * UM)


@pytest.mark.parametrize("tortuosity", [1.01, 1.2, 2.0])
def test_sine_curves_have_the_asked_length(tortuosity: float) -> None:
    s = steepness_of(tortuosity)
    z = np.linspace(0, 2 * math.pi, 100_001)
    assert np.mean(np.sqrt(1 + (s * np.sin(z)) ** 2)) == pytest.approx(tortuosity, rel=1e-4)


def test_random_slits_never_overlap() -> None:
    for seed in range(5):
        s = generate("random_channels", **{**FLAT_BOX, "porosity": 0.7, "seed": seed})
        row = s.labels[0, 0]
        assert abs(np.count_nonzero(np.diff(np.r_[row, row[0]])) - 2 * 0.7 * 30 / 2.3) < 2.5


@pytest.mark.parametrize(
    ("kind", "changes", "message"),
    [
        ("separate_spheres", {"porosity": 0.5}, "porosity is reachable"),
        ("random_channels", {"porosity": 0.6, "dimensions": 3}, "% is reachable"),
        ("random_channels", {"width": 3 * UM, "dimensions": 2}, "whole channels"),
        ("overlapping_spheres", {"height": 0.6 * UM, "width": 0.6 * UM}, "is not reachable here"),
        ("overlapping_spheres", {"porosity": 1.2}, "porosity must be above 0"),
        ("overlapping_spheres", {"pore_size": -1.0}, "pore_size must be a positive length"),
        ("overlapping_spheres", {"width": "unit_cell"}, "no unit cell"),
        ("overlapping_spheres", {"dimensions": 4}, "dimensions must be 2 or 3"),
        ("minimal_surface", {"dimensions": 2}, "need dimensions: 3"),
        ("minimal_surface", {"surface": "neovius"}, "no surface 'neovius'"),
        ("lamellae", {"width": PERIODS, "roughness": 4 * UM}, "too steep"),
        ("lamellae", {"width": 5.5 * UM}, "nearest are"),
        (
            "tortuous_channels",
            {"width": "unit_cell", "tortuosity": 3.0, "wavelength": 3 * UM},
            "folds onto itself",
        ),
        (
            "tortuous_channels",
            {
                "width": "unit_cell",
                "tortuosity": 2.0,
                "porosity": 0.8,
                "wavelength": 60 * UM,
                "dimensions": 2,
            },
            "come as close as",
        ),
        (
            "tapered_channels",
            {"width": "unit_cell", "pore_size_top": 8 * UM, "dimensions": 3},
            "touch at a porosity",
        ),
        (
            "corrugated_channels",
            {"width": "unit_cell", "amplitude": 1.5, "wavelength": UM},
            "amplitude must be",
        ),
    ],
)
def test_what_cannot_be_made_says_what_can(
    kind: str, changes: dict[str, object], message: str
) -> None:
    asked = {**SPHERE, "dimensions": 3, **changes}
    with pytest.raises(GeometryError, match=message):
        generate(kind, **asked)


# -- the distance -----------------------------------------------------------------------------


def test_distance_of_a_sphere_is_found_again_from_any_of_its_level_functions() -> None:
    c = np.arange(32) + 0.5
    z, y, x = np.meshgrid(c, c, c, indexing="ij")
    exact = np.sqrt((z - 16.3) ** 2 + (y - 15.9) ** 2 + (x - 16.1) ** 2) - 8.2
    for level in (exact, exact * 7, np.tanh(exact / 5)):
        found = signed_distance(level, (1.0, 1.0, 1.0))
        near = np.abs(exact) < 3
        assert np.abs(found - exact)[near].max() < 0.12
        assert np.abs(found - exact)[np.abs(exact) < 1].max() < 0.06
    np.testing.assert_allclose(
        signed_distance(exact, (2.0, 2.0, 2.0)), 2 * signed_distance(exact, (1.0, 1.0, 1.0))
    )


def test_distance_of_a_slanted_plane_is_exact() -> None:
    c = np.arange(20) + 0.5
    z, y, x = np.meshgrid(c, 0.5 * c, c, indexing="ij")
    exact = (z - 10.2) * 0.6 + (y - 5.1) * 0.64 + (x - 9.9) * 0.48
    inner = (slice(5, -5),) * 3
    found = signed_distance(exact, (1.0, 0.5, 1.0))
    near = np.abs(exact[inner]) < 2
    np.testing.assert_allclose(found[inner][near], exact[inner][near], atol=1e-9)


def test_distance_needs_a_wall() -> None:
    with pytest.raises(GeometryError, match="every cell is solid"):
        signed_distance(np.ones((3, 3, 3)), (1.0, 1.0, 1.0))


@pytest.mark.parametrize(("radius", "bias"), [(10.4, 0.02), (5.3, 0.05), (3.3, 0.1)])
def test_wall_from_labels_keeps_the_area(radius: float, bias: float) -> None:
    c = np.arange(40) + 0.5
    z, y, x = np.meshgrid(c, c, c, indexing="ij")
    exact = np.sqrt((z - 20.2) ** 2 + (y - 20.1) ** 2 + (x - 19.7) ** 2) - radius
    labels = (exact > 0).astype(np.uint8)
    level = level_of_labels(labels, (1.0, 1.0, 1.0))
    area = m.surface_marching_cubes(labels, (1.0, 1.0, 1.0), level) * labels.size
    assert area == pytest.approx(4 * math.pi * radius**2, rel=bias)
