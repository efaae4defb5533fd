"""Random flows of the conserved model in a time step: lithium, ions, and the reaction.

The flows are a function of time alone, given the state that scales them: constant over intervals of
one length, and drawn for each from a generator that counts (Philox; Salmon et al. 2011) under the
seed and the number of the interval. So a step that is tried again with another size, one that is
cut, and a run that goes on from a checkpoint integrate the same path, and nothing has to be
remembered of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import floor, sqrt

import numpy as np
from numpy.typing import NDArray

from phasefield.grid.faces import face_mean, series_mean
from phasefield.models.conserved.cell import Cell
from phasefield.models.conserved.contribution import Contribution
from phasefield.models.conserved.state import ConservedState
from phasefield.models.conserved.step import Step, Unknowns
from phasefield.physics.noise import Noise, shot_amplitude, thermal_amplitude
from phasefield.physics.transport import filling

__all__ = ["ThermalNoise"]

Array = NDArray[np.float64]


class ThermalNoise(Contribution):
    """What random flows bring to the cells of the grid.

    Parameters
    ----------
    cell : scaffold and parameters.
    noise : coefficients.
    """

    def __init__(self, cell: Cell, noise: Noise) -> None:
        grid = cell.domain.grid
        self._cell, self._noise = cell, noise
        self._domain, self._model = cell.domain, cell.parameters
        self._axes = [axis for axis in range(3) if grid.shape[axis] > 1]
        layer = 1.0 if noise.thickness is None else noise.thickness / grid.spacing[0]
        self._volume = grid.cell_volume * layer
        self._sigma = cell.local.conductivity.reshape(grid.shape)

    def begin(self) -> dict[str, Array]:
        """What noise brought in the last step, see `brings`: nothing yet."""
        return {"noise": np.zeros((3, *self._domain.grid.shape))}

    def prepare(self, states: Sequence[ConservedState], step: Step) -> Step:
        """The step with what noise brings in it.

        The time formula takes differences of the random path as it takes those of xi: then the
        noise is white, and the fluctuations of what a step resolves are right to second order.
        """
        formula = step.formula
        brought = self.brings(states[-1], self.path(states[-1].time, formula.dt))
        total = formula.alpha0 * brought
        if len(states) > 1:
            total = total + formula.older * states[-1].own["noise"]
        lithium, shot, ions = total.reshape(3, -1)
        pore = self._domain.pore.ravel()
        share = np.divide(lithium, pore, out=np.zeros_like(lithium), where=pore > 0.0)
        return replace(
            step,
            history=step.history + share,
            drive=replace(step.drive, source=step.drive.source + ions / formula.dt),
            own={**step.own, "noise": brought, "shot": shot / formula.dt},
        )

    def react(self, unknowns: Unknowns, step: Step, reaction: Array) -> None:
        """Add the noise of the reaction."""
        del unknowns
        reaction[0] += step.own["shot"]

    def finish(self, state: ConservedState, step: Step) -> tuple[ConservedState, tuple[str, ...]]:
        """The state with what noise has brought to it."""
        return replace(state, own={**state.own, "noise": step.own["noise"]}), ()

    def path(self, start: float, dt: float) -> Array:
        """Increments of Wiener processes from `start` over `dt` [s], (processes, nz, ny, nx).

        One for the reaction of each cell, and one for lithium and one for ions on the upper face of
        each cell along each axis [s1/2].
        """
        interval, end = self._noise.interval, start + dt
        total = np.zeros((1 + 2 * len(self._axes), *self._domain.grid.shape))
        for n in range(floor(start / interval), floor(end / interval) + 1):
            inside = min((n + 1) * interval, end) - max(n * interval, start)
            if inside > 0.0:
                draw = np.random.Generator(np.random.Philox(key=self._noise.seed, counter=n << 192))
                total += inside / sqrt(interval) * draw.standard_normal(total.shape)
        return total

    def brings(self, state: ConservedState, path: Array) -> Array:
        """What flows along `path` bring to each cell, scaled by the state `state` (3, nz, ny, nx).

        Change of psi xi [1], charge that reacts and charge that ions carry [C m-3]. Transport moves
        and makes nothing: the first and the last add up to 0.
        """
        domain, model = self._domain, self._model
        found = np.zeros((3, *domain.grid.shape))
        moves = model.mobility * filling.py_func(state.xi, model.immobile)
        for n, axis in enumerate(self._axes):
            lithium = _means(domain.pore, axis) * _mean(moves, axis)
            ions = _means(domain.electrolyte, axis) * _series(self._sigma, axis)
            self._carry(found[0], axis, lithium, path[1 + 2 * n])
            self._carry(found[2], axis, ions, path[2 + 2 * n])
        found[1] = self._shot(state) * path[0]
        return found

    def _carry(self, out: Array, axis: int, conductance: Array, path: Array) -> None:
        """Add what flows through the faces along `axis` bring to the cells on both sides."""
        amplitude = thermal_amplitude(conductance, self._noise.thermal_energy, self._volume)
        through = amplitude * np.delete(path, -1, axis) / self._domain.grid.spacing[axis]
        out -= np.diff(through, axis=axis, prepend=0.0, append=0.0)

    def _shot(self, state: ConservedState) -> Array:
        """Amplitude of the reaction's noise in every cell [C m-3 s-1/2]."""
        model, alpha = self._model, self._model.transfer_coefficient
        e = self._cell.overpotential(state)
        e = np.where(self._domain.wall_density > 0.0, e, 0.0) / model.thermal_voltage
        area, i0 = self._cell.touching(state), self._cell.exchange
        charge = self._noise.thermal_energy / model.thermal_voltage
        forward, backward = np.exp(alpha * e), np.exp((alpha - 1.0) * e)
        return np.asarray(shot_amplitude(i0 * forward, i0 * backward, area, charge, self._volume))


def _sides(field: Array, axis: int) -> tuple[Array, Array]:
    """Values below and above every inner face along `axis`."""
    return np.delete(field, -1, axis), np.delete(field, 0, axis)


def _mean(field: Array, axis: int) -> Array:
    below, above = _sides(field, axis)
    return np.asarray(0.5 * (below + above))


def _means(share: Array, axis: int) -> Array:
    return np.asarray(face_mean.py_func(*_sides(share, axis)))


def _series(sigma: Array, axis: int) -> Array:
    return np.asarray(series_mean.py_func(*_sides(sigma, axis)))
