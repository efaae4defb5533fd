"""A coating of the wall that conducts electrons: its bare part plates, too.

Its electron potentials are those of a network (`electron_network`), which takes the place of the
lithium bodies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from phasefield.models.conserved.cell import Cell
from phasefield.models.conserved.contribution import Contribution
from phasefield.models.conserved.electron_network import ElectronNetwork, Electrons
from phasefield.models.conserved.kernels import plate_bare
from phasefield.models.conserved.local_parameters import LocalCoating
from phasefield.models.conserved.state import ConservedState
from phasefield.models.conserved.step import Step, Unknowns
from phasefield.physics.transport import contact

__all__ = ["ConductingCoating"]

Array = NDArray[np.float64]


class ConductingCoating(Contribution):
    """The conducting coating of a half cell.

    Parameters
    ----------
    cell : scaffold and parameters.
    coating : where it is, and what it does there.

    Attributes
    ----------
    wall_density : a [m-1] where it is, 0 elsewhere, (nz, ny, nx).
    """

    def __init__(self, cell: Cell, coating: LocalCoating) -> None:
        self._cell, domain = cell, cell.domain
        self._electrons = Electrons(domain, coating.sheet, cell.parameters.interface_width)
        self._onset = coating.onset.reshape(domain.grid.shape)
        self.wall_density = np.where(np.isfinite(self._onset), domain.wall_density, 0.0)
        self._network: tuple[Array, ElectronNetwork] | None = None

    @property
    def there(self) -> NDArray[np.bool_]:
        """Cells of the coated wall, (nz, ny, nx)."""
        return self.wall_density > 0.0

    def network(self, xi: Array) -> ElectronNetwork:
        """That of the lithium `xi`, (nz, ny, nx); the one of the last field is kept.

        Raises
        ------
        NoElectrode : when no lithium touches the current collector.
        """
        if self._network is None or self._network[0] is not xi:
            self._network = xi, self._electrons.network(xi, self._cell.bodies(xi))
        return self._network[1]

    def prepare(self, states: Sequence[ConservedState], step: Step) -> Step:
        """The step with the network in the place of the bodies."""
        return replace(step, nodes=self.network(states[-1].xi))

    def react(self, unknowns: Unknowns, step: Step, reaction: Array) -> None:
        """Add what bare coating plates."""
        plate_bare(
            unknowns.xi, unknowns.ion, unknowns.metal[step.index], self._cell.places.wall_density,
            self._onset.ravel(), step.exchange, self._cell.parameters, reaction[0], reaction[1],
            reaction[3],
        )  # fmt: skip

    def plated(self, state: ConservedState, exchange: Array) -> Array:
        """Current that its bare part plates [A m-3], at `exchange` current densities [A m-2]."""
        e, open_to = self._driving(state)
        return np.asarray(open_to * self._cell.current_density(e, exchange))

    def slope(self, state: ConservedState, exchange: Array) -> Array:
        """Derivative of `plated` to the ion potential [S m-3]."""
        e, open_to = self._driving(state)
        return np.asarray(open_to * self._cell.current_slope(e, exchange))

    def _driving(self, state: ConservedState) -> tuple[Array, Array]:
        """Overpotential [V], 0 where nothing plates, and bare area per volume where it does."""
        e = state.ion_potential - state.metal_potential - self._onset
        plating = e > 0.0
        bare = self.wall_density * (1.0 - contact.py_func(state.xi))
        return np.where(plating, e, 0.0), np.where(plating, bare, 0.0)
