"""The field series as VTK image data: one .vti file per frame, and a .pvd file with their times.

Every file holds the static fields too, so each opens on its own. The files are written by VTK; only
its data and XML modules are imported, none that render.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkDataArray, vtkStringArray
from vtkmodules.vtkCommonDataModel import vtkFieldData, vtkImageData
from vtkmodules.vtkIOXML import vtkXMLImageDataReader, vtkXMLImageDataWriter

from phasefield.grid.grid import Grid
from phasefield.output.atomic import replacing, write_text
from phasefield.output.frames import Contents, frame_name

__all__ = ["VtiFrames", "frame_path", "write_pvd", "write_vti"]


def frame_path(pvd: Path, index: int) -> Path:
    """Return the path of frame `index` of `pvd`: fields/fields_0000.vti for fields.pvd."""
    return pvd.with_suffix("") / f"{pvd.stem}_{frame_name(index)}.vti"


def write_vti(
    path: Path,
    grid: Grid,
    time: float,
    fields: Mapping[str, NDArray],
    static: Mapping[str, NDArray],
    units: Mapping[str, str],
) -> None:
    """Write one frame at `time` [s]; `fields` and `static` are cell data of shape (nz, ny, nx)."""
    image = vtkImageData()
    image.SetDimensions(*(cells + 1 for cells in reversed(grid.shape)))
    image.SetSpacing(*reversed(grid.spacing))
    for name, values in {**fields, **static}.items():
        array = numpy_to_vtk(np.ascontiguousarray(values).ravel(), deep=True)
        array.SetName(name)
        array.GetInformation().Set(vtkDataArray.UNITS_LABEL(), units[name])
        image.GetCellData().AddArray(array)
    _describe(image.GetFieldData(), grid, time, static)
    writer = vtkXMLImageDataWriter()
    writer.SetInputData(image)
    writer.SetCompressorTypeToLZ4()
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        writer.SetFileName(str(temporary))
        if not writer.Write():
            raise OSError(f"VTK could not write {path}")


def write_pvd(pvd: Path, times: Iterable[float]) -> None:
    """List the frames of the series at `times` [s] in the file `pvd`."""
    root = ElementTree.Element("VTKFile", type="Collection", version="0.1")
    collection = ElementTree.SubElement(root, "Collection")
    for index, time in enumerate(times):
        file = frame_path(pvd, index).relative_to(pvd.parent).as_posix()
        ElementTree.SubElement(collection, "DataSet", timestep=repr(time), part="0", file=file)
    ElementTree.indent(root)
    write_text(pvd, ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n")


class VtiFrames:
    """The series behind a .pvd file, read one array at a time."""

    def __init__(self, pvd: Path) -> None:
        """Read the times from `pvd`, the rest from its first frame; a missing frame ends it."""
        self._pvd = pvd
        listed = ElementTree.parse(pvd).getroot().iter("DataSet") if pvd.exists() else ()
        times: list[float] = []
        for index, entry in enumerate(listed):
            if not frame_path(pvd, index).exists():
                break
            times.append(float(entry.attrib["timestep"]))
        if not times:
            raise FileNotFoundError(f"{pvd} lists no frame that exists")
        self._contents = _contents(_read_image(frame_path(pvd, 0)), tuple(times))

    @property
    def contents(self) -> Contents:
        """What the series held when it was opened."""
        return self._contents

    def read(self, index: int | None, name: str, key: Any = ...) -> NDArray[np.floating]:
        """Return `name` of frame `index` (None: a static field), or the part that `key` selects."""
        image = _read_image(frame_path(self._pvd, index or 0))
        array = image.GetCellData().GetArray(name)
        if array is None:
            raise KeyError(name)
        return vtk_to_numpy(array).reshape(self._contents.grid.shape)[key].copy()


def _describe(data: vtkFieldData, grid: Grid, time: float, static: Iterable[str]) -> None:
    """Store what cell data cannot say: the time, the growth axis, which fields are static."""
    for name, value in (("TimeValue", float(time)), ("growth_axis", grid.growth_axis)):
        number = numpy_to_vtk(np.array([value]), deep=True)
        number.SetName(name)
        data.AddArray(number)
    names = vtkStringArray()
    names.SetName("static")
    for name in static:
        names.InsertNextValue(name)
    data.AddArray(names)


def _read_image(path: Path) -> vtkImageData:
    """Return the image in `path`; OSError if VTK cannot read it."""
    reader = vtkXMLImageDataReader()
    if not reader.CanReadFile(str(path)):
        raise OSError(f"{path} is not a readable .vti file")
    reader.SetFileName(str(path))
    reader.Update()
    if reader.GetErrorCode():
        raise OSError(f"VTK could not read {path}")
    return reader.GetOutput()


def _contents(image: vtkImageData, times: tuple[float, ...]) -> Contents:
    """Return the table of contents of a series that starts with `image`."""
    cells, described = image.GetCellData(), image.GetFieldData()
    arrays = [cells.GetArray(index) for index in range(cells.GetNumberOfArrays())]
    static = described.GetAbstractArray("static")
    static_names = tuple(static.GetValue(index) for index in range(static.GetNumberOfValues()))
    nx, ny, nz = (points - 1 for points in image.GetDimensions())
    dx, dy, dz = image.GetSpacing()
    growth_axis = int(described.GetArray("growth_axis").GetTuple1(0))
    return Contents(
        grid=Grid((nz, ny, nx), (dz, dy, dx), growth_axis),
        times=times,
        names=tuple(array.GetName() for array in arrays if array.GetName() not in static_names),
        static=static_names,
        units={
            array.GetName(): array.GetInformation().Get(vtkDataArray.UNITS_LABEL())
            for array in arrays
        },
        precision=str(vtk_to_numpy(arrays[0]).dtype),
    )
