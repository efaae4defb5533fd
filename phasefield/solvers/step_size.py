"""Step size: from the error estimate, within bounds, landing on the times that must be met."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from math import ceil

__all__ = ["StepControl"]

log = logging.getLogger(__name__)

SAFETY = 0.8
SMALLEST_FACTOR, LARGEST_FACTOR = 0.3, 2.0
"""A step may double: variable-step BDF2 is stable below a ratio of 1 + sqrt(2)."""


@dataclass
class StepControl:
    """Chooses steps [s]; its whole memory is `proposed` and `rejected`.

    Attributes
    ----------
    tolerance : local error to keep to, in interface widths (see `StepResult.error`).
    proposed : the step the error estimate allows [s].
    largest, smallest : bounds [s]; below `smallest` the run has failed.
    fixed : every step has the size `largest`, whatever the error; a smaller one only where Newton's
        method needs it, from which steps double back.
    rejected : steps thrown away so far.
    """

    tolerance: float
    proposed: float
    largest: float
    smallest: float
    fixed: bool = False
    rejected: int = 0

    def step_to(self, remaining: float) -> float:
        """Size of the next step [s], with `remaining` [s] to the next stop.

        An adaptive run divides the rest evenly, so that no sliver is left; a fixed one keeps its
        step and cuts the last.
        """
        step = min(self.proposed, self.largest)
        if self.fixed:
            return remaining if remaining < step * (1.0 + 1e-9) else step
        return remaining / ceil(remaining / step * (1.0 - 1e-9))

    def accept(self, step: float, error: float, order: int) -> bool:
        """Judge a finished step of local order `order` (error ~ step**order); propose the next."""
        if self.fixed:
            self.proposed = min(self.largest, LARGEST_FACTOR * self.proposed)
            return True
        factor = SAFETY * (self.tolerance / max(error, 1e-300)) ** (1.0 / order)
        self.proposed = step * min(LARGEST_FACTOR, max(SMALLEST_FACTOR, factor))
        if error <= self.tolerance:
            return True
        self._reject(step, f"error {error:.2e} above {self.tolerance:.2e}")
        return False

    def fail(self, step: float, reason: str) -> bool:
        """Halve after a step that did not converge; False when there is no smaller step to try."""
        self.proposed = step / 2.0
        self._reject(step, reason)
        return self.proposed >= self.smallest

    def _reject(self, step: float, reason: str) -> None:
        self.rejected += 1
        log.info("step of %.4g s rejected: %s; next %.4g s", step, reason, self.proposed)
