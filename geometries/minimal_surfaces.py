"""Pores on one side of a triply periodic surface: gyroid, Schwarz P, diamond."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geometries.boxes import check_fraction, check_length, make_box
from geometries.distance import signed_distance
from geometries.level import from_level, shift_to_porosity
from geometries.scaffold import GeometryError, Scaffold

__all__ = ["SURFACES", "inscribed_diameter", "minimal_surface"]

FloatArray = NDArray[np.float64]
Function = Callable[[FloatArray, FloatArray, FloatArray], FloatArray]

SURFACES: Mapping[str, Function] = {
    "gyroid": lambda x, y, z: np.sin(x) * np.cos(y) + np.sin(y) * np.cos(z) + np.sin(z) * np.cos(x),
    "schwarz_p": lambda x, y, z: np.cos(x) + np.cos(y) + np.cos(z),
    "diamond": lambda x, y, z: (
        np.cos(x) * np.cos(y) * np.cos(z) - np.sin(x) * np.sin(y) * np.sin(z)
    ),
}
"""Nodal approximations f(x, y, z) of period 2 pi (von Schnering & Nesper, Z. Phys. B 83 (1991)
407); f = 0 is within 0.5 % of the area of the minimal surface."""

CELLS_PER_PERIOD = 32
"""Of the grid on which the largest sphere is found; the diameter is then good to 1e-3 periods."""


def minimal_surface(
    pore_size: float,
    porosity: float,
    height: float,
    width: float | Sequence[float],
    spacing: float,
    dimensions: int = 3,
    surface: Literal["gyroid", "schwarz_p", "diamond"] = "gyroid",
) -> Scaffold:
    """One of the two sides of a triply periodic surface is pore.

    Parameters
    ----------
    pore_size : diameter of the largest sphere in the pores [m]; the period follows.
    porosity : [1]; both phases stay connected about half way.
    height, width, spacing : see `make_box`; the box cuts the structure where it ends.
    dimensions : 3.
    surface : a key of `SURFACES`.

    Raises
    ------
    GeometryError
        For two dimensions, an unknown surface, or a number out of range.
    """
    if dimensions != 3:
        raise GeometryError("triply periodic surfaces need dimensions: 3")
    if surface not in SURFACES:
        raise GeometryError(f"no surface {surface!r}, available: {', '.join(SURFACES)}")
    check_length("pore_size", pore_size)
    check_fraction("porosity", porosity)
    box = make_box(height, width, spacing, 3)
    period = pore_size / inscribed_diameter(surface, porosity)
    wave = 2 * math.pi / period
    z, y, x = box.centres()
    level = SURFACES[surface](wave * x, wave * y, wave * z) / wave
    asked = {
        "pore_size": pore_size, "porosity": porosity, "height": height, "width": width,
        "spacing": spacing, "dimensions": 3, "surface": surface,
    }  # fmt: skip
    provenance = {
        "generator": "minimal_surface", "parameters": asked, "seed": None, "period": period,
    }  # fmt: skip
    return from_level(box, level, porosity, pore_size, provenance, math.inf)


def inscribed_diameter(surface: str, porosity: float) -> float:
    """Diameter of the largest sphere in the pores over the period [1]."""
    n = CELLS_PER_PERIOD
    centres = (np.arange(2 * n) + 0.5) * 2 * math.pi / n
    z, y, x = np.meshgrid(centres, centres, centres, indexing="ij", sparse=True)
    level = SURFACES[surface](x, y, z)
    level = level + shift_to_porosity(level[:n, :n, :n], porosity, 2 * math.pi / n)
    inner = slice(n // 2, n // 2 + n)
    distance = signed_distance(level, (1 / n, 1 / n, 1 / n))[inner, inner, inner]
    return -2 * float(distance.min())
