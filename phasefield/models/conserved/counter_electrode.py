"""The counter electrode of a half cell, read off the last cells of the electrolyte."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from phasefield.grid.collectives import total
from phasefield.grid.smoothed_domain import Domain

__all__ = ["CounterElectrode"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class CounterElectrode:
    """What the flux into the last cells and their ion potential say of the electrode's face.

    The potential of the face is that of a last cell plus the drop of the flux over half a cell; the
    voltage is its mean over the electrolyte there, against the metal on the current collector:
    sum(weights V_l) + resistance J.

    Attributes
    ----------
    source : ion source per unit current density [m-1], flat (cells,).
    weights : of the cells in the mean [1], flat (cells,).
    drops : resistance of each half cell, 0 in all others [ohm m2], flat (cells,).
    """

    source: Array
    weights: Array
    drops: Array

    @classmethod
    def of(cls, domain: Domain, conductivity: Array) -> CounterElectrode:
        """That of a domain whose dense electrolyte has `conductivity`, flat (cells,) [S m-1]."""
        source = domain.electrode.ravel()
        weights = source / total(source)
        touching = source > 0.0
        half_cell = 0.5 * domain.grid.spacing[domain.grid.growth_axis] ** 2
        drops = np.zeros_like(source)
        conducting = (domain.electrolyte.ravel() * conductivity)[touching]
        drops[touching] = half_cell * source[touching] / conducting
        return cls(source, weights, drops)

    @cached_property
    def resistance(self) -> float:
        """Of the half cells, in the mean [ohm m2]."""
        touching = self.source > 0.0
        return float(self.weights[touching] @ self.drops[touching])

    def voltage(self, ion_potential: Array, current_density: float) -> float:
        """Voltage [V] for the ion potential V_l [V], flat (cells,), and J [A m-2]."""
        return float(self.weights @ ion_potential) + self.resistance * current_density
