"""Salt of the electrolyte, equation (F), in the same implicit step as metal and potentials."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from phasefield.constants import FARADAY
from phasefield.grid.smoothed_domain import Domain
from phasefield.models.conserved.cell import Conductor, CounterElectrode, local_parameters
from phasefield.models.conserved.parameters import Parameters
from phasefield.models.conserved.step import Step, Unknowns
from phasefield.physics.salt import Salt, exchange_ratio
from phasefield.solvers.anderson import Anderson
from phasefield.solvers.direct import Factors
from phasefield.solvers.newton import NewtonFailed, NewtonResult

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

Solve = Callable[[Unknowns, Step], NewtonResult[Unknowns]]


class SaltTransport:
    """Concentration c of the salt on one domain; flat arrays (cells,), c0 in dropped cells.

    The anions do not react, so that their balance is that of the salt, theory equation (F):
    d(phi c)/dt = div(phi [D grad c + (1 - t+) j/F]), no flux through any edge.

    Parameters
    ----------
    domain : frozen scaffold fields.
    model, salt : coefficients.
    """

    def __init__(self, domain: Domain, model: Parameters, salt: Salt) -> None:
        self._domain, self._model, self.coefficients = domain, model, salt
        self._share = domain.electrolyte.ravel()
        self._diffusivity = np.full(domain.grid.size, salt.diffusivity)
        self._ohmic = Conductor(domain, local_parameters(domain, model).conductivity)
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
            return float(c.min())
        rise = self._electrode.drops * (self.coefficients.anions_per_charge * current_density)
        return float(np.minimum(c, c + rise).min())

    @cached_property
    def _electrode(self) -> CounterElectrode:
        """Its half cells hold back salt, not charge: `drops` is that of c, per D dc/dx [s m-1]."""
        return CounterElectrode.of(self._domain, self._diffusivity)

    def amount(self, c: Array) -> float:
        """Salt over the cross-section [mol m-2]."""
        grid = self._domain.grid
        return float(np.sum(self._share * c)) * grid.cell_volume / grid.cross_section

    def settle(
        self, solve: Solve, reaction: Array, guess: Unknowns, c: Array, step: Step
    ) -> tuple[NewtonResult[Unknowns], Array]:
        """Solve a step with its salt: the result, Newton iterations of all rounds, and c.

        `solve` finds metal and potentials where c is given; then the salt follows from their
        current, and so on until c changes by no more than `SETTLED`.

        Parameters
        ----------
        solve : Newton's method.
        reaction : rate and its derivatives as `solve` leaves them, see `CoupledSystem.reaction`.
        guess, c : where the rounds begin.
        step : with the history of c in `salt_history`.

        Raises
        ------
        NewtonFailed : when `solve` does, c comes to 0, or the rounds do not end.
        """
        solve_for_change = self._solver(step, reaction)
        mixing, iterations, change = Anderson(), 0, np.inf
        for _ in range(MOST_ROUNDS):
            result = solve(guess, self._with(c, step))
            guess, iterations = result.unknowns, iterations + result.iterations
            lacking = self._residual(c, guess.ion, step)[self._fick.known]
            found = c + self._fick.everywhere(solve_for_change(c, lacking)).ravel()
            found -= self._gained(found, step) * (self._share > 0.0)
            if not found.min() > 0.0:
                raise NewtonFailed("the electrolyte runs out of salt")
            scale = c + 0.1 * self.coefficients.concentration
            change = float((np.abs(found - c) / scale).max())
            if change <= SETTLED:
                return replace(result, iterations=iterations), found
            mixed = mixing.next(c, found)
            c = mixed if mixed.min() > 0.0 else found
        raise NewtonFailed(
            f"the salt still changes by {change:.1e} of c after {MOST_ROUNDS} rounds"
        )

    def _solver(self, step: Step, reaction: Array) -> Callable[[Array, Array], Array]:
        """What gives the change of c [mol m-3] from what (F) lacks, both over the electrolyte."""
        ground = (step.alpha0 / step.dt * self._share)[self._fick.known]
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
        source = step.source + self._ohmic.outflow(self.diffusion_potential(c))
        return replace(step, source=source, activity=self.activity(c), half_cell=self.half_cell(c))

    def _residual(self, c: Array, ion: Array, step: Step) -> Array:
        """What (F) lacks in each cell at c and the current of `ion` [mol m-3 s-1]."""
        assert step.salt_history is not None
        stored = self._share * (step.salt_history - step.alpha0 * c) / step.dt
        carried = self._ohmic.outflow(ion - self.diffusion_potential(c))
        per_charge = self.coefficients.anions_per_charge
        return np.asarray(stored - self._fick.outflow(c) + per_charge * carried)

    def _gained(self, c: Array, step: Step) -> float:
        """Salt that a solution has too much, spread over the electrolyte [mol m-3]."""
        assert step.salt_history is not None
        excess = self._share * (c - step.salt_history / step.alpha0)
        return float(np.sum(excess) / np.sum(self._share))
