"""Front heights and uniformity measures on fields made by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from phasefield.analysis.front import (
    even_rise,
    filling,
    free_surface,
    front_height,
    front_width,
)
from phasefield.analysis.uniformity import Uniformity, uniformity
from phasefield.grid.grid import cell_centres

DX = 0.05e-6
SPACING = (DX, DX, DX)
PSI = np.array([0.999, 0.99, 0.9, 0.6, 0.4, 0.01])  # pore centre ... wall centre
DELTA = 4 * DX


def columns(heights: NDArray[np.float64], cells: int = 60) -> NDArray[np.float64]:
    """Tanh profiles along the first axis with fronts at the given heights."""
    z = cell_centres(cells, DX)
    return 0.5 * (1 - np.tanh(2 * (z.reshape(-1, 1, 1) - heights) / DELTA))


def slit_fields(heights: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """xi and psi of a 2D half slit (1, ny, nx), growth along y."""
    xi = columns(np.asarray(heights).reshape(1, -1)).transpose(1, 0, 2)
    return xi, np.broadcast_to(PSI, xi.shape)


@pytest.mark.parametrize("shift", [0.0, 0.13, 0.5, 0.77])
def test_front_is_found_between_cell_centres(shift: float) -> None:
    asked = (20 + shift + np.array([0, 1, 2, 3, 4, 5])) * DX
    height = front_height(*slit_fields(asked), SPACING, 1)
    assert height.shape == (1, 6)
    np.testing.assert_allclose(height[0, :4], asked[:4], atol=0.02 * DX)
    assert np.isnan(height[0, 4:]).all()  # psi <= 0.5


def test_growth_along_z_gives_a_map() -> None:
    asked = np.linspace(20, 30, 12).reshape(3, 4) * DX
    xi = columns(asked)
    height = front_height(xi, np.ones_like(xi), SPACING, 0)
    np.testing.assert_allclose(height, asked, atol=0.02 * DX)


def test_columns_without_a_front() -> None:
    xi = np.zeros((1, 10, 5))
    xi[0, :, 1] = 1.0  # full
    xi[0, :4, 2] = 1.0  # an ordinary front
    xi[0, 6:, 2] = 1.0  # lithium that hangs from the top does not count
    xi[0, :2, 3] = 1.0
    xi[0, 5, 3] = 1.0  # a drop above the front counts
    height = front_height(xi, np.ones_like(xi), SPACING, 1)[0] / DX
    np.testing.assert_allclose(height, [np.nan, np.nan, 4.0, 6.0, np.nan])


def grown(rise: list[float], start: float = 20.3, faraday: float | None = None) -> Uniformity:
    rises = np.array([*rise, 0.0, 0.0])
    h0 = front_height(*slit_fields(np.full(6, start) * DX), SPACING, 1)
    xi, psi = slit_fields((start + rises) * DX)
    expected = float(np.mean(rise)) if faraday is None else faraday
    return uniformity(xi, h0, expected * DX * PSI.mean(), psi, SPACING, 1)


def test_even_growth() -> None:
    u = grown([5.0, 5.0, 5.0, 5.0])
    assert u.nonuniformity == pytest.approx(0, abs=1e-9)
    assert u.mean_rise_m == pytest.approx(5 * DX)
    assert u.wall_to_centre == pytest.approx(1)
    assert u.packing == pytest.approx(1)
    assert u.largest_protrusion_m == pytest.approx(0, abs=1e-15)
    assert u.pore_scatter == 0
    assert u.open_columns == 4


def test_growth_along_the_wall() -> None:
    u = grown([2.0, 3.0, 5.0, 10.0])
    assert u.nonuniformity == pytest.approx(np.std([2, 3, 5, 10]) / 5)
    assert u.nonuniformity_raw == pytest.approx(u.nonuniformity, rel=1e-6)
    assert u.wall_to_centre == pytest.approx(5)
    assert u.packing == pytest.approx(0.5)
    assert u.largest_protrusion_m == pytest.approx(5 * DX)


def test_faraday_rise_is_the_scale() -> None:
    u = grown([2.0, 3.0, 5.0, 10.0], faraday=10.0)
    assert u.nonuniformity == pytest.approx(np.std([2, 3, 5, 10]) / 10)
    assert u.faraday_rise_m == pytest.approx(10 * DX, rel=1e-12)
    stripped = grown([-4.0, -5.0, -5.0, -6.0])
    assert stripped.nonuniformity == pytest.approx(np.std([4, 5, 5, 6]) / 5)
    assert stripped.wall_to_centre == pytest.approx(1.5)


def test_a_meniscus_counts_in_the_raw_measure_only() -> None:
    meniscus = np.array([20.3, 20.5, 21.0, 22.0, 22.0, 22.0])
    h0 = front_height(*slit_fields(meniscus * DX), SPACING, 1)
    xi, psi = slit_fields((meniscus + 8) * DX)
    u = uniformity(xi, h0, 8 * DX * PSI.mean(), psi, SPACING, 1)
    assert u.nonuniformity == pytest.approx(0, abs=1e-9)
    assert u.nonuniformity_raw == pytest.approx(meniscus[:4].std() / 8, rel=1e-2)


def test_scatter_between_pores() -> None:
    psi = np.array([0.2, 0.7, 0.9, 0.7, 0.2, 0.7, 0.9, 0.7, 0.2]) * np.ones((1, 60, 1))
    rises = np.array([0, 4, 4, 4, 0, 6, 6, 6, 0]) * DX
    start = 20.3 * DX
    h0 = front_height(columns(start + 0 * rises[None]).transpose(1, 0, 2), psi, SPACING, 1)
    xi = columns(start + rises[None]).transpose(1, 0, 2)
    u = uniformity(xi, h0, 5 * DX * float(psi.mean()), psi, SPACING, 1)
    assert u.pore_scatter == pytest.approx(1 / 5)
    assert u.wall_to_centre == pytest.approx(1)
    assert u.open_columns == 6


def test_a_widening_pore_rises_less():
    psi = np.broadcast_to(PSI, (1, 60, 6)).copy()
    psi[:, 30:] = 1.0
    h0 = np.full((1, 6), 25 * DX)
    swept = 5 * (PSI.mean() + 1)
    xi = columns(np.full((1, 6), 35 * DX)).transpose(1, 0, 2)
    u = uniformity(xi, h0, swept * DX, psi, SPACING, 1)
    assert u.faraday_rise_m == pytest.approx(10 * DX)
    assert u.packing == pytest.approx(1, rel=1e-3)
    assert u.nonuniformity == pytest.approx(0, abs=1e-9)


def test_nothing_grown_and_nothing_open() -> None:
    at_rest = grown([0.0, 0.0, 0.0, 0.0])
    assert math.isnan(at_rest.nonuniformity)
    assert math.isnan(at_rest.packing)
    assert at_rest.mean_rise_m == 0
    empty = np.zeros((1, 9, 6))
    u = uniformity(empty, np.full((1, 6), np.nan), DX, empty + 1, SPACING, 1)
    assert u.open_columns == 0
    assert math.isnan(u.mean_rise_m)


def blocks(cells: int = 40) -> NDArray[np.float64]:
    """psi of three columns: open all the way, with a roof from 15 to 20, open from 18 on."""
    psi = np.ones((1, cells, 3))
    psi[0, 15:20, 1] = 0.0
    psi[0, :18, 2] = 0.0
    return psi


def test_every_piece_of_pore_has_a_surface_of_its_own():
    xi = np.zeros((1, 40, 3))
    xi[0, :25, 0] = 1.0
    xi[0, :12, 1] = 1.0  # below the roof
    xi[0, 20:24, 1] = 1.0  # and above it
    xi[0, 18:23, 2] = 1.0
    found = free_surface(xi, blocks(), SPACING, 1)
    order = np.lexsort((found.height, found.column))
    assert found.column[order].tolist() == [0, 1, 1, 2]
    np.testing.assert_allclose(found.height[order] / DX, [25, 12, 24, 23])
    np.testing.assert_allclose(found.map(), [[25 * DX, 24 * DX, 23 * DX]])


def test_a_full_piece_has_no_surface():
    xi = np.zeros((1, 40, 3))
    xi[0, :25, 0] = 1.0
    xi[0, :15, 1] = 1.0
    found = free_surface(xi, blocks(), SPACING, 1)
    assert list(found.column) == [0]


def test_a_flat_front_is_even_in_pores_of_any_shape():
    psi = blocks()
    flat = [columns(np.full((1, 3), h * DX), 40).transpose(1, 0, 2) for h in (12.3, 26.3)]
    start = front_height(flat[0], psi, SPACING, 1)
    assert np.isnan(start[0, 2]), "the third column is solid there"
    added = psi[0, :, :].mean(axis=1)
    volume = DX * (0.7 * added[12] + added[13:26].sum() + 0.3 * added[26])
    u = uniformity(flat[1], start, volume, psi, SPACING, 1)
    assert u.open_columns == 3
    assert u.nonuniformity == pytest.approx(0, abs=1e-9)
    assert u.wall_to_centre == pytest.approx(1)
    assert u.mean_rise_m == pytest.approx(14 * DX)
    assert u.faraday_rise_m == pytest.approx(14 * DX, rel=1e-3)
    assert u.packing == pytest.approx(1, rel=1e-3)


def test_even_rise_is_the_inverse_of_the_pore_volume():
    psi = np.moveaxis(blocks(), 1, 0)
    for start, rise in ((5.0, 3.0), (12.3, 9.2), (30.0, -15.0)):
        low, high = sorted([start, start + rise])
        edges = np.arange(41)
        below = np.r_[0, np.cumsum(psi.mean(axis=(1, 2)))]
        volume = np.interp(high, edges, below) - np.interp(low, edges, below)
        found = even_rise(psi, DX, start * DX, math.copysign(volume, rise) * DX)
        assert found == pytest.approx(rise * DX)


def test_filling_and_the_width_of_the_front():
    psi = blocks()
    xi = np.zeros((1, 40, 3))
    xi[0, :30, 0] = 1.0
    xi[0, :10, 1] = 1.0
    filled = filling(xi, psi, 1)
    assert filled[:10] == pytest.approx(1)
    assert filled[10:15] == pytest.approx(0.5)
    assert filled[15:18] == pytest.approx(1)
    assert filled[20:30] == pytest.approx(1 / 3)
    u = uniformity(xi, np.full((1, 3), 5 * DX), DX, psi, SPACING, 1)
    assert u.front_width_m / DX == pytest.approx(20, abs=1)
    xi, psi = slit_fields(np.full(6, 25.3) * DX)
    flat = uniformity(xi, np.full((1, 6), 20 * DX), DX, psi, SPACING, 1)
    assert flat.front_width_m == pytest.approx(1.1 * DELTA, rel=0.05)


def test_a_front_beyond_the_domain_has_no_width():
    falling = np.linspace(1.0, 0.0, 11)
    assert front_width(falling, DX) == pytest.approx(8 * DX)
    assert math.isnan(front_width(falling[:-2], DX))  # 20 % are filled in the last layer
    assert math.isnan(front_width(falling[2:], DX))
    assert math.isnan(front_width(np.ones(5), DX))
    assert math.isnan(front_width(np.zeros(5), DX))
