"""Parameters of every cell: those of clean wall and usual electrolyte, and those of the maps."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from phasefield.grid.smoothed_domain import Domain
from phasefield.models.conserved.parameters import Parameters
from phasefield.physics.kinetics import exchange_current_density

__all__ = ["LocalCoating", "LocalParameters", "conducting_coating", "local_parameters"]


class LocalParameters(NamedTuple):
    """Parameters of every cell, flat (cells,).

    Attributes
    ----------
    exchange : exchange current density i0 of the wall [A m-2].
    wetting : gamma cos(theta_c) of the wall [J m-2].
    conductivity : sigma of the electrolyte [S m-1].
    """

    exchange: NDArray[np.float64]
    wetting: NDArray[np.float64]
    conductivity: NDArray[np.float64]


def local_parameters(domain: Domain, model: Parameters) -> LocalParameters:
    """Those of `model` on clean walls and in the usual electrolyte, elsewhere those of the maps."""
    usual = model.exchange_current_density, model.wetting, model.conductivity
    maps, cells = domain.maps, domain.grid.size
    if maps is None:
        return LocalParameters(*(np.full(cells, value) for value in usual))
    rates = (exchange_current_density(w.resistance, model.thermal_voltage) for w in maps.walls)
    wetting = (model.surface_energy * cos(w.contact_angle) for w in maps.walls)
    return LocalParameters(
        _chosen(maps.coating, [usual[0], *rates]),
        _chosen(maps.coating, [usual[1], *wetting]),
        _chosen(maps.region, [usual[2], *maps.conductivities]),
    )


class LocalCoating(NamedTuple):
    """The coating that conducts electrons, in every cell, flat (cells,).

    Attributes
    ----------
    sheet : electronic conductivity times thickness [S]; 0 where there is none.
    onset : nucleation overpotential [V]; infinite where there is none.
    """

    sheet: NDArray[np.float64]
    onset: NDArray[np.float64]


def conducting_coating(domain: Domain) -> LocalCoating | None:
    """That of a domain; None without."""
    maps = domain.maps
    if maps is None or not maps.conducts_electrons:
        return None
    on_wall = domain.wall_density.ravel() > 0.0
    sheet = _chosen(maps.coating, [0.0, *(wall.sheet_conductance for wall in maps.walls)])
    onset = _chosen(maps.coating, [0.0, *(wall.nucleation_overpotential for wall in maps.walls)])
    sheet = np.where(on_wall, sheet, 0.0)
    return LocalCoating(sheet, np.where(sheet > 0.0, onset, np.inf))


def _chosen(number: NDArray[np.uint8], values: Sequence[float]) -> NDArray[np.float64]:
    """The value of each cell's number, flat."""
    return np.array(values)[number.ravel()]
