"""The scaffold that a case asks for."""

from __future__ import annotations

from pathlib import Path

from geometries import GeometryError, Scaffold, generate, require_open, trimmed, with_separator
from phasefield.case import Case
from phasefield.errors import CaseError, GeometryInvalid

__all__ = ["build_scaffold"]


def build_scaffold(case: Case, *, usable: bool = True) -> Scaffold:
    """Build the scaffold that a case asks for.

    Parameters
    ----------
    case : the case.
    usable : refuse a scaffold into which lithium cannot grow.

    Raises
    ------
    phasefield.errors.GeometryInvalid
        There is no such scaffold, or lithium cannot grow into it.
    phasefield.errors.CaseError
        The case file names an image outside its folder.
    """
    given = case.geometry
    parameters = given.parameters() | {"dimensions": case.dimensions}
    if "file" in parameters:
        parameters["file"] = _image_path(case, Path(parameters["file"]))
    if given.random:
        parameters["seed"] = case.seed
    try:
        scaffold = generate(given.kind, spacing=case.grid.spacing, **parameters)
        if given.separator is not None:
            scaffold = with_separator(scaffold, given.separator)
        scaffold = scaffold if given.trim == "none" else trimmed(scaffold, given.trim)
        if usable:
            require_open(scaffold, case.lithium.depth, room=_needs_room(case))
        return scaffold
    except GeometryError as error:
        raise GeometryInvalid(str(case.problem("geometry", str(error)))) from error


def _needs_room(case: Case) -> bool:
    """Whether lithium can grow: not in a half cell that only strips and rests."""
    return case.cell.kind == "symmetric" or any(step.applied.may_plate for step in case.protocol)


def _image_path(case: Case, given: Path) -> Path:
    """Return where an image is; a case from a stranger must not name any file of this machine."""
    outside = given.is_absolute() or ".." in given.parts
    if outside and case.source.from_file(("geometry", "file")):
        text = (
            f"{given} leaves the folder of the case: put the image, or a link to it, there, or"
            f' say it yourself with --set geometry.file="{given}"'
        )
        raise CaseError([case.problem("geometry.file", text)])
    return Path(case.source.file).parent / given
