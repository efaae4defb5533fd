"""Phase-field simulation of lithium plating in porous LLZO scaffolds.

The notebook entry points are `load_case`, `run` and `open_run`; they are imported on first use, so
that `import phasefield` stays cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"
__all__ = ["load_case", "open_run", "run"]

_HOMES = {
    "load_case": "phasefield.case",
    "open_run": "phasefield.output.run",
    "run": "phasefield.simulation.runner",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'phasefield' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
