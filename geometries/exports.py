"""Scaffolds for other programs: images, surface and volume meshes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from geometries.scaffold import PORE, GeometryError, Scaffold

__all__ = ["EXPORTS", "export", "gmsh_channels"]


def export(scaffold: Scaffold, path: Path) -> Path:
    """Write a scaffold in the format that the suffix names; see `EXPORTS`.

    Meshes and images are in micrometres, the unit their programs show.

    Raises
    ------
    GeometryError
        For another suffix, or a scaffold that this format cannot hold.
    """
    suffix = path.suffix.lower()
    if suffix not in EXPORTS:
        raise GeometryError(f"no export to {path.name!r}, available: {', '.join(EXPORTS)}")
    EXPORTS[suffix](scaffold, path)
    return path


def gmsh_channels(scaffold: Scaffold) -> str:
    """Gmsh script of straight slits in 2D, for Gmsh itself or FiPy's `Gmsh2D` [um].

    The mesh has faces on the walls; its physical surfaces are "pore" and "electrolyte", its
    physical lines "bottom" and "top".

    Raises
    ------
    GeometryError
        When the scaffold is not one of straight slits.
    """
    labels, distance = scaffold.labels, scaffold.signed_distance
    if scaffold.shape[0] != 1 or (labels != labels[:, :1]).any() or distance is None:
        raise GeometryError("a Gmsh script is made of straight slits in two dimensions only")
    row, step = labels[0, 0], scaffold.spacing[2] * 1e6
    d, height = distance[0, 0], scaffold.height * 1e6
    turns = np.flatnonzero(np.diff(row))
    # between two centres the distance is linear and passes through 0 at the wall
    walls = [(i + 0.5 + d[i] / (d[i] - d[i + 1])) * step for i in turns]
    xs = [0.0, *walls, scaffold.lengths[2] * 1e6]
    kinds = [row[0] == PORE, *(row[i + 1] == PORE for i in turns)]
    lines = [f"size = {step:.9g};"]
    for i, x in enumerate(xs):
        lines.append(f"Point({2 * i + 1}) = {{{x:.9g}, 0, 0, size}};")
        lines.append(f"Point({2 * i + 2}) = {{{x:.9g}, {height:.9g}, 0, size}};")
        lines.append(f"Line({3 * i + 1}) = {{{2 * i + 1}, {2 * i + 2}}};")
    for i in range(len(kinds)):
        lines.append(f"Line({3 * i + 2}) = {{{2 * i + 1}, {2 * i + 3}}};")
        lines.append(f"Line({3 * i + 3}) = {{{2 * i + 2}, {2 * i + 4}}};")
        loop = f"{3 * i + 2}, {3 * i + 4}, -{3 * i + 3}, -{3 * i + 1}"
        lines.append(f"Curve Loop({i + 1}) = {{{loop}}};")
        lines.append(f"Plane Surface({i + 1}) = {{{i + 1}}};")
    for name, wanted in (("pore", True), ("electrolyte", False)):
        members = ", ".join(str(i + 1) for i, kind in enumerate(kinds) if kind == wanted)
        lines.append(f'Physical Surface("{name}") = {{{members}}};')
    for name, offset in (("bottom", 2), ("top", 3)):
        members = ", ".join(str(3 * i + offset) for i in range(len(kinds)))
        lines.append(f'Physical Curve("{name}") = {{{members}}};')
    return "\n".join(lines) + "\n"


def _write_tiff(scaffold: Scaffold, path: Path) -> None:
    import tifffile

    z, y, x = (step * 1e6 for step in scaffold.spacing)
    tifffile.imwrite(
        path, scaffold.labels, imagej=True, resolution=(1 / x, 1 / y),
        metadata={"spacing": z, "unit": "um", "axes": "ZYX"},
    )  # fmt: skip


def _write_image(scaffold: Scaffold, path: Path) -> None:
    _image(scaffold).save(path)


def _write_surface(scaffold: Scaffold, path: Path) -> None:
    mesh = _points(scaffold).contour([0.0], scalars="distance")
    if mesh.n_cells == 0:
        raise GeometryError("there is no wall to make a surface of")
    mesh.extract_surface(algorithm="dataset_surface").triangulate().save(path)


def _write_volume(scaffold: Scaffold, path: Path) -> None:
    pore = _points(scaffold).clip_scalar(scalars="distance", value=0.0)
    solid = _points(scaffold).clip_scalar(scalars="distance", value=0.0, invert=False)
    for phase, label in ((pore, 0), (solid, 1)):
        phase.cell_data["label"] = np.full(phase.n_cells, label, np.uint8)
    pore.merge(solid, merge_points=True).save(path)


def _image(scaffold: Scaffold) -> Any:
    import pyvista

    nz, ny, nx = scaffold.shape
    z, y, x = (step * 1e6 for step in scaffold.spacing)
    grid = pyvista.ImageData(dimensions=(nx + 1, ny + 1, nz + 1), spacing=(x, y, z))
    grid.cell_data["label"] = scaffold.labels.ravel()
    if scaffold.signed_distance is not None:
        grid.cell_data["distance"] = scaffold.signed_distance.ravel() * 1e6
    return grid


def _points(scaffold: Scaffold) -> Any:
    """The distance at the cell centres, repeated on the edges of the domain."""
    import pyvista

    if scaffold.signed_distance is None or scaffold.shape[0] == 1:
        raise GeometryError("a mesh is made of a scaffold in three dimensions with its distance")
    spacing = np.array(scaffold.spacing) * 1e6
    padded = np.pad(scaffold.signed_distance * 1e6, 1, mode="edge")
    edges = [
        np.r_[0.0, (np.arange(n) + 0.5) * step, n * step]
        for n, step in zip(scaffold.shape, spacing, strict=True)
    ]
    grid = pyvista.RectilinearGrid(edges[2], edges[1], edges[0])
    grid.point_data["distance"] = padded.ravel()
    return grid


EXPORTS: Mapping[str, Callable[[Scaffold, Path], object]] = {
    ".tif": _write_tiff,
    ".vti": _write_image,
    ".stl": _write_surface,
    ".ply": _write_surface,
    ".vtu": _write_volume,
    ".geo": lambda scaffold, path: path.write_text(gmsh_channels(scaffold), encoding="utf-8"),
}
"""Suffix of a file to what writes it."""
