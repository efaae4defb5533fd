"""Everything that is read off a state: fields to write, and the numbers of a history row."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from phasefield.analysis.contact import ContactMetrics
from phasefield.analysis.front import front_height, pore_volume_below
from phasefield.analysis.uniformity import Uniformity, uniformity
from phasefield.grid.collectives import per_cross_section, total
from phasefield.grid.smoothed_domain import Domain
from phasefield.models.conserved.voltage import Resistance, VoltageParts
from phasefield.physics.transport import contact

__all__ = ["DepositReadings", "Observation"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Observation:
    """Numbers of one state.

    Attributes
    ----------
    voltage : counter electrode against the metal on the current collector [V].
    lithium_volume_per_area : lithium over the cross-section [m].
    max_pressure, min_pressure : largest and smallest mu in lithium (xi > 0.5) [Pa].
    free_energy : per cross-section [J m-2].
    void_volume_per_area : pore volume below the highest front that holds no lithium [m].
    dead_lithium_per_area : lithium that is cut off from the current collector [m].
    dead_lithium_potential : V_s of that lithium, mean over its volume [V]; NaN without any.
    parts, resistance : of the voltage; None for a model that has no contact current.
    uniformity, contact : see their classes.
    salt : of the electrolyte; None for a single-ion conductor.
    bare_share : of the current that plates on bare coating [1]; None where no coating conducts
        electrons, NaN without a current.
    second : of the other electrode of a symmetric cell; then `lithium_volume_per_area`,
        `void_volume_per_area`, `uniformity` and `contact` are of the first one alone.
    """

    voltage: float
    lithium_volume_per_area: float
    max_pressure: float
    min_pressure: float
    free_energy: float
    void_volume_per_area: float
    dead_lithium_per_area: float
    dead_lithium_potential: float
    parts: VoltageParts | None
    resistance: Resistance | None
    uniformity: Uniformity
    contact: ContactMetrics
    second: SecondElectrode | None = None
    salt: SaltState | None = None
    bare_share: float | None = None

    def without_scale(self) -> Observation:
        """The same, NaN where the unevenness of a front is divided by its Faraday rise."""
        second = self.second
        if second is not None:
            second = replace(second, uniformity=second.uniformity.without_scale())
        return replace(self, uniformity=self.uniformity.without_scale(), second=second)


@dataclass(frozen=True)
class SaltState:
    """Numbers of the salt.

    Attributes
    ----------
    smallest, largest : concentration [mol m-3]; the smallest also on the counter electrode.
    gain : salt in the electrolyte since t = 0, over that at t = 0 [1]; rounding.
    """

    smallest: float
    largest: float
    gain: float


@dataclass(frozen=True)
class SecondElectrode:
    """Numbers of the electrode at the high end of a symmetric cell.

    Attributes
    ----------
    lithium_volume_per_area : its lithium over the cross-section [m].
    lithium_change : of both electrodes together since t = 0, over the cross-section [m].
    contact_area_per_area : true area on which it touches the electrolyte, likewise [1].
    void_volume_per_area : pore volume behind its deepest front that holds no lithium [m].
    uniformity : of its front, depths from the high end.
    """

    lithium_volume_per_area: float
    lithium_change: float
    contact_area_per_area: float
    void_volume_per_area: float
    uniformity: Uniformity


class DepositReadings:
    """What both models share: the front and how evenly it rises.

    Parameters
    ----------
    domain : of the simulation.
    volume_per_charge : V_m/F [m3 C-1].
    initial_xi : xi at t = 0 (nz, ny, nx), the reference of every rise.
    """

    def __init__(self, domain: Domain, volume_per_charge: float, initial_xi: Array) -> None:
        self._domain = domain
        self.volume_per_charge = volume_per_charge
        self._initial = self._front(initial_xi)

    def deposit(self, xi: Array, charge: float) -> Uniformity:
        """Uniformity of the deposit after `charge` [C m-2]."""
        pore, grid = self._domain.pore, self._domain.grid
        added, xi = charge * self.volume_per_charge, self._counted(xi)
        return uniformity(xi, self._initial, added, pore, grid.spacing, grid.growth_axis)

    def void_volume_per_area(self, xi: Array) -> float:
        """Pore volume below the highest front that holds no lithium, over the cross-section [m].

        The volume below less that of the lithium, compressed metal counted as full; NaN without a
        front. Diffuse fronts count as sharp ones.
        """
        grid, pore, height = self._domain.grid, self._domain.pore, self._front(xi)
        if np.isnan(height).all():
            return math.nan
        spacing = grid.spacing[grid.growth_axis]
        edges, below = pore_volume_below(np.moveaxis(pore, grid.growth_axis, 0), spacing)
        lithium = self._of(pore * np.minimum(self._counted(xi), 1.0))
        return float(np.interp(np.nanmax(height), edges, below)) - lithium

    def second_contact(self, xi: Array) -> float:
        """Contact area of a second electrode over that at t = 0 [1]; 1 where there is none."""
        del xi
        return 1.0

    def contact_area_per_area(self, xi: Array) -> float:
        """True area on which lithium touches the electrolyte, over the cross-section [1]."""
        grid = self._domain.grid
        return total(self._contact_weight(xi)) / grid.cross_section

    def _contact_weight(self, xi: Array) -> Array:
        """Contact area in each cell [m2]."""
        counted = contact.py_func(self._counted(xi))
        return np.asarray(self._domain.wall_density * counted * self._domain.grid.cell_volume)

    def _counted(self, xi: Array) -> Array:
        """The lithium that the numbers are of."""
        return xi

    def _of(self, share: Array) -> float:
        """Volume of what takes that share of the cells, over the cross-section [m]."""
        return per_cross_section(share, self._domain.grid)

    def _front(self, xi: Array) -> Array:
        grid = self._domain.grid
        return front_height(self._counted(xi), self._domain.pore, grid.spacing, grid.growth_axis)
