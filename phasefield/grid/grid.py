"""The structured grid: three axes always, a flat one has a single cell."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

__all__ = ["Grid", "cell_centres"]


def cell_centres(cells: int, spacing: float) -> NDArray[np.float64]:
    """Coordinates of the centres of cells in a row [m], of the size `spacing` [m]."""
    return np.asarray((np.arange(cells) + 0.5) * spacing)


@dataclass(frozen=True)
class Grid:
    """Cell-centred uniform grid.

    Attributes
    ----------
    shape : cells along (z, y, x).
    spacing : cell size (dz, dy, dx) [m].
    growth_axis : axis from the current collector (index 0) to the counter electrode (last index).
    """

    shape: tuple[int, int, int]
    spacing: tuple[float, float, float]
    growth_axis: int

    @property
    def size(self) -> int:
        """Number of cells."""
        return prod(self.shape)

    @property
    def cell_volume(self) -> float:
        """Volume of a cell [m3]."""
        return prod(self.spacing)

    def centres(self, axis: int) -> NDArray[np.float64]:
        """Coordinates of the centres of the cells along an axis [m], from its low end."""
        return cell_centres(self.shape[axis], self.spacing[axis])

    @property
    def extent(self) -> tuple[float, float, float]:
        """Edge lengths of the domain along (z, y, x) [m]."""
        dz, dy, dx = (n * h for n, h in zip(self.shape, self.spacing, strict=True))
        return dz, dy, dx

    @property
    def height(self) -> float:
        """Extent along the growth axis [m]."""
        return self.extent[self.growth_axis]

    @property
    def cross_section(self) -> float:
        """Area of the domain normal to the growth axis [m2]."""
        return prod(self.extent) / self.height
