"""Resistance, contact angle and conductivity that differ from place to place."""

from __future__ import annotations

from dataclasses import replace
from math import cos, pi

import numpy as np
import pytest

from geometries import channels
from phasefield.grid.faces import series_mean
from phasefield.grid.smoothed_domain import Maps, Wall, build_domain
from phasefield.models.conserved.contributions import equipped
from phasefield.models.conserved.lithium_bodies import find_bodies
from phasefield.models.conserved.readings import ConservedReadings
from phasefield.models.conserved.relaxation import relax
from phasefield.models.conserved.voltage import Electrochemistry
from phasefield.validation.plating import plate, reaction
from phasefield.validation.setups import heights, plane_scaffold
from tests.solvers.conftest import make_model, profile

DEPTH = 2e-6
GAMMA = 0.5


def mapped(domain, coating=0, walls=(), region=0, conductivities=()):
    """The domain with numbers of coatings and regions that are broadcast over it."""
    numbers = (np.broadcast_to(n, domain.grid.shape).astype(np.uint8) for n in (coating, region))
    coating, region = numbers
    return replace(domain, maps=Maps(coating, walls, region, conductivities))


def test_a_map_that_is_the_same_everywhere_is_the_plain_model_bit_by_bit(slit, width, model):
    angle, resistance, sigma = 1.1, 5.7e-4, 0.047
    other = model._replace(
        wetting=GAMMA * cos(angle),
        exchange_current_density=model.thermal_voltage / resistance,
        conductivity=sigma,
    )
    coated = mapped(slit, 1, (Wall("a", resistance, angle),), 1, (sigma,))
    xi = profile(slit, DEPTH, width)
    plain, found = (
        plate(domain, m, width, xi, [1.0, 2.0])[-1]
        for domain, m in ((slit, other), (coated, model))
    )
    for name in ("xi", "mu", "ion_potential"):
        np.testing.assert_array_equal(getattr(found, name), getattr(plain, name))
    one, two = (
        ConservedReadings(*equipped(slit, other), xi),
        ConservedReadings(*equipped(coated, model), xi),
    )
    assert two.observe(found, 6.0) == one.observe(plain, 6.0)


def test_a_wall_that_is_half_coated_conducts_as_two_resistances_in_parallel(slit, width):
    clean, coated = 24.6e-4, 200e-4
    above = heights(slit) > 1e-6
    domain = mapped(slit, above, (Wall("a", coated, pi / 2),))
    # the electrolyte takes nothing and the metal moves fast: one voltage over the whole contact
    model = make_model(width=width, diffusivity=1e-6)._replace(conductivity=1e4)
    state = plate(domain, model, width, profile(slit, DEPTH, width), [1e-3], 0.1)[-1]
    _, density = reaction(domain, model, state)
    cell = domain.grid.cell_volume / domain.grid.cross_section
    contact = domain.wall_density * (3 - 2 * state.xi) * state.xi**2 * cell
    areas = [float(np.sum(contact, where=on)) for on in (~above, above)]
    through = [float(np.sum(density, where=on)) * cell for on in (~above, above)]
    resistance = 1.0 / (areas[0] / clean + areas[1] / coated)
    assert sum(through) == pytest.approx(0.1, rel=1e-9)
    assert through[1] == pytest.approx(0.1 * areas[1] / coated * resistance, rel=1e-3)
    found = Electrochemistry(*equipped(domain, model)).resistance(
        state, find_bodies(state.xi, domain)
    )
    assert found.interfacial == pytest.approx(resistance, rel=1e-3)


def test_charge_is_metal_to_rounding_on_a_patched_wall_and_a_layered_electrolyte(
    slit, width, model
):
    height = heights(slit)
    domain = mapped(
        slit, height % 0.6e-6 < 0.3e-6, (Wall("a", 400e-4, 2.4),), height > 1.5e-6, (0.003,)
    )
    xi = profile(slit, DEPTH, width)
    states = plate(domain, model, width, xi, [5.0, 5.0, 5.0])
    observer = ConservedReadings(*equipped(domain, model), xi)
    grown = observer.lithium_volume_per_area(states[-1].xi) - observer.lithium_volume_per_area(xi)
    assert grown == pytest.approx(2.0 * 15.0 * model.volume_per_charge, rel=1e-9)
    parts = observer.observe(states[-1], 30.0).parts
    assert parts.ohmic + parts.kinetic + parts.capillary == pytest.approx(
        observer.voltage(states[-1]), rel=1e-8
    )


@pytest.mark.parametrize("angle", [60, 75])
def test_meniscus_between_walls_of_opposite_wetting_is_a_slanted_plane(angle):
    # cos of both angles cancel: no curvature, and the front meets each wall at its own angle
    width, pore = 0.2e-6, 1.2e-6
    domain = build_domain(channels(pore, 0.6, 3e-6, 2e-6, 0.05e-6), width)
    across = domain.grid.centres(2)
    middle = 0.5 * (across[domain.pore[0, 0] > 0.5].min() + across[domain.pore[0, 0] > 0.5].max())
    walls = tuple(Wall(name, 1e-3, np.deg2rad(a)) for name, a in (("l", angle), ("r", 180 - angle)))
    domain = mapped(domain, np.where(across < middle, 1, 2), walls)
    state = relax(
        domain, make_model(width=width, diffusivity=1e-12), profile(domain, 1.5e-6, width),
        tolerance=1e-9, duration=1e4, pore_size=pore,
    )  # fmt: skip
    observer = ConservedReadings(*equipped(domain, make_model(width=width)), state.xi)
    inner = np.abs(across - middle) < 0.3 * pore
    front = observer._front(state.xi).ravel()[inner]
    slope, _ = np.polyfit(across[inner], front, 1)
    assert np.rad2deg(np.arctan2(1.0, -slope)) == pytest.approx(angle, abs=1.0)
    assert np.abs(state.mu[state.xi > 0.9]).max() * pore / GAMMA < 0.02


def block(shape, spacing, wall_at, width):
    return build_domain(plane_scaffold(shape, spacing, wall_at), width)


@pytest.mark.parametrize("contrast", [1e-3, 0.3, 50.0])
def test_layers_of_electrolyte_conduct_in_series(contrast):
    width, spacing, current = 0.4e-6, 0.1e-6, 20.0
    domain = block((1, 60, 1), spacing, 2e-6, width)
    model = make_model(width=width)
    full = (domain.pore > 0).astype(float)
    layered = mapped(domain, region=heights(domain) > 4e-6, conductivities=(0.032 * contrast,))
    found = [
        ConservedReadings(*equipped(d, model), full).voltage(
            plate(d, model, width, full, [0.1], current)[-1]
        )
        for d in (domain, layered)
    ]
    more = current * 2e-6 * (1 / contrast - 1) / 0.032
    assert found[1] - found[0] == pytest.approx(more, rel=1e-7)


def test_columns_of_electrolyte_conduct_in_parallel():
    width, spacing, current = 0.4e-6, 0.1e-6, 2.0
    domain = block((1, 80, 4), spacing, 2e-6, width)
    model = make_model(width=width)
    columns = np.array([0, 0, 1, 1])
    layered = mapped(domain, region=columns, conductivities=(0.2,))
    full = (domain.pore > 0).astype(float)
    state = plate(layered, model, width, full, [0.1], current)[-1]
    rise = np.diff(state.ion_potential[0, 49:51], axis=0)[0] / spacing
    np.testing.assert_allclose(rise, current / np.mean([0.032, 0.2]), rtol=1e-5)


def test_series_mean_is_symmetric_and_exact_where_equal():
    random = np.random.default_rng(0)
    one, two = 10.0 ** random.uniform(-9, 3, (2, 1000))
    np.testing.assert_array_equal(series_mean.py_func(one, one), one)
    np.testing.assert_array_equal(series_mean.py_func(one, two), series_mean.py_func(two, one))
    np.testing.assert_allclose(series_mean.py_func(one, two), 2 / (1 / one + 1 / two), rtol=1e-14)
