"""Metrics of slab, cylinder and sphere: right values, and the bias each estimator admits."""

from __future__ import annotations

import json
import math
import subprocess
import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from geometries import GeometryError, channels
from geometries import metrics as m

UNIT = (1.0, 1.0, 1.0)
UNEVEN = (0.7, 1.0, 1.3)
Field = NDArray[np.float64]


def labels_of(distance: Field) -> NDArray[np.uint8]:
    return (distance > 0).astype(np.uint8)


def octant(radius: float, spacing: tuple[float, float, float], margin: float = 12) -> Field:
    """Signed distance of a solid eighth of a sphere at the origin, mirrored by the edges."""
    edges = [(np.arange(int((radius + margin) / s)) + 0.5) * s for s in spacing]
    z, y, x = np.meshgrid(*edges, indexing="ij")
    return np.asarray(radius - np.sqrt(z**2 + y**2 + x**2))


def quarter_cylinder(radius: float, layers: int = 3, margin: int = 12) -> Field:
    """Signed distance of a quarter of a pore along z with its axis on the edge x = y = 0."""
    c = np.arange(radius + margin) + 0.5
    plane = np.hypot(c[:, None], c[None, :]) - radius
    return np.broadcast_to(plane, (layers, *plane.shape))


def phi_of(distance: Field, delta: float) -> Field:
    return np.asarray((1 + np.tanh(2 * distance / delta)) / 2)


def slab() -> Field:
    x = (np.arange(20) + 0.5) * 1.3
    return np.broadcast_to(x - 13, (2, 5, 20))


def test_slab_is_exact_for_all_three() -> None:
    d, per_volume = slab(), 1 / 26
    assert m.surface_voxel_faces(labels_of(d), UNEVEN) == pytest.approx(per_volume)
    assert m.surface_marching_cubes(labels_of(d), UNEVEN) == pytest.approx(per_volume)
    assert m.surface_marching_cubes(labels_of(d), UNEVEN, d) == pytest.approx(per_volume)
    assert m.surface_diffuse(phi_of(d, 5.2), UNEVEN) == pytest.approx(per_volume, rel=3e-4)


def test_cylinder() -> None:
    radius = 20
    d = quarter_cylinder(radius)
    truth = math.pi / 2 * radius * 3 / d.size
    assert m.surface_voxel_faces(labels_of(d), UNIT) / truth == pytest.approx(4 / math.pi, abs=0.03)
    assert m.surface_marching_cubes(labels_of(d), UNIT) / truth == pytest.approx(1, abs=0.01)
    assert m.surface_marching_cubes(labels_of(d), UNIT, d) / truth == pytest.approx(1, abs=5e-4)
    assert m.surface_diffuse(phi_of(d, 5), UNIT) / truth == pytest.approx(1, abs=2e-3)


@pytest.mark.parametrize("spacing", [UNIT, UNEVEN])
def test_sphere(spacing: tuple[float, float, float]) -> None:
    radius, delta = 10.0, 5.0
    d = octant(radius, spacing)
    truth = math.pi / 2 * radius**2 / (d.size * math.prod(spacing))
    assert m.surface_voxel_faces(labels_of(d), spacing) / truth == pytest.approx(1.5, abs=0.02)
    assert m.surface_marching_cubes(labels_of(d), spacing) / truth == pytest.approx(1, abs=0.03)
    exact = m.surface_marching_cubes(labels_of(d), spacing, d) / truth
    assert exact == pytest.approx(1 - 0.003, abs=1e-3)
    smoothed = m.surface_diffuse(phi_of(d, delta), spacing) / truth
    assert smoothed == pytest.approx(1 + (math.pi * delta / radius) ** 2 / 48, abs=4e-3)


def test_marching_cubes_from_distance_is_second_order() -> None:
    errors = []
    for radius in (5, 10, 20):
        d = quarter_cylinder(radius)
        truth = math.pi / 2 * radius * 3 / d.size
        errors.append(abs(m.surface_marching_cubes(labels_of(d), UNIT, d) / truth - 1))
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    np.testing.assert_allclose(orders, 2, atol=0.1)


def test_flat_domain_is_a_thin_slice_of_the_solid_one() -> None:
    thick = quarter_cylinder(12, layers=4)
    for sd in (None, thick):
        thin = None if sd is None else sd[:1]
        whole = m.surface_marching_cubes(labels_of(thick), UNIT, sd)
        flat = m.surface_marching_cubes(labels_of(thick[:1]), UNIT, thin)
        assert flat == pytest.approx(whole, rel=1e-9)


def test_no_wall_no_surface() -> None:
    labels = np.zeros((1, 4, 4), np.uint8)
    assert m.surface_marching_cubes(labels, UNIT) == 0
    assert m.surface_voxel_faces(labels, UNIT) == 0


def test_porosity_and_profile() -> None:
    labels = np.zeros((2, 4, 5), np.uint8)
    labels[:, 1] = 1
    labels[0, 2, :2] = 1
    assert m.porosity(labels) == pytest.approx(1 - 12 / 40)
    np.testing.assert_allclose(m.porosity_profile(labels, 1), [1, 0, 0.8, 1])
    np.testing.assert_allclose(m.porosity_profile(labels, 0), [13 / 20, 15 / 20])


def test_open_closed_percolating() -> None:
    labels = np.ones((1, 8, 9), np.uint8)
    labels[0, :, 0] = 0  # percolates: 8
    labels[0, :3, 2] = 0  # open at the low end: 3
    labels[0, 6:, 4] = 0  # open at the high end: 2
    labels[0, 3:5, 6] = 0  # closed: 2
    fractions = m.percolation(labels, growth_axis=1)
    assert fractions.percolating == pytest.approx(8 / 15)
    assert fractions.open == pytest.approx(13 / 15)
    assert fractions.closed == pytest.approx(2 / 15)


def test_corner_contacts_count_with_26_neighbours_only() -> None:
    labels = np.ones((4, 4, 4), np.uint8)
    for k in range(4):
        labels[k, k, k] = 0
    assert m.percolation(labels, 0).percolating == 0
    assert m.percolation(labels, 0, neighbours=26).percolating == 1


def test_percolation_refusals() -> None:
    with pytest.raises(GeometryError, match="no pores"):
        m.percolation(np.ones((2, 2, 2), np.uint8), 0)
    with pytest.raises(GeometryError, match="6 or 26"):
        m.percolation(np.zeros((2, 2, 2), np.uint8), 0, neighbours=18)  # type: ignore[arg-type]


@pytest.mark.parametrize("arrangement", ["slit", "square", "hexagonal"])
def test_measure_channels(arrangement: str) -> None:
    dimensions = 2 if arrangement == "slit" else 3
    s = channels(2e-6, 0.5, 0.4e-6, "unit_cell", 5e-8, dimensions, arrangement)  # type: ignore[arg-type]
    assert s.signed_distance is not None
    measured = m.measure(s, phi_of(s.signed_distance, 0.2e-6))
    json.dumps(measured)
    assert measured["porosity_sharp"] == pytest.approx(0.5)
    assert measured["porosity"] == pytest.approx(0.5, abs=5e-3)
    assert measured["percolating_fraction"] == 1
    assert measured["closed_fraction"] == 0
    sharp = measured["specific_surface_area_sharp_per_m"]
    assert sharp == pytest.approx((2 if arrangement == "slit" else 4) * 0.5 / 2e-6)
    surfaces = measured["specific_surface_area_per_m"]
    assert surfaces["marching_cubes"] == pytest.approx(sharp, rel=2e-3)
    assert surfaces["diffuse"] == pytest.approx(sharp, rel=1e-2)
    assert m.measure(s)["specific_surface_area_per_m"]["diffuse"] is None


def test_importing_metrics_does_not_import_scikit_image() -> None:
    code = "import sys, geometries.metrics; sys.exit('skimage' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
