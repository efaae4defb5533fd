"""What a run will be, said before it starts: resolution, size, cost, the numbers that decide it.

Imports no solver, so that `phasefield check` answers at once. The prices are in `costs`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from math import ceil

import numpy as np

from phasefield.case import Case
from phasefield.constants import FARADAY, GAS_CONSTANT
from phasefield.errors import Problem
from phasefield.grid.smoothed_domain import Domain
from phasefield.setup import resolution
from phasefield.setup.coatings import case_domain, electrolyte_shares, wall_shares
from phasefield.setup.costs import COSTS
from phasefield.setup.resolution import (
    CELLS_PER_INTERFACE,
    INTERFACES_PER_PORE,
    ROUND_OFF,
    faraday_rise,
    front_range,
    height_of,
    porosity_of,
    unresolved,
)
from phasefield.setup.salt_limits import estimate
from phasefield.setup.scaffold import build_scaffold
from phasefield.units import format as show

__all__ = [
    "Preflight",
    "as_bytes",
    "as_duration",
    "lithium_transport_length",
    "preflight",
    "require_resolved",
]


@dataclass(frozen=True)
class Preflight:
    """Predictions about a run.

    Attributes
    ----------
    shape, cells : of the grid.
    unknowns : xi and mu where there is pore, the ion potential where there is electrolyte, and the
        concentration of a salt there; three in every cell for the published model.
    cells_per_interface, cells_per_pore : with the spacing that was asked.
    interface_per_pore : interface widths in one pore diameter.
    wall_area_bias : area of the diffuse wall over that of the sharp scaffold, minus 1.
    steps : predicted number of time steps.
    frames : fields saved.
    wall_time_s, memory_bytes, disk_bytes : predicted cost of the run.
    rise : height that the plated charge adds on average [m].
    rise_is_estimate : whether holds count in it, by U/R_ct.
    front : lowest and highest mean front of the protocol, if no step ends early [m]; a lowest one
        below 0 is more lithium than there is.
    wagner : sigma R_ct / d with d the depth of the lithium; large: even current on the contact.
    coupling : L / (sigma_eff R_ct) with L the electrolyte above the lithium, sigma_eff =
        (1 - porosity) sigma; above 1 the ohmic drop in the electrolyte exceeds the kinetic one.
    lithium_transport_length : see the function of this name [m].
    transport_per_pore : that length over the pore size; large: even deposit.
    walls, regions : lines on the coatings of the wall and the regions of the electrolyte, if any.
    limiting_current_density : per cross-section [A m-2], see `salt_limits.estimate`; None for a
        single-ion conductor.
    sand_time : of the largest current of the protocol [s]; likewise.
    problems : what speaks against this run; `run` refuses it unless forced.
    """

    shape: tuple[int, int, int]
    cells: int
    unknowns: int
    cells_per_interface: float
    cells_per_pore: float
    interface_per_pore: float
    wall_area_bias: float
    steps: int
    frames: int
    wall_time_s: float
    memory_bytes: float
    disk_bytes: float
    rise: float
    rise_is_estimate: bool
    front: tuple[float, float]
    wagner: float
    coupling: float
    lithium_transport_length: float
    transport_per_pore: float
    walls: tuple[tuple[str, str], ...]
    regions: tuple[tuple[str, str], ...]
    limiting_current_density: float | None
    sand_time: float | None
    problems: tuple[Problem, ...]

    def render(self) -> str:
        """Return the predictions as lines of text."""
        return "\n".join(f"{name:27}{text}" for name, text in self._lines())

    def _lines(self) -> Iterator[tuple[str, str]]:
        z, y, x = self.shape
        transport = show(self.lithium_transport_length, "um", digits=3)
        yield "grid", f"{z} x {y} x {x} cells (z, y, x), {self.cells} in all"
        yield "unknowns", f"{self.unknowns}"
        yield (
            "cells per interface",
            f"{self.cells_per_interface:.3g} (at least {CELLS_PER_INTERFACE})",
        )
        yield "cells per pore", f"{self.cells_per_pore:.3g}"
        yield (
            "interfaces per pore",
            f"{self.interface_per_pore:.3g} (at least {INTERFACES_PER_PORE})",
        )
        yield "wall area bias", f"{self.wall_area_bias:+.2%} (at most 5 %, corrected for)"
        yield "time steps", f"about {self.steps}, {self.frames} fields saved"
        yield "wall time", f"about {as_duration(self.wall_time_s)}"
        yield "memory", f"about {as_bytes(self.memory_bytes)}"
        yield "disk", f"about {as_bytes(self.disk_bytes)}"
        by = ", holds by U/R_ct" if self.rise_is_estimate else ""
        yield "Faraday rise", f"{show(self.rise, 'um', digits=3)} of lithium in the pores{by}"
        low, high = (show(front, "um", digits=3) for front in self.front)
        short = ": more is stripped than there is, a step will lose contact"
        yield "mean front", f"{low} to {high}{short if self.front[0] <= 0 else ''}"
        yield "Wagner number", f"{self.wagner:.3g} (sigma R_ct/depth; large: even current)"
        yield "coupling", f"{self.coupling:.3g} (L/(sigma_eff R_ct); above 1: ohmic drop rules)"
        yield "lithium transport length", transport
        yield "  over pore size", f"{self.transport_per_pore:.3g} (large: even deposit)"
        yield from (*self.walls, *self.regions)
        if self.limiting_current_density is not None and self.sand_time is not None:
            limit = show(self.limiting_current_density, "mA/cm^2", digits=3)
            yield "limiting current", f"{limit} (2 F D c0/((1 - t+) L), salt used up beyond it)"
            yield "Sand's time", f"{as_duration(self.sand_time)} (until then, if beyond it)"


def preflight(case: Case, force: bool = False) -> Preflight:
    """Predict what running a case means.

    Raises
    ------
    phasefield.errors.GeometryInvalid
        There is no such scaffold; unless forced, also where the interface is too wide for the
        curvature of the walls.
    """
    scaffold = build_scaffold(case)
    domain = case_domain(case, scaffold, force=force)
    pore, depth = case.geometry.smallest_pore, case.lithium.depth
    resistance = case.resistance
    limits = estimate(case, domain)
    salt_cells = 0 if limits is None else int(np.count_nonzero(domain.electrolyte))
    cells, unknowns = domain.grid.size, _unknowns(case, domain)
    steps, frames = _steps(case), _frames(case)
    transport = lithium_transport_length(case)
    above = height_of(case, scaffold) - depth
    sigma_eff = (1 - porosity_of(case, scaffold)) * case.conductivity
    return Preflight(
        shape=domain.grid.shape,
        cells=cells,
        unknowns=unknowns + salt_cells,
        cells_per_interface=case.interface.width / case.grid.spacing,
        cells_per_pore=pore / case.grid.spacing,
        interface_per_pore=pore / case.interface.width,
        wall_area_bias=domain.area_bias,
        steps=steps,
        frames=frames,
        wall_time_s=COSTS.wall_time(unknowns, steps, salt=limits is not None),
        memory_bytes=COSTS.memory(cells, salt_cells),
        disk_bytes=COSTS.disk(cells, frames, case.output.precision, salt=limits is not None),
        rise=faraday_rise(case, scaffold),
        rise_is_estimate=case.holds_voltage,
        front=front_range(case, scaffold),
        wagner=case.conductivity * resistance / depth,
        coupling=above / (sigma_eff * resistance),
        lithium_transport_length=transport,
        transport_per_pore=transport / pore,
        walls=tuple(_wall_lines(case, domain)),
        regions=tuple(_region_lines(case, domain)),
        limiting_current_density=None if limits is None else limits[0],
        sand_time=None if limits is None else limits[1],
        problems=unresolved(case, scaffold),
    )


def require_resolved(case: Case, force: bool = False) -> None:
    """As `phasefield.setup.resolution.require_resolved`, with the scaffold where that needs it."""
    scaffold = build_scaffold(case) if case.geometry.height is None else None
    resolution.require_resolved(case, force, scaffold)


def lithium_transport_length(case: Case) -> float:
    """Length over which lithium metal carries what its wall plates, D_Li F^2 R_ct/(R T V_m) [m].

    In the metal the flux is -M grad mu with M = D_Li V_m/(R T). As a charge flux driven by the
    potential mu V_m/F it has the conductivity sigma_Li = D_Li F^2/(R T V_m), the Nernst-Einstein
    value for the site density 1/V_m; the wall answers to the same potential with 1/R_ct. At the
    length sigma_Li R_ct both resist equally. In pores much smaller the deposit spreads over the
    whole pore before it reaches the front; in pores much larger lithium grows where it is plated,
    along the walls. 4.0 um for 5.6e-15 m2/s, 24.6 ohm cm2 and 298 K.
    """
    thermal = GAS_CONSTANT * case.temperature
    sigma = case.diffusivity * FARADAY**2 / (thermal * case.lithium.molar_volume)
    return sigma * case.resistance


def _unknowns(case: Case, domain: Domain) -> int:
    if case.model == "paper":
        return 3 * domain.grid.size
    return int(2 * np.count_nonzero(domain.pore) + np.count_nonzero(domain.electrolyte))


def _wall_lines(case: Case, domain: Domain) -> Iterator[tuple[str, str]]:
    """Share of the wall, R_ct and contact angle of the clean wall and of each coating."""
    for wall, share in wall_shares(case, domain) if case.coatings else ():
        resistance = show(wall.resistance, "ohm*cm^2", digits=4)
        angle = show(wall.contact_angle, "deg", digits=4)
        sheet = show(wall.sheet_conductance, "S", digits=4)
        electrons = f", {sheet} for electrons" if wall.sheet_conductance else ""
        yield f"wall: {wall.name}", f"{share:.1%} of its area, {resistance}, {angle}{electrons}"


def _region_lines(case: Case, domain: Domain) -> Iterator[tuple[str, str]]:
    """Share of the electrolyte and conductivity of each part."""
    found = electrolyte_shares(case, domain) if case.electrolyte.regions else ()
    for number, (conductivity, share) in enumerate(found):
        name = f"region {number}" if number else "the rest"
        sigma = show(conductivity, "mS/cm", digits=4)
        yield f"electrolyte: {name}", f"{share:.1%} of its volume, {sigma}"


def _steps(case: Case) -> int:
    lengths = [step.longest for step in case.protocol]
    if (fixed := case.solver.time_step) is not None:
        return sum(ceil(length / fixed - ROUND_OFF) for length in lengths)
    every = case.output.fields_every
    bounds = ((length, case.solver.time_steps(length)[1]) for length in lengths)
    return sum(COSTS.adaptive_steps(length, longest, every) for length, longest in bounds)


def _frames(case: Case) -> int:
    """At the start, every so often, and at the ends of steps where those fall between."""
    every, ends = case.output.fields_every, [*accumulate(step.longest for step in case.protocol)]
    asked = ends if case.output.fields_at_step_ends else ends[-1:]
    between = sum(abs(end / every - round(end / every)) > ROUND_OFF for end in asked)
    return 1 + int(ends[-1] / every + ROUND_OFF) + between


def as_duration(seconds: float) -> str:
    """Return a time [s] in words, two digits."""
    for size, unit in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.2g} {unit}"
    return f"{seconds:.2g} s"


def as_bytes(count: float) -> str:
    """Return a size [bytes] in words, three digits."""
    for size, unit in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB")):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count / 1e3:.3g} kB"
