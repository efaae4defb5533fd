"""How many threads a kernel gets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from numba import get_num_threads, set_num_threads

__all__ = ["ALONE_BELOW", "threads_for"]

ALONE_BELOW = 16384
"""Cells below which a grid is left to one thread: a second takes longer to wake than to help."""


@contextmanager
def threads_for(cells: int) -> Iterator[None]:
    """Kernels inside work on a grid of so many `cells`, and on smaller ones."""
    threads = get_num_threads()
    if cells >= ALONE_BELOW or threads == 1:
        yield
        return
    set_num_threads(1)
    try:
        yield
    finally:
        set_num_threads(threads)
