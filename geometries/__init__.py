"""Scaffolds on voxels, in SI units; knows nothing of the solver.

`channels` and the other generators return a `Scaffold`; `generate` calls one by its name;
`geometries.metrics` measures what was made.
"""

from __future__ import annotations

from geometries.channels import channels
from geometries.edits import require_open, trimmed, with_separator
from geometries.generators import GENERATORS, generate
from geometries.scaffold import GeometryError, Scaffold

__all__ = [
    "GENERATORS",
    "GeometryError",
    "Scaffold",
    "channels",
    "generate",
    "require_open",
    "trimmed",
    "with_separator",
]
