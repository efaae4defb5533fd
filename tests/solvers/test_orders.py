"""Observed orders of convergence in time and space, and the step formulas on known functions."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from geometries import channels
from phasefield.grid.grid import cell_centres
from phasefield.grid.smoothed_domain import build_domain
from phasefield.models.base import AppliedCurrent
from phasefield.models.conserved.contributions import equipped
from phasefield.models.conserved.readings import ConservedReadings
from phasefield.models.conserved.relaxation import relax
from phasefield.models.conserved.state import ConservedState
from phasefield.models.conserved.stepper import ConservedStepper
from phasefield.solvers.step_size import StepControl
from phasefield.solvers.time_formula import error_factor, extrapolation_weights, time_formula

from .conftest import make_model, profile


def extrapolated(times, values, target):
    return sum(w * y for w, y in zip(extrapolation_weights(times, target), values, strict=True))


@pytest.mark.parametrize("power", [0, 1, 2])
def test_bdf2_is_exact_for_parabolas_on_uneven_steps(power):
    times, step = [0.3, 1.0], 0.45
    formula = time_formula(times, step)
    new = times[-1] + step
    slope = power * new ** (power - 1) if power else 0.0
    left = formula.alpha0 * new**power - formula.newest * 1.0 - formula.older * 0.3**power
    assert left == pytest.approx(step * slope, abs=1e-14)


@pytest.mark.parametrize("times", [[0.0, 1.0, 2.0], [0.1, 0.5, 1.3], [0.0, 2.0, 2.2]])
def test_error_estimate_is_exact_for_a_cubic(times):
    """For y = t^3, y' given, BDF2 from exact values: the estimate is its error, sign included."""
    step = 0.7
    new = times[-1] + step
    formula = time_formula(times, step)
    older, newest = (t**3 for t in times[-2:])
    found = (formula.newest * newest + formula.older * older + step * 3 * new**2) / formula.alpha0
    predicted = extrapolated(times, [t**3 for t in times], new)
    assert (found - predicted) * error_factor(times, step) == pytest.approx(found - new**3)


def test_second_step_of_a_parabola_is_overestimated_within_a_factor():
    """Two states: BDF2 has no error here, backward Euler has h^2; the estimate lies between."""
    times, step = [0.0, 0.4], 0.5
    predicted = extrapolated(times, [t**2 for t in times], 0.9)
    estimate = (0.9**2 - predicted) * error_factor(times, step)
    assert 0 < estimate <= step**2


def test_one_level_has_nothing_to_compare_with():
    assert error_factor([1.0], 0.1) == 0.0
    control = StepControl(tolerance=1e-3, proposed=1.0, largest=10.0, smallest=1e-6)
    assert control.accept(1.0, 0.0, order=1)
    assert control.proposed == 2.0


def moments(domain, xi):
    """First two moments of the lithium along the growth axis and across it [m], [m2], [m2]."""
    _, y, x = (cell_centres(n, h) for n, h in zip(xi.shape, domain.grid.spacing, strict=True))
    share = domain.pore * xi / np.sum(domain.pore * xi)
    along, across = share.sum(axis=(0, 2)), share.sum(axis=(0, 1))
    return np.array([along @ y, along @ y**2, across @ x**2])


def march(backend, states, dt, count):
    for _ in range(count):
        states = [*states, backend.advance(states, dt, AppliedCurrent(2.0)).state][-3:]
    return states


@pytest.mark.parametrize("angle", [90, 62])
def test_fixed_steps_converge_with_second_order(slit, width, angle):
    """Past the switch-on, the first step (backward Euler) costs second order once, the rest too."""
    model = make_model(width=width, angle=angle)
    backend = ConservedStepper(*equipped(slit, model), 1e-11, 25)
    xi = profile(slit, 1.5e-6, width)
    zero = np.zeros(xi.shape)
    start = march(backend, [ConservedState(0.0, xi, zero, zero, zero, zero)], 1.0, 10)[-1:]
    observer = ConservedReadings(*equipped(slit, model), xi)
    found = []
    for count in (8, 16, 32):
        end = march(backend, start, 16.0 / count, count)[-1].xi
        found.append([observer.free_energy(end), *moments(slit, end)[:2]])
    coarse, fine = np.abs(np.diff(found, axis=0))
    assert np.log2(coarse / fine) == pytest.approx(2.0, abs=0.15)


def test_rest_energy_converges_with_second_order_in_the_grid():
    """A curved meniscus at 62 degrees, interface width held, spacing refined by 3/2 twice."""
    width = 0.3e-6
    model = make_model(width=width, angle=62)
    energies = []
    for cells in (4, 6, 9):
        spacing = width / cells
        domain = build_domain(channels(1.2e-6, 0.5, 1.5e-6, "unit_cell", spacing), width)
        xi = profile(domain, 0.75e-6, width)
        rest = relax(domain, model, xi, tolerance=1e-9, duration=1e-3, pore_size=1.2e-6)
        energies.append(ConservedReadings(*equipped(domain, model), xi).free_energy(rest.xi))
    coarse, fine = (abs(b - a) for a, b in pairwise(energies))
    assert np.log(coarse / fine) / np.log(1.5) == pytest.approx(2.0, abs=0.15)
