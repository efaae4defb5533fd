"""The counter electrode of the conserved model: where the ion flux enters, and its voltage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phasefield.domain import Domain

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
    resistance : of the half cells, in the mean [ohm m2].
    """

    source: Array
    weights: Array
    resistance: float

    @classmethod
    def of(cls, domain: Domain, conductivity: Array) -> CounterElectrode:
        """That of a domain whose dense electrolyte has `conductivity`, flat (cells,) [S m-1]."""
        source = domain.electrode.ravel()
        weights = source / source.sum()
        touching = source > 0.0
        half_cell = 0.5 * domain.grid.spacing[domain.grid.growth_axis] ** 2
        conducting = (domain.electrolyte.ravel() * conductivity)[touching]
        drop = half_cell * source[touching] / conducting
        return cls(source, weights, float(weights[touching] @ drop))

    def voltage(self, ion_potential: Array, current_density: float) -> float:
        """Voltage [V] for the ion potential V_l [V], flat (cells,), and J [A m-2]."""
        return float(self.weights @ ion_potential) + self.resistance * current_density
