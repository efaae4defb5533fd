"""Straight channels, and what every arrangement of parallel pores shares: its domain."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geometries.boxes import cell_count, um
from geometries.lattices import ARRANGEMENTS, Arrangement, Lattice, highest_porosity, lattice
from geometries.scaffold import GeometryError, Scaffold

__all__ = [
    "Width",
    "channels",
    "check_numbers",
    "checked_arrangement",
    "distance_at_cell_centres",
    "lateral_domain",
]

Width = Literal["unit_cell"] | float | Sequence[float]

# Relative; the six digits of a width printed in a message must be accepted when typed back.
WIDTH_TOLERANCE = 1e-5


def channels(
    pore_size: float,
    porosity: float,
    height: float,
    width: Width,
    spacing: float,
    dimensions: int = 2,
    arrangement: Arrangement | None = None,
) -> Scaffold:
    """Straight channels along the growth axis: slits in 2D, cylinders in 3D.

    The sides of the domain are mirror planes. The unit cell is the smallest such domain: in 2D
    half a period, pore centre at x = 0 and wall centre at x = period/2; in 3D a quarter of the
    period cell with a pore axis at x = y = 0 (and, hexagonal, one at the opposite corner). A
    width in metres must hold whole periods; slits and square cells then begin at a wall centre,
    hexagonal ones on a row of pores, which the edge halves.

    Parameters
    ----------
    pore_size : slit width or cylinder diameter [m].
    porosity : pore volume over total volume [1]; periods follow, see `geometries.lattices`.
    height : length of the channels = height of the domain [m].
    width : "unit_cell", or the width of the domain [m]; in 3D one number for both lateral axes
        or a pair (y, x). Accepted within 1e-5 of a multiple of the period, and set to it.
    spacing : largest edge length of a cell [m]; each axis takes the largest one below it with
        which a whole number of cells fits. The flat axis of a 2D domain has this thickness.
    dimensions : 2 (arrays (1, ny, nx), growth along y) or 3 (growth along z).
    arrangement : "slit" in 2D, "square" (default) or "hexagonal" in 3D.

    Returns
    -------
    Scaffold, with the exact signed distance, pore volume p V and wall area 2 p V/w (slits) or
    4 p V/w (cylinders), V the volume of the domain.

    Raises
    ------
    GeometryError
        When there is no such scaffold; the message says what is reachable.
    """
    kind = checked_arrangement(dimensions, arrangement)
    check_numbers(kind, pore_size, porosity, height, spacing)
    pores = lattice(kind, pore_size, porosity)
    lengths, start = lateral_domain(pores, width, pore_size)
    counts = tuple(cell_count(length, spacing) for length in (height, *lengths))
    steps = tuple(length / n for length, n in zip((height, *lengths), counts, strict=True))
    plane = distance_at_cell_centres(pores, start, counts[1:], steps[1:])
    _check_resolved(plane, pore_size, spacing)

    shape = counts if dimensions == 3 else (1, *counts)
    edges = steps if dimensions == 3 else (spacing, *steps)
    volume = height * math.prod(lengths) * (1.0 if dimensions == 3 else spacing)
    asked = {
        "pore_size": pore_size,
        "porosity": porosity,
        "height": height,
        "width": width if isinstance(width, str | float | int) else tuple(width),
        "spacing": spacing,
        "dimensions": dimensions,
        "arrangement": kind,
    }
    return Scaffold(
        labels=np.broadcast_to((plane > 0).astype(np.uint8), shape),
        spacing=(edges[0], edges[1], edges[2]),
        growth_axis=0 if dimensions == 3 else 1,
        pore_volume=porosity * volume,
        wall_area=(2 if kind == "slit" else 4) * porosity * volume / pore_size,
        signed_distance=np.broadcast_to(plane, shape),
        mirror_axes=tuple(range(4 - dimensions, 3)) if isinstance(width, str) else (),
        pore_size=pore_size,
        porosity=porosity,
        provenance={"generator": "channels", "parameters": asked, "seed": None},
    )


def checked_arrangement(dimensions: int, arrangement: str | None) -> Arrangement:
    """Arrangement to use, after comparing it with the number of dimensions."""
    if dimensions not in (2, 3):
        raise GeometryError(f"dimensions must be 2 or 3, got {dimensions}")
    possible = ARRANGEMENTS[:1] if dimensions == 2 else ARRANGEMENTS[1:]
    for kind in possible:
        if arrangement in (None, kind):
            return kind
    raise GeometryError(
        f"arrangement {arrangement!r} is not available in {dimensions} dimensions: "
        f"choose {' or '.join(map(repr, possible))}"
    )


def check_numbers(
    kind: Arrangement, pore_size: float, porosity: float, height: float, spacing: float
) -> None:
    """Raise GeometryError for lengths that are not positive and for overlapping pores."""
    for name, value in (("pore_size", pore_size), ("height", height), ("spacing", spacing)):
        if not 0 < value < math.inf:
            raise GeometryError(f"{name} must be a positive length [m], got {value}")
    limit = highest_porosity(kind)
    if not 0 < porosity < limit:
        touching = "" if kind == "slit" else f", where cylinders in a {kind} arrangement touch"
        raise GeometryError(
            f"porosity must be above 0 and below {100 * limit:.1f} %{touching}; "
            f"you gave {100 * porosity:.6g} %"
        )


def lateral_domain(
    pores: Lattice, width: Width, pore_size: float
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Lengths and low corner of the domain on the lateral axes [m]."""
    if isinstance(width, str):
        if width != "unit_cell":
            raise GeometryError(f"width must be 'unit_cell' or a length [m], got {width!r}")
        return tuple(period / 2 for period in pores.periods), (0.0,) * len(pores.periods)
    widths = (width,) * len(pores.periods) if isinstance(width, float | int) else tuple(width)
    if len(widths) != len(pores.periods):
        raise GeometryError(
            f"width must be one length or {len(pores.periods)} of them [m], got {len(widths)}"
        )
    names = ("y", "x")[-len(pores.periods) :]
    lengths = tuple(
        _whole_periods(asked, period, name, pore_size)
        for asked, period, name in zip(widths, pores.periods, names, strict=True)
    )
    return lengths, pores.whole_cells_start


def _whole_periods(width: float, period: float, axis: str, pore_size: float) -> float:
    """Multiple of the period that `width` stands for [m]."""
    if not 0 < width < math.inf:
        raise GeometryError(f"width must be a positive length [m], got {width}")
    if width < pore_size:
        raise GeometryError(
            f"a width of {um(width)} is narrower than one pore of {um(pore_size)}: give "
            f"'unit_cell', or a multiple of the period, n x {um(period)}, along {axis}"
        )
    n = max(1, round(width / period))
    if abs(width - n * period) > WIDTH_TOLERANCE * width:
        below = max(1, math.floor(width / period))
        raise GeometryError(
            f"the width along {axis} must hold whole periods of {um(period)}, {um(width)} holds "
            f"{width / period:.6g}: the nearest are {um(below * period)} ({below}) and "
            f"{um((below + 1) * period)} ({below + 1}), or give 'unit_cell'"
        )
    return n * period


def distance_at_cell_centres(
    pores: Lattice, start: Sequence[float], counts: Sequence[int], steps: Sequence[float]
) -> NDArray[np.float64]:
    """Signed distance in one cross-section, shape (nx,) or (ny, nx) [m]."""
    centres = [
        x0 + step * (np.arange(n) + 0.5) for x0, n, step in zip(start, counts, steps, strict=True)
    ]
    return pores.distance(np.meshgrid(*centres, indexing="ij", sparse=True))


def _check_resolved(plane: NDArray[np.float64], pore_size: float, spacing: float) -> None:
    """Raise GeometryError when no cell centre lies in a pore, or none in the solid."""
    for missing, there in (("pore", (plane <= 0).any()), ("solid", (plane > 0).any())):
        if not there:
            raise GeometryError(
                f"with a spacing of {um(spacing)} no cell centre lies in the {missing} "
                f"(pores of {um(pore_size)}): choose a finer spacing"
            )
