"""Run by ParaView's pvpython: open a file as the File menu does, print what is in it, draw it.

Usage: pvpython look.py FILE X Y Z PICTURE   (the point in metres)
"""

import json
import sys

from paraview import servermanager, simple
from paraview.vtk.util.numpy_support import vtk_to_numpy

FIELD = "lithium_order_parameter"


def leaf(data):
    """Return the image inside what a reader of collections gives."""
    while not data.IsA("vtkImageData"):
        data = data.GetBlock(0)
    return data


def describe(reader, point):
    data = leaf(servermanager.Fetch(reader))
    cell = data.FindCell(point, None, 0, 0.0, *cell_buffers())
    arrays = data.GetCellData()
    names = [arrays.GetArrayName(i) for i in range(arrays.GetNumberOfArrays())]
    values = {name: float(vtk_to_numpy(arrays.GetArray(name))[cell]) for name in names}
    return {
        "values": {name: repr(value) for name, value in values.items()},
        "bounds": data.GetBounds(),
        "dimensions": data.GetDimensions(),
        "types": {name: arrays.GetArray(name).GetDataTypeAsString() for name in names},
    }


def cell_buffers():
    import vtkmodules.vtkCommonCore as core

    return core.reference(0), [0.0] * 3, [0.0] * 8


def draw(reader, picture):
    view = simple.CreateView("RenderView")
    view.ViewSize = [400, 400]
    view.OrientationAxesVisibility = 0
    display = simple.Show(reader, view)
    display.SetRepresentationType("Surface")
    simple.ColorBy(display, ("CELLS", FIELD))
    simple.ResetCamera(view)
    simple.Render(view)
    simple.SaveScreenshot(picture, view)
    return list(view.CameraPosition), list(view.CameraFocalPoint)


def main(path, x, y, z, picture):
    reader = simple.OpenDataFile(path)
    times = list(reader.TimestepValues)
    frames = []
    for time in times:
        reader.UpdatePipeline(time)
        frames.append(describe(reader, (float(x), float(y), float(z))))
    simple.GetAnimationScene().TimeKeeper.Time = times[-1]
    camera = draw(reader, picture)
    reader_name = type(reader).__name__
    print(json.dumps({"times": times, "frames": frames, "camera": camera, "reader": reader_name}))


main(*sys.argv[1:])
