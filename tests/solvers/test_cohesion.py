"""Metal under tension: what bears it, where it tears, and what is left behind."""

from __future__ import annotations

import numpy as np
import pytest

from geometries import channels
from phasefield.grid.smoothed_domain import build_domain
from phasefield.models.base import AppliedCurrent
from phasefield.models.conserved.contributions import equipped
from phasefield.models.conserved.relaxation import relax
from phasefield.models.conserved.state import ConservedState
from phasefield.models.conserved.stepper import ConservedStepper
from phasefield.models.conserved.void_nucleation import VoidNucleation
from phasefield.solvers.newton import NewtonFailed

from .conftest import make_model, profile

STRENGTH = 20e6


def strip(width, seconds, strength=STRENGTH, current=-3.0):
    """Levels of a deep slit that is stripped, newest last; halved steps where one is refused."""
    scaffold = channels(
        pore_size=1.5e-6, porosity=0.5, height=6e-6, width="unit_cell", spacing=width / 4
    )
    domain = build_domain(scaffold, width)
    model = make_model(width=width, strength=strength)
    start = profile(domain, 4.5e-6, width)
    states = [relax(domain, model, start, tolerance=1e-9, duration=1.0, pore_size=1.5e-6)]
    backend, step, voids = ConservedStepper(*equipped(domain, model), 1e-8, 20), 0.5, []
    while states[-1].time < seconds:
        past = states[-1:] if voids and voids[-1] == states[-1].time else states[-3:]
        try:
            result = backend.advance(past, step, AppliedCurrent(current))
        except NewtonFailed:
            step /= 2
            continue
        states.append(result.state)
        if result.events:
            voids.append(result.state.time)
        step = min(2 * step, 5.0 if current < -1.0 else 15.0)
    return domain, states, voids


def heights(domain):
    """Of the cell centres [m], (1, ny, 1)."""
    return (domain.grid.centres(1))[None, :, None]


def tension(domain, state):
    return -state.mu[(state.intact > 0) & (domain.pore > 0.5)].min()


@pytest.mark.parametrize("width", [0.375e-6, 0.25e-6])
def test_a_void_opens_at_the_nucleation_pressure(width):
    domain, states, voids = strip(width, 120.0)
    core = domain.pore > 0.5
    first = next(i for i, state in enumerate(states) if state.time == voids[0])
    assert STRENGTH <= tension(domain, states[first]) <= 1.05 * STRENGTH
    assert max(tension(domain, state) for state in states[:first]) <= STRENGTH
    deep = core & (heights(domain) < 2e-6)
    assert states[first].xi[deep].min() > 0.99
    assert states[-1].xi[deep].min() < 0.8
    for state in states:
        assert np.abs(state.xi[core & (state.intact > 0)] - 1.0).max() < 0.01
        assert state.xi.min() > -2e-3


def test_strong_metal_recedes_whole_and_leaves_nothing_behind():
    domain, states, voids = strip(0.25e-6, 2000.0, strength=80e6, current=-1.0)
    assert not voids
    core, last = domain.pore > 0.5, states[-1]
    below = core & (heights(domain) < 3.2e-6)
    emptied = core & (heights(domain) > 4.33e-6)  # its lowest cells had xi = 0.9
    assert np.abs(last.xi[below] - 1.0).max() < 0.01
    assert np.abs(last.xi[emptied]).max() < 5e-3
    metal = [np.sum(domain.pore * state.xi) * domain.grid.cell_volume for state in states]
    charge = -1.0 * last.time * domain.grid.cross_section * 13.02e-6 / 96485.33
    assert metal[-1] - metal[0] == pytest.approx(charge, rel=1e-9, abs=0.0)


def test_bonds_end_at_surfaces_and_hold_on_to_the_wall(slit, model, width):
    cohesion = VoidNucleation(slit, model)
    bonded = cohesion.whole(profile(slit, 1.5e-6, width))[0]
    below = 1.5e-6 - heights(slit)[0, :, 0]
    assert np.all(bonded[below > 1.1 * width][:, slit.pore[0, 0] > 0.5] == 1.0)
    assert np.all(bonded[below < 0.8 * width] == 0.0)
    assert np.all(cohesion.whole(np.ones(slit.grid.shape)) == 1.0)


def test_a_step_that_tears_too_much_is_refused(slit, model):
    one, zero = np.ones(slit.grid.shape), np.zeros(slit.grid.shape)
    whole = ConservedState(1.0, one, zero - 1.06 * model.nucleation_pressure, zero, zero, one)
    with pytest.raises(NewtonFailed, match="passes the nucleation pressure"):
        VoidNucleation(slit, model).apply(whole)


def test_torn_metal_heals_when_it_is_dense_again(slit, model):
    one, zero = np.ones(slit.grid.shape), np.zeros(slit.grid.shape)
    cohesion = VoidNucleation(slit, model)
    thin, _ = cohesion.apply(ConservedState(1.0, 0.998 * one, zero, zero, zero, zero))
    assert thin.intact.max() == 0.0
    dense, _ = cohesion.apply(ConservedState(1.0, one, zero, zero, zero, zero))
    assert dense.intact.min() == 1.0


def test_a_front_on_the_roof_of_a_pore_is_no_metal_yet(slit, model):
    shape = slit.grid.shape
    cohesion = VoidNucleation(slit, model)
    assert cohesion.whole(np.full(shape, 0.7)).max() == 0.0
    stretched = 1.0 - 0.9 * model.nucleation_pressure / model.bulk_modulus
    assert cohesion.whole(np.full(shape, stretched)).min() == 1.0
