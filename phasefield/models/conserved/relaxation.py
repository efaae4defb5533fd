"""The lithium before t = 0: it comes to rest without reaction."""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from phasefield.errors import DidNotConverge
from phasefield.grid.collectives import largest_size, weighted_mean
from phasefield.grid.smoothed_domain import Domain
from phasefield.models.conserved.contributions import equipped
from phasefield.models.conserved.newton_system import CoupledSystem
from phasefield.models.conserved.parameters import Parameters
from phasefield.models.conserved.state import ConservedState
from phasefield.models.conserved.step import Step, Unknowns
from phasefield.solvers.newton import NewtonFailed, solve
from phasefield.solvers.time_formula import time_formula

__all__ = ["relax"]

Array = NDArray[np.float64]
log = logging.getLogger(__name__)

RELAXED = 1e-11
"""Largest change of xi during the whole protocol that still counts as rest."""

MOST_STEPS = 60
"""In which lithium has to come to rest."""

MOST_ITERATIONS = 25
"""Of Newton's method in a step."""

SETTLING_STEPS = 20
"""Least number of steps in which lithium settles in crooked pores: Newton's method loses its way in
longer ones, where the metal passes from one pore to the next."""

POLISHED = 1e-11
"""Residual of the state at rest. Chosen: with more, the first iteration that a run takes would
change xi by what is left of it."""

VAPOUR_MOVES = -1.0
"""`Parameters.immobile` with which an empty pore moves lithium half as well as metal does."""

VAPOUR_TIME = 1000.0
"""How long traces in the pore come to equilibrium with the metal, over w^2/(M_Li K), in which
pressure spreads by the pore size w. Chosen: enough for rest to 1e-11, and for pores of 1 um a
twentieth of what the metal takes to change its shape."""


def relax(
    domain: Domain,
    model: Parameters,
    xi: Array,
    *,
    tolerance: float,
    duration: float,
    pore_size: float,
    straight: bool = True,
) -> ConservedState:
    """Shape of the lithium at rest: no reaction, implicit steps that grow fourfold.

    Rest is reached when xi would not change by `RELAXED` during `duration` [s]. The first step is a
    millionth of the time w^3 / (M_Li gamma) in which lithium's own transport smooths a meniscus
    over the pore size w [m]. Lithium that draws back from a wall leaves traces which move no more
    but would react: they come to equilibrium with the metal in a few steps in which everything
    moves, and the metal comes to rest once more.

    Where pores are not `straight`, lithium goes on creeping from one to another for weeks; there it
    settles for w^3 / (M_Li gamma) or for `duration`, whichever is shorter, and what is still to
    come is part of the run.

    Returns the state at t = 0 with mu [Pa] of the relaxed metal, and its equilibrium potential [V]
    as ion potential.

    Raises
    ------
    DidNotConverge : when the shape does not settle, or leaves no lithium on the current collector.
    """
    settling = pore_size**3 / (model.mobility * model.surface_energy)
    metal, first = _Relaxation(domain, model, xi, tolerance), 1e-6 * settling
    if not straight:
        left = min(duration, settling)
        metal.settle(first, duration, left, left / SETTLING_STEPS)
        return metal.state()
    metal.settle(first, duration)
    last = metal.dt
    metal.move(VAPOUR_MOVES)
    metal.begin(metal.xi)
    spreading = pore_size**2 / (model.mobility * model.bulk_modulus)
    metal.settle(0.1 * spreading, duration, VAPOUR_TIME * spreading)
    metal.move(model.immobile)
    metal.tolerance = min(tolerance, POLISHED)
    metal.settle(last, duration)
    return metal.state()


class _Relaxation:
    """Lithium without reaction: its shape `now` and bonds, and the newest step `dt` [s]."""

    def __init__(self, domain: Domain, model: Parameters, xi: Array, tolerance: float) -> None:
        self._cell, contributions = equipped(domain, model)
        self._shape, self.tolerance = domain.grid.shape, tolerance
        self._system = CoupledSystem(self._cell, contributions, reacting=False)
        self._voids = contributions.voids
        self._intact, self.dt = np.zeros(xi.size), 0.0
        self.begin(xi)

    def move(self, immobile: float) -> None:
        """From here on lithium moves from another xi on; see `Parameters.immobile`."""
        self._system.move(immobile)

    def begin(self, xi: Array) -> None:
        """Go on from xi, (nz, ny, nx), with no first guess of its pressure."""
        self._bodies, zero = self._cell.bodies(xi), np.zeros(xi.size)
        self.now = Unknowns(xi.ravel(), zero.copy(), zero, np.zeros(self._bodies.unknown + 1))

    @property
    def xi(self) -> Array:
        """The order parameter, (nz, ny, nx) [1]."""
        return self.now.xi.reshape(self._shape)

    def settle(
        self, dt: float, duration: float, left: float = np.inf, longest: float = np.inf
    ) -> None:
        """Take steps from `dt` [s] on, until rest or until no time is `left`; see `relax`."""
        for _ in range(MOST_STEPS):
            dt = min(dt, left, longest)
            before = self.now.xi
            try:
                self._step(dt)
            except NewtonFailed:
                dt /= 8.0
                continue
            change = largest_size(self.now.xi - before) * duration / dt
            self.dt, left = dt, left - dt
            if change <= RELAXED or left <= 0.0:
                log.info("settled; xi drifts by %.1e at most during the protocol", change)
                return
            dt *= 4.0
        raise DidNotConverge("the initial lithium profile does not relax to a steady shape")

    def _step(self, dt: float) -> None:
        intact, nothing = self._voids.whole(self.xi).ravel(), np.zeros(self.now.xi.size)
        step = Step.plain(time_formula([0.0], dt), self.now.xi, nothing, self._bodies)
        step = replace(step, intact=intact)
        limited, tolerance = self._system.limited, self.tolerance
        found = solve(self._system, self.now, step, tolerance, MOST_ITERATIONS, limited)
        self.now, self._intact = found.unknowns, intact

    def state(self) -> ConservedState:
        """The state at t = 0. Raises NoElectrode when no lithium is left on a collector."""
        xi, mu, intact, zero, electrolyte = (
            each.reshape(self._shape)
            for each in (
                self.now.xi,
                self.now.mu,
                self._intact,
                np.zeros(self.now.xi.size),
                self._cell.places.electrolyte,
            )
        )
        self._cell.bodies(xi)
        state = ConservedState(0.0, xi, mu, zero, zero, intact)
        pressure = weighted_mean(mu, self._cell.touching(state))
        back = pressure * self._cell.parameters.volume_per_charge
        return replace(state, ion_potential=np.where(electrolyte > 0.0, back, 0.0))
