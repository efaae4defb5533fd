"""What is known by formula of the scaffold that a case asks for."""

from __future__ import annotations

from math import pi

from phasefield.analysis import analytic
from phasefield.case import Case

__all__ = ["surface_formula"]


def surface_formula(case: Case) -> tuple[str, float] | None:
    """Formula of the specific surface area by name, and its value [m-1]; None where none is known.

    p is the asked porosity, w the asked pore size. For channels of changing width it is that of
    straight ones.
    """
    given, flat = case.geometry, case.dimensions == 2
    if given.porosity is None:
        return None
    p, w = given.porosity, given.pore_size
    match given.kind:
        case "overlapping_spheres":
            covered = p if given.spheres == "pore" else 1 - p
            value = float(analytic.specific_surface_area_boolean_spheres(covered, w / 2))
            q = "p" if given.spheres == "pore" else "1 − p"
            if flat:
                return f"−2 (1 − q) ln(1 − q)/R of discs, q = {q}", value * 2 / 3
            return f"−3 (1 − q) ln(1 − q)/R of overlapping spheres, q = {q}", value
        case "separate_spheres":
            return (
                ("4 p/w of discs", 4 * p / w)
                if flat
                else ("6 p/w of spheres", float(analytic.specific_surface_area_spheres(p, w)))
            )
        case "random_field":
            return (
                ("π p/w, w mean chord", pi * p / w) if flat else ("4 p/w, w mean chord", 4 * p / w)
            )
        case "minimal_surface":
            return None
    if flat or given.kind == "lamellae":
        return "2 p/w of slits", float(analytic.specific_surface_area_slits(p, w))
    return "4 p/w of cylinders", float(analytic.specific_surface_area_channels(p, w))
