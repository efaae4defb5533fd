"""Measures of shapes with known answers."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from numpy.typing import NDArray

from geometries import GeometryError, Scaffold, channels, generate
from geometries.crofton import surface_crofton, surface_sections
from geometries.metrics import surface_voxel_faces
from geometries.paths import geodesic_distance, paths_through
from geometries.representative import representative_volume, slice_porosity
from geometries.survey import coarsened, leaves, refinement_errors, survey
from geometries.thickness import (
    constrictivity,
    intrusion_radius,
    local_thickness,
    maximal_spheres,
    thickness_of,
)

UNIT = (1.0, 1.0, 1.0)
UM = 1e-6
Labels = NDArray[np.uint8]


def ball(radius: float, n: int = 40) -> Labels:
    c = np.arange(n) + 0.5
    z, y, x = np.meshgrid(c, c, c, indexing="ij")
    return (np.sqrt((z - 20.2) ** 2 + (y - 20.1) ** 2 + (x - 19.7) ** 2) > radius).astype(np.uint8)


def slab(width: int, n: int = 24) -> Labels:
    labels = np.ones((6, 8, n), np.uint8)
    labels[:, :, 5 : 5 + width] = 0
    return labels


# -- surface ----------------------------------------------------------------------------------


@pytest.mark.parametrize("radius", [3.3, 5.3, 10.4, 16.0])
def test_crofton_of_a_sphere(radius: float) -> None:
    found = surface_crofton(ball(radius), UNIT) * 40**3
    assert found == pytest.approx(4 * math.pi * radius**2, rel=0.025)


def test_crofton_scales_with_the_spacing_and_knows_uneven_cells() -> None:
    labels = ball(12.0)
    assert surface_crofton(labels, (2.0, 2.0, 2.0)) == pytest.approx(
        surface_crofton(labels, UNIT) / 2
    )
    squashed = labels[::2]
    truth = 4 * math.pi * 12**2 / 40**3
    assert surface_crofton(squashed, (2.0, 1.0, 1.0)) == pytest.approx(truth, rel=0.04)


def test_crofton_of_discs_and_of_a_cube() -> None:
    c = np.arange(60) + 0.5
    y, x = np.meshgrid(c, c, indexing="ij")
    disc = (np.hypot(y - 30.2, x - 29.6) > 15.3).astype(np.uint8)[None]
    assert surface_crofton(disc, UNIT) * 3600 == pytest.approx(2 * math.pi * 15.3, rel=0.02)
    cube = np.ones((30, 30, 30), np.uint8)
    cube[8:22, 8:22, 8:22] = 0
    faces = 6 * 14**2
    assert surface_voxel_faces(cube, UNIT) * 27000 == pytest.approx(faces)
    assert surface_crofton(cube, UNIT) * 27000 == pytest.approx(faces, rel=0.12)


def test_image_formula_straight_for_channels_isotropic_for_spheres() -> None:
    s = channels(2 * UM, 0.4, 1 * UM, "unit_cell", 0.05 * UM, 3)
    across = surface_sections(s.labels, s.spacing, 0)
    assert across.straight == pytest.approx(4 * 0.4 / (2 * UM), rel=0.02)
    assert across.isotropic == pytest.approx(4 / math.pi * across.straight)
    assert across.deviation == pytest.approx(0, abs=1e-6)
    sphere = surface_sections(ball(12.0), UNIT, 1)
    assert sphere.isotropic * 40**3 == pytest.approx(4 * math.pi * 144, rel=0.02)


# -- thickness ----------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [3, 5, 9])
def test_thickness_of_a_slab_is_its_width(width: int) -> None:
    pore = slab(width) == 0
    found = local_thickness(pore, (0.5, 0.5, 0.5))
    assert (found[~pore] == 0).all()
    np.testing.assert_allclose(found[pore], width * 0.5)
    assert thickness_of(pore, UNIT).deviation == 0
    np.testing.assert_allclose(maximal_spheres(pore, UNIT), width)


def test_thickness_of_a_sphere_from_its_distance() -> None:
    c = np.arange(40) + 0.5
    z, y, x = np.meshgrid(c, c, c, indexing="ij")
    d = np.sqrt((z - 20.5) ** 2 + (y - 20.5) ** 2 + (x - 19.5) ** 2) - 12.3
    found = thickness_of(d <= 0, UNIT, d)
    assert found.largest == pytest.approx(24.6)
    assert found.mean == pytest.approx(24.6, rel=0.02)
    assert maximal_spheres(d <= 0, UNIT)[0] == pytest.approx(24.6, abs=2)


def test_bottleneck_is_found_by_intrusion_only() -> None:
    """Two chambers 11 wide, the second behind a neck 3 wide."""
    labels = np.ones((1, 40, 21), np.uint8)
    labels[0, :19, 5:16] = 0
    labels[0, 19:21, 9:12] = 0
    labels[0, 21:39, 5:16] = 0
    pore = labels == 0
    assert 2 * intrusion_radius(pore, UNIT, 1, share=0.4) == pytest.approx(11, abs=1)
    assert 2 * intrusion_radius(pore, UNIT, 1, share=0.9) == pytest.approx(3, abs=1)
    wide = channels(11.0, 0.5, 20.0, 22.0, 1.0)
    assert constrictivity(wide.labels == 0, UNIT, 1) == pytest.approx(1, abs=0.25)


def test_no_phase_no_thickness() -> None:
    with pytest.raises(GeometryError, match="not there"):
        thickness_of(np.zeros((3, 3, 3), bool), UNIT)
    with pytest.raises(GeometryError, match="no wall"):
        thickness_of(np.ones((3, 3, 3), bool), UNIT)


# -- paths --------------------------------------------------------------------------------------


def serpentine() -> NDArray[np.bool_]:
    """A corridor one cell wide through five walls, open at alternating ends: 10 x 9 cells."""
    way = np.ones((1, 11, 9), bool)
    for k, layer in enumerate(range(1, 11, 2)):
        way[0, layer] = False
        way[0, layer, 0 if k % 2 else -1] = True
    return way


def test_serpentine_path() -> None:
    way = serpentine()
    found = paths_through(way, (2.0, 2.0, 2.0), 1)
    # from the first opening on: four corridors of 8 steps, 10 steps up, half a cell at both ends
    assert found.shortest == pytest.approx(2 * (10 + 4 * 8 + 1))
    assert found.reached == 1
    assert paths_through(way, (2.0, 2.0, 2.0), 1, 26).shortest < found.shortest


def test_straight_and_slanted_strips() -> None:
    straight = np.zeros((1, 20, 9), bool)
    straight[:, :, 4] = True
    found = paths_through(straight, UNIT, 1)
    assert found.tortuosity == pytest.approx(1)
    assert found.shortest == pytest.approx(20)
    slanted = np.zeros((1, 20, 30), bool)
    for k in range(20):
        slanted[0, k, k : k + 2] = True
    assert paths_through(slanted, UNIT, 1, 6).shortest == pytest.approx(20 + 18)
    assert paths_through(slanted, UNIT, 1, 26).shortest == pytest.approx(1 + 1 + 18 * math.sqrt(2))


def test_distance_map_and_what_no_path_reaches() -> None:
    way = np.ones((4, 5, 6), bool)
    way[2] = False
    distance = geodesic_distance(way, (1.0, 2.0, 3.0), 0)
    np.testing.assert_allclose(distance[0], 0.5)
    np.testing.assert_allclose(distance[1], 1.5)
    assert np.isinf(distance[2:]).all()
    assert paths_through(way, UNIT, 0).shortest is None
    way[0] = False
    assert paths_through(way, UNIT, 0).reached == 0
    with pytest.raises(GeometryError, match="does not touch the low face of axis z"):
        geodesic_distance(way, UNIT, 0)
    with pytest.raises(GeometryError, match="6 or 26"):
        geodesic_distance(~way, UNIT, 0, 18)  # type: ignore[arg-type]


# -- slices and boxes -----------------------------------------------------------------------------


def test_slices_along_three_axes() -> None:
    labels = np.ones((4, 6, 8), np.uint8)
    labels[:2] = 0
    found = slice_porosity(labels)
    assert found["z"] == pytest.approx((0.5, 0.5))
    assert found["y"] == pytest.approx((0.5, 0))
    assert found["x"] == pytest.approx((0.5, 0))


def test_representative_volume_of_a_fine_checkerboard_is_small_and_of_one_half_there_is_none() -> (
    None
):
    fine = (np.indices((24, 24, 24)).sum(0) % 2).astype(np.uint8)
    found = representative_volume(fine, UNIT)
    assert found.edge is not None
    assert found.edge <= 6
    assert found.mean[-1] == pytest.approx(1)
    half = np.ones((24, 24, 24), np.uint8)
    half[:12] = 0
    assert representative_volume(half, UNIT).edge is None


# -- everything, with error bars --------------------------------------------------------------


def test_survey_is_json_and_has_error_bars() -> None:
    s = generate(
        "overlapping_spheres", pore_size=2.4 * UM, porosity=0.5, height=6.4 * UM, width=6.4 * UM,
        spacing=0.2 * UM, seed=3,
    )  # fmt: skip
    found = survey(s)
    json.dumps(found)
    errors = refinement_errors(s, found, survey)
    numbers = dict(leaves(found))
    for path in (
        "porosity",
        "specific_surface_area_per_m.crofton",
        "thickness_m.pore.mean",
        "paths.pore.z.tortuosity",
        "constrictivity.solid.x",
    ):
        assert 0 <= errors[path] < 0.5 * numbers[path], path
    surface = "specific_surface_area_per_m.marching_cubes"
    truth = -3 * 0.5 * math.log(0.5) / (1.2 * UM)
    assert abs(numbers[surface] - truth) < 2.5 * errors[surface] + 0.15 * truth


def test_coarsened_keeps_porosity_and_refuses_to_go_too_far() -> None:
    s = generate(
        "random_field", pore_size=2.4 * UM, porosity=0.4, height=6.4 * UM, width=6.4 * UM,
        spacing=0.2 * UM,
    )  # fmt: skip
    half = coarsened(s)
    assert isinstance(half, Scaffold)
    assert half.shape == (16, 16, 16)
    assert (half.labels == 0).mean() == pytest.approx(0.4, abs=0.03)
    again = coarsened(half)
    assert again is None or again.shape == (8, 8, 8)
    assert coarsened(again) is None if again else True
