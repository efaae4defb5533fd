"""Explicit Allen-Cahn sweep, and the STREAM triad that says what the memory can do.

McCalpin, IEEE TCCA Newsletter (1995) 19: the triad reads two arrays and writes one, 24 bytes for
each number; an Allen-Cahn sweep reads one and writes one, 16 bytes. Neither counts the line that a
write fetches first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit, prange

from phasefield.bench.clock import now

__all__ = ["allen_cahn"]

REPEATS = 40


@njit(cache=True, parallel=True)
def _triad(a, b, c, scale):
    for line in prange(a.shape[0]):
        for i in range(a.shape[1]):
            a[line, i] = b[line, i] + scale * c[line, i]


@njit(cache=True, parallel=True)
def _sweep(old, new, rate, stiffness):
    """One explicit step of dxi/dt = laplacian(xi) - f'(xi), inner cells only."""
    ny, nx = old.shape
    for j in prange(1, ny - 1):
        here, below, above, out = old[j], old[j - 1], old[j + 1], new[j]
        for i in range(1, nx - 1):
            x = here[i]
            bend = here[i - 1] + here[i + 1] + below[i] + above[i] - 4.0 * x
            out[i] = x + rate * (stiffness * bend - 2.0 * x * (1.0 - x) * (1.0 - 2.0 * x))


def allen_cahn(cells: int) -> dict[str, Any]:
    """Bytes per second of the sweep and of the triad, on squares of `cells` cells; best of many."""
    one, two, three = (np.ones((cells, cells)) for _ in range(3))
    one[:, : cells // 2] = 0.0
    triad = _best(lambda: _triad(two, one, three, 0.5))
    sweep = _best(lambda: _sweep(one, three, 0.01, 4.0))
    return {
        "cells": cells**2,
        "seconds": sweep,
        "sweep_bytes_per_s": 16.0 * cells**2 / sweep,
        "triad_bytes_per_s": 24.0 * cells**2 / triad,
    }


def _best(work: Callable[[], None]) -> float:
    """Shortest of many times [s]; the first call, which may compile, is not one of them."""
    work()
    best = np.inf
    for _ in range(REPEATS):
        start = now()
        work()
        best = min(best, now() - start)
    return best
