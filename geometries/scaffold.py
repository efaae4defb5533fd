"""The scaffold: what is pore and what is solid electrolyte, on a grid of equal cells."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["PORE", "SOLID", "GeometryError", "Scaffold"]

PORE = 0
"""Label of a pore cell."""

SOLID = 1
"""Label of a solid-electrolyte cell."""


class GeometryError(ValueError):
    """The scaffold that was asked for does not exist; the message says what is reachable."""


@dataclass(frozen=True, eq=False)
class Scaffold:
    """Pores and solid electrolyte on a grid of equal cells, with the sharp geometry behind it.

    The arrays are read only and may be broadcast views (a straight channel is stored once per
    cross-section, not once per layer): copy them before writing.

    Attributes
    ----------
    labels : uint8 array (nz, ny, nx), 0 pore, 1 solid electrolyte.
    spacing : (dz, dy, dx), edge lengths of a cell [m].
    growth_axis : axis along which lithium grows; its low end is the lithium side.
    signed_distance : float64 array (nz, ny, nx), distance of the cell centres to the sharp wall
        [m], positive inside the electrolyte; None where the wall is known from labels only.
    pore_volume : volume of the sharp pores in the domain [m3]; a flat axis counts with its spacing.
    wall_area : area of the sharp pore wall in the domain [m2]; edges of the domain do not count.
    mirror_axes : lateral axes on which the domain is half a period; unfold them about index 0.
    pore_size : pore size as asked [m], or None.
    porosity : porosity as asked [1], or None.
    provenance : name of the generator, its parameters and its seed.
    image_labels : of the image that it was made from, int32 (nz, ny, nx), -1 where something was
        added to it; None without one.
    """

    labels: NDArray[np.uint8]
    spacing: tuple[float, float, float]
    growth_axis: int
    pore_volume: float
    wall_area: float
    signed_distance: NDArray[np.float64] | None = None
    mirror_axes: tuple[int, ...] = ()
    pore_size: float | None = None
    porosity: float | None = None
    provenance: Mapping[str, Any] = field(default_factory=dict)
    image_labels: NDArray[np.int32] | None = None

    def __post_init__(self) -> None:
        if self.labels.ndim != 3 or self.labels.dtype != np.uint8:
            raise GeometryError(
                "labels must be a uint8 array with the axes [z, y, x], "
                f"got {self.labels.dtype} with {self.labels.ndim} axes"
            )
        if self.signed_distance is not None and self.signed_distance.shape != self.labels.shape:
            raise GeometryError(
                f"signed_distance has the shape {self.signed_distance.shape}, "
                f"labels have {self.labels.shape}: they must agree"
            )
        if len(self.spacing) != 3 or not all(0 < s < math.inf for s in self.spacing):
            raise GeometryError(f"spacing must be three positive lengths [m], got {self.spacing}")
        if self.growth_axis not in (0, 1, 2):
            raise GeometryError(f"growth_axis must be 0, 1 or 2, got {self.growth_axis}")

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of cells (nz, ny, nx)."""
        nz, ny, nx = self.labels.shape
        return nz, ny, nx

    @property
    def lengths(self) -> tuple[float, float, float]:
        """Edge lengths of the domain (z, y, x) [m]; a flat axis has its spacing."""
        nz, ny, nx = self.shape
        dz, dy, dx = self.spacing
        return nz * dz, ny * dy, nx * dx

    @property
    def cell_volume(self) -> float:
        """Volume of one cell [m3]."""
        return math.prod(self.spacing)

    @property
    def volume(self) -> float:
        """Volume of the domain, pores and solid [m3]."""
        return math.prod(self.lengths)

    @property
    def height(self) -> float:
        """Length of the domain along the growth axis [m]."""
        return self.lengths[self.growth_axis]

    @property
    def cross_section(self) -> float:
        """Area of the domain normal to the growth axis [m2]."""
        return math.prod(s for axis, s in enumerate(self.lengths) if axis != self.growth_axis)
