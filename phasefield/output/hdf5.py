"""The field series as one HDF5 file.

Layout: ``/frames/0000/<field>`` with the attribute `time` [s] on the group, ``/static/<field>``;
every array is (nz, ny, nx) with the attribute `units`; the root holds `format`, `shape`,
`spacing` [m] and `growth_axis`.

The file is opened for each frame and closed again. A process killed in between leaves a sound file;
one killed while it writes may not, so a marker file stands beside it for exactly that time: a file
with its marker is not trusted.

HDF5 locks files by default, which some cluster file systems (NFS, Lustre without flock) refuse and
which lets a viewer that has the file open stop the run. All files here are opened without that
lock: the lock of the run directory already keeps a second writer away. For other programs that
refuse to open the file there, set HDF5_USE_FILE_LOCKING=FALSE.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from phasefield.grid.grid import Grid
from phasefield.output.atomic import sync_directory, sync_file
from phasefield.output.frames import Contents, frame_name

__all__ = [
    "FORMAT",
    "Hdf5Frames",
    "append",
    "clear_suspicion",
    "create",
    "drop_from",
    "is_suspect",
    "open_hdf5",
]

FORMAT = 1
"""Version of the layout."""


def open_hdf5(path: Path, mode: str = "r") -> h5py.File:
    """Open `path` without HDF5's own lock and in a dialect that HDF5 1.10 reads (ParaView 5.11)."""
    return h5py.File(path, mode, libver=("earliest", "v110"), locking=False)


def create(path: Path, grid: Grid, static: Mapping[str, NDArray], units: Mapping[str, str]) -> None:
    """Write a series without frames: grid, static fields (nz, ny, nx), units."""
    clear_suspicion(path)
    with open_hdf5(path, "w") as file:
        file.attrs["format"] = FORMAT
        file.attrs["spacing"] = grid.spacing
        file.attrs["shape"] = grid.shape
        file.attrs["growth_axis"] = grid.growth_axis
        file.create_group("frames")
        _write_fields(file.create_group("static"), static, units)


def append(
    path: Path, time: float, fields: Mapping[str, NDArray], units: Mapping[str, str]
) -> None:
    """Add a frame at `time` [s] with `fields`, each (nz, ny, nx)."""
    with _writing(path), open_hdf5(path, "r+") as file:
        group = file["frames"].create_group(frame_name(len(file["frames"])))
        group.attrs["time"] = time
        _write_fields(group, fields, units)


def drop_from(path: Path, n_frames: int) -> None:
    """Remove every frame but the first `n_frames`."""
    with _writing(path), open_hdf5(path, "r+") as file:
        for index in range(n_frames, len(file["frames"])):
            del file["frames"][frame_name(index)]


def is_suspect(path: Path) -> bool:
    """Tell whether a process is writing `path` now, or died while it did."""
    return _marker(path).exists()


def clear_suspicion(path: Path) -> None:
    """Declare `path` sound, after it was written anew."""
    _marker(path).unlink(missing_ok=True)


class Hdf5Frames:
    """The series in an HDF5 file, read one array at a time; the file is not kept open."""

    def __init__(self, path: Path) -> None:
        """Read the table of contents of `path`; OSError or KeyError if it is damaged."""
        self._path = path
        with open_hdf5(path) as file:
            groups = [file["frames"][frame_name(index)] for index in range(len(file["frames"]))]
            static = file["static"]
            samples = {**static, **(groups[0] if groups else {})}
            self._contents = Contents(
                grid=_grid(file.attrs),
                times=tuple(float(group.attrs["time"]) for group in groups),
                names=tuple(groups[0]) if groups else (),
                static=tuple(static),
                units={name: str(item.attrs["units"]) for name, item in samples.items()},
                precision=str(next(iter(samples.values())).dtype) if samples else "float64",
            )

    @property
    def contents(self) -> Contents:
        """What the series held when it was opened."""
        return self._contents

    def read(self, index: int | None, name: str, key: Any = ...) -> NDArray[np.floating]:
        """Return `name` of frame `index` (None: a static field), or the part that `key` selects."""
        group = "static" if index is None else f"frames/{frame_name(index)}"
        with open_hdf5(self._path) as file:
            return np.asarray(file[f"{group}/{name}"][key])


def _write_fields(
    group: h5py.Group, fields: Mapping[str, NDArray], units: Mapping[str, str]
) -> None:
    """Write `fields` into `group`, compressed and with a checksum per chunk."""
    filters = {"compression": "gzip", "compression_opts": 1, "shuffle": True, "fletcher32": True}
    for name, values in fields.items():
        group.create_dataset(name, data=values, **filters).attrs["units"] = units[name]


def _grid(attrs: Mapping[str, Any]) -> Grid:
    """Return the grid that the root attributes describe."""
    nz, ny, nx = map(int, attrs["shape"])
    dz, dy, dx = map(float, attrs["spacing"])
    return Grid((nz, ny, nx), (dz, dy, dx), int(attrs["growth_axis"]))


def _marker(path: Path) -> Path:
    return path.with_name(f".{path.name}.writing")


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Keep the marker of `path` while the block writes; leave it there if the block fails."""
    _marker(path).touch(exist_ok=False)
    sync_directory(path.parent)
    yield
    sync_file(path)
    _marker(path).unlink()
