"""Convert the saved fields of a run for other programs."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phasefield.errors import PhaseFieldError
from phasefield.output import vti
from phasefield.output.atomic import replacing
from phasefield.output.fields import open_frames
from phasefield.output.frames import Frames, frame_name
from phasefield.output.hdf5 import open_hdf5

__all__ = ["FORMATS", "export"]


def export(
    run_dir: str | Path, formats: Sequence[str] = ("vti",), out: str | Path | None = None
) -> list[Path]:
    """Write the fields of a run in other formats.

    Parameters
    ----------
    run_dir : directory of the run; it may be unfinished.
    formats : any of "vti" (fields.pvd and one .vti per frame), "csv" (one table per frame, a row
        per cell with its centre x, y, z [m]; history.csv is copied along), "vtkhdf" (one file for
        all times; needs ParaView 5.12 or later).
    out : directory for the files, by default `export` in the run directory.

    Returns
    -------
    The file to open of each format; for "csv" the directory.

    Raises
    ------
    PhaseFieldError : a format is not known, or the run holds no fields.
    """
    unknown = [name for name in formats if name not in FORMATS]
    if unknown:
        raise PhaseFieldError(
            f"cannot export {', '.join(unknown)}: choose from {', '.join(FORMATS)}"
        )
    run_dir = Path(run_dir)
    target = Path(out) if out is not None else run_dir / "export"
    frames = open_frames(run_dir)
    target.mkdir(parents=True, exist_ok=True)
    return [FORMATS[name](frames, run_dir, target) for name in formats]


def _export_vti(frames: Frames, run_dir: Path, out: Path) -> Path:
    """Write fields.pvd and its .vti files."""
    contents, pvd = frames.contents, out / "fields.pvd"
    static = _read_static(frames)
    for index, time in enumerate(contents.times):
        fields = {name: frames.read(index, name) for name in contents.names}
        path = vti.frame_path(pvd, index)
        vti.write_vti(path, contents.grid, time, fields, static, contents.units)
    vti.write_pvd(pvd, contents.times)
    return pvd


def _export_csv(frames: Frames, run_dir: Path, out: Path) -> Path:
    """Write one table per frame, the list of their times, and the history."""
    contents = frames.contents
    z, y, x = np.meshgrid(*contents.centres(), indexing="ij")
    fixed = {"x [m]": x, "y [m]": y, "z [m]": z, **_headed(frames, None)}
    for index in range(len(contents.times)):
        columns = {**fixed, **_headed(frames, index)}
        table = pd.DataFrame({name: values.ravel() for name, values in columns.items()})
        table.to_csv(out / f"fields_{frame_name(index)}.csv", index=False)
    times = pd.DataFrame({"frame [1]": range(len(contents.times)), "time [s]": contents.times})
    times.to_csv(out / "times.csv", index=False)
    if (run_dir / "history.csv").exists():
        shutil.copyfile(run_dir / "history.csv", out / "history.csv")
    return out


def _export_vtkhdf(frames: Frames, run_dir: Path, out: Path) -> Path:
    """Write one temporal VTKHDF file of image data (version 2.0 of the format)."""
    contents, path = frames.contents, out / "fields.vtkhdf"
    steps = len(contents.times)
    with replacing(path) as temporary, open_hdf5(temporary, "w") as file:
        root = file.create_group("VTKHDF")
        _describe_image(root, frames)
        series = root.create_group("Steps")
        series.attrs["NSteps"] = steps
        series["Values"] = np.array(contents.times)
        for name in (*contents.names, *contents.static):
            series[f"CellDataOffsets/{name}"] = np.arange(steps)
            stacked = root.create_dataset(
                f"CellData/{name}",
                shape=(steps, *contents.grid.shape),
                dtype=contents.precision,
                chunks=(1, *contents.grid.shape),
                compression="gzip",
                compression_opts=1,
                shuffle=True,
            )
            for index in range(steps):
                stacked[index] = frames.read(None if name in contents.static else index, name)
    return path


def _describe_image(root: h5py.Group, frames: Frames) -> None:
    """Write the attributes of VTKHDF image data."""
    grid = frames.contents.grid
    nz, ny, nx = grid.shape
    root.attrs["Version"] = (2, 0)
    root.attrs["Type"] = np.bytes_("ImageData")
    root.attrs["WholeExtent"] = (0, nx, 0, ny, 0, nz)
    root.attrs["Origin"] = (0.0, 0.0, 0.0)
    root.attrs["Spacing"] = grid.spacing[::-1]
    root.attrs["Direction"] = np.eye(3).ravel()


def _read_static(frames: Frames) -> dict[str, NDArray[np.floating]]:
    """Return the static fields, each (nz, ny, nx)."""
    return {name: frames.read(None, name) for name in frames.contents.static}


def _headed(frames: Frames, index: int | None) -> dict[str, NDArray[np.floating]]:
    """Return the fields of frame `index` (None: the static ones) under headers with their units."""
    contents = frames.contents
    names = contents.static if index is None else contents.names
    return {f"{name} [{contents.units[name]}]": frames.read(index, name) for name in names}


FORMATS: Mapping[str, Callable[[Frames, Path, Path], Path]] = {
    "vti": _export_vti,
    "csv": _export_csv,
    "vtkhdf": _export_vtkhdf,
}
"""Name of a format -> its writer."""
