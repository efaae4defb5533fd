"""Changes to a scaffold that is there: trimmed to the pores that matter, a dense layer on top."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometries.boxes import cell_count, check_length, um
from geometries.distance import signed_distance
from geometries.metrics import surface_marching_cubes
from geometries.scaffold import PORE, SOLID, GeometryError, Scaffold

__all__ = ["kept_pores", "require_open", "trimmed", "with_separator"]

Keep = Literal["open", "percolating", "lithium_side"]

AWAY = 4
"""Cells between a filled pore and a wall that stays, as far as the search for the wall can see."""


def trimmed(scaffold: Scaffold, keep: Keep) -> Scaffold:
    """Fill with solid the pores that lead nowhere.

    Parameters
    ----------
    scaffold : with its signed distance.
    keep : see `kept_pores`.

    Raises
    ------
    GeometryError
        When no pore is left.
    """
    kept = kept_pores(scaffold.labels, scaffold.growth_axis, keep)
    pores = scaffold.labels == PORE
    share = float(kept.sum()) / max(float(pores.sum()), 1.0)
    if share == 0:
        raise GeometryError(
            f"no pore is {_MEANING[keep]}: nothing is left after trimming; choose a higher "
            "porosity, a thinner domain or another seed"
        )
    if share == 1:
        return scaffold
    closed = pores & ~kept
    if scaffold.signed_distance is None:
        raise GeometryError("this scaffold has no distance to its wall: it cannot be trimmed")
    filled = np.where(closed, AWAY * max(scaffold.spacing), scaffold.signed_distance)
    nearest = ndimage.distance_transform_edt(
        ~pores, scaffold.spacing, return_distances=False, return_indices=True
    )
    stays = kept[tuple(nearest)]  # its wall is as it was
    distance = np.where(stays, scaffold.signed_distance, signed_distance(filled, scaffold.spacing))
    labels = (distance > 0).astype(np.uint8)
    return replace(
        scaffold,
        labels=labels,
        signed_distance=distance,
        pore_volume=share * scaffold.pore_volume,
        wall_area=surface_marching_cubes(labels, scaffold.spacing, distance) * scaffold.volume,
        provenance={**scaffold.provenance, "trimmed": keep, "kept_share_of_pores": share},
    )


def kept_pores(labels: NDArray[np.uint8], growth_axis: int, keep: Keep) -> NDArray[np.bool_]:
    """Pore cells connected through faces to an end of the domain, (nz, ny, nx).

    Parameters
    ----------
    labels : (nz, ny, nx), 0 pore.
    growth_axis : axis between the two ends.
    keep : "open", connected to at least one end; "percolating", to both; "lithium_side", to the
        low one.
    """
    bodies, _ = ndimage.label(labels == PORE)
    low, high = (np.unique(bodies.take(end, axis=growth_axis)) for end in (0, -1))
    chosen = {
        "open": np.union1d(low, high),
        "percolating": np.intersect1d(low, high),
        "lithium_side": low,
    }[keep]
    return np.asarray(np.isin(bodies, chosen[chosen > 0]))


def require_open(scaffold: Scaffold, depth: float, *, room: bool = True) -> None:
    """Refuse a scaffold into which lithium cannot grow, or that cannot feed it.

    Parameters
    ----------
    scaffold : the lithium is at its low end, the counter electrode at its high end.
    depth : to which lithium fills the pores [m].
    room : ask for room above the lithium; without it the pores may be full.

    Raises
    ------
    GeometryError
        When no pore runs from the lithium side, or to above the lithium, or no solid from the
        counter electrode down to it.
    """
    axis, step = scaffold.growth_axis, scaffold.spacing[scaffold.growth_axis]
    across = tuple(a for a in range(3) if a != axis)
    layers = np.flatnonzero(kept_pores(scaffold.labels, axis, "lithium_side").any(axis=across))
    reach = (layers[-1] + 1) * step if len(layers) else 0.0
    if reach == 0.0 or (room and reach <= depth):
        raise GeometryError(
            f"the pores are closed: from the lithium side they reach {um(reach)} deep, the lithium "
            f"{um(depth)}; choose a higher porosity, another seed, or less lithium"
        )
    solid = np.flip(1 - scaffold.labels, axis)  # the same question, asked of the solid from above
    layers = np.flatnonzero(kept_pores(solid, axis, "lithium_side").any(axis=across))
    lowest = scaffold.height - (layers[-1] + 1) * step if len(layers) else scaffold.height
    if lowest >= depth:
        raise GeometryError(
            f"the solid is broken: from the counter electrode it reaches down to {um(lowest)}, the "
            f"lithium ends at {um(depth)}, so that no current can flow; choose a lower porosity"
        )


_MEANING = {
    "open": "connected to either end of the domain",
    "percolating": "connected to both ends of the domain",
    "lithium_side": "connected to the lithium side",
}


def with_separator(scaffold: Scaffold, thickness: float) -> Scaffold:
    """Put a layer of dense solid on the far side from the lithium: a dense-porous bilayer.

    Parameters
    ----------
    scaffold : with its signed distance.
    thickness : of the layer [m], made of whole cells.

    Raises
    ------
    GeometryError
        When the thickness is not positive, or the scaffold knows no distance.
    """
    check_length("separator", thickness)
    axis, step = scaffold.growth_axis, scaffold.spacing[scaffold.growth_axis]
    if scaffold.signed_distance is None:
        raise GeometryError("this scaffold has no distance to its wall: it cannot be extended")
    layers = cell_count(thickness, step * (1 + 1e-6))
    top = scaffold.signed_distance.take([-1], axis=axis)
    along = [1, 1, 1]
    along[axis] = layers
    above = ((np.arange(layers) + 0.5) * step).reshape(along)
    extended = np.concatenate(
        [
            np.maximum(scaffold.signed_distance, -_below_top(scaffold)),
            np.maximum(above, np.broadcast_to(top, [layers if a == axis else n
                                                    for a, n in enumerate(scaffold.shape)])),
        ],
        axis=axis,
    )  # fmt: skip
    distance = signed_distance(extended, scaffold.spacing)
    ends = np.count_nonzero(top <= 0) / top.size
    labels = np.concatenate(
        [scaffold.labels, np.full_like(scaffold.labels.take([0] * layers, axis=axis), SOLID)],
        axis=axis,
    )
    layer = [(0, layers if a == axis else 0) for a in range(3)]
    image = scaffold.image_labels
    return replace(
        scaffold,
        labels=labels,
        image_labels=None if image is None else np.pad(image, layer, constant_values=-1),
        signed_distance=distance,
        wall_area=scaffold.wall_area + ends * scaffold.cross_section,
        porosity=None,
        provenance={**scaffold.provenance, "separator": layers * step},
    )


def _below_top(scaffold: Scaffold) -> NDArray[np.float64]:
    """Distance of every layer from the high end of the scaffold [m], to be broadcast."""
    axis, step = scaffold.growth_axis, scaffold.spacing[scaffold.growth_axis]
    along = [1, 1, 1]
    along[axis] = -1
    below = (np.arange(scaffold.shape[axis])[::-1] + 0.5) * step
    return np.asarray(below).reshape(along)
