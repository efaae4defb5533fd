"""The fields of a run over time: written for ParaView and for Python, resumed after a kill.

Each frame is written twice: as fields/fields_0000.vti, listed in fields.pvd, and into fields.h5,
described by fields.xdmf. Both sets are complete on their own. The .vti files appear in one step
each, so they also are what a fields.h5 that was torn by a kill is rebuilt from.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path

from numpy.typing import NDArray

from phasefield.errors import RunDirectoryError
from phasefield.grid.grid import Grid
from phasefield.models.fields import ALL_FIELDS
from phasefield.output import hdf5, vti
from phasefield.output.atomic import replacing, write_text
from phasefield.output.frames import Contents, Frames
from phasefield.output.xdmf import series_xdmf

__all__ = ["UNITS", "FieldSeries", "open_frames"]

UNITS: Mapping[str, str] = {name: spec.unit for name, spec in ALL_FIELDS.items()}
"""SI unit of every field of the model."""

_log = logging.getLogger(__name__)


class FieldSeries:
    """Writer of the fields of one run.

    Opening it on a run directory that already holds frames continues them; `truncate` then drops
    those that are later than the checkpoint.
    """

    def __init__(
        self,
        run_dir: Path,
        grid: Grid,
        static: Mapping[str, NDArray],
        *,
        units: Mapping[str, str] = UNITS,
        precision: str = "float64",
    ) -> None:
        """Create the files, or continue what is there.

        Parameters
        ----------
        run_dir : directory of the run.
        grid : the mesh.
        static : fields that never change, each (nz, ny, nx).
        units : SI unit of every field, static or not.
        precision : "float32" or "float64", of all fields in the files.

        Raises
        ------
        RunDirectoryError : the files there are of another grid.
        """
        self._hdf5 = run_dir / "fields.h5"
        self._pvd = run_dir / "fields.pvd"
        self._grid, self._units, self._precision = grid, units, precision
        self._static = self._cast(static)
        self._contents = self._recover()
        self._index()

    def __len__(self) -> int:
        """Number of frames."""
        return len(self._contents.times)

    @property
    def times(self) -> tuple[float, ...]:
        """Time of every frame [s]."""
        return self._contents.times

    def write(self, index: int, time: float, fields: Mapping[str, NDArray]) -> None:
        """Add frame `index`, the next one, at `time` [s]; `fields` are (nz, ny, nx)."""
        if index != len(self):
            raise ValueError(f"the next frame is {len(self)}, got {index}")
        expected = set(self._contents.names or fields)
        if set(fields) != expected:
            raise ValueError(f"every frame holds {sorted(expected)}, got {sorted(fields)}")
        time, arrays = float(time), self._cast(fields)
        path = vti.frame_path(self._pvd, index)
        vti.write_vti(path, self._grid, time, arrays, self._static, self._units)
        hdf5.append(self._hdf5, time, arrays, self._units)
        self._set_contents((*self.times, time), tuple(arrays))
        self._index()

    def truncate(self, n_frames: int) -> None:
        """Keep the first `n_frames` frames; RunDirectoryError if there are fewer."""
        if n_frames > len(self):
            raise RunDirectoryError(
                f"{self._hdf5.parent} holds {len(self)} of the {n_frames} saved fields that its"
                " checkpoint counts on: put the missing files back or start again with --fresh"
            )
        if n_frames < len(self):
            self._set_contents(self.times[:n_frames], self._contents.names if n_frames else ())
            self._index()
            hdf5.drop_from(self._hdf5, n_frames)
        for index in count(n_frames):
            path = vti.frame_path(self._pvd, index)
            if not path.exists():
                break
            path.unlink()

    def _recover(self) -> Contents:
        """Return what is there; without a sound fields.h5, write it anew from the .vti files."""
        frames = _open_or_none(self._hdf5.parent)
        if isinstance(frames, hdf5.Hdf5Frames):
            self._check(frames.contents)
            return frames.contents
        if frames is not None:
            self._check(frames.contents)
            _log.warning("fields.h5 was torn: rebuilding it from the .vti files")
        with replacing(self._hdf5) as temporary:
            hdf5.create(temporary, self._grid, self._static, self._units)
            for time, arrays in _all_frames(frames):
                hdf5.append(temporary, time, arrays, self._units)
        hdf5.clear_suspicion(self._hdf5)
        return hdf5.Hdf5Frames(self._hdf5).contents

    def _check(self, found: Contents) -> None:
        """Refuse a series that the fields of this run would not fit."""
        mine = (self._grid, set(self._static), self._precision)
        if (found.grid, set(found.static), found.precision) != mine:
            raise RunDirectoryError(
                f"{self._hdf5} was saved on another grid or in another precision"
                f" ({found.grid}, {found.precision}): use another directory or --fresh"
            )

    def _set_contents(self, times: tuple[float, ...], names: tuple[str, ...]) -> None:
        static = tuple(self._static)
        self._contents = Contents(self._grid, times, names, static, self._units, self._precision)

    def _index(self) -> None:
        """Rewrite the two files that list the frames."""
        vti.write_pvd(self._pvd, self.times)
        write_text(self._hdf5.with_suffix(".xdmf"), series_xdmf(self._contents, self._hdf5.name))

    def _cast(self, fields: Mapping[str, NDArray]) -> dict[str, NDArray]:
        """Return `fields` in the precision of the files; ValueError for a wrong shape."""
        for name, values in fields.items():
            if values.shape != self._grid.shape:
                raise ValueError(f"{name} has shape {values.shape}, not {self._grid.shape}")
        return {name: values.astype(self._precision, copy=False) for name, values in fields.items()}


def open_frames(run_dir: Path) -> Frames:
    """Open the saved fields of a run, also of one that was killed or is still running.

    Raises
    ------
    RunDirectoryError : there are none.
    """
    frames = _open_or_none(run_dir)
    if frames is None:
        raise RunDirectoryError(f"{run_dir} holds no saved fields")
    return frames


def _all_frames(frames: Frames | None) -> Iterator[tuple[float, dict[str, NDArray]]]:
    """Yield time [s] and fields of every frame, one at a time; of None, nothing."""
    if frames is None:
        return
    for index, time in enumerate(frames.contents.times):
        yield time, {name: frames.read(index, name) for name in frames.contents.names}


def _open_or_none(run_dir: Path) -> Frames | None:
    """Return fields.h5 if it is sound, else the .vti files, else None."""
    path = run_dir / "fields.h5"
    if path.exists() and not hdf5.is_suspect(path):
        try:
            return hdf5.Hdf5Frames(path)
        except (OSError, KeyError) as error:
            _log.warning("%s cannot be read (%s)", path, error)
    try:
        return vti.VtiFrames(run_dir / "fields.pvd")
    except OSError:
        return None
