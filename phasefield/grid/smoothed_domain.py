"""The scaffold as the solver sees it: smooth, frozen, dead cells dropped.

Smoothed boundary method of Yu, Chen & Thornton, Modelling Simul. Mater. Sci. Eng. 20 (2012) 075008.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.optimize import brentq

from geometries import Scaffold
from phasefield.errors import GeometryInvalid
from phasefield.grid.collectives import connected, largest, mean, total, total_by_number
from phasefield.grid.grid import Grid

__all__ = ["DROPPED_BELOW", "Domain", "Maps", "Wall", "build_domain"]

DROPPED_BELOW = 1e-3
"""Cells with less than this share of pore (or electrolyte) carry no lithium (or ion) unknown: their
rows would be singular, and what they hold is below 1e-4 of a pore's volume at pore/4."""

SAME_SHARE = 1e-9
"""Difference in psi below which two cells are equally deep in the pore."""

LARGEST_AREA_BIAS = 0.05
"""Curved walls carry O((delta/R)^2); beyond 5 % the diffuse wall is no longer the asked one."""


@dataclass(frozen=True)
class Wall:
    """A coated wall.

    Attributes
    ----------
    name : of the coating.
    resistance : R_ct [ohm m2].
    contact_angle : of lithium on it [rad].
    sheet_conductance : electronic conductivity times thickness [S]; 0: it takes no electrons.
    nucleation_overpotential : what lithium costs on it until it covers it [V].
    """

    name: str
    resistance: float
    contact_angle: float
    sheet_conductance: float = 0.0
    nucleation_overpotential: float = 0.0


@dataclass(frozen=True)
class Maps:
    """Where walls are coated, and where the electrolyte conducts otherwise.

    Attributes
    ----------
    coating : number of the coating of the wall in each cell, uint8 (nz, ny, nx); 0 is clean wall.
    walls : those coatings, the first is number 1.
    region : number of the region of the electrolyte, likewise; 0 is the rest of it.
    conductivities : of those regions [S m-1].
    """

    coating: NDArray[np.uint8]
    walls: tuple[Wall, ...]
    region: NDArray[np.uint8]
    conductivities: tuple[float, ...]

    @property
    def conducts_electrons(self) -> bool:
        """Whether a coating does."""
        return any(wall.sheet_conductance > 0.0 for wall in self.walls)


@dataclass(frozen=True)
class Domain:
    """Frozen fields of a scaffold on its grid, all of shape (nz, ny, nx).

    Attributes
    ----------
    grid : the grid.
    pore : psi [1], share of pore; exactly 0 in dropped cells and closed pores.
    electrolyte : phi [1], share of LLZO; exactly 0 in dropped cells and in floating grains.
    phi : phi [1] before cells were dropped (for pictures and porosity).
    wall_density : a [m-1], wall area per volume; non-zero only where both phases are kept; its
        integral is the wall area of the sharp geometry, less what lies on closed pores and
        floating grains.
    area_bias : integral of |grad phi| over the sharp wall area, minus 1.
    level_shift : shift of the wall [m] that makes the diffuse pore volume the sharp one.
    symmetric : lithium on a current collector at both ends, instead of a counter electrode on top.
    maps : what differs from place to place; None where nothing does.
    """

    grid: Grid
    pore: NDArray[np.float64]
    electrolyte: NDArray[np.float64]
    phi: NDArray[np.float64]
    wall_density: NDArray[np.float64]
    area_bias: float
    level_shift: float
    symmetric: bool = False
    maps: Maps | None = None

    @property
    def porosity(self) -> float:
        """Share of pore in the kept cells of the whole domain [1]."""
        return mean(self.pore)

    def straight_to(self, height: float) -> bool:
        """Whether the pores keep their shape from the lithium side up to a height [m]."""
        layers = int(np.ceil(height / self.grid.spacing[self.grid.growth_axis]))
        section = np.moveaxis(self.pore, self.grid.growth_axis, 0)[:layers]
        return largest(np.ptp(section, axis=0)) <= SAME_SHARE

    @cached_property
    def electrode(self) -> NDArray[np.float64]:
        """Ion source per unit current density at the counter electrode [m-1], (nz, ny, nx).

        Non-zero in the last layer along the growth axis, proportional to phi there; its integral is
        the cross-section.
        """
        layer = [slice(None)] * 3
        layer[self.grid.growth_axis] = slice(-1, None)
        share = np.zeros(self.grid.shape)
        share[tuple(layer)] = self.electrolyte[tuple(layer)]
        volume = total(share) * self.grid.cell_volume
        if volume == 0.0:
            raise GeometryInvalid("no electrolyte touches the counter electrode")
        return share * (self.grid.cross_section / volume)


def build_domain(
    scaffold: Scaffold, interface_width: float, *, force: bool = False, symmetric: bool = False
) -> Domain:
    """Smooth a scaffold: phi = (1 + tanh(2 d / delta)) / 2, psi = 1 - phi, a = |grad phi|.

    Parameters
    ----------
    scaffold : with its signed distance d [m], positive inside the electrolyte.
    interface_width : delta [m].
    force : accept a wall area bias above 5 %.
    symmetric : lithium comes into the pores from both ends.

    Raises
    ------
    GeometryInvalid : when the diffuse wall area misses the sharp one by more than 5 %.
    """
    grid = Grid(scaffold.shape, scaffold.spacing, scaffold.growth_axis)
    distance = scaffold.signed_distance
    if distance is None:
        raise GeometryInvalid("this scaffold has no distance to its wall: it cannot be smoothed")
    shift = _level_shift(distance, interface_width, scaffold.pore_volume / grid.cell_volume)
    phi = _profile(distance + shift, interface_width)
    pore, electrolyte = 1.0 - phi, phi.copy()
    pore[pore < DROPPED_BELOW] = 0.0
    electrolyte[electrolyte < DROPPED_BELOW] = 0.0
    density = 4.0 * phi * (1.0 - phi) / interface_width
    density[(pore == 0.0) | (electrolyte == 0.0)] = 0.0
    area = total(density) * grid.cell_volume
    bias = area / scaffold.wall_area - 1.0
    if abs(bias) > LARGEST_AREA_BIAS and not force:
        raise GeometryInvalid(
            f"the diffuse wall has {bias:+.1%} of wall area against the sharp scaffold, allowed is "
            f"{LARGEST_AREA_BIAS:.0%}: choose a smaller interface.width (and grid.spacing),"
            " or --force"
        )
    density /= 1.0 + bias
    ends = (0, -1) if symmetric else (0,)
    pore = np.maximum.reduce([_joined_to(pore, end, grid.growth_axis) for end in ends])
    electrolyte = _joined_to(electrolyte, None if symmetric else -1, grid.growth_axis)
    density[(pore == 0.0) | (electrolyte == 0.0)] = 0.0
    return Domain(grid, pore, electrolyte, phi, density, bias, shift, symmetric)


def _joined_to(share: NDArray[np.float64], end: int | None, axis: int) -> NDArray[np.float64]:
    """The phase without the bodies that do not reach an end of the domain through cell faces.

    Without an end, the largest body stays: the electrolyte between two electrodes of lithium.

    Lithium never comes into a pore that is closed towards its side, and no ion into a grain that
    floats in the pores: both would only make the equations singular. Bodies are those of the sharp
    phase (share above 0.5); a cell of the diffuse wall goes with the body next to it, so that
    tails do not join two pores across a thin wall.
    """
    sharp = share > 0.5
    joined = _reaching(sharp, end, axis)
    if not np.array_equal(joined, sharp):
        nearest = ndimage.distance_transform_edt(
            ~sharp, return_distances=False, return_indices=True
        )
        share = np.where(joined[tuple(nearest)], share, 0.0)
    return np.where(_reaching(share > 0.0, end, axis), share, 0.0)


def _reaching(cells: NDArray[np.bool_], end: int | None, axis: int) -> NDArray[np.bool_]:
    """Cells that are joined through others to an end (0 or -1) of an axis, or to most others."""
    bodies, count = connected(cells)
    if end is None:
        sizes = total_by_number(bodies.ravel(), np.ones(cells.size), count + 1)
        sizes[0] = 0
        return np.asarray((bodies == sizes.argmax()) & cells)
    reached = np.unique(bodies.take(end, axis=axis))
    return np.asarray(np.isin(bodies, reached[reached > 0]))


def _profile(distance: NDArray[np.float64], width: float) -> NDArray[np.float64]:
    return 0.5 * (1.0 + np.tanh(2.0 * distance / width))


def _level_shift(distance: NDArray[np.float64], width: float, pore_cells: float) -> float:
    """Shift [m] of the level set after which sum(1 - phi) is the sharp volume `pore_cells`."""

    def excess(shift: float) -> float:
        return total(1.0 - _profile(distance + shift, width)) - pore_cells

    return float(brentq(excess, -width, width, xtol=1e-9 * width))
