"""The clock of the benchmark: CPU time of one thread, wall time of several.

On a quiet machine both agree for one thread; on a busy one, CPU time leaves out what others took.
"""

from __future__ import annotations

import time

import numba

__all__ = ["now"]


def now() -> float:
    """Seconds from some start."""
    several = int(numba.config.NUMBA_NUM_THREADS) > 1
    return time.perf_counter() if several else time.process_time()
