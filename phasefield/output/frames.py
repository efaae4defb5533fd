"""What a saved series of fields holds, whichever format it is read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from phasefield.grid.grid import Grid

__all__ = ["Contents", "Frames", "frame_name"]


@dataclass(frozen=True)
class Contents:
    """Table of contents of a series.

    Attributes
    ----------
    grid : cells (nz, ny, nx), spacing [m], growth axis.
    times : time of every frame [s].
    names : fields that every frame holds.
    static : fields that never change.
    units : SI unit of every field.
    precision : "float32" or "float64".
    """

    grid: Grid
    times: tuple[float, ...]
    names: tuple[str, ...]
    static: tuple[str, ...]
    units: Mapping[str, str]
    precision: str

    def centres(self) -> tuple[NDArray[np.float64], ...]:
        """Return the coordinates of the cell centres along z, y and x [m]."""
        axes = zip(self.grid.shape, self.grid.spacing, strict=True)
        return tuple(step * np.arange(0.5, cells) for cells, step in axes)


class Frames(Protocol):
    """A series that can be read one array at a time."""

    @property
    def contents(self) -> Contents:
        """What the series holds."""

    def read(self, index: int | None, name: str, key: Any = ...) -> NDArray[np.floating]:
        """Return `name` of frame `index` (None: a static field), or the part that `key` selects."""


def frame_name(index: int) -> str:
    """Return the name under which frame `index` is stored, "0000" for the first."""
    return f"{index:04d}"
