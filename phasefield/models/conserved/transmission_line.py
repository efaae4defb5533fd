"""Where a wall reacts whose coating conducts electrons: two conductors, one for each carrier.

Ions run in the electrolyte, electrons along the coating, and both meet all over the wall. A steady
distribution of the current at one moment, with linear kinetics; nothing grows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from phasefield.grid.smoothed_domain import Domain
from phasefield.models.conserved.conductor import conductances
from phasefield.models.conserved.counter_electrode import CounterElectrode
from phasefield.models.conserved.electron_network import along_walls, to_collector
from phasefield.models.conserved.lithium_bodies import find_bodies
from phasefield.models.conserved.local_parameters import local_parameters
from phasefield.models.conserved.parameters import Parameters
from phasefield.solvers.direct import Factors
from phasefield.solvers.multigrid.scalar import conductance_matrix

__all__ = ["Rails", "two_rails"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

IN_METAL = 0.5
"""xi from which on a cell of the wall is lithium, at the potential of the collector."""


@dataclass(frozen=True)
class Rails:
    """A steady current distribution, arrays (nz, ny, nx).

    Attributes
    ----------
    ion_potential : V_l [V]; NaN outside the electrolyte.
    electron_potential : V_s of the coating [V]; NaN away from the wall.
    current_density : i per wall area [A m-2]; NaN away from the wall.
    voltage : counter electrode against the current collector [V].
    """

    ion_potential: Array
    electron_potential: Array
    current_density: Array
    voltage: float

    def along(self, domain: Domain) -> tuple[Array, Array]:
        """Heights of the layers [m] and the mean current density on the wall there [A m-2].

        Layers without wall have NaN.
        """
        grid = domain.grid
        across = tuple(axis for axis in range(3) if axis != grid.growth_axis)
        area: Array = np.sum(domain.wall_density, axis=across)
        through = domain.wall_density * np.nan_to_num(self.current_density)
        mean = np.full(area.size, np.nan)
        np.divide(np.sum(through, axis=across), area, out=mean, where=area > 0.0)
        height = grid.centres(grid.growth_axis)
        return np.asarray(height, float), np.asarray(mean, float)


def two_rails(
    domain: Domain,
    model: Parameters,
    sheet_conductance: float,
    current_density: float,
    xi: Array | None = None,
) -> Rails:
    """Steady current on walls whose coating conducts electrons, with 1/R_ct as the kinetics.

    div(phi sigma grad V_l) = a (V_l - V_s)/R_ct in the electrolyte, and on the wall
    div(a G grad V_s) = -a (V_l - V_s)/R_ct, the diffuse form of conduction along a surface (Ratz &
    Voigt 2006). The coating touches the current collector, 0 V, at the low end; where lithium
    covers it, it has the potential of the lithium, which must be whole and lie on the collector.

    Parameters
    ----------
    domain : half cell; R_ct and sigma may differ from place to place.
    model : of the conserved model.
    sheet_conductance : G, electronic conductivity times thickness of the coating [S].
    current_density : J per cross-section, above 0 plates [A m-2].
    xi : lithium (nz, ny, nx) [1]; none without.

    Raises
    ------
    ValueError : the cell is symmetric, the sheet conductance is not above 0, or some lithium is
        cut off from the collector.
    NoElectrode : no lithium of those that are given touches the collector.
    """
    if domain.symmetric:
        raise ValueError("two_rails needs a half cell, this domain is that of a symmetric one")
    if not sheet_conductance > 0.0:
        raise ValueError(f"the sheet conductance must be above 0 S, got {sheet_conductance:g} S")
    if xi is not None and find_bodies(xi, domain).floating:
        raise ValueError("some lithium is cut off from the collector: two_rails has no potential")
    grid, local = domain.grid, local_parameters(domain, model)
    on_wall, has_ions = domain.wall_density.ravel() > 0.0, domain.electrolyte.ravel() > 0.0
    metal = np.zeros(grid.size, bool) if xi is None else xi.ravel() > IN_METAL
    electrode = CounterElectrode.of(domain, local.conductivity)
    slope = local.exchange / model.thermal_voltage
    matrix = _system(domain, local.conductivity, slope, sheet_conductance)
    known = np.flatnonzero(np.concatenate([has_ions, on_wall & ~metal]))
    right = np.concatenate([current_density * electrode.source, np.zeros(grid.size)])[known]
    both = np.zeros(2 * grid.size)
    both[known] = Factors(sparse.csc_array(matrix[known][:, known])).solve(right)
    ion, electron = both[: grid.size], both[grid.size :]

    def shown(values: Array, where: Mask) -> Array:
        return np.where(where, values, np.nan).reshape(grid.shape)

    return Rails(
        ion_potential=shown(ion, has_ions),
        electron_potential=shown(electron, on_wall),
        current_density=shown((ion - electron) * slope, on_wall),
        voltage=electrode.voltage(ion, current_density),
    )


def _system(
    domain: Domain, conductivity: Array, slope: Array, sheet_conductance: float
) -> sparse.csr_array:
    """Matrix of both potentials over all cells, ions first [S m-3]; `slope` 1/R_ct [S m-2]."""
    shape, sheet = domain.grid.shape, np.full(domain.grid.size, sheet_conductance)
    ions = conductance_matrix(conductances(domain, conductivity), shape)
    electrons = conductance_matrix(along_walls(domain, sheet), shape)
    ground = sparse.diags_array(to_collector(domain, sheet))
    kinetic = sparse.diags_array(domain.wall_density.ravel() * slope)
    return sparse.csr_array(
        sparse.block_array([[ions + kinetic, -kinetic], [-kinetic, electrons + ground + kinetic]])
    )
