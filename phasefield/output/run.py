"""A finished, interrupted or running run, opened for reading."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from xarray.backends import BackendArray
from xarray.core import indexing

from phasefield.case import Case, load_case
from phasefield.errors import RunDirectoryError
from phasefield.models.fields import ALL_FIELDS
from phasefield.output.fields import open_frames
from phasefield.output.frames import Frames
from phasefield.output.history import read_history
from phasefield.output.run_directory import read_status

__all__ = ["Run", "open_run"]

_AXES = ("z", "y", "x")


def open_run(path: str | Path) -> Run:
    """Open a run directory for reading; nothing is locked or changed.

    Raises
    ------
    RunDirectoryError : `path` is not a run directory.
    """
    directory = Path(path)
    if not directory.is_dir():
        raise RunDirectoryError(f"{directory} is not a directory: give the one that a run wrote")
    if not (directory / "manifest.json").is_file():
        raise RunDirectoryError(f"{directory} is not a run directory: it has no manifest.json")
    return Run(directory)


@dataclass(frozen=True)
class Run:
    """The files of a run as Python objects, each read when it is first asked for."""

    path: Path

    @cached_property
    def summary(self) -> dict[str, Any]:
        """Headline numbers; of a run that did not finish at least `status`, `name`, `digest`."""
        file = self.path / "summary.json"
        if file.exists():
            return json.loads(file.read_text(encoding="utf-8"))
        identity = {key: self.manifest[key] for key in ("name", "digest")}
        return {"status": read_status(self.path), **identity}

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """Versions, commit, machine, threads, seed and start."""
        return json.loads((self.path / "manifest.json").read_text(encoding="utf-8"))

    @cached_property
    def case(self) -> Case:
        """The case with every default filled in."""
        return load_case(self.path / "case.resolved.yaml")

    @cached_property
    def history(self) -> pd.DataFrame:
        """One row per step; columns carry their units, such as "time [s]".

        Raises
        ------
        RunDirectoryError : the run has not made a step yet.
        """
        file = self.path / "history.csv"
        if not file.exists():
            raise RunDirectoryError(f"{self.path} holds no history.csv: the run has not begun")
        return read_history(file)

    @cached_property
    def fields(self) -> xr.Dataset:
        """Saved fields: dims (time, z, y, x), static ones (z, y, x); coordinates in s and m.

        Values are read from the files when they are used, and not kept.

        Raises
        ------
        RunDirectoryError : the run has not saved a field yet.
        """
        return _dataset(open_frames(self.path))


class _LazyField(BackendArray):
    """A field of all times, (time, z, y, x), or a static one, (z, y, x), left in its file."""

    def __init__(self, frames: Frames, name: str, *, static: bool) -> None:
        contents = frames.contents
        self._frames, self._name, self._static = frames, name, static
        self.shape = contents.grid.shape if static else (len(contents.times), *contents.grid.shape)
        self.dtype = np.dtype(contents.precision)

    def __getitem__(self, key: indexing.ExplicitIndexer) -> NDArray[np.floating]:
        basic = indexing.IndexingSupport.BASIC
        return indexing.explicit_indexing_adapter(key, self.shape, basic, self._read)

    def _read(self, key: tuple[int | slice, ...]) -> NDArray[np.floating]:
        """Return what integers and slices select, frame by frame."""
        if self._static:
            return self._frames.read(None, self._name, key)
        when, where = key[0], key[1:]
        if not isinstance(when, slice):
            return self._frames.read(int(when), self._name, where)
        chosen = range(self.shape[0])[when]
        parts = [self._frames.read(index, self._name, where) for index in chosen]
        empty = np.empty(self.shape[1:], self.dtype)[where]
        return np.stack(parts) if parts else empty[np.newaxis][:0]


def _dataset(frames: Frames) -> xr.Dataset:
    """Return the dataset of all fields in `frames`."""
    contents = frames.contents
    variables: dict[str, xr.Variable] = {}
    for name in (*contents.names, *contents.static):
        static = name in contents.static
        lazy = indexing.LazilyIndexedArray(_LazyField(frames, name, static=static))
        dims = _AXES if static else ("time", *_AXES)
        variables[name] = xr.Variable(dims, lazy, _attributes(name, contents.units))
    centres = zip(_AXES, contents.centres(), strict=True)
    coordinates = {axis: (axis, values, {"units": "m"}) for axis, values in centres}
    time = ("time", np.array(contents.times), {"units": "s"})
    grid = contents.grid
    attributes = {"growth_axis": _AXES[grid.growth_axis], "spacing_m": grid.spacing}
    return xr.Dataset(variables, {"time": time, **coordinates}, attributes)


def _attributes(name: str, units: Mapping[str, str]) -> dict[str, str]:
    """Return unit, symbol and meaning of the field `name`."""
    spec = ALL_FIELDS.get(name)
    meaning = {"symbol": spec.symbol, "long_name": spec.description} if spec else {}
    return {"units": units[name], **meaning}
