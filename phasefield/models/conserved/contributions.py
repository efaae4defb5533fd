"""What a case adds to the conserved model, in the order in which it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phasefield.grid.smoothed_domain import Domain
from phasefield.models.conserved.anisotropic_surface import Surface
from phasefield.models.conserved.cell import Cell
from phasefield.models.conserved.conducting_coating import ConductingCoating
from phasefield.models.conserved.contribution import Contribution
from phasefield.models.conserved.local_parameters import conducting_coating
from phasefield.models.conserved.parameters import Parameters
from phasefield.models.conserved.salt import SaltTransport
from phasefield.models.conserved.thermal_noise import ThermalNoise
from phasefield.models.conserved.void_nucleation import VoidNucleation
from phasefield.physics.noise import Noise
from phasefield.physics.salt import Salt

__all__ = ["Contributions", "equipped"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Contributions:
    """The contributions of a case; iterates over those that there are.

    Attributes
    ----------
    voids : where metal is whole, and where it tears.
    surface : anisotropic part of the surface energy.
    coating : that conducts electrons.
    noise : thermal.
    salt : of the electrolyte.
    more : others, asked last.
    """

    voids: VoidNucleation
    surface: Surface | None = None
    coating: ConductingCoating | None = None
    noise: ThermalNoise | None = None
    salt: SaltTransport | None = None
    more: tuple[Contribution, ...] = ()

    def __iter__(self) -> Iterator[Contribution]:
        named = self.surface, self.coating, self.noise, self.salt, self.voids
        return (one for one in (*named, *self.more) if one is not None)

    def begin(self) -> dict[str, Array]:
        """All their arrays in the state at t = 0, by name."""
        return {name: array for one in self for name, array in one.begin().items()}


def equipped(
    domain: Domain, parameters: Parameters, salt: Salt | None = None, noise: Noise | None = None
) -> tuple[Cell, Contributions]:
    """The cell of a domain, and what it is equipped with, as its parameters and coatings say."""
    cell, coating = Cell(domain, parameters), conducting_coating(domain)
    return cell, Contributions(
        voids=VoidNucleation(domain, parameters),
        surface=Surface(domain, parameters) if parameters.anisotropy else None,
        coating=None if coating is None else ConductingCoating(cell, coating),
        noise=None if noise is None else ThermalNoise(cell, noise),
        salt=None if salt is None else SaltTransport(cell, salt),
    )
