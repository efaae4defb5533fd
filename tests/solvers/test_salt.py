"""Salt of the electrolyte within a step: balances, voltage, t+ = 1, both linear solvers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from geometries import channels
from phasefield.constants import FARADAY
from phasefield.grid.smoothed_domain import build_domain
from phasefield.models.base import AppliedCurrent, AppliedVoltage
from phasefield.models.conserved import conductor, salt
from phasefield.models.conserved.contributions import equipped
from phasefield.models.conserved.readings import ConservedReadings
from phasefield.models.conserved.state import ConservedState
from phasefield.models.conserved.stepper import ConservedStepper
from phasefield.models.conserved.symmetric_cell import SymmetricReadings
from phasefield.models.conserved.voltage import Electrochemistry
from phasefield.physics.kinetics import butler_volmer
from phasefield.physics.salt import Salt
from phasefield.physics.transport import contact
from phasefield.solvers.anderson import Anderson
from phasefield.solvers.newton import NewtonFailed

from .conftest import THERMAL_VOLTAGE, profile

C0 = 1000.0


def salt_with(number, diffusivity=1e-12):
    return Salt(number, diffusivity, C0, 2 * (1 - number) * THERMAL_VOLTAGE)


def level_of(xi, *, salty=True):
    zero = np.zeros_like(xi)
    own = {"concentration": np.full_like(xi, C0)} if salty else {}
    return ConservedState(0.0, xi, zero, zero, zero, zero, own=own)


def march(domain, model, width, of_salt, applied, steps=(1.0, 1.0, 2.0)):
    """Levels after some steps, and the observer."""
    xi = profile(domain, 1.5e-6, width)
    backend = ConservedStepper(*equipped(domain, model, of_salt), 1e-11, 30)
    states = [level_of(xi, salty=of_salt is not None)]
    for dt in steps:
        states.append(backend.advance(states[-3:], dt, applied).state)
    return states, ConservedReadings(*equipped(domain, model, of_salt), xi)


PLATE = AppliedCurrent(2.0)


@pytest.mark.parametrize(("number", "close"), [(1.0, 1e-12), (1.0 - 1e-9, 1e-7)])
def test_a_single_ion_conductor_keeps_its_salt_and_everything_else(
    slit, model, width, number, close
):
    plain, _ = march(slit, model, width, None, PLATE)
    found, observer = march(slit, model, width, salt_with(number), PLATE)
    assert np.abs(found[-1].own["concentration"] / C0 - 1).max() < close
    for name in ("xi", "mu", "ion_potential"):
        one, two = getattr(plain[-1], name), getattr(found[-1], name)
        assert np.abs(two - one).max() <= close * np.abs(one).max(), name
    assert abs(observer.observe(found[-1], 8.0).parts.concentration) < close


@pytest.mark.parametrize("applied", [PLATE, AppliedCurrent(-2.0), AppliedVoltage(8e-3)])
def test_salt_and_charge_are_kept_and_the_parts_add_up(slit, model, width, applied):
    of_salt = salt_with(0.3)
    states, observer = march(slit, model, width, of_salt, applied)
    state, grid = states[-1], slit.grid
    seen = observer.observe(state, 1.0)
    assert abs(seen.salt.gain) < 1e-13
    assert seen.salt.smallest < 0.999 * C0 < 1.001 * C0 < seen.salt.largest
    parts = seen.parts
    total = parts.ohmic + parts.kinetic + parts.capillary + parts.concentration
    assert total == pytest.approx(seen.voltage, abs=1e-8)
    assert np.sign(parts.concentration) == np.sign(state.current_density)
    if isinstance(applied, AppliedVoltage):
        assert seen.voltage == pytest.approx(8e-3, rel=1e-6)
    first = states[1]
    grown = np.sum(slit.pore * (first.xi - states[0].xi)) * grid.cell_volume / grid.cross_section
    passed = first.current_density * first.time * model.volume_per_charge
    assert grown == pytest.approx(passed, rel=1e-10)


def test_plating_leaves_less_salt_at_the_lithium_than_on_top(slit, model, width):
    states, _ = march(slit, model, width, salt_with(0.3), PLATE)
    along = np.average(states[-1].own["concentration"], weights=slit.electrolyte, axis=(0, 2))
    assert np.argmax(along) == along.size - 1
    assert along[:4].max() < 0.999 * C0


def test_the_step_satisfies_the_equation_as_lithium_ions_have_it(slit, model, width):
    """(F) with its reaction and the flux of the counter electrode; the solver uses the anions'."""
    of_salt, dt = salt_with(0.3), 2.0
    states, _ = march(slit, model, width, of_salt, PLATE, steps=(dt,))
    state, c = states[-1], states[-1].own["concentration"]
    phi, spacing = slit.electrolyte, slit.grid.spacing
    mean = {}
    for axis in (1, 2):
        lower, upper = (np.take(phi, range(n, phi.shape[axis] - 1 + n), axis) for n in (0, 1))
        mean[axis] = 0.5 * (lower + upper) * (lower > 0) * (upper > 0)

    def divergence(flux):
        """Of what flows along y and x through the faces, per face mean of phi."""
        total = np.zeros_like(phi)
        for axis, values in flux.items():
            through = mean[axis] * values
            pad = [(0, 0)] * 3
            pad[axis] = (1, 1)
            total += np.diff(np.pad(through, pad), axis=axis) / spacing[axis]
        return total

    def gradient(field):
        return {axis: np.diff(field, axis=axis) / spacing[axis] for axis in (1, 2)}

    fall, spread = gradient(state.ion_potential), gradient(np.log(c))
    number, sigma = of_salt.transference_number, model.conductivity
    j = {a: -sigma * (fall[a] - of_salt.diffusion_voltage * spread[a]) for a in fall}
    flux = {a: -of_salt.diffusivity * d + number * j[a] / FARADAY for a, d in gradient(c).items()}
    e = state.ion_potential - state.metal_potential - state.mu * model.volume_per_charge
    i = butler_volmer.py_func(e, model.exchange_current_density, 0.5, model.thermal_voltage)
    reaction = slit.wall_density * contact.py_func(state.xi) * i * (c / C0) ** 0.5
    top = PLATE.current_density * slit.electrode
    missing = phi * (c - C0) / dt + divergence(flux) + (reaction - top) / FARADAY
    largest = np.abs(reaction).max() / FARADAY
    # the solver's potential is that of the c one round before
    assert np.abs(missing)[phi > 0].max() < 1e-5 * largest
    charge = divergence(j) + reaction - top
    assert np.abs(charge)[phi > 0].max() < 1e-5 * np.abs(reaction).max()


def test_a_symmetric_cell_keeps_its_salt(model, width):
    scaffold = channels(1.2e-6, 0.5, 4e-6, "unit_cell", width / 4)
    domain = build_domain(scaffold, width, symmetric=True)
    lower = profile(domain, 1.2e-6, width)
    xi, of_salt = lower + np.flip(lower, 1), salt_with(0.3)
    backend = ConservedStepper(*equipped(domain, model, of_salt), 1e-11, 30)
    observer, state = SymmetricReadings(*equipped(domain, model, of_salt), xi), level_of(xi)
    after = [backend.advance([state], 2.0, each).state for each in (PLATE, AppliedVoltage(1e-2))]
    for found in after:
        seen = observer.observe(found, 4.0)
        parts = seen.parts
        total = parts.ohmic + parts.kinetic + parts.capillary + parts.concentration
        assert total == pytest.approx(seen.voltage, abs=1e-8)
        assert abs(seen.salt.gain) < 1e-13
    mirrored = 2 * C0 - np.flip(after[0].own["concentration"], 1)
    inside = domain.electrolyte > 0.5
    assert after[0].own["concentration"][inside] == pytest.approx(mirrored[inside], rel=1e-3)


def test_without_current_the_voltage_is_the_diffusion_potential_and_the_rest_capillary(
    slit, model, width
):
    of_salt = salt_with(0.3)
    states, observer = march(slit, model, width, of_salt, PLATE)
    backend = ConservedStepper(*equipped(slit, model, of_salt), 1e-11, 30)
    rest = backend.advance([states[-1]], 1e-3, AppliedCurrent(0.0)).state
    seen = observer.observe(rest, 8.0)
    assert seen.parts.concentration > 1e-5
    assert seen.parts.concentration + seen.parts.capillary == pytest.approx(seen.voltage)
    even = replace(rest, own={"concentration": np.full_like(rest.own["concentration"], C0)})
    assert observer.observe(even, 8.0).parts.concentration == 0.0


@pytest.mark.parametrize("symmetric", [False, True])
def test_the_diffusion_potential_is_that_between_the_electrodes(model, width, symmetric):
    """c0/2 in the lower half of the cell, 2 c0 in the upper one: 2 (1 - t+) (RT/F) ln 4."""
    scaffold = channels(1.2e-6, 0.5, 4e-6, "unit_cell", width / 4)
    domain = build_domain(scaffold, width, symmetric=symmetric)
    lower = profile(domain, 1.2e-6, width)
    xi, of_salt = lower + symmetric * np.flip(lower, 1), salt_with(0.3)
    c = np.full_like(xi, C0 / 2)
    c[:, c.shape[1] // 2 :] = 2 * C0
    state = replace(level_of(xi), own={"concentration": c})
    found = Electrochemistry(*equipped(domain, model, of_salt))
    expected = 1.4 * THERMAL_VOLTAGE * np.log(4.0)
    assert found.parts(state).concentration == pytest.approx(expected, rel=1e-9)


def test_what_is_left_of_the_salt(slit, model, width):
    states, observer = march(slit, model, width, salt_with(0.3), PLATE, steps=(1.0,))
    smallest = observer.observe(states[-1], 1.0).salt.smallest
    assert observer.salt_left(states[-1]) == pytest.approx(smallest / C0, rel=1e-15)
    plain = level_of(states[-1].xi, salty=False)
    without = ConservedReadings(*equipped(slit, model), plain.xi)
    assert without.salt_left(plain) == 1.0
    assert without.second_contact(plain.xi) == 1.0


def test_current_of_the_contact_counts_the_salt(slit, model, width):
    """i0 goes with (c/c0)^(1 - alpha): a quarter of the salt is half of the current."""
    state = level_of(profile(slit, 1.2e-6, width))
    state = replace(state, ion_potential=np.full_like(state.xi, 5e-3))
    poor = replace(state, own={"concentration": np.full_like(state.xi, C0 / 4)})
    read = Electrochemistry(*equipped(slit, model, salt_with(0.3)))
    assert read.current(state).max() > 1.0
    np.testing.assert_allclose(read.current(poor), 0.5 * read.current(state), rtol=1e-12)


def test_iterations_find_the_salt_of_the_factorisation(model, width, monkeypatch):
    scaffold = channels(1.2e-6, 0.4, 3e-6, "unit_cell", 0.15e-6, dimensions=3)
    domain = build_domain(scaffold, width, force=True)
    found = []
    for most in (0, 10**6):
        monkeypatch.setattr(conductor, "DIRECT_CELLS", most)
        monkeypatch.setattr(salt, "MOST_COUPLED", {3: most})
        states, _ = march(domain, model, width, salt_with(0.3), PLATE, steps=(1.0,))
        found.append(states[-1].own["concentration"])
    assert np.abs(found[0] - found[1]).max() < 1e-7 * C0


def test_what_flows_between_cells_is_kept_before_anything_is_put_right(slit):
    """The sum that a step corrects at its end is rounding of the solver, not of the fluxes."""
    random = np.random.default_rng(0)
    coefficient, field = (
        random.uniform(1.0, 2.0, slit.grid.size),
        random.normal(size=slit.grid.size),
    )
    found = conductor.Conductor(slit, coefficient)
    flows = found.outflow(field)
    assert abs(flows.sum()) < 1e-12 * np.abs(flows).sum()
    by_matrix = found.everywhere(found.matrix @ field[found.known]).ravel()
    assert np.abs(flows - by_matrix).max() < 1e-12 * np.abs(flows).max()


def test_a_step_that_takes_all_the_salt_fails(slit, model, width):
    with pytest.raises(NewtonFailed, match="salt"):
        march(slit, model, width, salt_with(0.0, 1e-14), AppliedCurrent(20.0), steps=(10.0,))


def test_mixing_converges_where_the_plain_iteration_runs_away():
    matrix = np.diag([-20.0, -3.0, 0.5, 0.9])
    matrix[0, 1] = 1.0
    shift, mixing = np.arange(4.0), Anderson()
    x = np.zeros(4)
    for _ in range(6):
        x = mixing.next(x, matrix @ x + shift)
    assert x == pytest.approx(np.linalg.solve(np.eye(4) - matrix, shift), rel=1e-8)
