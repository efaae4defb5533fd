"""Refusing what does not fit into memory before it is read or made."""

from __future__ import annotations

import math
import os

from geometries.scaffold import GeometryError

__all__ = ["refuse_too_large"]

BYTES_PER_CELL = 80
"""Peak of making a scaffold: distances to both phases, search for the wall [bytes]."""

SPARE = 0.8
"""Share of the free memory that may be taken."""


def refuse_too_large(
    name: str, shape: tuple[int, ...], stored: int = 0, free: int | None = None
) -> None:
    """Raise GeometryError where a scaffold would not fit into the free memory.

    Parameters
    ----------
    name : what is too large, and what to do about it, for the message.
    shape : number of cells.
    stored : bytes of a cell of the file that it is read from.
    free : memory [bytes]; that of this machine, now, if not given.
    """
    free = _free_memory() if free is None else free
    needed = math.prod(shape) * (stored + BYTES_PER_CELL)
    if needed > SPARE * free:
        raise GeometryError(
            f"{' x '.join(map(str, shape))} cells need about {needed / 1e9:.3g} GB of memory, "
            f"{free / 1e9:.3g} GB are free: {name}"
        )


def _free_memory() -> int:
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):  # not told on this system
        return 8 * 10**9
