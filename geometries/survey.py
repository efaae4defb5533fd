"""Everything that is measured of a scaffold, and how far the grid decides it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from geometries.crofton import surface_crofton, surface_sections
from geometries.distance import level_of_labels
from geometries.metrics import measure, percolation, porosity_profile
from geometries.paths import paths_through
from geometries.representative import representative_volume, slice_porosity
from geometries.scaffold import PORE, Scaffold
from geometries.thickness import constrictivity, maximal_spheres, thickness_of

__all__ = ["FEWEST_CELLS", "coarsened", "leaves", "refinement_errors", "survey"]

FEWEST_CELLS = 16
"""Along an axis; with fewer a coarser grid says nothing about the error."""


def survey(scaffold: Scaffold, phi: np.ndarray | None = None) -> dict[str, Any]:
    """All measures of a scaffold, ready for JSON; lengths [m], surfaces [m-1].

    Parameters
    ----------
    scaffold : what to measure.
    phi : its smoothed solid indicator, shape (nz, ny, nx) [1]; None leaves that surface None.

    Returns
    -------
    What `measure` returns, and: crofton and sections among the surfaces, fractions by 6 and 26
    neighbours, porosity_profile, slice_porosity, representative_edge_m, thickness of pore and
    solid, maximal_spheres, and paths and constrictivity by phase and axis.
    """
    labels, spacing = scaffold.labels, scaffold.spacing
    axes = [axis for axis in range(3) if labels.shape[axis] > 1]
    phases = {"pore": labels == PORE, "solid": labels != PORE}
    found = measure(scaffold, phi)
    found["specific_surface_area_per_m"] |= {"crofton": surface_crofton(labels, spacing)}
    if len(axes) == 3:
        found["specific_surface_area_by_sections_per_m"] = {
            "zyx"[axis]: asdict(surface_sections(labels, spacing, axis)) for axis in axes
        }
    return found | {
        "fractions": {
            str(n): asdict(percolation(labels, scaffold.growth_axis, n)) for n in (6, 26)
        },
        "porosity_profile": porosity_profile(labels, scaffold.growth_axis).tolist(),
        "slice_porosity": {
            name: {"mean": mean, "deviation": deviation}
            for name, (mean, deviation) in slice_porosity(labels).items()
        },
        "representative_edge_m": representative_volume(labels, spacing).edge,
        "thickness_m": {
            name: asdict(thickness_of(phase, spacing, scaffold.signed_distance))
            for name, phase in phases.items()
        },
        "maximal_spheres_m": _spheres(maximal_spheres(phases["pore"], spacing)),
        "paths": {
            name: {"zyx"[axis]: asdict(paths_through(phase, spacing, axis)) for axis in axes}
            for name, phase in phases.items()
        },
        "constrictivity": {
            name: {"zyx"[axis]: constrictivity(phase, spacing, axis) for axis in axes}
            for name, phase in phases.items()
        },
    }


def coarsened(scaffold: Scaffold) -> Scaffold | None:
    """The scaffold on cells twice as large, or None where that leaves fewer than eight in a row.

    Blocks of cells take the mean distance to the wall; an odd last layer is left out. Volume and
    area of the sharp wall go with the size of the domain.
    """
    factors = [2 if n > 1 else 1 for n in scaffold.shape]
    if any(n < FEWEST_CELLS for n in scaffold.shape if n > 1):
        return None
    level = scaffold.signed_distance
    if level is None:
        level = level_of_labels(scaffold.labels, scaffold.spacing)
    cut = level[tuple(slice(n - n % f) for n, f in zip(scaffold.shape, factors, strict=True))]
    blocks = [part for n, f in zip(cut.shape, factors, strict=True) for part in (n // f, f)]
    distance = cut.reshape(blocks).mean(axis=(1, 3, 5))
    if not distance.min() <= 0 < distance.max():
        return None
    z, y, x = (step * f for step, f in zip(scaffold.spacing, factors, strict=True))
    share = cut.size / level.size
    return replace(
        scaffold,
        labels=(distance > 0).astype(np.uint8),
        spacing=(z, y, x),
        signed_distance=None if scaffold.signed_distance is None else distance,
        pore_volume=scaffold.pore_volume * share,
        wall_area=scaffold.wall_area * share,
    )


def refinement_errors(
    scaffold: Scaffold, values: Mapping[str, Any], measured: Callable[[Scaffold], Mapping[str, Any]]
) -> dict[str, float]:
    """How much every number changes on cells twice as large: the error bar of the grid.

    For a measure that converges with the first order it is the error left on the fine grid, for
    one that converges with the second three times that.

    Parameters
    ----------
    scaffold : the fine one.
    values : what `measured` gave of it.
    measured : function to call on the coarser one.

    Returns
    -------
    Dotted path of a number to the absolute change; empty where there is no coarser scaffold.
    """
    coarse = coarsened(scaffold)
    if coarse is None:
        return {}
    other = dict(leaves(measured(coarse)))
    return {path: abs(v - other[path]) for path, v in leaves(values) if path in other}


def leaves(values: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, float]]:
    """Yield every number of nested mappings with its dotted path; lists are left out."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from leaves(value, f"{above}{name}.")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield above + name, float(value)


def _spheres(diameters: np.ndarray) -> dict[str, float]:
    """Number of largest spheres, and mean diameter, each counting once and by its volume [m]."""
    if len(diameters) == 0:
        return {"count": 0}
    weights = diameters**3
    return {
        "count": len(diameters),
        "mean": float(diameters.mean()),
        "mean_by_volume": float(np.average(diameters, weights=weights)),
        "largest": float(diameters.max()),
    }
