"""Walls that conduct electrons: both limits, lithium on the wall, coatings, formulas."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from geometries import channels
from phasefield.analysis import analytic
from phasefield.grid.smoothed_domain import Maps, Wall, build_domain
from phasefield.models.conserved.transmission_line import two_rails
from phasefield.validation.rails import coated_slit
from phasefield.validation.setups import conserved_model, flat_lithium

WIDTH, PORE, DEPTH = 0.3e-6, 1.2e-6, 6e-6
POROUS = (1 / PORE, 24.6e-4, 0.016)


@pytest.fixture(scope="module")
def slit():
    return build_domain(channels(PORE, 0.5, DEPTH, "unit_cell", 0.075e-6), WIDTH)


@pytest.fixture(scope="module")
def model():
    return conserved_model(width=WIDTH)


def taken(domain, found):
    total = np.nansum(domain.wall_density * found.current_density) * domain.grid.cell_volume
    return total / domain.grid.cross_section


def test_a_perfect_coating_is_the_line_of_one_conductor(slit, model):
    height, current = two_rails(slit, model, 1.0, 2.0).along(slit)
    length = analytic.penetration_length(0.016, 24.6e-4, 1 / PORE)
    line = analytic.contact_current_profile(height, 1 / PORE, DEPTH, length)
    np.testing.assert_allclose(current / 2.0, line, rtol=2e-3)


@pytest.mark.parametrize(("conductance", "first"), [(2e-10, True), (2e-6, False)])
def test_the_poorer_conductor_says_where_lithium_comes(slit, model, conductance, first):
    found = two_rails(slit, model, conductance, 2.0)
    _, current = found.along(slit)
    assert (current[0] > 2 * current[-1]) == first
    assert taken(slit, found) == pytest.approx(2.0, rel=1e-9)


def test_lithium_carries_the_electrons_where_it_lies(slit, model):
    """Above the lithium a poor coating takes next to nothing: the current ends up on lithium."""
    xi = flat_lithium(slit, 3e-6, WIDTH)
    found = two_rails(slit, model, 1e-13, 2.0, xi)
    height, current = found.along(slit)
    assert np.nanmax(np.abs(found.electron_potential[xi > 0.5])) == 0.0
    assert current[height > 4e-6].max() < 0.02 * current[height < 2.5e-6].min()
    line = analytic.contact_current_profile(
        height, 1 / PORE, 3e-6, analytic.penetration_length(0.016, 24.6e-4, 1 / PORE)
    )
    low = height < 2.4e-6
    np.testing.assert_allclose(current[low] / 2.0, line[low], rtol=0.03)


def test_resistances_of_coatings_count(slit, model):
    lower = (np.arange(slit.grid.shape[1]) < 40)[None, :, None]
    on = np.broadcast_to(lower, slit.grid.shape).astype(np.uint8)
    maps = Maps(on, (Wall("a", 24.6e-2, 1.5),), np.zeros_like(on), ())
    found = two_rails(replace(slit, maps=maps), model, 1.0, 2.0)
    _, current = found.along(slit)
    assert current[:40].max() < 0.02 * current[40:].min()
    assert taken(slit, found) == pytest.approx(2.0, rel=1e-9)


def test_what_it_cannot_take_is_refused(slit, model):
    with pytest.raises(ValueError, match="above 0"):
        two_rails(slit, model, 0.0, 2.0)
    with pytest.raises(ValueError, match="half cell"):
        two_rails(replace(slit, symmetric=True), model, 1e-9, 2.0)
    xi = flat_lithium(slit, 2e-6, WIDTH)
    with pytest.raises(ValueError, match="cut off"):
        two_rails(slit, model, 1e-9, 2.0, np.maximum(xi, np.roll(xi, 50, axis=1)))


@pytest.mark.parametrize("electrons", [1e-4, 0.016, 3.0])
def test_formulas_of_the_porous_electrode(electrons):
    x = np.linspace(0.0, DEPTH, 20001)
    profile = analytic.two_rail_current_profile(x, DEPTH, *POROUS, electrons)
    assert np.trapezoid(profile, x) / PORE == pytest.approx(1.0, rel=1e-6)
    # along the wall: what drives it at the bottom, then the loss of the ions up to the top
    ions = np.concatenate([[0.0], np.cumsum(0.5 * (profile[1:] + profile[:-1]) * np.diff(x))])
    loss = 24.6e-4 * profile[0] + np.trapezoid(ions / PORE, x) / 0.016
    found = analytic.two_rail_resistance(DEPTH, *POROUS, electrons)
    assert found == pytest.approx(loss, rel=1e-6)


@pytest.mark.parametrize("ratio", [0.1, 10.0])
def test_a_thin_wall_is_the_porous_electrode(ratio):
    height, current, resistance, _ = coated_slit(ratio, 246e-4, WIDTH)
    porous = (1 / PORE, 246e-4, 0.016, 0.016 / ratio)
    line = analytic.two_rail_current_profile(height, 10e-6, *porous)
    np.testing.assert_allclose(current, line, rtol=2e-4)
    assert resistance == pytest.approx(analytic.two_rail_resistance(10e-6, *porous), rel=4e-4)
