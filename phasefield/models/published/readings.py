"""Everything that is read off a state of the published model, its charge ledger included."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from phasefield.analysis.contact import ContactMetrics
from phasefield.grid.collectives import mean, per_cross_section, smallest, total
from phasefield.grid.faces import halves
from phasefield.grid.smoothed_domain import Domain
from phasefield.models.base import Json
from phasefield.models.published.parameters import PublishedParameters
from phasefield.models.published.state import PublishedState
from phasefield.models.readings import DepositReadings, Observation
from phasefield.physics.energy import double_well
from phasefield.physics.published import (
    driving_force,
    effective,
    interpolation,
    interpolation_prime,
)
from phasefield.solvers.time_formula import TimeFormula

__all__ = ["PublishedAudit", "PublishedReadings"]

Array = NDArray[np.float64]


class PublishedReadings(DepositReadings):
    """Reads numbers and fields off the states of a simulation of the published model.

    Parameters
    ----------
    domain, model : of the simulation.
    initial_xi : xi at t = 0 (nz, ny, nx), the reference of every rise.
    """

    def __init__(self, domain: Domain, model: PublishedParameters, initial_xi: Array) -> None:
        super().__init__(domain, 1.0 / model.charge_density, initial_xi)
        self._model = model

    def salt_left(self, state: PublishedState) -> float:
        """Smallest c over c0 [1]; 1 where the electrolyte has no salt."""
        del state
        return 1.0

    def observe(self, state: PublishedState, charge: float) -> Observation:
        """Numbers of `state` after `charge` [C m-2]; the model has no contact current."""
        nan = math.nan
        grid = self._domain.grid
        area = total(self._contact_weight(state.xi))
        return Observation(
            voltage=self.voltage(state),
            lithium_volume_per_area=self.lithium_volume_per_area(state.xi),
            max_pressure=nan,
            min_pressure=nan,
            free_energy=self.free_energy(state.xi),
            void_volume_per_area=self.void_volume_per_area(state.xi),
            dead_lithium_per_area=nan,
            dead_lithium_potential=nan,
            parts=None,
            resistance=None,
            uniformity=self.deposit(state.xi, charge),
            contact=ContactMetrics(area, area / grid.cross_section, nan, nan, nan, nan, nan, nan),
        )

    def fields(self, state: PublishedState) -> dict[str, Array]:
        """The fields of `state.PUBLISHED_FIELDS` at `state`."""
        return {
            "lithium_order_parameter": state.xi,
            "ion_concentration": state.concentration,
            "electric_potential": state.potential,
        }

    def voltage(self, state: PublishedState) -> float:
        """Potential of the counter electrode against the metal side [V]."""
        return state.applied_voltage

    def lithium_volume_per_area(self, xi: Array) -> float:
        """Integral of xi over the cross-section [m]; lithium is wherever xi is, as in the model."""
        return self._per_area(xi)

    def free_energy(self, xi: Array) -> float:
        """Free energy of xi over the cross-section [J m-2]: f0 and the isotropic gradient term."""
        model, grid = self._model, self._domain.grid
        cross = 0.5 * model.cross_barrier * (xi * self._domain.phi) ** 2
        energy = self._per_area(double_well.py_func(xi, model.barrier_height) + cross)
        scale = 0.5 * model.gradient_coefficient * grid.cell_volume / grid.cross_section
        for axis, spacing in enumerate(grid.spacing):
            lower, upper = halves(xi, axis)
            energy += scale * total(((upper - lower) / spacing) ** 2)
        return energy

    def ion_inventory(self, state: PublishedState) -> float:
        """Ions in the domain as charge over the cross-section [C m-2]."""
        faraday = self._model.charge_density / self._model.site_density
        return faraday * self._per_area(state.concentration)

    def reaction_current(self, state: PublishedState) -> float:
        """F c_s integral of L_eta h'(xi) G over the cross-section [A m-2]."""
        model = self._model
        force = driving_force.py_func(
            state.concentration / model.ion_concentration,
            state.potential,
            model.transfer_coefficient,
            model.thermal_voltage,
        )
        rate = model.reaction_rate * interpolation_prime.py_func(state.xi) * force
        return model.charge_density * self._per_area(rate)

    def electrode_currents(self, state: PublishedState) -> tuple[float, float]:
        """Current and ion current that enter at the counter electrode [A m-2]."""
        model, grid = self._model, self._domain.grid
        xi, phi, _, potential = self._layer(state, -1)
        sigma = effective.py_func(
            xi, phi, model.conductivity_metal, model.conductivity_electrolyte,
            model.conductivity_vacuum,
        )  # fmt: skip
        half = 0.5 * grid.spacing[grid.growth_axis]
        return mean(-sigma * potential) / half, self._ions_in(state, -1, 0.0)

    def metal_side_ions(self, state: PublishedState) -> float:
        """Ion current that enters at the metal side [A m-2]."""
        if not self._model.metal_side_fixed:
            return 0.0
        return self._ions_in(state, 0, -state.applied_voltage)

    def _ions_in(self, state: PublishedState, layer: int, potential: float) -> float:
        """Ion current [A m-2] into a layer of cells from a face at c0 and `potential` [V]."""
        model, grid = self._model, self._domain.grid
        xi, phi, c, inside = self._layer(state, layer)
        diffusivity = effective.py_func(
            xi, phi, model.diffusivity_metal, model.diffusivity_electrolyte,
            model.diffusivity_vacuum,
        )  # fmt: skip
        faraday, c0 = model.charge_density / model.site_density, model.ion_concentration
        drive = c0 - c + c0 * (potential - inside) / model.thermal_voltage
        half = 0.5 * grid.spacing[grid.growth_axis]
        return faraday * mean(diffusivity * drive) / half

    def _layer(self, state: PublishedState, layer: int) -> list[Array]:
        """xi, phi, c and V in a layer of cells across the growth axis."""
        fields = (state.xi, self._domain.phi, state.concentration, state.potential)
        return [np.moveaxis(field, self._domain.grid.growth_axis, 0)[layer] for field in fields]

    def lithium_in_electrolyte(self, xi: Array) -> float:
        """Integral of xi h(phi) over the cross-section [m]: lithium that has entered LLZO."""
        return self._per_area(xi * interpolation.py_func(self._domain.phi))

    def smallest_connection(self, xi: Array) -> float:
        """Smallest h(xi) + h(phi) across the wall [1], in the lower half of the lithium.

        1 where lithium, wall and LLZO join; small where a vacuum gap has opened between them. Away
        from the front, whose corner with the wall is open by construction.
        """
        grid = self._domain.grid
        joined = interpolation.py_func(xi) + interpolation.py_func(self._domain.phi)
        rows = np.moveaxis(joined, grid.growth_axis, 0)
        lowest = float(np.nanmin(self._front(xi), initial=grid.height))
        deep = max(1, int(0.5 * lowest / grid.spacing[grid.growth_axis]))
        return smallest(rows[:deep])

    def _per_area(self, density: Array) -> float:
        grid = self._domain.grid
        return per_cross_section(density, grid)


@dataclass
class PublishedAudit:
    """Where the charge of the published model goes [C m-2 of cross-section].

    Metal grown follows the asked charge by control; the other entries agree with it only as far as
    the model does. Rates are integrated with the time formula of each step.

    Attributes
    ----------
    reaction : by the reaction term alone; the rest of the metal came by capillary motion.
    electrode : that entered as current at the counter electrode.
    ions_in : that entered there as ions.
    metal_side : that entered at the metal side as ions; 0 where those do not pass.
    inventory : change of the ions in the domain.
    initial_inventory : ions at t = 0.
    previous : reaction, electrode, ions_in and metal_side one state back.
    """

    initial_inventory: float
    reaction: float = 0.0
    electrode: float = 0.0
    ions_in: float = 0.0
    metal_side: float = 0.0
    inventory: float = 0.0
    previous: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)

    def record(
        self, formula: TimeFormula, state: PublishedState, readings: PublishedReadings
    ) -> None:
        """Book a step that ended at `state`."""
        now = (self.reaction, self.electrode, self.ions_in, self.metal_side)
        rates = (
            readings.reaction_current(state),
            *readings.electrode_currents(state),
            readings.metal_side_ions(state),
        )
        self.reaction, self.electrode, self.ions_in, self.metal_side = (
            formula.integrated(new, old, rate)
            for new, old, rate in zip(now, self.previous, rates, strict=True)
        )
        self.previous = now
        self.inventory = readings.ion_inventory(state) - self.initial_inventory

    def memory(self) -> Json:
        """What `recall` takes, as values that JSON can hold."""
        return asdict(self)

    def recall(self, values: Json) -> None:
        """Go back to what `memory` returned."""
        for name, value in values.items():
            setattr(self, name, value)
