"""The report: figures, animation, one self-contained page.

`write_report` and `write_comparison` are imported on first use, so that a run that is not followed
by a report never loads matplotlib.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["write_comparison", "write_report"]

_HOMES = {
    "write_report": "phasefield.report.page",
    "write_comparison": "phasefield.report.comparison",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'phasefield.report' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
