"""Periodic arrangements of straight pores: periods, pore positions, distance to the wall."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

__all__ = ["ARRANGEMENTS", "Arrangement", "Lattice", "highest_porosity", "lattice"]

Arrangement = Literal["slit", "square", "hexagonal"]
ARRANGEMENTS: tuple[Arrangement, ...] = get_args(Arrangement)


@dataclass(frozen=True)
class Lattice:
    """Straight pores of one size, repeated in the plane normal to their axes.

    Attributes
    ----------
    periods : edge lengths of the rectangular period cell, (x,) for slits and (y, x) for
        cylinders [m]; the origin is a pore axis and every edge half way or all the way along
        a period is a mirror plane.
    axes : the pore axes in the first quarter (slits: first half) of the period cell [m].
    half_size : half the slit width, or the radius of the cylinders [m].
    whole_cells_start : where a domain of whole period cells begins, relative to the origin [m]:
        in the middle of the walls where the mirror planes there touch no pore (slits, square);
        on pore axes in the hexagonal arrangement, all mirror planes of which hold pore axes.
    """

    periods: tuple[float, ...]
    axes: tuple[tuple[float, ...], ...]
    half_size: float
    whole_cells_start: tuple[float, ...]

    @property
    def pores_per_period(self) -> int:
        """Number of pores in one period cell: 1 for slits and square, 2 for hexagonal."""
        return len(self.axes)

    def distance(self, coordinates: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
        """Signed distance of points to the nearest pore wall [m], positive in the solid.

        Exact as long as pores do not overlap: the points are folded by the mirror planes into
        the first quarter, where the nearest wall belongs to one of its few pores.

        Parameters
        ----------
        coordinates : one array per lateral axis, broadcast against each other [m].
        """
        folded = [
            np.abs(x - period * np.round(x / period))
            for x, period in zip(coordinates, self.periods, strict=True)
        ]
        to_axes = [
            np.sqrt(sum((x - x0) ** 2 for x, x0 in zip(folded, axis, strict=True)))
            for axis in self.axes
        ]
        return np.asarray(np.minimum.reduce(to_axes) - self.half_size)


def highest_porosity(arrangement: Arrangement) -> float:
    """Porosity at which neighbouring pores touch: 1, pi/4 = 0.785, pi/(2 sqrt 3) = 0.907."""
    return {
        "slit": 1.0,
        "square": math.pi / 4,
        "hexagonal": math.pi / (2 * math.sqrt(3)),
    }[arrangement]


def lattice(arrangement: Arrangement, pore_size: float, porosity: float) -> Lattice:
    """Arrangement of pores of a given size at a given porosity.

    Slits of width w have the period w/p; cylinders of diameter w, in a square arrangement,
    a = (w/2) sqrt(pi/p); in a hexagonal arrangement the cell is a x sqrt(3) a with
    a = (w/2) sqrt(2 pi/(sqrt(3) p)) and holds two pores.

    Parameters
    ----------
    arrangement : "slit", "square" or "hexagonal".
    pore_size : slit width or cylinder diameter w [m].
    porosity : p [1], below `highest_porosity(arrangement)`.
    """
    half = pore_size / 2
    if arrangement == "slit":
        period = pore_size / porosity
        return Lattice((period,), ((0.0,),), half, (-period / 2,))
    if arrangement == "square":
        a = half * math.sqrt(math.pi / porosity)
        return Lattice((a, a), ((0.0, 0.0),), half, (-a / 2, -a / 2))
    a = half * math.sqrt(2 * math.pi / (math.sqrt(3) * porosity))
    b = math.sqrt(3) * a
    return Lattice((b, a), ((0.0, 0.0), (b / 2, a / 2)), half, (0.0, 0.0))
