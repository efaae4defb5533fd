"""What is read off a symmetric cell: every number of a half cell for each of its electrodes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from phasefield.grid.smoothed_domain import Domain
from phasefield.models.conserved.cell import Cell
from phasefield.models.conserved.contributions import Contributions
from phasefield.models.conserved.lithium_bodies import beside_lithium, of_first_electrode
from phasefield.models.conserved.readings import ConservedReadings
from phasefield.models.conserved.state import ConservedState
from phasefield.models.readings import DepositReadings, Observation, SecondElectrode

__all__ = ["SymmetricReadings"]

Array = NDArray[np.float64]

REACH = 2.0
"""Distance from lithium, over the interface width, beyond which a cell is empty. Chosen: a front
ends 0.8 interface widths before xi = 0.5, more inside the diffuse wall."""


class SymmetricReadings(ConservedReadings):
    """Reads the numbers of the first electrode as `ConservedReadings` does, and of the second.

    Parameters
    ----------
    cell, contributions, initial_xi : as of `ConservedReadings`.
    """

    def __init__(self, cell: Cell, contributions: Contributions, initial_xi: Array) -> None:
        self._sides: tuple[Array, NDArray[np.bool_]] | None = None
        domain, model = cell.domain, cell.parameters
        self._domain, self._reach = domain, REACH * model.interface_width
        self._first_at_rest = of_first_electrode(initial_xi, domain)
        super().__init__(cell, contributions, initial_xi)
        self._initial_lithium = self._of(domain.pore * initial_xi)
        start = self._above(initial_xi)
        self._second = DepositReadings(_upside_down(domain), model.volume_per_charge, start)
        self._initial_contact = self._second.contact_area_per_area(start)

    def observe(self, state: ConservedState, charge: float) -> Observation:
        """Numbers of `state` after `charge` [C m-2], which the second electrode gave off."""
        above, pore = self._above(state.xi), self._domain.pore
        total, first = self._of(pore * state.xi), self.lithium_volume_per_area(state.xi)
        second = SecondElectrode(
            lithium_volume_per_area=total - first,
            lithium_change=total - self._initial_lithium,
            contact_area_per_area=self._second.contact_area_per_area(above),
            void_volume_per_area=self._second.void_volume_per_area(above),
            uniformity=self._second.deposit(above, -charge),
        )
        return replace(super().observe(state, charge), second=second)

    def second_contact(self, xi: Array) -> float:
        """Contact area of the second electrode over that at t = 0 [1]."""
        return self._second.contact_area_per_area(self._above(xi)) / self._initial_contact

    def _counted(self, xi: Array) -> Array:
        return np.where(self._is_first(xi), xi, 0.0)

    def _above(self, xi: Array) -> Array:
        """Lithium of the second electrode alone, upside down."""
        alone = np.where(self._is_first(xi), 0.0, xi)
        return np.flip(alone, self._domain.grid.growth_axis)

    def _is_first(self, xi: Array) -> NDArray[np.bool_]:
        """Cells of the first electrode; those of the field that was asked for last are kept.

        An empty cell stays with the electrode that it was with at t = 0, and so do the traces of
        lithium in it: 10^-4 of it where mu is 1 MPa, more than the charge balance may miss.
        """
        if self._sides is None or self._sides[0] is not xi:
            first = of_first_electrode(xi, self._domain)
            near = beside_lithium(xi, self._domain, self._reach)
            self._sides = xi, np.where(near, first, self._first_at_rest)
        return self._sides[1]


def _upside_down(domain: Domain) -> Domain:
    """The domain with its ends exchanged."""
    names = ("pore", "electrolyte", "phi", "wall_density")
    axis = domain.grid.growth_axis
    return replace(domain, **{name: np.flip(getattr(domain, name), axis) for name in names})
