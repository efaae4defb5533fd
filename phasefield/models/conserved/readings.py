"""What is read off a state of the conserved model."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from phasefield.analysis.contact import ContactMetrics, contact_metrics
from phasefield.errors import NoElectrode
from phasefield.grid.collectives import largest, smallest, total
from phasefield.grid.faces import halves
from phasefield.models.conserved.cell import Cell
from phasefield.models.conserved.contributions import Contributions
from phasefield.models.conserved.state import ConservedState
from phasefield.models.conserved.voltage import Electrochemistry, Resistance
from phasefield.models.readings import DepositReadings, Observation, SaltState
from phasefield.physics.energy import elastic_well, wall
from phasefield.physics.transport import contact

__all__ = ["ConservedReadings"]

Array = NDArray[np.float64]


class ConservedReadings(DepositReadings):
    """Reads numbers and fields off the states of a simulation of the conserved model.

    Parameters
    ----------
    cell, contributions : of the simulation.
    initial_xi : xi of the relaxed state (nz, ny, nx), the reference of every rise.
    """

    def __init__(self, cell: Cell, contributions: Contributions, initial_xi: Array) -> None:
        super().__init__(cell.domain, cell.parameters.volume_per_charge, initial_xi)
        self._cell, self._model, self._contributions = cell, cell.parameters, contributions
        self._salt, self._surface = contributions.salt, contributions.surface
        self._electrochemistry = Electrochemistry(cell, contributions)

    def observe(self, state: ConservedState, charge: float) -> Observation:
        """Numbers of `state` after `charge` [C m-2]."""
        in_metal = state.mu[state.xi > 0.5]
        dead, potential, resistance = self._bodies(state)
        return Observation(
            voltage=self.voltage(state),
            lithium_volume_per_area=self.lithium_volume_per_area(state.xi),
            max_pressure=largest(in_metal) if in_metal.size else math.nan,
            min_pressure=smallest(in_metal) if in_metal.size else math.nan,
            free_energy=self.free_energy(state.xi, state.intact),
            void_volume_per_area=self.void_volume_per_area(state.xi),
            dead_lithium_per_area=dead,
            dead_lithium_potential=potential,
            parts=self._electrochemistry.parts(state),
            resistance=resistance,
            uniformity=self.deposit(state.xi, charge),
            contact=self._contact(state),
            salt=self._salt_state(state),
            bare_share=self._bare_share(state),
        )

    def _bare_share(self, state: ConservedState) -> float | None:
        if not self._electrochemistry.conducting_wall().any():
            return None
        if state.current_density == 0.0:
            return math.nan
        return self._of(self._electrochemistry.on_bare_coating(state)) / state.current_density

    def salt_left(self, state: ConservedState) -> float:
        """Smallest c over c0 [1]; 1 where the electrolyte has no salt."""
        if self._salt is None:
            return 1.0
        smallest = self._salt.smallest(state.own["concentration"].ravel(), state.current_density)
        return smallest / self._salt.coefficients.concentration

    def _salt_state(self, state: ConservedState) -> SaltState | None:
        salt = self._salt
        if salt is None:
            return None
        c = state.own["concentration"]
        start = salt.amount(np.full(c.size, salt.coefficients.concentration))
        smallest = salt.smallest(c.ravel(), state.current_density)
        return SaltState(smallest, largest(c), salt.amount(c.ravel()) / start - 1.0)

    def fields(self, state: ConservedState) -> dict[str, Array]:
        """The fields of `FIELDS`, and the contributions' own, NaN where one has no meaning."""
        domain = self._domain
        in_pore = domain.pore > 0.0
        i, strong = self._current(state)
        coated = self._electrochemistry.conducting_wall()
        if coated.any():
            on_wall, share = domain.wall_density > 0.0, contact.py_func(state.xi)
            bare = self._electrochemistry.on_bare_coating(state)
            i = share * i + np.divide(bare, domain.wall_density, out=0.0 * i, where=on_wall)
        electrolyte = domain.electrolyte > 0.0
        fields = {
            "lithium_order_parameter": state.xi,
            "lithium_fraction": domain.pore * state.xi,
            "ion_potential": np.where(electrolyte, state.ion_potential, np.nan),
            "chemical_potential": np.where(in_pore, state.mu, np.nan),
            "metal_potential": np.where(
                (domain.pore * state.xi > 0.5) | coated, state.metal_potential, np.nan
            ),
            "contact_current_density": np.where(strong | coated, i, np.nan),
        }
        for one in self._contributions:
            fields |= one.fields(state)
        return fields

    def lithium_volume_per_area(self, xi: Array) -> float:
        """Integral of psi xi over the cross-section [m]; of the first electrode of two."""
        return self._of(self._domain.pore * self._counted(xi))

    def voltage(self, state: ConservedState) -> float:
        """Potential of the counter or second electrode against the collector [V]."""
        return self._electrochemistry.voltage(state)

    def free_energy(self, xi: Array, bonded: Array | float = 0.0) -> float:
        """Free energy of lithium over the cross-section [J m-2]: bulk, gradient and wall.

        `bonded` as `intact` in `ConservedState`.
        """
        grid, model, pore = self._domain.grid, self._model, self._domain.pore
        well = elastic_well.py_func(
            xi, model.barrier_height, model.bulk_modulus, model.edge, bonded
        )
        wetting = self._cell.local.wetting.reshape(grid.shape)
        density = pore * well + self._domain.wall_density * wall.py_func(xi, wetting)
        energy = total(density)
        for axis, spacing in enumerate(grid.spacing):
            lower, upper = halves(pore, axis)
            face = 0.5 * (lower + upper) * (lower > 0.0) * (upper > 0.0)
            gradient = np.diff(xi, axis=axis) / spacing
            energy += 0.5 * model.gradient_coefficient * total(face * gradient**2)
        if self._surface is not None:
            energy += self._surface.energy(xi)
        return energy * grid.cell_volume / grid.cross_section

    def _bodies(self, state: ConservedState) -> tuple[float, float, Resistance]:
        """Volume [m] and mean potential [V] of lithium that is cut off, and the resistance."""
        lithium = self._domain.pore * state.xi
        try:
            bodies = self._cell.bodies(state.xi)
        except NoElectrode:
            return self._of(lithium), math.nan, Resistance(math.nan, math.nan)
        resistance = self._electrochemistry.resistance(state, bodies)
        volume = np.where(self._electrochemistry.cut_off(state, bodies), lithium, 0.0)
        if not volume.any():
            return 0.0, math.nan, resistance
        mean = total(volume * state.metal_potential) / total(volume)
        return self._of(volume), mean, resistance

    def _current(self, state: ConservedState) -> tuple[Array, NDArray[np.bool_]]:
        """Current density i [A m-2] of every cell, and where the contact proper is."""
        strong = (self._domain.wall_density > 0.0) & (contact.py_func(state.xi) > 0.5)
        return self._electrochemistry.current(state), strong

    def _contact(self, state: ConservedState) -> ContactMetrics:
        i, strong = self._current(state)
        weight, area = self._contact_weight(state.xi), self._domain.grid.cross_section
        return contact_metrics(i, weight, strong & (weight > 0.0), area, state.current_density)
