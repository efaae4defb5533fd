"""Volumes on disk: shape and type before anything is read, then the part that is wanted."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometries.memory import refuse_too_large
from geometries.scaffold import GeometryError

__all__ = ["Volume", "open_volume"]

Slices = tuple[slice, ...]


@dataclass(frozen=True)
class Volume:
    """An array on disk.

    Attributes
    ----------
    name : of the file.
    shape, dtype : as stored.
    read : reads a part of it.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    read: Callable[[Slices], NDArray[Any]]


def open_volume(
    path: Path,
    dataset: str | None = None,
    raw_shape: tuple[int, ...] | None = None,
    raw_type: str = "uint8",
) -> Volume:
    """Look at a TIFF (a file, or a folder of slices), HDF5, NumPy or raw file; read nothing yet.

    Parameters
    ----------
    path : the suffix says what it is; a folder is a stack of single-page TIFFs.
    dataset : name inside an HDF5 file; may be left out where there is only one.
    raw_shape, raw_type : of a .raw file, in the order in which it is stored.

    Raises
    ------
    GeometryError
        There is no such file, it is damaged, or it holds colours or something else than cells.
    """
    if not path.exists():
        raise GeometryError(f"there is no file {path}")
    suffix = "folder" if path.is_dir() else path.suffix.lower()
    readers: dict[str, Callable[[], Volume]] = {
        "folder": lambda: _tiff_folder(path),
        ".tif": lambda: _tiff(path),
        ".tiff": lambda: _tiff(path),
        ".h5": lambda: _hdf5(path, dataset),
        ".hdf5": lambda: _hdf5(path, dataset),
        ".npy": lambda: _numpy(path),
        ".raw": lambda: _raw(path, raw_shape, raw_type),
    }
    if suffix not in readers:
        raise GeometryError(
            f"{path} is no volume that can be read: use a folder of TIFF slices, or one of "
            f"{', '.join(list(readers)[1:])}"
        )
    with _explained(path):
        volume = readers[suffix]()
        if volume.dtype.kind not in "uifb":
            raise GeometryError(f"{path} holds {volume.dtype}, not numbers or labels")
        if not all(n > 0 for n in volume.shape):
            raise GeometryError(f"{path} is empty: {' x '.join(map(str, volume.shape))} cells")

    def read(slices: Slices) -> NDArray[Any]:
        with _explained(path):
            return volume.read(slices)

    return replace(volume, read=read)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn whatever a library raises for a damaged or hostile file into a message."""
    try:
        yield
    except GeometryError:
        raise
    except Exception as error:  # tifffile, h5py and numpy raise nearly every kind
        text = str(error).partition("\n")[0][:200]
        raise GeometryError(f"{path} cannot be read: {text or type(error).__name__}") from error


def _tiff(path: Path) -> Volume:
    import tifffile

    try:
        with tifffile.TiffFile(path) as file:
            series = file.series[0]
            shape, dtype, axes = series.shape, series.dtype, series.axes
            pages = len(series.pages)
    except (tifffile.TiffFileError, IndexError) as error:
        raise GeometryError(f"{path} is not a TIFF file: {error}") from error
    if "S" in axes or (len(shape) > 2 and shape[-1] in (3, 4) and pages == 1):
        raise GeometryError(
            f"{path} holds colours ({axes}, {' x '.join(map(str, shape))}): convert it to "
            "labels or grey values, one number for each cell"
        )
    if dtype is None or len(shape) not in (2, 3):
        raise GeometryError(f"{path} has {len(shape)} axes, a volume has 3 and an image 2")

    def read(slices: Slices) -> NDArray[Any]:
        if len(shape) == 2:
            refuse_too_large(f"{path} is in one piece, crop it elsewhere", shape, dtype.itemsize)
            return np.asarray(tifffile.imread(path)[slices])
        wanted = range(*slices[0].indices(shape[0]))
        if pages != shape[0]:
            refuse_too_large(f"{path} is in one piece, crop it elsewhere", shape, dtype.itemsize)
            return np.asarray(tifffile.imread(path)[slices])
        return np.stack([tifffile.imread(path, key=k)[slices[1:]] for k in wanted])

    return Volume(str(path), shape, np.dtype(dtype), read)


def _tiff_folder(path: Path) -> Volume:
    files = sorted(
        (f for f in path.iterdir() if f.suffix.lower() in (".tif", ".tiff")), key=_number
    )
    if not files:
        raise GeometryError(f"the folder {path} holds no TIFF slices")
    numbers = [_number(file)[0] for file in files]
    missing = sorted(set(range(numbers[0], numbers[-1] + 1)) - set(numbers))
    if missing or len(set(numbers)) < len(numbers):
        what = f"slice {missing[0]} is missing" if missing else "two slices have one number"
        raise GeometryError(
            f"the folder {path} holds {len(files)} slices numbered {numbers[0]} to {numbers[-1]}, "
            f"but {what}"
        )
    slices = [_tiff(file) for file in files]
    first = slices[0]
    for one in slices:
        if (one.shape, one.dtype) != (first.shape, first.dtype):
            raise GeometryError(
                f"the slices differ: {first.name} is {first.shape} of {first.dtype}, {one.name} is "
                f"{one.shape} of {one.dtype}"
            )

    def read(part: Slices) -> NDArray[Any]:
        return np.stack([one.read(part[1:]) for one in slices[part[0]]])

    return Volume(str(path), (len(slices), *first.shape), first.dtype, read)


def _number(file: Path) -> tuple[int, str]:
    """Last number in the name of a slice; slices without one come first, by name."""
    found = re.findall(r"\d+", file.stem)
    return (int(found[-1]) if found else -1, file.name)


def _hdf5(path: Path, dataset: str | None) -> Volume:
    import h5py

    with h5py.File(path, "r") as file:
        arrays: list[str] = []
        file.visititems(
            lambda name, item: (
                arrays.append(name) if isinstance(item, h5py.Dataset) and item.ndim > 1 else None
            )
        )
        name = dataset or (arrays[0] if len(arrays) == 1 else None)
        if name is None or name not in file:
            raise GeometryError(
                f"{path} holds {', '.join(arrays) or 'no arrays'}: name one as the dataset"
            )
        found = file[name]
        if file.get(name, getlink=True).__class__ is h5py.ExternalLink or (
            isinstance(found, h5py.Dataset) and (found.external or found.is_virtual)
        ):
            raise GeometryError(
                f"{path}: {name} points to another file: copy the data into this one"
            )
        if not isinstance(found, h5py.Dataset):
            raise GeometryError(
                f"{path}: {name} is a group; it holds {', '.join(found) or 'nothing'}"
            )
        shape, dtype = found.shape, found.dtype

    def read(slices: Slices) -> NDArray[Any]:
        with h5py.File(path, "r") as file:
            return np.asarray(file[name][slices])

    return Volume(f"{path}:{name}", shape, dtype, read)


def _numpy(path: Path) -> Volume:
    array = np.load(path, mmap_mode="r", allow_pickle=False)
    return Volume(str(path), array.shape, array.dtype, lambda slices: np.array(array[slices]))


def _raw(path: Path, shape: tuple[int, ...] | None, kind: str) -> Volume:
    if shape is None:
        raise GeometryError(f"{path} is raw: give its shape and type as well")
    dtype = np.dtype(kind)
    expected, size = math.prod(shape) * dtype.itemsize, path.stat().st_size
    if expected != size:
        raise GeometryError(
            f"{path} has {size} bytes, {' x '.join(map(str, shape))} cells of {dtype} have "
            f"{expected}: check shape and type"
        )
    array = np.memmap(path, dtype, "r", shape=shape)
    return Volume(str(path), shape, dtype, lambda slices: np.array(array[slices]))
