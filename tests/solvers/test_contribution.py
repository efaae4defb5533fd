"""The seam of a contribution: a made-up field with one unknown on each face, solved with the rest.

q on the inner faces along the growth axis relaxes towards the difference of xi across them,
dq/dt = (step of xi - q)/tau, and the metal feels it in (B) as a pressure of `stiffness` times the
difference of q between the two faces of a cell. With stiffness 0 nothing else may change.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from phasefield.models.base import AppliedCurrent, AppliedVoltage
from phasefield.models.conserved.contribution import Contribution, Elimination
from phasefield.models.conserved.contributions import equipped
from phasefield.models.conserved.kernels import B_XI, MU, XI
from phasefield.models.conserved.newton_system import CoupledSystem
from phasefield.models.conserved.state import ConservedState
from phasefield.models.conserved.stepper import ConservedStepper
from phasefield.solvers.time_formula import TimeFormula
from phasefield.validation.plating import at_rest

from .conftest import make_model, profile
from .test_system import random_point

TAU = 3.0


@dataclass(frozen=True)
class Eliminated(Elimination):
    """[J C; R K] with K a number on the diagonal."""

    faces: Faces
    diagonal: float
    dt: float

    @property
    def size(self):
        return self.faces.count

    def gather(self, x):
        return -self.dt / TAU * self.faces.across(x[:, XI])

    def spread(self, m):
        out = np.zeros((self.faces.cells, 3))
        out[:, MU] = self.faces.stiffness * self.faces.between(m)
        return out

    def solve(self, right):
        return right / self.diagonal


class Faces(Contribution):
    """The made-up field."""

    solved = "q"
    own_scale = 2.0
    own_limit = 10.0

    def __init__(self, domain, stiffness):
        self.shape, self.stiffness, self.cells = domain.grid.shape, stiffness, domain.grid.size
        inner = (self.shape[0], self.shape[1] - 1, self.shape[2])
        self.inner, self.count = inner, int(np.prod(inner))
        self.pore = domain.pore.ravel() > 0.0

    def across(self, xi):
        return np.diff(xi.reshape(self.shape), axis=1).ravel()

    def between(self, q):
        q = q.reshape(self.inner)
        return self.pore * np.diff(np.pad(q, ((0, 0), (1, 1), (0, 0))), axis=1).ravel()

    def begin(self):
        return {"q": np.zeros(self.inner)}

    def prepare(self, states, step):
        history = step.formula.history([state.own["q"] for state in states])
        return replace(step, own={**step.own, "q_history": history})

    def predict(self, formula, states):
        return {"q": formula.predicted([state.own["q"] for state in states])}

    def add(self, unknowns, step, residual, values):
        """The force on the metal; what the elimination makes of it, for the preconditioner."""
        residual[:, MU] += self.stiffness * self.between(unknowns.solved["q"])
        scale = self.condensed(step)
        below, above = np.ones(self.inner), np.ones(self.inner)
        below = np.pad(below, ((0, 0), (1, 0), (0, 0))).ravel() * self.pore * scale
        above = np.pad(above, ((0, 0), (0, 1), (0, 0))).ravel() * self.pore * scale
        values[:, B_XI] -= below + above
        values[:, B_XI + 1 + 2] += below
        values[:, B_XI + 1 + 3] += above

    def condensed(self, step):
        """-C K^-1 R is this times the second difference of xi."""
        dt = step.formula.dt
        return self.stiffness * dt / TAU / (step.formula.alpha0 + dt / TAU)

    def operator(self, step):
        """Takes back what was added to the slots: it is in the elimination."""
        return TakenBack(self, self.condensed(step))

    def lacking(self, unknowns, step):
        q, formula = unknowns.solved["q"].ravel(), step.formula
        gained = formula.dt / TAU * (self.across(unknowns.xi) - q)
        return (formula.alpha0 * q - step.own["q_history"] - gained) / self.own_scale

    def eliminate(self, step):
        formula = step.formula
        found = Eliminated(self, formula.alpha0 + formula.dt / TAU, formula.dt)
        return Scaled(found, self.own_scale)

    def error(self, found, predicted):
        return float(np.abs(found.own["q"] - predicted.own["q"]).max())

    def fields(self, state):
        return {"q": np.pad(state.own["q"], ((0, 0), (0, 1), (0, 0)))}


@dataclass(frozen=True)
class Scaled(Elimination):
    """The same in units of `scale` of the own unknowns, and of their equations."""

    plain: Eliminated
    scale: float

    @property
    def size(self):
        return self.plain.size

    def gather(self, x):
        return self.plain.gather(x) / self.scale

    def spread(self, m):
        return self.plain.spread(self.scale * m)

    def solve(self, right):
        return self.plain.solve(right)


@dataclass(frozen=True)
class TakenBack:
    """Minus what is in the slots for the preconditioner alone."""

    faces: Faces
    scale: float

    def multiply(self, x, out):
        out[:, MU] -= self.scale * self.faces.between(self.faces.across(x[:, XI]))


def with_faces(domain, model, stiffness):
    cell, contributions = equipped(domain, model)
    faces = Faces(domain, stiffness)
    return cell, replace(contributions, more=(faces,)), faces


@pytest.mark.parametrize("voltage", [None, 8e-3])
def test_newton_update_solves_the_system_with_the_own_unknowns_in_it(slit, width, voltage):
    cell, contributions, faces = with_faces(slit, make_model(width=width), 0.3)
    system, rng = CoupledSystem(cell, contributions), np.random.default_rng(2)
    point, step = random_point(slit, width)
    own = {**step.own, "q_history": rng.standard_normal(faces.count)}
    step = replace(step, drive=replace(step.drive, voltage=voltage), own=own)
    point.half_cell_drop[0] = 1e-3 if voltage else 0.0
    point = replace(point, solved={"q": rng.standard_normal(faces.inner)})
    residual, net = system.evaluate(point, step)
    assert net.size == 1 + (voltage is not None) + faces.count
    change, extra = system.update(residual.copy(), net.copy(), step)
    assert extra.size == 3 + faces.count
    h = 1e-6 / max(np.abs(change).max(), np.abs(extra).max())
    ends = [
        system.evaluate(
            point.moved(
                change, sign * h * system.column_scale, sign * h * system.extra_scale * extra
            ),
            step,
        )
        for sign in (1.0, -1.0)
    ]
    for at, plus, minus in zip((residual, net), *ends, strict=True):
        assert np.abs((plus - minus) / (2 * h) + at).max() < 1e-4 * np.abs(at).max()


def test_rows_are_affine_in_the_time_formula(slit, width):
    """Two assemblies make K and M: J(alpha0, dt) v = B v + alpha0 M v + dt K v, nothing mixed."""
    cell, contributions, faces = with_faces(slit, make_model(width=width), 0.3)
    system, rng = CoupledSystem(cell, contributions), np.random.default_rng(3)
    point, step = random_point(slit, width)
    point = replace(point, solved={"q": rng.standard_normal(faces.inner)})
    change = rng.standard_normal((slit.grid.size, 3)) * system.sparsity.mask
    extra = np.append(np.zeros(3), rng.standard_normal(faces.count))

    def derivative(alpha0, dt):
        at = replace(
            step,
            formula=TimeFormula(alpha0, alpha0, 0.0, dt),
            own={"q_history": np.zeros(faces.count)},
        )
        ends = [
            np.concatenate(
                [
                    each.ravel()
                    for each in system.evaluate(
                        point.moved(change, h * system.column_scale, h * extra), at
                    )
                ]
            )
            for h in (1e-6, -1e-6)
        ]
        return (ends[0] - ends[1]) / 2e-6

    base, storage, rates = derivative(1.0, 1.0), derivative(2.0, 1.0), derivative(1.0, 2.0)
    expected = base + 0.7 * (storage - base) + 3.0 * (rates - base)
    found = derivative(1.7, 4.0)
    assert np.abs(found - expected).max() < 1e-7 * np.abs(found).max()


def test_the_field_follows_its_equation_and_is_carried(slit, width):
    model, xi = make_model(width=width), profile(slit, 1.5e-6, width)
    cell, contributions, faces = with_faces(slit, model, 0.0)
    plain_cell, without = equipped(slit, model)
    stepper = ConservedStepper(cell, contributions, 1e-10, 25)
    plain = ConservedStepper(plain_cell, without, 1e-10, 25)
    states, bare = [replace(at_rest(xi), own=contributions.begin())], [at_rest(xi)]
    for applied in (AppliedCurrent(2.0), AppliedVoltage(4e-3), AppliedCurrent(-1.0)):
        result = stepper.advance(states[-3:], 0.5, applied)
        bare.append(plain.advance(bare[-3:], 0.5, applied).state)
        states.append(result.state)
        formula, q = result.formula, result.state.own["q"]
        history = formula.history([state.own["q"] for state in states[:-1]][-2:])
        rate = (faces.across(result.state.xi.ravel()) - q.ravel()) / TAU
        np.testing.assert_allclose(formula.alpha0 * q.ravel() - history, 0.5 * rate, atol=1e-9)
        np.testing.assert_allclose(result.state.xi, bare[-1].xi, atol=1e-9)
    saved = states[-1].arrays()
    again = ConservedState.from_arrays(saved)
    assert saved["q"].shape == faces.inner
    np.testing.assert_array_equal(again.own["q"], states[-1].own["q"])


def test_its_pressure_moves_the_metal(slit, width):
    model, xi = make_model(width=width, diffusivity=1e-12), profile(slit, 1.5e-6, width)
    ends = []
    for stiffness in (0.0, -0.02):
        cell, contributions, _ = with_faces(slit, model, stiffness)
        stepper = ConservedStepper(cell, contributions, 1e-10, 25)
        states = [replace(at_rest(xi), own=contributions.begin())]
        for _ in range(3):
            states.append(stepper.advance(states[-3:], 0.5, AppliedCurrent(2.0)).state)
        ends.append(states[-1])
    grown = [float(np.sum(slit.pore * (end.xi - xi))) for end in ends]
    assert np.abs(ends[1].xi - ends[0].xi).max() > 1e-4
    assert grown[1] == pytest.approx(grown[0], rel=1e-9)


def test_a_contribution_that_overrides_nothing_does_nothing(slit, width):
    cell, contributions = equipped(slit, make_model(width=width))
    nothing, start = Contribution(), at_rest(profile(slit, 1.5e-6, width))
    one, two = (
        ConservedStepper(cell, each, 1e-10, 25).advance([start], 0.5, AppliedCurrent(2.0)).state
        for each in (contributions, replace(contributions, more=(nothing,)))
    )
    for name, array in one.arrays().items():
        np.testing.assert_array_equal(two.arrays()[name], array)
    assert nothing.around(len, np.zeros(0)) is len
    assert (nothing.begin(), nothing.fields(start), nothing.error(one, two)) == ({}, {}, 0.0)
