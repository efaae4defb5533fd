"""Scaffolds from images: segmented or grey tomograms, sections."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometries.boxes import cell_count, check_length, um
from geometries.crofton import surface_crofton
from geometries.distance import level_of_labels, signed_distance
from geometries.level import shift_to_porosity
from geometries.memory import refuse_too_large
from geometries.scaffold import PORE, GeometryError, Scaffold
from geometries.volumes import open_volume

__all__ = ["image", "scaffold_of_labels"]

Labels = NDArray[np.uint8]
Spacing = tuple[float, float, float]

MOST_LABELS = 16
"""Distinct values above which an image is taken for grey values."""

LOST = 0.1
"""Share of the pore cells that may lie in pores one voxel wide."""

ODD = 3.0
"""Factor between the stated pore size and the mean chord beyond which a length must be wrong."""


def image(
    file: str | Path,
    voxel_size: float,
    axes: str,
    growth: str,
    pore_size: float,
    spacing: float,
    dimensions: int = 3,
    slice_thickness: float | None = None,
    crop: str | None = None,
    pore_labels: Sequence[int] = (0,),
    threshold: float | Literal["otsu"] | None = None,
    pores: Literal["dark", "bright"] = "dark",
    dataset: str | None = None,
    raw_shape: Sequence[int] | None = None,
    raw_type: str = "uint8",
    porosity: float | None = None,
) -> Scaffold:
    """Scaffold of a segmented or grey volume (an image in 2D).

    Parameters
    ----------
    file : see `open_volume`.
    voxel_size : edge of a voxel [m].
    axes : order of the axes as stored, such as "zyx"; "yx" for an image.
    growth : axis along which lithium grows and whether it comes from its low (+) or high (-) end,
        such as "+z".
    pore_size : that the interface must resolve [m].
    spacing : largest edge of a cell of the grid [m]; where voxels are not of this size the wall is
        resampled.
    dimensions : 3 for a volume, 2 for an image.
    slice_thickness : edge of a voxel along z where it differs [m].
    crop : part that is read, in voxels, such as "z=0:100 x=20:220".
    pore_labels : labels that are pore; every other one is solid.
    threshold : of grey values, or "otsu"; None for labels.
    pores : which side of the threshold is pore.
    dataset, raw_shape, raw_type : see `open_volume`.
    porosity : asked [1]; the image must have it within one percentage point.

    Raises
    ------
    GeometryError
        For whatever is wrong with the file, the words or the result, with what to do.
    """
    for name, value in (("voxel_size", voxel_size), ("spacing", spacing), ("pore_size", pore_size)):
        check_length(name, value)
    volume = open_volume(Path(file), dataset, tuple(raw_shape) if raw_shape else None, raw_type)
    _check_axes(axes, growth, dimensions, volume.shape, volume.name)
    slices = _crop(crop, axes, volume.shape)
    part = tuple(len(range(*s.indices(n))) for s, n in zip(slices, volume.shape, strict=True))
    refuse_too_large(f"crop {volume.name}", part, volume.dtype.itemsize)
    values = volume.read(slices)
    is_pore = _segment(values, pore_labels, threshold, pores, volume.name)
    edges = {"z": slice_thickness or voxel_size, "y": voxel_size, "x": voxel_size}
    is_pore, steps = _turned(is_pore, axes, growth, edges)
    labels = np.ascontiguousarray(~is_pore).astype(np.uint8)
    _check_stated(labels, steps, pore_size, porosity, volume.name)
    scaffold = scaffold_of_labels(labels, steps, 0 if dimensions == 3 else 1, spacing, pore_size)
    asked = {
        "file": str(file), "voxel_size": voxel_size, "slice_thickness": slice_thickness,
        "axes": axes, "growth": growth, "crop": crop, "pore_labels": list(pore_labels),
        "threshold": threshold, "pores": pores, "spacing": spacing,
    }  # fmt: skip
    provenance = {"generator": "image", "parameters": asked, "seed": None}
    given = None
    if threshold is None:
        given = _nearest(_turned(values, axes, growth, edges)[0], scaffold.shape)
    return replace(scaffold, provenance=provenance, image_labels=given)


def scaffold_of_labels(
    labels: Labels, voxel: Spacing, growth_axis: int, spacing: float, pore_size: float | None = None
) -> Scaffold:
    """Scaffold with a smooth wall from labels, on cells not larger than `spacing`.

    Volume and wall area are those of the labels as given, the area by Crofton's formula, so that
    neither smoothing nor resampling biases them.

    Parameters
    ----------
    labels : (nz, ny, nx), 0 pore.
    voxel : edges of a voxel (dz, dy, dx) [m].
    growth_axis : axis along which lithium grows, from its low end.
    spacing : largest edge of a cell [m].
    pore_size : as stated [m].

    Raises
    ------
    GeometryError
        When there is no pore or no solid, or pores are too thin for a smooth wall.
    """
    share = float((labels == PORE).mean())
    if share in (0.0, 1.0):
        raise GeometryError(f"every cell is {'pore' if share else 'solid'}: there is no scaffold")
    _check_thin_pores(labels, voxel)
    level = level_of_labels(labels, voxel)
    level, edges = _resampled(level, voxel, spacing)
    level = level + shift_to_porosity(level, share, max(edges))
    distance = signed_distance(level, edges)
    made = (distance > 0).astype(np.uint8)
    lengths = [n * step for n, step in zip(made.shape, edges, strict=True)]
    volume = float(np.prod(lengths))
    return Scaffold(
        labels=made,
        spacing=edges,
        growth_axis=growth_axis,
        pore_volume=share * volume,
        wall_area=surface_crofton(labels, voxel) * volume,
        signed_distance=distance,
        pore_size=pore_size,
        porosity=None,
        provenance={"generator": "labels", "parameters": {}, "seed": None},
    )


def _check_axes(axes: str, growth: str, dimensions: int, shape: tuple[int, ...], name: str) -> None:
    wanted = "zyx" if dimensions == 3 else "yx"
    if sorted(axes) != sorted(wanted):
        raise GeometryError(f"axes must name {', '.join(wanted)} once each, you gave {axes!r}")
    if len(shape) != dimensions:
        raise GeometryError(
            f"{name} has {len(shape)} axes ({' x '.join(map(str, shape))}), the case has "
            f"dimensions: {dimensions}"
        )
    if not re.fullmatch(rf"[+-][{wanted}]", growth):
        raise GeometryError(
            f"growth must be a sign and an axis, such as +{wanted[0]}, you gave {growth!r}"
        )


def _crop(text: str | None, axes: str, shape: tuple[int, ...]) -> tuple[slice, ...]:
    """Slices in the order of the file from words such as ``z=0:100 x=20:220``."""
    slices = dict.fromkeys(axes, slice(None))
    for word in (text or "").replace(",", " ").split():
        found = re.fullmatch(r"([zyx])=(\d+):(\d+)", word)
        if found is None or found[1] not in axes:
            raise GeometryError(f"crop takes words such as z=0:100, you gave {word!r}")
        low, high, length = int(found[2]), int(found[3]), shape[axes.index(found[1])]
        if not low < high <= length:
            raise GeometryError(f"crop {word}: the axis {found[1]} has {length} voxels")
        slices[found[1]] = slice(low, high)
    return tuple(slices[axis] for axis in axes)


def _segment(
    values: NDArray[Any],
    pore_labels: Sequence[int],
    threshold: float | Literal["otsu"] | None,
    pores: Literal["dark", "bright"],
    name: str,
) -> NDArray[np.bool_]:
    """Where the pores are, in the order of the file."""
    if threshold is not None:
        if threshold == "otsu":
            from skimage.filters import threshold_otsu

            threshold = float(threshold_otsu(values))
        below = values < threshold
        if below.all() or not below.any():
            raise GeometryError(
                f"{name}: the threshold {threshold:g} does not part its values, which go from "
                f"{values.min():g} to {values.max():g}"
            )
        return np.asarray(below if pores == "dark" else ~below)
    present = np.unique(values)
    if len(present) > MOST_LABELS:
        raise GeometryError(
            f"{name} has {len(present)} different values from {present[0]} to {present[-1]}: these "
            "are grey values, give a threshold (a number, or otsu)"
        )
    for label in pore_labels:
        if label not in present:
            raise GeometryError(
                f"{name} has no label {label}, it has {', '.join(map(str, present.tolist()))}: "
                "correct pore_labels"
            )
    return np.isin(values, pore_labels)


def _turned(
    values: NDArray[Any], axes: str, growth: str, edges: dict[str, float]
) -> tuple[NDArray[Any], Spacing]:
    """Voxels with the growth axis first (second in 2D), lithium at its low end; their spacing."""
    up = growth[1]
    order = [up, *(axis for axis in "zyx" if axis in axes and axis != up)]
    turned = values.transpose([axes.index(axis) for axis in order])
    if growth[0] == "-":
        turned = turned[::-1]
    steps = [edges[axis] for axis in order]
    if len(order) == 2:
        turned, steps = turned[None], [steps[-1], *steps]
    return turned, (steps[0], steps[1], steps[2])


def _nearest(values: NDArray[Any], shape: tuple[int, int, int]) -> NDArray[np.int32]:
    """The label of the voxel in which the centre of each cell of the grid lies."""
    pairs = zip(shape, values.shape, strict=True)
    places = (((np.arange(m) + 0.5) * n / m).astype(int) for m, n in pairs)
    return np.asarray(values[np.ix_(*places)], np.int32)


def _resampled(
    level: NDArray[np.float64], voxel: Spacing, spacing: float
) -> tuple[NDArray[np.float64], Spacing]:
    """The level function on cells that fill the same box and are not larger than `spacing`."""
    lengths = [n * step for n, step in zip(level.shape, voxel, strict=True)]
    counts = [
        cell_count(length, spacing) if n > 1 else 1
        for n, length in zip(level.shape, lengths, strict=True)
    ]
    if tuple(counts) == level.shape:
        return level, voxel
    refuse_too_large("choose a larger grid.spacing, or crop", tuple(counts))
    zoom = [count / n for count, n in zip(counts, level.shape, strict=True)]
    found = ndimage.zoom(level, zoom, order=1, mode="nearest", grid_mode=True)
    z, y, x = (length / count for length, count in zip(lengths, counts, strict=True))
    return found, (spacing if level.shape[0] == 1 else z, y, x)


def _check_thin_pores(labels: Labels, voxel: Spacing) -> None:
    """Raise GeometryError when many pores are one voxel wide: their wall is anybody's guess."""
    pore = labels == PORE
    block = np.ones([2 if n > 1 else 1 for n in labels.shape], bool)
    lost = 1 - float(ndimage.binary_opening(pore, block).sum() / pore.sum())
    if lost > LOST:
        raise GeometryError(
            f"{lost:.0%} of the pores are one voxel of {um(max(voxel))} wide: use a finer image or "
            "fill them before"
        )


def _check_stated(
    labels: Labels, voxel: Spacing, pore_size: float, porosity: float | None, name: str
) -> None:
    """Raise GeometryError when porosity or pore size are far from what was stated."""
    made = float((labels == PORE).mean())
    if porosity is not None and abs(made - porosity) > 0.01:
        raise GeometryError(
            f"{name} has a porosity of {made:.2%}, you gave {porosity:.2%}: check which label (or "
            "which side of the threshold) is pore, or leave porosity out"
        )
    surface = surface_crofton(labels, voxel)
    if surface == 0:
        raise GeometryError(f"every cell of {name} is {'pore' if made else 'solid'}")
    chord = (np.pi if labels.shape[0] == 1 else 4) * made / surface
    if not 1 / ODD < chord / pore_size < ODD:
        raise GeometryError(
            f"the pores of {name} measure {um(chord)} on average with voxels of {um(max(voxel))}, "
            f"you gave a pore size of {um(pore_size)}: correct voxel_size or pore_size"
        )
