"""The box that a generator fills: its cells, their centres, which way lithium grows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometries.memory import refuse_too_large
from geometries.scaffold import GeometryError

__all__ = ["Box", "cell_count", "make_box", "um"]

# In cells; keeps 10 um / 0.05 um = 200.00000000000003 from asking for a 201st cell.
CELL_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Box:
    """A rectangular grid of equal cells.

    Attributes
    ----------
    shape : number of cells (nz, ny, nx); a domain in two dimensions has nz = 1.
    spacing : (dz, dy, dx), edges of a cell [m].
    growth_axis : 0 in three dimensions, 1 in two.
    """

    shape: tuple[int, int, int]
    spacing: tuple[float, float, float]
    growth_axis: int

    @property
    def dimensions(self) -> int:
        """2 or 3."""
        return 2 if self.growth_axis == 1 else 3

    @property
    def axes(self) -> tuple[int, ...]:
        """The axes that are not flat."""
        return (1, 2) if self.dimensions == 2 else (0, 1, 2)

    @property
    def lengths(self) -> tuple[float, float, float]:
        """Edges of the box (z, y, x) [m]; a flat axis has its spacing."""
        z, y, x = (n * step for n, step in zip(self.shape, self.spacing, strict=True))
        return z, y, x

    @property
    def volume(self) -> float:
        """Volume of the box [m3]."""
        return math.prod(self.lengths)

    @property
    def height(self) -> float:
        """Length along the growth axis [m]."""
        return self.lengths[self.growth_axis]

    def centres(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Coordinates of the cell centres (z, y, x) [m], to be broadcast; a flat axis has 0."""

        def along(axis: int) -> NDArray[np.float64]:
            n, step = self.shape[axis], self.spacing[axis]
            return np.asarray((np.arange(n) + 0.5) * step if axis in self.axes else np.zeros(n))

        return along(0)[:, None, None], along(1)[None, :, None], along(2)[None, None, :]


def make_box(height: float, width: float | Sequence[float], spacing: float, dimensions: int) -> Box:
    """Box of a height and a width, in cells that are not larger than `spacing`.

    Parameters
    ----------
    height : along the growth axis [m].
    width : across it [m]; in three dimensions one number for both axes or a pair (y, x).
    spacing : largest edge of a cell [m]; every axis takes whole cells.
    dimensions : 2 (growth along y) or 3 (growth along z).

    Raises
    ------
    GeometryError
        For other dimensions, or a length that is not positive.
    """
    if dimensions not in (2, 3):
        raise GeometryError(f"dimensions must be 2 or 3, got {dimensions}")
    widths = (width,) * (dimensions - 1) if isinstance(width, float | int) else tuple(width)
    if isinstance(width, str):
        raise GeometryError(f"this scaffold has no unit cell: width is a length, got {width!r}")
    if len(widths) != dimensions - 1:
        raise GeometryError(
            f"width must be one length or {dimensions - 1} of them [m], got {len(widths)}"
        )
    for name, value in (("height", height), ("spacing", spacing), *(("width", w) for w in widths)):
        check_length(name, value)
    counts = [cell_count(length, spacing) for length in (height, *widths)]
    refuse_too_large("choose a larger spacing or a smaller box", tuple(counts))
    edges = [length / n for length, n in zip((height, *widths), counts, strict=True)]
    if dimensions == 2:
        return Box((1, counts[0], counts[1]), (spacing, edges[0], edges[1]), 1)
    return Box((counts[0], counts[1], counts[2]), (edges[0], edges[1], edges[2]), 0)


def check_length(name: str, value: float) -> None:
    """Raise GeometryError unless `value` is a positive length [m]."""
    if not 0 < value < math.inf:
        raise GeometryError(f"{name} must be a positive length [m], got {value}")


def check_fraction(name: str, value: float) -> None:
    """Raise GeometryError unless `value` lies between 0 and 1."""
    if not 0 < value < 1:
        raise GeometryError(f"{name} must be above 0 and below 100 %, you gave {100 * value:.6g} %")


def cell_count(length: float, spacing: float) -> int:
    """Smallest number of equal cells not larger than `spacing` [m] that fill `length` [m]."""
    return max(1, math.ceil(length / spacing - CELL_TOLERANCE))


def um(length: float) -> str:
    """A length [m] as text in micrometres."""
    return f"{length * 1e6:.6g} um"
