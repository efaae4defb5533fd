"""Salt of the electrolyte, equation (F), in the same implicit step as metal and potentials."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from phasefield.constants import FARADAY
from phasefield.grid.collectives import largest, largest_size, per_cross_section, smallest, total
from phasefield.models.conserved.cell import Cell
from phasefield.models.conserved.conductor import Conductor
from phasefield.models.conserved.contribution import Contribution, Solve
from phasefield.models.conserved.counter_electrode import CounterElectrode
from phasefield.models.conserved.state import ConservedState
from phasefield.models.conserved.step import Step, Unknowns
from phasefield.physics.salt import Salt, exchange_ratio
from phasefield.solvers.anderson import Anderson
from phasefield.solvers.direct import Factors
from phasefield.solvers.newton import NewtonFailed, NewtonResult
from phasefield.solvers.time_formula import TimeFormula

__all__ = ["SaltTransport"]

Array = NDArray[np.float64]

SETTLED = 1e-8
"""Largest change of c over c + c0/10 with which the rounds end: 1e-9 V of diffusion potential, and
less than what the default `solver.tolerance` leaves open in a cell that is nearly depleted."""

MOST_ROUNDS = 30
"""Rounds before a step is given up; it takes 3 to 8 with the potential, and up to 30 without it
where salt diffuses a hundred times slower than its ions conduct."""

MOST_COUPLED = {0: 50_000, 1: 50_000, 2: 50_000, 3: 5000}
"""Cells of the electrolyte, by dimensions, up to which a round solves for c and the potential that
goes with it; above, for c alone, which takes more rounds where the salt is slow."""

TOLERANCE = 1e-6
"""Residual over right side of what c changes by in a round, where iterations solve for it."""


class SaltTransport(Contribution):
    """Concentration c of the salt of a cell; flat arrays (cells,), c0 in dropped cells.

    The anions do not react, so that their balance is that of the salt, theory equation (F):
    d(phi c)/dt = div(phi [D grad c + (1 - t+) j/F]), no flux through any edge.

    Parameters
    ----------
    cell : scaffold and parameters.
    salt : coefficients.
    """

    def __init__(self, cell: Cell, salt: Salt) -> None:
        domain = cell.domain
        self._domain, self._model, self.coefficients = domain, cell.parameters, salt
        self._share = domain.electrolyte.ravel()
        self._diffusivity = np.full(domain.grid.size, salt.diffusivity)
        self._ohmic = cell.electrolyte
        self._fick = Conductor(domain, self._diffusivity)

    def activity(self, c: Array) -> Array:
        """i0(c)/i0(c0) of every cell [1]."""
        alpha = self._model.transfer_coefficient
        return np.asarray(exchange_ratio(c, self.coefficients.concentration, alpha))

    def diffusion_potential(self, c: Array) -> Array:
        """2 (1 - t+) (RT/F) ln(c/c0) [V]: j is -sigma times the gradient of V_l minus this."""
        ratio = c / self.coefficients.concentration
        return np.asarray(self.coefficients.diffusion_voltage * np.log(ratio))

    def half_cell(self, c: Array) -> float:
        """Resistance that the salt adds between last cells and counter electrode [ohm m2].

        There D dc/dx = (1 - t+) j/F; over half a cell ln c is linear to second order. 0 in a
        symmetric cell.
        """
        if self._domain.symmetric:
            return 0.0
        electrode, salt = self._electrode, self.coefficients
        fall = electrode.drops / np.where(electrode.drops > 0.0, c, 1.0)
        per_charge = salt.diffusion_voltage * salt.anions_per_charge
        return per_charge * float(electrode.weights @ fall)

    def smallest(self, c: Array, current_density: float) -> float:
        """Smallest c [mol m-3] of the cells and of the face of a counter electrode, J [A m-2]."""
        if self._domain.symmetric:
            return smallest(c)
        rise = self._electrode.drops * (self.coefficients.anions_per_charge * current_density)
        return smallest(np.minimum(c, c + rise))

    @cached_property
    def _electrode(self) -> CounterElectrode:
        """Its half cells hold back salt, not charge: `drops` is that of c, per D dc/dx [s m-1]."""
        return CounterElectrode.of(self._domain, self._diffusivity)

    def amount(self, c: Array) -> float:
        """Salt over the cross-section [mol m-2]."""
        return per_cross_section(self._share * c, self._domain.grid)

    def begin(self) -> dict[str, Array]:
        """c0 everywhere."""
        shape = self._domain.grid.shape
        return {"concentration": np.full(shape, self.coefficients.concentration)}

    def prepare(self, states: Sequence[ConservedState], step: Step) -> Step:
        """The step with what the time formula subtracts from alpha0 c, flat [mol m-3]."""
        history = step.formula.history([state.own["concentration"] for state in states])
        return replace(step, own={**step.own, "salt_history": history})

    def predict(self, formula: TimeFormula, states: Sequence[ConservedState]) -> dict[str, Array]:
        """c through all past states; as it is where that leads to none."""
        guess = formula.predicted([state.own["concentration"] for state in states])
        return {"concentration": guess} if smallest(guess) > 0.0 else {}

    def error(self, found: ConservedState, predicted: ConservedState) -> float:
        """Largest error of c over c0 [1]."""
        change = largest_size(found.own["concentration"] - predicted.own["concentration"])
        return change / self.coefficients.concentration

    def fields(self, state: ConservedState) -> dict[str, Array]:
        """The concentration, NaN outside the electrolyte."""
        there = self._domain.electrolyte > 0.0
        return {"concentration": np.where(there, state.own["concentration"], np.nan)}

    def around(self, solve: Solve, reaction: Array) -> Solve:
        """Rounds of `solve`, which finds metal and potentials where c is given, and of the salt
        that follows from their current, until c changes by no more than `SETTLED`.

        The result counts the Newton iterations of all rounds. It fails when `solve` does, c comes
        to 0, or the rounds do not end.
        """
        return partial(self._settle, solve, reaction)

    def _settle(
        self, solve: Solve, reaction: Array, guess: Unknowns, step: Step
    ) -> NewtonResult[Unknowns]:
        solve_for_change = self._solver(step, reaction)
        c = guess.own["concentration"].ravel()
        mixing, iterations, change = Anderson(), 0, np.inf
        for _ in range(MOST_ROUNDS):
            result = solve(guess, self._with(c, step))
            guess, iterations = result.unknowns, iterations + result.iterations
            lacking = self._residual(c, guess.ion, step)[self._fick.known]
            found = c + self._fick.everywhere(solve_for_change(c, lacking)).ravel()
            found -= self._gained(found, step) * (self._share > 0.0)
            if not smallest(found) > 0.0:
                raise NewtonFailed("the electrolyte runs out of salt")
            scale = c + 0.1 * self.coefficients.concentration
            change = largest(np.abs(found - c) / scale)
            if change <= SETTLED:
                own = {**guess.own, "concentration": found.reshape(self._domain.grid.shape)}
                return replace(result, unknowns=replace(guess, own=own), iterations=iterations)
            mixed = mixing.next(c, found)
            c = mixed if smallest(mixed) > 0.0 else found
        raise NewtonFailed(
            f"the salt still changes by {change:.1e} of c after {MOST_ROUNDS} rounds"
        )

    def _solver(self, step: Step, reaction: Array) -> Callable[[Array, Array], Array]:
        """What gives the change of c [mol m-3] from what (F) lacks, both over the electrolyte."""
        ground = (step.formula.alpha0 / step.formula.dt * self._share)[self._fick.known]
        if len(ground) <= MOST_COUPLED[sum(n > 1 for n in self._domain.grid.shape)]:
            return lambda c, lacking: self._coupled(c, lacking, ground, reaction)
        grounded = self._fick.grounded(ground)
        return lambda c, lacking: self._fick.solve(grounded, lacking, TOLERANCE)

    def _coupled(self, c: Array, lacking: Array, ground: Array, reaction: Array) -> Array:
        """Change of c with that of V_l which it brings about, metal and pressure as they are.

        (C) and (F) linearised, in V_l over RT/F and ln c.
        """
        salt, voltage, known = self.coefficients, self._model.thermal_voltage, self._fick.known
        rate, slope, c = reaction[0, known], reaction[3, known], c[known]
        anions = FARADAY * salt.anions_per_charge
        ohm, diagonal = self._ohmic.matrix, sparse.diags_array
        by_salt = salt.diffusion_voltage * ohm
        stored = FARADAY * (diagonal(ground) + self._fick.matrix) @ diagonal(c)
        exponent = 1.0 - self._model.transfer_coefficient
        matrix = sparse.block_array(
            [
                [voltage * (ohm + diagonal(slope)), diagonal(exponent * rate) - by_salt],
                [-anions * voltage * ohm, stored + anions * by_salt],
            ],
            format="csc",
        )
        right = np.concatenate([np.zeros_like(lacking), FARADAY * lacking])
        return c * Factors(matrix).solve(right)[len(lacking) :]

    def _with(self, c: Array, step: Step) -> Step:
        """The step at a given c: the current it drives, i0 and the half cells on top."""
        source = step.drive.source + self._ohmic.outflow(self.diffusion_potential(c))
        drive = replace(step.drive, source=source, half_cell=self.half_cell(c))
        return replace(step, drive=drive, exchange=step.exchange * self.activity(c))

    def _residual(self, c: Array, ion: Array, step: Step) -> Array:
        """What (F) lacks in each cell at c and the current of `ion` [mol m-3 s-1]."""
        formula, history = step.formula, step.own["salt_history"]
        stored = self._share * (history - formula.alpha0 * c) / formula.dt
        carried = self._ohmic.outflow(ion - self.diffusion_potential(c))
        per_charge = self.coefficients.anions_per_charge
        return np.asarray(stored - self._fick.outflow(c) + per_charge * carried)

    def _gained(self, c: Array, step: Step) -> float:
        """Salt that a solution has too much, spread over the electrolyte [mol m-3]."""
        excess = self._share * (c - step.own["salt_history"] / step.formula.alpha0)
        return total(excess) / total(self._share)
