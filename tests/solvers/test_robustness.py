"""States that ask more of the solver than a plain run: they end well, or with a clean message."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from geometries import channels
from phasefield.errors import DidNotConverge
from phasefield.grid.smoothed_domain import build_domain
from phasefield.models.base import AppliedCurrent
from phasefield.models.conserved.contributions import equipped
from phasefield.models.conserved.lithium_bodies import find_bodies
from phasefield.models.conserved.newton_system import CoupledSystem
from phasefield.models.conserved.relaxation import relax
from phasefield.models.conserved.state import ConservedState
from phasefield.models.conserved.step import Unknowns
from phasefield.models.conserved.stepper import ConservedStepper
from phasefield.physics.front import front_at_rest
from phasefield.simulation.loop import build
from phasefield.solvers.newton import solve
from phasefield.solvers.step_size import StepControl
from tests.test_run import small

from .conftest import make_model, make_step, profile


@pytest.fixture(scope="module")
def floating():
    """A drop in the middle of a wide pore, off the walls, above lithium on the collector."""
    width = 0.3e-6
    domain = build_domain(channels(3e-6, 0.5, 5e-6, "unit_cell", 0.1e-6), width)
    _, y, x = ((np.arange(n) + 0.5) * 0.1e-6 for n in domain.grid.shape)
    distance = np.hypot(*np.meshgrid(y - 3.3e-6, x, indexing="ij")) - 0.6e-6
    drop = front_at_rest(distance, width)[None]
    xi = np.where(domain.wall_density > 0, 0.0, drop) + profile(domain, 1.5e-6, width)
    xi = np.where(domain.pore > 0, xi, 0.0)
    assert find_bodies(xi, domain).floating == 1
    return domain, width, xi


def test_a_drop_that_touches_no_wall_has_no_part_in_the_current(floating):
    domain, width, xi = floating
    zero = np.zeros(xi.shape)
    backend = ConservedStepper(*equipped(domain, make_model(width=width)), 1e-9, 25)
    state = backend.advance(
        [ConservedState(0.0, xi, zero, zero, zero, zero)], 0.5, AppliedCurrent(2.0)
    ).state
    assert np.isfinite(state.metal_potential).all()
    grown = np.sum(domain.pore * (state.xi - xi), where=find_bodies(xi, domain).index == 1)
    everywhere = np.sum(domain.pore * (state.xi - xi))
    assert abs(grown) < 1e-6 * everywhere


def test_detached_lithium_has_no_say_in_a_step_without_reaction(floating):
    """Nothing reacts while the initial profile relaxes: the potential of a drop is undetermined."""
    domain, width, xi = floating
    system = CoupledSystem(*equipped(domain, make_model(width=width)), reacting=False)
    flat, zero = xi.ravel(), np.zeros(xi.size)
    step = make_step(
        domain, make_model(width=width), 1.0, flat, 1e-3, zero, find_bodies(xi, domain)
    )
    found = solve(system, Unknowns(flat, zero, zero, np.zeros(2)), step, 1e-9, 25)
    assert found.unknowns.metal.tolist() == [0.0, 0.0]
    assert np.abs(found.unknowns.xi - flat).max() > 1e-6


def test_lithium_too_shallow_to_exist_is_a_clean_error(slit, width):
    """A layer much thinner than the interface dissolves into the empty pore."""
    xi = profile(slit, 0.18 * width, width)
    assert find_bodies(xi, slit).total == 1
    with pytest.raises(DidNotConverge, match="no lithium touches the current collector"):
        relax(slit, make_model(width=width), xi, tolerance=1e-9, duration=60.0, pore_size=1.2e-6)


def test_lithium_in_crooked_pores_settles_only_for_a_while(slit, width):
    """For as long as the protocol: the meniscus has begun to bend, and is not at rest."""
    xi, model = profile(slit, 1.5e-6, width), make_model(width=width, angle=62)
    given = {"tolerance": 1e-9, "duration": 600.0, "pore_size": 1.2e-6}
    rest = relax(slit, model, xi, **given).xi
    settled = relax(slit, model, xi, **given, straight=False).xi
    bent = np.abs(rest - xi).max()
    assert 0.1 * bent < np.abs(settled - xi).max() < bent
    assert np.abs(settled - rest).max() > 0.02


def test_an_error_that_no_step_meets_is_a_clean_error(monkeypatch):
    simulation = build(small("solver.time_step=null"))
    result = simulation.model.stepper.advance(simulation.states, 0.1, AppliedCurrent(2.0))
    monkeypatch.setattr(ConservedStepper, "advance", lambda *arguments: replace(result, error=1.0))
    with pytest.raises(DidNotConverge, match="stays above"):
        simulation.advance()
    assert simulation.time == 0.0


def test_fixed_steps_return_to_their_size_after_a_failure():
    control = StepControl(tolerance=1e-3, proposed=8.0, largest=8.0, smallest=1e-6, fixed=True)
    assert control.fail(8.0, "no convergence")
    assert control.fail(4.0, "no convergence")
    taken = []
    for _ in range(4):
        taken.append(control.step_to(100.0))
        assert control.accept(taken[-1], error=1.0, order=3)
    assert taken == [2.0, 4.0, 8.0, 8.0]
    assert control.step_to(3.0) == 3.0
    assert control.accept(3.0, error=1.0, order=3)
    assert control.step_to(100.0) == 8.0
