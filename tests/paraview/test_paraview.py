"""ParaView itself (Debian's 5.11 is the oldest we promise) opens the fields of a run."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from phasefield.grid.grid import Grid
from phasefield.output.export import export
from phasefield.output.fields import FieldSeries

pytestmark = [
    pytest.mark.paraview,
    pytest.mark.skipif(shutil.which("pvpython") is None, reason="pvpython is not installed"),
    pytest.mark.skipif(shutil.which("xvfb-run") is None, reason="xvfb-run is not installed"),
]

TIMES = (0.0, 1.0 / 3.0, 4e5)
FLAT = Grid((1, 60, 30), (5e-8, 4e-8, 5e-8), growth_axis=1)
DEEP = Grid((20, 8, 14), (5e-8, 6e-8, 7e-8), growth_axis=0)
KINDS = pytest.mark.parametrize(
    ("grid", "precision"), [(FLAT, "float64"), (DEEP, "float32")], ids=["2D", "3D, float32"]
)
CELL = {FLAT: (0, 41, 20), DEEP: (11, 3, 9)}


def fields_of(grid: Grid, index: int) -> dict[str, np.ndarray]:
    """Lithium in the lower left corner; a potential that tells every cell and frame apart."""
    _, ny, nx = grid.shape
    _, y, x = np.indices(grid.shape)
    corner = np.where((x < nx // 2) & (y < ny // 2), 1.0, 0.0)
    potential = np.arange(grid.size, dtype=float).reshape(grid.shape) / 7.0 - 1000.0 * index
    return {"lithium_order_parameter": corner, "ion_potential": potential}


def static_of(grid: Grid) -> dict[str, np.ndarray]:
    cells = np.arange(grid.size, dtype=float).reshape(grid.shape)
    return {"electrolyte_order_parameter": np.full(grid.shape, np.nan), "wall_density": 1e6 * cells}


def write(run_dir: Path, grid: Grid, precision: str) -> None:
    series = FieldSeries(run_dir, grid, static_of(grid), precision=precision)
    for index, time in enumerate(TIMES):
        series.write(index, time, fields_of(grid, index))


def look(file: str, cwd: Path, grid: Grid, picture: Path) -> dict[str, Any]:
    """Open `file` in ParaView and return what it saw at the centre of the cell of `grid`."""
    centre = [(n + 0.5) * h for n, h in zip(CELL[grid], grid.spacing, strict=True)]
    script = Path(__file__).with_name("look.py")
    command = ["xvfb-run", "-a", "pvpython", script, file, *map(repr, centre[::-1]), picture]
    for _ in range(3):  # xvfb-run does not always wait for its server
        done = subprocess.run(
            list(map(str, command)), cwd=cwd, capture_output=True, text=True, timeout=120
        )
        if "bad X server connection" not in done.stderr:
            break
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.strip().splitlines()[-1])


def check(seen: dict[str, Any], grid: Grid, precision: str) -> None:
    assert seen["times"] == pytest.approx(TIMES, rel=1e-14)
    extent = [(0.0, n * h) for n, h in zip(grid.shape[::-1], grid.spacing[::-1], strict=True)]
    for index, frame in enumerate(seen["frames"]):
        assert frame["bounds"] == pytest.approx(np.ravel(extent), rel=1e-12)
        assert frame["dimensions"] == [n + 1 for n in grid.shape[::-1]]
        assert set(frame["types"].values()) == {"float" if precision == "float32" else "double"}
        expected = {**fields_of(grid, index), **static_of(grid)}
        assert set(frame["values"]) == set(expected)
        for name, values in expected.items():
            value = values.astype(precision)[CELL[grid]]
            np.testing.assert_array_equal(float(frame["values"][name]), value)


def check_picture(picture: Path) -> None:
    """Red where lithium is, lower left; blue elsewhere; the plane fills a good part of the view."""
    pixels = np.asarray(Image.open(picture).convert("RGB")).astype(int)
    red, blue = (sign * (pixels[..., 0] - pixels[..., 2]) > 80 for sign in (1, -1))
    assert (red | blue).mean() > 0.2
    rows, columns = np.nonzero(red | blue)
    lower, left = rows.max() - 0.25 * np.ptp(rows), columns.min() + 0.25 * np.ptp(columns)
    upper, right = rows.min() + 0.25 * np.ptp(rows), columns.max() - 0.25 * np.ptp(columns)
    assert red[int(lower), int(left)]
    assert blue[int(upper), int(left)]
    assert blue[int(lower), int(right)]


@KINDS
def test_pvd_by_bare_name(tmp_path: Path, grid: Grid, precision: str) -> None:
    write(tmp_path, grid, precision)
    seen = look("fields.pvd", tmp_path, grid, tmp_path / "pvd.png")
    check(seen, grid, precision)
    assert seen["reader"] == "PVDReader"
    check_picture(tmp_path / "pvd.png")


@KINDS
def test_xdmf_by_absolute_path(tmp_path: Path, grid: Grid, precision: str) -> None:
    write(tmp_path, grid, precision)
    seen = look(str(tmp_path / "fields.xdmf"), Path("/"), grid, tmp_path / "xdmf.png")
    check(seen, grid, precision)
    assert seen["reader"].startswith("Xdmf")
    check_picture(tmp_path / "xdmf.png")


def test_exported_pvd(tmp_path: Path) -> None:
    write(tmp_path, FLAT, "float64")
    (pvd,) = export(tmp_path, ["vti"], tmp_path / "elsewhere")
    check(look(str(pvd), Path("/"), FLAT, tmp_path / "pvd.png"), FLAT, "float64")
