"""What a coating that conducts electrons takes of the current, read off a time level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phasefield.grid.smoothed_domain import Domain
from phasefield.models.conserved.conducting_coating import Electrons
from phasefield.models.conserved.parameters import Coefficients
from phasefield.physics.kinetics import butler_volmer, butler_volmer_prime
from phasefield.physics.local import conducting_coating
from phasefield.physics.transport import contact
from phasefield.state import Level

__all__ = ["Coating"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Coating:
    """The conducting coating of a domain; arrays are (nz, ny, nx).

    Attributes
    ----------
    model : coefficients.
    electrons : what joins it to the lithium and to the collector.
    wall_density : a [m-1] where it is, 0 elsewhere.
    onset : nucleation overpotential [V]; infinite elsewhere.
    """

    model: Coefficients
    electrons: Electrons
    wall_density: Array
    onset: Array

    @classmethod
    def of(cls, domain: Domain, model: Coefficients) -> Coating | None:
        """That of a domain; None where no coating conducts electrons."""
        electrons, found = Electrons.of(domain, model.interface_width), conducting_coating(domain)
        if electrons is None or found is None:
            return None
        onset = found.onset.reshape(domain.grid.shape)
        there = np.where(np.isfinite(onset), domain.wall_density, 0.0)
        return cls(model, electrons, there, onset)

    @property
    def there(self) -> NDArray[np.bool_]:
        """Cells of the coated wall."""
        return self.wall_density > 0.0

    def plated(self, level: Level, exchange: Array | float) -> Array:
        """Current that its bare part plates [A m-3], at `exchange` current densities [A m-2]."""
        e, open_to = self._driving(level)
        alpha, voltage = self.model.transfer_coefficient, self.model.thermal_voltage
        return np.asarray(open_to * butler_volmer.py_func(e, exchange, alpha, voltage))

    def slope(self, level: Level, exchange: Array | float) -> Array:
        """Derivative of `plated` to the ion potential [S m-3]."""
        e, open_to = self._driving(level)
        alpha, voltage = self.model.transfer_coefficient, self.model.thermal_voltage
        return np.asarray(open_to * butler_volmer_prime.py_func(e, exchange, alpha, voltage))

    def _driving(self, level: Level) -> tuple[Array, Array]:
        """Overpotential [V], 0 where nothing plates, and bare area per volume where it does."""
        e = level.ion_potential - level.metal_potential - self.onset
        plating = e > 0.0
        bare = self.wall_density * (1.0 - contact.py_func(level.xi))
        return np.where(plating, e, 0.0), np.where(plating, bare, 0.0)
