"""The validation problems by the name of their folder, in the order in which they are run."""

from __future__ import annotations

from collections.abc import Mapping

from phasefield.validation.allen_cahn import circle, flat_front
from phasefield.validation.manufactured import pfhub_7a
from phasefield.validation.outcome import Problem

__all__ = ["PROBLEMS"]

PROBLEMS: Mapping[str, Problem] = {
    "pfhub-7a": pfhub_7a,
    "flat-front": flat_front,
    "circle": circle,
}
