"""The plane of a run that pictures show: cut out of the box, unfolded about its mirror."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Plane", "plane_of"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Plane:
    """A plane along the growth axis, through the pore axis where the mirrors say where that is.

    Attributes
    ----------
    growth_axis : axis that points up in pictures.
    across : lateral axis that points right.
    index : index along the remaining axis at which the plane lies.
    mirrored : whether the domain is half a period, to be unfolded about index 0 of `across`.
    height, width : lengths of the domain along the two axes of the plane [m].
    step_up, step_across : cell edges along them [m].
    flat : whether the domain is this plane, one cell thick.
    """

    growth_axis: int
    across: int
    index: int
    mirrored: bool
    height: float
    width: float
    step_up: float
    step_across: float
    flat: bool

    @property
    def period(self) -> float:
        """Width of what repeats sideways [m]."""
        return 2 * self.width if self.mirrored else self.width

    @property
    def third(self) -> int:
        """The axis normal to the plane."""
        return 3 - self.growth_axis - self.across

    def copies(self, least: int = 2, aspect: float = 0.4) -> int:
        """Periods to draw: whole channels, and not thinner than `aspect` x the height."""
        if not self.mirrored:
            return 1
        return max(least, int(np.ceil(aspect * self.height / self.period - 1e-9)))

    def unfold(self, values: FloatArray, copies: int) -> FloatArray:
        """`copies` periods side by side of values (..., across), pore centre to pore centre."""
        if not self.mirrored:
            return values
        period = np.concatenate([values[..., ::-1], values], axis=-1)
        return np.tile(period, (1,) * (values.ndim - 1) + (copies,))

    def across_edges(self, copies: int) -> tuple[float, float]:
        """Left and right end of the unfolded plane [m]; a mirror of the domain is at 0."""
        left = -self.width if self.mirrored else 0.0
        return left, left + copies * self.period

    def across_centres(self, copies: int) -> FloatArray:
        """Positions of the unfolded cell centres [m], shape (across x 2 copies,)."""
        left, right = self.across_edges(copies)
        count = round((right - left) / self.step_across)
        return left + (np.arange(count, dtype=np.float64) + 0.5) * self.step_across


def plane_of(
    spacing: Sequence[float],
    growth_axis: int,
    mirror_axes: Sequence[int],
    pore: NDArray[Any],
) -> Plane:
    """The plane to show of a domain with the pore indicator `pore` and cells of `spacing` [m].

    In 3D the plane lies at index 0 of the axis normal to it when the domain is mirrored there (the
    pore axis of a unit cell), else where it cuts the most pore. `pore` is psi, (nz, ny, nx) [1].
    """
    shape = pore.shape
    lateral = [axis for axis in (2, 1, 0) if axis != growth_axis]
    across = next((axis for axis in lateral if shape[axis] > 1), lateral[0])
    third = 3 - growth_axis - across
    index = 0
    if third not in mirror_axes and shape[third] > 1:
        index = int(np.argmax(pore.mean(axis=(growth_axis, across))))
    return Plane(
        growth_axis=growth_axis,
        across=across,
        index=index,
        mirrored=across in mirror_axes,
        height=shape[growth_axis] * spacing[growth_axis],
        width=shape[across] * spacing[across],
        step_up=spacing[growth_axis],
        step_across=spacing[across],
        flat=shape[third] == 1,
    )
