"""The XDMF file that describes the HDF5 file of a series to ParaView.

A uniform mesh (3DCoRectMesh, also for a 2D run: one cell thick), cell data, one temporal
collection; the HDF5 file is named relative to the XDMF file, static fields are referred to from
every frame.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from phasefield.grid.grid import Grid
from phasefield.output.frames import Contents, frame_name

__all__ = ["series_xdmf"]


def series_xdmf(contents: Contents, hdf5_name: str) -> str:
    """Return the XDMF document for a series stored in the file `hdf5_name` beside it."""
    root = Element("Xdmf", Version="3.0")
    domain = SubElement(root, "Domain")
    series = SubElement(
        domain, "Grid", Name="fields", GridType="Collection", CollectionType="Temporal"
    )
    for index, time in enumerate(contents.times):
        frame = SubElement(series, "Grid", Name=frame_name(index), GridType="Uniform")
        SubElement(frame, "Time", Value=repr(time))
        _add_mesh(frame, contents.grid)
        paths = {name: f"frames/{frame_name(index)}/{name}" for name in contents.names}
        paths |= {name: f"static/{name}" for name in contents.static}
        for name, path in paths.items():
            _add_field(frame, name, f"{hdf5_name}:/{path}", contents)
    indent(root)
    return tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _add_mesh(frame: Element, grid: Grid) -> None:
    """Add the uniform mesh; XDMF lists points, origin and spacing in the order z, y, x."""
    points = " ".join(str(cells + 1) for cells in grid.shape)
    SubElement(frame, "Topology", TopologyType="3DCoRectMesh", Dimensions=points)
    geometry = SubElement(frame, "Geometry", GeometryType="ORIGIN_DXDYDZ")
    for vector in ((0.0, 0.0, 0.0), grid.spacing):
        item = _add_item(geometry, "3", "8", "XML")
        item.text = " ".join(map(repr, vector))


def _add_field(frame: Element, name: str, location: str, contents: Contents) -> None:
    """Add a scalar cell field that is stored at `location`."""
    attribute = SubElement(frame, "Attribute", Name=name, AttributeType="Scalar", Center="Cell")
    SubElement(attribute, "Information", Name="units", Value=contents.units[name])
    cells = " ".join(map(str, contents.grid.shape))
    precision = "4" if contents.precision == "float32" else "8"
    _add_item(attribute, cells, precision, "HDF").text = location


def _add_item(parent: Element, dimensions: str, precision: str, form: str) -> Element:
    attributes = {"Dimensions": dimensions, "NumberType": "Float", "Precision": precision}
    return SubElement(parent, "DataItem", {**attributes, "Format": form})
