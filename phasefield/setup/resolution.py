"""The rules that a grid and a domain must keep for a run to mean anything."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Iterator

from geometries import Scaffold
from phasefield.case import Case, ProtocolStep
from phasefield.constants import FARADAY
from phasefield.errors import CaseError, Problem
from phasefield.units import format as show

__all__ = [
    "CELLS_PER_INTERFACE",
    "INTERFACES_PER_PORE",
    "faraday_rise",
    "front_range",
    "height_of",
    "porosity_of",
    "require_resolved",
    "unresolved",
]

log = logging.getLogger(__name__)

CELLS_PER_INTERFACE = 4
"""With 1-2 cells a slow front is pinned; 2 cells cost 10 % in the nonuniformity."""

INTERFACES_PER_PORE = 4
"""Wider interfaces from opposite walls meet in the middle of the pore."""

CLEARANCE = 2
"""Interface widths between the lithium front and either end of the domain."""

CONTACT_WIDTH = 0.4
"""Interface width over sigma R_ct; beyond it the apparent R_ct misses the true one by over 3 %."""

VOID_STRENGTH = 5.0
"""Nucleation pressure over gamma/delta. The surface of lithium bears 2.5 by itself: at that tension
a torn patch stays closed and rarefies (seen at 5 MPa and delta = 0.25 um), at 5 it opens."""

ROUND_OFF = 1e-9
"""Relative; widths and spacings that are computed, as pore/6 is, miss 4 in the last digit."""


def require_resolved(case: Case, force: bool = False, scaffold: Scaffold | None = None) -> None:
    """Refuse a case that its grid or its domain cannot hold; forced, warn and go on.

    Parameters
    ----------
    case, force : the case, and whether to run it all the same.
    scaffold : needed where the case does not say porosity and height, as for an image.

    Raises
    ------
    phasefield.errors.CaseError
        With the rule that is broken and the value that would keep it.
    """
    problems = unresolved(case, scaffold)
    if problems and not force:
        raise CaseError(problems)
    for problem in problems:
        log.warning("forced: %s", problem)


def unresolved(case: Case, scaffold: Scaffold | None = None) -> tuple[Problem, ...]:
    """Return the rules that a case breaks, by the spacing it asks for (the grid may be finer)."""
    return (*_interface(case), *_contact(case, scaffold), *_void(case), *_room(case, scaffold))


def faraday_rise(case: Case, scaffold: Scaffold | None = None) -> float:
    """Height that the protocol plates on average, sum(J t) V_m / (F porosity) [m].

    What a hold will plate is known only afterwards; here it counts with U/R_ct, the current density
    of a flat front that feels the whole voltage. No step is taken to end before its time.
    """
    return _rises(case, scaffold, case.protocol)[-1]


def front_range(case: Case, scaffold: Scaffold | None = None) -> tuple[float, float]:
    """Lowest and highest mean front of the protocol [m], counted as in `faraday_rise`."""
    rises = _rises(case, scaffold, case.protocol)
    return case.lithium.depth + min(0.0, *rises), case.lithium.depth + max(0.0, *rises)


def _rises(case: Case, scaffold: Scaffold | None, steps: Iterable[ProtocolStep]) -> list[float]:
    """Rise at the start and after each of some steps [m]."""
    charge, charges = 0.0, [0.0]
    for step in steps:
        charge += step.expected_current_density(case.resistance) * step.longest
        charges.append(charge)
    per_charge = case.lithium.molar_volume, FARADAY * porosity_of(case, scaffold)
    return [charge * per_charge[0] / per_charge[1] for charge in charges]


def porosity_of(case: Case, scaffold: Scaffold | None) -> float:
    """Porosity as asked, else as made; NaN where neither is known."""
    if case.geometry.porosity is not None:
        return case.geometry.porosity
    return math.nan if scaffold is None else scaffold.pore_volume / scaffold.volume


def height_of(case: Case, scaffold: Scaffold | None) -> float:
    """Height of the porous part [m] as asked, else as made; infinite where neither is known."""
    if case.geometry.height is not None:
        return case.geometry.height
    return math.inf if scaffold is None else scaffold.height - (case.geometry.separator or 0.0)


def _interface(case: Case) -> Iterator[Problem]:
    width, spacing = case.interface.width, case.grid.spacing
    pore = case.geometry.smallest_pore
    most = pore / INTERFACES_PER_PORE
    if width > most * (1 + ROUND_OFF):
        yield case.problem(
            "interface.width",
            f"pores of {_um(pore)} need an interface width of at most {_um(most)} (pore/4), you "
            f"gave {_um(width)}: refine the grid to at most {_um(most / CELLS_PER_INTERFACE)} and "
            "narrow the interface, or choose larger pores",
        )
    elif width < spacing * CELLS_PER_INTERFACE * (1 - ROUND_OFF):
        yield case.problem(
            "grid.spacing",
            f"an interface width of {_um(width)} needs cells of at most "
            f"{_um(width / CELLS_PER_INTERFACE)} (4 per interface width), you gave {_um(spacing)}: "
            f"refine the grid, or widen the interface to at most {_um(most)} (pore/4)",
        )


def _contact(case: Case, scaffold: Scaffold | None) -> Iterator[Problem]:
    """The reaction must not die out within the diffuse wall: delta <= 0.4 sigma R_ct.

    With the smallest of both; regions of the electrolyte above the pores have no walls.
    """
    clean = case.resistance
    walls = [(clean, "kinetics.resistance")]
    walls += [(coating.resistance_over(clean), "coatings") for coating in case.coatings]
    resistance, path = min(walls)
    sigma = case.conductivity
    for part in case.electrolyte.regions:
        low = 0.0 if part.where.depth is None else part.where.depth[0]
        if part.conductivity < sigma and low < height_of(case, scaffold):
            sigma, path = part.conductivity, "electrolyte.regions"
    most = CONTACT_WIDTH * sigma * resistance
    if case.model == "conserved" and case.interface.width > most * (1 + ROUND_OFF):
        yield case.problem(
            path,
            f"the ohmic drop inside the diffuse wall would hide this resistance: the interface "
            f"width must be at most 0.4 sigma R_ct = {_um(most)}, you gave "
            f"{_um(case.interface.width)}: narrow the interface or raise the resistance",
        )


def _void(case: Case) -> Iterator[Problem]:
    """The void that opens must be larger than what the grid shows: 5 gamma/delta <= p."""
    lithium, width = case.lithium, case.interface.width
    least = VOID_STRENGTH * lithium.surface_energy / width
    one = case.cell.kind == "half"
    plates = one and all(step.applied.plates for step in case.protocol)
    if case.model == "paper" or plates or lithium.nucleation_pressure >= least * (1 - ROUND_OFF):
        return
    yield case.problem(
        "lithium.nucleation_pressure",
        f"a void that opens at {show(lithium.nucleation_pressure, 'MPa', digits=4)} is too large "
        "for this interface to hold its surface back: the pressure must be at least "
        f"5 gamma/delta = {show(least, 'MPa', digits=4)}: raise it, or widen the interface to "
        f"{_um(VOID_STRENGTH * lithium.surface_energy / lithium.nucleation_pressure)}",
    )


def _room(case: Case, scaffold: Scaffold | None) -> Iterator[Problem]:
    """What is sure to be plated must fit; holds, known by estimate, end at the short circuit."""
    known = [step for step in case.protocol if step.applied.is_current]
    depth, rise = case.lithium.depth, max(_rises(case, scaffold, known))
    height = height_of(case, scaffold)
    clearance = CLEARANCE * case.interface.width
    if depth < clearance:
        yield case.problem(
            "lithium.depth",
            f"the lithium must be at least two interface widths deep, {_um(clearance)}, you gave "
            f"{_um(depth)}",
        )
    if (from_top := case.lithium.depth_top) is not None:
        yield from _gap(case, height - depth - from_top)
    elif depth + rise + clearance > height:
        yield case.problem(
            "protocol",
            f"the charge raises the lithium from {_um(depth)} by {_um(rise)}, which with two "
            f"interface widths needs {_um(depth + rise + clearance)}, the domain is {_um(height)} "
            "high: plate less or raise geometry.height",
        )


def _gap(case: Case, gap: float) -> Iterator[Problem]:
    """One front of a symmetric cell recedes as the other one comes: the gap between them stays."""
    least = 2.0 * CLEARANCE * case.interface.width
    if gap < least:
        yield case.problem(
            "lithium.depth_top",
            f"between both lithium fronts there must be four interface widths, {_um(least)}, you "
            f"left {_um(gap)}: use less lithium or raise geometry.height",
        )


def _um(value: float) -> str:
    return show(value, "um", digits=4)
