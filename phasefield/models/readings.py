"""Everything that is read off a time level: fields to write, and the numbers of a history row."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasefield.analysis.contact import ContactMetrics, contact_metrics
from phasefield.analysis.front import front_height, pore_volume_below
from phasefield.analysis.uniformity import Uniformity, uniformity
from phasefield.errors import NoElectrode
from phasefield.grid.smoothed_domain import Domain
from phasefield.models.conserved.anisotropic_surface import Surface
from phasefield.models.conserved.lithium_bodies import find_bodies
from phasefield.models.conserved.parameters import Coefficients
from phasefield.models.conserved.salt import SaltTransport
from phasefield.models.conserved.voltage import Electrochemistry, Resistance, VoltageParts
from phasefield.physics.energy import elastic_well, wall
from phasefield.physics.local import local_coefficients
from phasefield.physics.salt import Salt
from phasefield.physics.transport import contact
from phasefield.state import Level

__all__ = ["DepositObserver", "Observation", "Observer"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Observation:
    """Numbers of one time level.

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


class DepositObserver:
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

    def salt_left(self, level: Any) -> float:
        """Smallest c over c0 [1]; 1 where the electrolyte has no salt."""
        del level
        return 1.0

    def contact_area_per_area(self, xi: Array) -> float:
        """True area on which lithium touches the electrolyte, over the cross-section [1]."""
        grid = self._domain.grid
        return float(np.sum(self._contact_weight(xi))) / grid.cross_section

    def _contact_weight(self, xi: Array) -> Array:
        """Contact area in each cell [m2]."""
        counted = contact.py_func(self._counted(xi))
        return np.asarray(self._domain.wall_density * counted * self._domain.grid.cell_volume)

    def _counted(self, xi: Array) -> Array:
        """The lithium that the numbers are of."""
        return xi

    def _of(self, share: Array) -> float:
        """Volume of what takes that share of the cells, over the cross-section [m]."""
        grid = self._domain.grid
        return float(np.sum(share)) * grid.cell_volume / grid.cross_section

    def _front(self, xi: Array) -> Array:
        grid = self._domain.grid
        return front_height(self._counted(xi), self._domain.pore, grid.spacing, grid.growth_axis)


class Observer(DepositObserver):
    """Reads numbers and fields off the levels of a simulation of the conserved model.

    Parameters
    ----------
    domain, model : of the simulation.
    initial_xi : xi of the relaxed state (nz, ny, nx), the reference of every rise.
    salt : of the electrolyte; None for a single-ion conductor.
    """

    def __init__(
        self, domain: Domain, model: Coefficients, initial_xi: Array, salt: Salt | None = None
    ) -> None:
        super().__init__(domain, model.volume_per_charge, initial_xi)
        self._model = model
        self._local = local_coefficients(domain, model)
        self._salt = None if salt is None else SaltTransport(domain, model, salt)
        self._electrochemistry = Electrochemistry(domain, model, self._salt)
        self._surface = Surface(domain, model) if model.anisotropy else None

    def observe(self, level: Level, charge: float) -> Observation:
        """Numbers of `level` after `charge` [C m-2]."""
        in_metal = level.mu[level.xi > 0.5]
        dead, potential, resistance = self._bodies(level)
        return Observation(
            voltage=self.voltage(level),
            lithium_volume_per_area=self.lithium_volume_per_area(level.xi),
            max_pressure=float(in_metal.max()) if in_metal.size else math.nan,
            min_pressure=float(in_metal.min()) if in_metal.size else math.nan,
            free_energy=self.free_energy(level.xi, level.bonded),
            void_volume_per_area=self.void_volume_per_area(level.xi),
            dead_lithium_per_area=dead,
            dead_lithium_potential=potential,
            parts=self._electrochemistry.parts(level),
            resistance=resistance,
            uniformity=self.deposit(level.xi, charge),
            contact=self._contact(level),
            salt=self._salt_state(level),
            bare_share=self._bare_share(level),
        )

    def _bare_share(self, level: Level) -> float | None:
        if not self._electrochemistry.conducting_wall().any():
            return None
        if level.current_density == 0.0:
            return math.nan
        return self._of(self._electrochemistry.on_bare_coating(level)) / level.current_density

    def salt_left(self, level: Level) -> float:
        """Smallest c over c0 [1]; 1 where the electrolyte has no salt."""
        if self._salt is None or level.concentration is None:
            return 1.0
        smallest = self._salt.smallest(level.concentration.ravel(), level.current_density)
        return smallest / self._salt.coefficients.concentration

    def _salt_state(self, level: Level) -> SaltState | None:
        salt, c = self._salt, level.concentration
        if salt is None or c is None:
            return None
        start = salt.amount(np.full(c.size, salt.coefficients.concentration))
        smallest = salt.smallest(c.ravel(), level.current_density)
        return SaltState(smallest, float(c.max()), salt.amount(c.ravel()) / start - 1.0)

    def fields(self, level: Level) -> dict[str, Array]:
        """The fields of `state.FIELDS`, and of its `SALT_FIELDS`, NaN where one has no meaning."""
        domain = self._domain
        in_pore = domain.pore > 0.0
        i, strong = self._current(level)
        coated = self._electrochemistry.conducting_wall()
        if coated.any():
            on_wall, share = domain.wall_density > 0.0, contact.py_func(level.xi)
            bare = self._electrochemistry.on_bare_coating(level)
            i = share * i + np.divide(bare, domain.wall_density, out=0.0 * i, where=on_wall)
        electrolyte, c = domain.electrolyte > 0.0, level.concentration
        salt = {} if c is None else {"concentration": np.where(electrolyte, c, np.nan)}
        return {
            "lithium_order_parameter": level.xi,
            "lithium_fraction": domain.pore * level.xi,
            "ion_potential": np.where(electrolyte, level.ion_potential, np.nan),
            "chemical_potential": np.where(in_pore, level.mu, np.nan),
            "metal_potential": np.where(
                (domain.pore * level.xi > 0.5) | coated, level.metal_potential, np.nan
            ),
            "contact_current_density": np.where(strong | coated, i, np.nan),
            **salt,
        }

    def lithium_volume_per_area(self, xi: Array) -> float:
        """Integral of psi xi over the cross-section [m]; of the first electrode of two."""
        return self._of(self._domain.pore * self._counted(xi))

    def voltage(self, level: Level) -> float:
        """Potential of the counter or second electrode against the collector [V]."""
        return self._electrochemistry.voltage(level)

    def free_energy(self, xi: Array, bonded: Array | float = 0.0) -> float:
        """Free energy of lithium over the cross-section [J m-2]: bulk, gradient and wall.

        `bonded` as in `Level`.
        """
        grid, model, pore = self._domain.grid, self._model, self._domain.pore
        well = elastic_well.py_func(
            xi, model.barrier_height, model.bulk_modulus, model.edge, bonded
        )
        wetting = self._local.wetting.reshape(grid.shape)
        density = pore * well + self._domain.wall_density * wall.py_func(xi, wetting)
        total = float(density.sum())
        for axis, spacing in enumerate(grid.spacing):
            lower, upper = halves(pore, axis)
            face = 0.5 * (lower + upper) * (lower > 0.0) * (upper > 0.0)
            gradient = np.diff(xi, axis=axis) / spacing
            total += 0.5 * model.gradient_coefficient * float(np.sum(face * gradient**2))
        if self._surface is not None:
            total += self._surface.energy(xi)
        return total * grid.cell_volume / grid.cross_section

    def _bodies(self, level: Level) -> tuple[float, float, Resistance]:
        """Volume [m] and mean potential [V] of lithium that is cut off, and the resistance."""
        lithium = self._domain.pore * level.xi
        try:
            bodies = find_bodies(level.xi, self._domain)
        except NoElectrode:
            return self._of(lithium), math.nan, Resistance(math.nan, math.nan)
        resistance = self._electrochemistry.resistance(level, bodies)
        volume = np.where(self._electrochemistry.cut_off(level, bodies), lithium, 0.0)
        if not volume.any():
            return 0.0, math.nan, resistance
        mean = float(np.sum(volume * level.metal_potential) / np.sum(volume))
        return self._of(volume), mean, resistance

    def _current(self, level: Level) -> tuple[Array, NDArray[np.bool_]]:
        """Current density i [A m-2] of every cell, and where the contact proper is."""
        strong = (self._domain.wall_density > 0.0) & (contact.py_func(level.xi) > 0.5)
        return self._electrochemistry.current(level), strong

    def _contact(self, level: Level) -> ContactMetrics:
        i, strong = self._current(level)
        weight, area = self._contact_weight(level.xi), self._domain.grid.cross_section
        return contact_metrics(i, weight, strong & (weight > 0.0), area, level.current_density)


def halves(field: Array, axis: int) -> tuple[Array, Array]:
    """Cells below and above every inner face along `axis`."""
    lower = [slice(None)] * 3
    upper = [slice(None)] * 3
    lower[axis], upper[axis] = slice(None, -1), slice(1, None)
    return field[tuple(lower)], field[tuple(upper)]
