"""Checks of a case that join several keys.

Each check takes the values that could be read, SI by dotted path, and yields ``(path, message)``; a
key that is missing or unreadable is absent, and the check stays silent about it. So a file with one
bad key still has all its other problems listed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from geometries.lattices import Arrangement, highest_porosity
from phasefield.case.capabilities import missing
from phasefield.units import format as show

__all__ = ["cross_checks", "largest_anisotropy"]

_ACTIVATED = {"electrolyte": "conductivity", "lithium": "diffusivity", "kinetics": "resistance"}
"""Sections that take an activation energy, and what it is of."""

Values = Mapping[str, Any]
Found = Iterator[tuple[str, str]]


MOST_STRAIN = 0.01
"""Stretch of whole metal beyond which its density is no longer that of the metal."""


def cross_checks(values: Values) -> list[tuple[str, str]]:
    """Return what is wrong with keys taken together, as ``(path, message)``."""
    return [found for check in _CHECKS for found in check(values)]


def _arrangement_suits_dimensions(v: Values) -> Found:
    allowed = {2: ("slit",), 3: ("square", "hexagonal")}
    dimensions, arrangement = v.get("dimensions"), v.get("geometry.arrangement")
    if dimensions in allowed and arrangement and arrangement not in allowed[dimensions]:
        yield (
            "geometry.arrangement",
            f'"{arrangement}" is not possible in {dimensions} dimensions; '
            f"allowed: {', '.join(allowed[dimensions])}",
        )


def _channels_do_not_touch(v: Values) -> Found:
    porosity = v.get("geometry.porosity")
    arrangement: Arrangement = v.get("geometry.arrangement") or "square"
    if v.get("dimensions") != 3 or arrangement == "slit":
        return
    limit = highest_porosity(arrangement)
    if porosity is not None and porosity >= limit:
        yield (
            "geometry.porosity",
            f"round channels in a {arrangement} arrangement touch at {limit:.1%}, "
            f"you gave {porosity:.1%}",
        )


def _pore_fits_in_domain(v: Values) -> Found:
    pore, width = v.get("geometry.pore_size"), v.get("geometry.width")
    if pore is not None and isinstance(width, float) and pore >= width:
        yield (
            "geometry.pore_size",
            f"a pore of {_um(pore)} does not fit into the domain of width {_um(width)}; "
            'write a larger width or "unit_cell"',
        )


def _lithium_below_top(v: Values) -> Found:
    depth, height = v.get("lithium.depth"), v.get("geometry.height")
    if depth is not None and height is not None and depth >= height:
        yield (
            "lithium.depth",
            f"lithium {_um(depth)} deep fills the domain, which is {_um(height)} high: nothing is "
            "left to plate into",
        )


def _symmetric_cell(v: Values) -> Found:
    kind, top = v.get("cell.kind"), v.get("lithium.depth_top")
    depth, height = v.get("lithium.depth"), v.get("geometry.height")
    if kind == "half" and top is not None:
        yield "lithium.depth_top", "needs cell: {kind: symmetric}: a half cell has one electrode"
    if kind != "symmetric":
        return
    if v.get("geometry.separator") is not None:
        yield "geometry.separator", "goes on top, where a symmetric cell has its second lithium"
    if depth is None or top is None or height is None:
        return
    if depth + top >= height:
        yield (
            "lithium.depth_top",
            f"lithium {_um(depth)} deep from one end and {_um(top)} from the other meets in a "
            f"scaffold {_um(height)} high: a short circuit",
        )


def _spacing_below_height(v: Values) -> Found:
    spacing, height = v.get("grid.spacing"), v.get("geometry.height")
    if spacing is not None and height is not None and spacing > height:
        yield "grid.spacing", f"cells of {_um(spacing)} in a domain {_um(height)} high"


def _one_conductivity(v: Values) -> Found:
    material, conductivity = v.get("electrolyte.material"), v.get("electrolyte.conductivity")
    if "electrolyte.material" not in v or "electrolyte.conductivity" not in v:
        return
    if material is None and conductivity is None:
        yield "electrolyte", "needs either material: llzo or conductivity: 0.32 mS/cm"
    if material is not None and conductivity is not None:
        yield "electrolyte.conductivity", f'given twice: the material "{material}" brings its own'


def _salt_is_complete(v: Values) -> Found:
    number = v.get("electrolyte.transference_number")
    if number is None:
        return
    for name, example in (("diffusivity", "3.2e-10 m^2/s"), ("concentration", "1000 mol/m^3")):
        path = f"electrolyte.{name}"
        if number == 1.0 and v.get(path) is not None:
            yield path, "needs transference_number below 1: in a single-ion conductor c stays c0"
        elif number < 1.0 and path in v and v[path] is None:
            yield path, f"a transference_number below 1 needs it, as {name}: {example}"


def _activation_is_complete(v: Values) -> Found:
    names = ("activation_energy", "reference_temperature")
    for section, what in _ACTIVATED.items():
        given = [name for name in names if v.get(f"{section}.{name}") is not None]
        if given and v.get(f"{section}.material") is not None:
            yield f"{section}.{given[0]}", "given twice: the material brings its own"
        elif len(given) == 1:
            (other,) = set(names) - set(given)
            yield f"{section}.{given[0]}", f"needs {other} as well: {what}(T) takes both"


def _metal_stays_metal(v: Values) -> Found:
    strength, modulus = v.get("lithium.nucleation_pressure"), v.get("lithium.bulk_modulus")
    if strength is not None and modulus is not None and strength > MOST_STRAIN * modulus:
        yield (
            "lithium.nucleation_pressure",
            f"metal of bulk modulus {modulus / 1e9:.4g} GPa would be stretched by more than 1 %: "
            f"the pressure must be at most {MOST_STRAIN * modulus / 1e6:.4g} MPa, you gave "
            f"{strength / 1e6:.4g} MPa",
        )


def largest_anisotropy(fold: int) -> float:
    """epsilon below which the surface energy is convex, 2/(w^2 - 2), and 1 at most [1].

    gamma + gamma'' of sqrt(1 + epsilon cos(w theta)) is least where the cosine is 1. The cubic form
    has its least on the planes of a cube, where it is the one in 2D with w = 4.
    """
    return min(1.0, 2.0 / (fold**2 - 2))


def _surface_is_convex(v: Values) -> Found:
    epsilon, fold, dimensions = (
        v.get(path) for path in ("lithium.anisotropy", "lithium.fold", "dimensions")
    )
    if dimensions == 3 and fold is not None and fold != 4:
        yield "lithium.fold", f"in 3 dimensions the anisotropy is cubic, w = 4, you gave {fold}"
        return
    if not epsilon or fold is None:
        return
    limit = largest_anisotropy(fold)
    if epsilon >= limit:
        yield (
            "lithium.anisotropy",
            f"the surface energy is not convex for epsilon = {epsilon:g} and w = {fold}: epsilon "
            f"must stay below {limit:.4g}",
        )


def _maps_suit_the_rest(v: Values) -> Found:
    lists = "coatings", "electrolyte.regions"
    given = {path: v[path] for path in lists if v.get(path)}
    image = v.get("geometry.kind") == "image" and v.get("geometry.threshold") is None
    for path, entries in given.items():
        if not image and any(entry.where.label is not None for entry in entries):
            yield path, "a label needs geometry: {kind: image} without a threshold"
    if "coatings" in given:
        names = [coating.name for coating in given["coatings"]]
        if len(set(names)) < len(names):
            yield "coatings", f"every coating needs a name of its own, got {', '.join(names)}"
        conducting = any(coating.sheet_conductance > 0.0 for coating in given["coatings"])
        if conducting and v.get("cell.kind") == "symmetric":
            yield "coatings", "one that conducts electrons would short a symmetric cell"
        if conducting and v.get("noise.thermal"):
            yield "noise.thermal", "knows no bare coating: leave electronic_conductivity out"
        if v.get("kinetics.basis") == "cross_section":
            yield (
                "kinetics.basis",
                "with coatings every resistance refers to the true contact: write basis: contact",
            )


def _noise_is_complete(v: Values) -> Found:
    thermal, thickness, dimensions = (
        v.get(path) for path in ("noise.thermal", "noise.thickness", "dimensions")
    )
    if thermal is False and (thickness is not None or v.get("noise.seed") is not None):
        yield "noise", "its keys need thermal: true"
    if not thermal:
        return
    if dimensions == 2 and "noise.thickness" in v and thickness is None:
        yield (
            "noise.thickness",
            "a domain in 2D needs it, as thickness: 1 um: the thicker, the weaker the noise",
        )
    if dimensions == 3 and thickness is not None:
        yield "noise.thickness", "is that of a domain in 2D; this one has 3 dimensions"
    if "solver.time_step" in v and v["solver.time_step"] is None:
        yield (
            "solver.time_step",
            "thermal noise needs a fixed step, as time_step: 1 s: an error estimate would take the "
            "noise for an error",
        )
    number = v.get("electrolyte.transference_number")
    if number is not None and number < 1.0:
        yield "noise.thermal", "needs a single-ion conductor; the noise of a salt is not there"


def _steps_are_ordered(v: Values) -> Found:
    first, largest = v.get("solver.initial_step"), v.get("solver.max_step")
    if first is not None and largest is not None and first > largest:
        yield (
            "solver.initial_step",
            f"the first step, {first:g} s, is longer than max_step, {largest:g} s",
        )


def _ions_diffuse_forwards(v: Values) -> Found:
    for path in ("paper.metal_ion_diffusivity", "paper.ion_diffusivity"):
        value = v.get(path)
        least = "at least" if "metal" in path else "above"
        if value is not None and (value < 0 or (value == 0 and least == "above")):
            yield path, f"must be {least} 0, you gave {value:g} m^2/s"


def _um(value: float) -> str:
    return show(value, "um", digits=4)


_CHECKS = (
    _arrangement_suits_dimensions,
    _channels_do_not_touch,
    _pore_fits_in_domain,
    _lithium_below_top,
    _spacing_below_height,
    _symmetric_cell,
    _one_conductivity,
    _salt_is_complete,
    _activation_is_complete,
    _metal_stays_metal,
    _surface_is_convex,
    _maps_suit_the_rest,
    _noise_is_complete,
    _steps_are_ordered,
    _ions_diffuse_forwards,
    missing,
)
