"""The lithium of a 3D run as a surface in the cut-open scaffold, drawn in a process of its own.

Where the libraries of OpenGL are missing, VTK does not raise: it kills the interpreter. The picture
is therefore drawn by `python -m phasefield.report.isosurface`: a crash there is a missing picture
here.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from phasefield.grid.collectives import connected
from phasefield.report.style import ACCENT as ADDED
from phasefield.report.style import LITHIUM, LLZO

__all__ = ["draw_isosurface"]

FloatArray = NDArray[np.float64]

PATIENCE_S = 90
"""Longest wait for the picture; a window system that does not answer must not stop a report."""

MOST_CELLS = 2_000_000
"""Cells (before unfolding) above which the fields are thinned for the picture."""

GHOST = 0.12
"""Opacity of the LLZO in front of the cut."""

_log = logging.getLogger(__name__)


def draw_isosurface(
    xi: FloatArray,
    before: FloatArray,
    psi: FloatArray,
    spacing: tuple[float, float, float],
    growth_axis: int,
    mirror_axes: tuple[int, ...],
    path: Path,
) -> str | None:
    """Write the picture to `path`; return None, or why there is no picture.

    Parameters
    ----------
    xi, before : lithium order parameter, and the same at the start, (nz, ny, nx) [1].
    psi : pore indicator, (nz, ny, nx) [1].
    spacing : cell edges (dz, dy, dx) [m].
    growth_axis : axis that points up.
    mirror_axes : lateral axes to unfold about index 0.
    """
    stride = int(np.ceil((xi.size / MOST_CELLS) ** (1 / 3)))
    thin = (slice(None, None, stride),) * 3
    with tempfile.TemporaryDirectory() as folder:
        fields = Path(folder) / "fields.npz"
        np.savez(
            fields, xi=xi[thin], before=before[thin], psi=psi[thin], growth_axis=growth_axis,
            spacing=stride * np.array(spacing), mirror_axes=np.array(mirror_axes, dtype=int),
        )  # fmt: skip
        command = [sys.executable, "-m", "phasefield.report.isosurface", str(fields), str(path)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            return f"the renderer did not answer within {PATIENCE_S} s"
    if done.returncode == 0 and path.exists():
        return None
    _log.warning("no 3D picture: exit status %d: %s", done.returncode, done.stderr[-2000:])
    if done.returncode < 0:
        return (
            "rendering ended with a crash, most likely because the OpenGL libraries are missing"
            " (on Debian: apt install libosmesa6 libx11-6 libgomp1)"
        )
    last = done.stderr.strip().splitlines()
    return f"rendering failed: {last[-1] if last else 'no message'}"


def _unfold(field: FloatArray, mirror_axes: tuple[int, ...]) -> FloatArray:
    for axis in mirror_axes:
        field = np.concatenate([np.flip(field, axis), field], axis=axis)
    return field


def _without_front_pores(xi: FloatArray, psi: FloatArray) -> FloatArray:
    """Lithium (up, depth, across) without the pores that would hide the cut through the middle."""
    pores, count = connected(psi > 0.25)
    boxes = ndimage.find_objects(pores)
    hiding = [k + 1 for k in range(count) if boxes[k][1].stop <= xi.shape[1] // 2]
    return np.where(np.isin(pores, hiding), 0.0, xi)


def _render(fields: Path, path: Path) -> None:
    """Draw the whole cell: LLZO cut open towards the viewer, lithium whole."""
    import pyvista as pv

    with np.load(fields) as saved:
        mirrors = tuple(int(axis) for axis in saved["mirror_axes"])
        spacing, up = saved["spacing"] * 1e6, int(saved["growth_axis"])
        xi, before, psi = (
            np.moveaxis(_unfold(saved[name], mirrors), up, 0) for name in ("xi", "before", "psi")
        )
    steps = (spacing[up], *np.delete(spacing, up))
    grid = pv.ImageData(dimensions=xi.shape[::-1], spacing=steps[::-1])
    grid["lithium"] = _without_front_pores(xi, psi).ravel()
    grid["before"], grid["pore"] = before.ravel(), psi.ravel()
    solid = grid.clip_scalar("pore", value=0.5)
    metal = grid.clip_scalar("pore", invert=False, value=0.5)
    metal = metal.clip_scalar("lithium", invert=False, value=0.5)
    back, front = (solid.clip("y", origin=grid.center, invert=half) for half in (False, True))
    old = metal.clip_scalar("before", invert=False, value=0.5)
    new = metal.clip_scalar("before", value=0.5)
    plotter = pv.Plotter(off_screen=True, window_size=(1800, 1800))
    plotter.set_background("white")
    for body, colour, opacity in (
        (back, LLZO, 1.0), (front, LLZO, GHOST), (old, LITHIUM, 1.0), (new, ADDED, 1.0),
    ):  # fmt: skip
        if body.n_cells:
            plotter.add_mesh(
                body.extract_surface(algorithm="dataset_surface"), color=colour, ambient=0.3,
                smooth_shading=True, split_sharp_edges=True, feature_angle=25, opacity=opacity,
            )  # fmt: skip
    plotter.add_mesh(grid.outline(), color="#777777", line_width=1.5)
    plotter.enable_parallel_projection()
    plotter.view_vector((-0.45, -1.0, 0.5), (0, 0, 1))
    plotter.enable_anti_aliasing("ssaa")
    plotter.enable_depth_peeling()
    Image.fromarray(_cropped(plotter.screenshot(return_img=True))).save(path)


def _cropped(picture: NDArray[np.uint8], margin: int = 20) -> NDArray[np.uint8]:
    """The picture without the white around it."""
    darkest = picture.min(axis=2)
    rows, columns = (np.flatnonzero(darkest.min(axis=axis) < 250) for axis in (1, 0))
    top, left = max(rows[0] - margin, 0), max(columns[0] - margin, 0)
    return picture[top : rows[-1] + margin, left : columns[-1] + margin]


if __name__ == "__main__":
    _render(Path(sys.argv[1]), Path(sys.argv[2]))
