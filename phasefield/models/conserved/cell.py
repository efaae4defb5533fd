"""One cell: its scaffold, its parameters in every place, its electrodes and its contact.

It is made once for a run and handed to everybody: system, contributions and readings.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from phasefield.grid.smoothed_domain import Domain
from phasefield.models.conserved.conductor import Conductor
from phasefield.models.conserved.counter_electrode import CounterElectrode
from phasefield.models.conserved.lithium_bodies import Bodies, find_bodies
from phasefield.models.conserved.local_parameters import LocalParameters, local_parameters
from phasefield.models.conserved.parameters import Parameters
from phasefield.models.conserved.state import ConservedState
from phasefield.physics.kinetics import butler_volmer, butler_volmer_prime, overpotential
from phasefield.physics.transport import contact

__all__ = ["Cell", "Places"]

Array = NDArray[np.float64]


class Places(NamedTuple):
    """What never changes in the cells of the grid, flat (cells,).

    Attributes
    ----------
    pore, electrolyte : psi and phi, 0 in dropped cells [1].
    wall_density : a [m-1].
    wetting : gamma cos(theta_c) of the wall [J m-2].
    conductivity : sigma of the electrolyte [S m-1].
    """

    pore: Array
    electrolyte: Array
    wall_density: Array
    wetting: Array
    conductivity: Array


class Cell:
    """A half cell or a symmetric cell.

    Parameters
    ----------
    domain : frozen scaffold fields.
    parameters : of the conserved model.
    """

    def __init__(self, domain: Domain, parameters: Parameters) -> None:
        self.domain, self.parameters = domain, parameters
        self._bodies: tuple[Array, Bodies] | None = None

    @cached_property
    def local(self) -> LocalParameters:
        """Parameters of every cell of the grid."""
        return local_parameters(self.domain, self.parameters)

    @cached_property
    def places(self) -> Places:
        """What never changes, flat."""
        pore, electrolyte, walls = (
            each.ravel()
            for each in (self.domain.pore, self.domain.electrolyte, self.domain.wall_density)
        )
        return Places(pore, electrolyte, walls, self.local.wetting, self.local.conductivity)

    @property
    def places_without_electrolyte(self) -> Places:
        """The same where no ion moves."""
        return self.places._replace(electrolyte=np.zeros_like(self.places.electrolyte))

    @cached_property
    def electrolyte(self) -> Conductor:
        """The electrolyte as a network of its conductivity."""
        return Conductor(self.domain, self.local.conductivity)

    @cached_property
    def electrode(self) -> CounterElectrode:
        """The counter electrode of a half cell."""
        return CounterElectrode.of(self.domain, self.local.conductivity)

    @property
    def half_cells(self) -> float:
        """Resistance between the last cells and the face of a counter electrode [ohm m2]."""
        return 0.0 if self.domain.symmetric else self.electrode.resistance

    def bodies(self, xi: Array) -> Bodies:
        """Connected bodies of the lithium `xi`, (nz, ny, nx); those of the last field are kept.

        Raises
        ------
        NoElectrode : when no lithium touches the current collector, or the second one.
        """
        if self._bodies is None or self._bodies[0] is not xi:
            self._bodies = xi, find_bodies(xi, self.domain)
        return self._bodies[1]

    def touching(self, state: ConservedState) -> Array:
        """Contact area per volume a H(xi) [m-1], (nz, ny, nx)."""
        return np.asarray(self.domain.wall_density * contact.py_func(state.xi))

    def overpotential(self, state: ConservedState) -> Array:
        """e = V_l - V_s - mu V_m/F [V], (nz, ny, nx)."""
        back = state.mu * self.parameters.volume_per_charge
        e = overpotential.py_func(state.ion_potential, state.metal_potential, back)
        return np.asarray(e)

    @cached_property
    def exchange(self) -> Array:
        """Exchange current density i0 of the wall in every cell [A m-2], (nz, ny, nx)."""
        return self.local.exchange.reshape(self.domain.grid.shape)

    def current_density(self, e: Array, exchange: Array) -> Array:
        """i of every cell per contact area [A m-2], from overpotential [V] and i0 [A m-2]."""
        alpha, voltage = self.parameters.transfer_coefficient, self.parameters.thermal_voltage
        return np.asarray(butler_volmer.py_func(e, exchange, alpha, voltage))

    def current_slope(self, e: Array, exchange: Array) -> Array:
        """di/de of every cell [S m-2], from overpotential [V] and i0 [A m-2]."""
        alpha, voltage = self.parameters.transfer_coefficient, self.parameters.thermal_voltage
        return np.asarray(butler_volmer_prime.py_func(e, exchange, alpha, voltage))
