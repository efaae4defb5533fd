"""What a run says of itself at its end."""

from __future__ import annotations

import logging
import resource
import sys
import warnings
from dataclasses import asdict

from geometries.metrics import measure
from phasefield.analysis import analytic
from phasefield.models.base import Json
from phasefield.output.manifest import versions
from phasefield.setup.scaffold_formulas import surface_formula
from phasefield.simulation.cycling import cycles, staircases
from phasefield.simulation.loop import Simulation
from phasefield.simulation.quantities import of_case
from phasefield.simulation.quantity import Section, Seen

__all__ = ["summary"]

log = logging.getLogger(__name__)


def summary(simulation: Simulation, status: str, wall_s: float) -> Json:
    """Headline numbers of a run, as JSON types; keys as in the docs (reference, run directory).

    `wall_s` is the wall time spent on the run so far [s].
    """
    case, records = simulation.case, simulation.schedule.records
    seen = Seen(simulation, wall_s)
    ledger = {q.column: q.value(seen) for q in of_case(case) if q.section == "ledger"}
    return {
        "status": status,
        "name": case.name,
        "digest": case.digest(),
        "model": case.model,
        "backend": case.backend,
        **_numbers(seen, "time"),
        "protocol": [asdict(record) for record in records],
        "cycles": [asdict(cycle) for cycle in cycles(records)],
        "staircases": [*staircases(records, case.stages)],
        **_numbers(seen, "evenness", "deposit", "balance", "charge", "voltage"),
        **_numbers(seen, "further", "voids", "contact"),
        **_by_formula(simulation),
        **_numbers(seen, "setting"),
        **_setting(simulation),
        **({"charge_ledger": ledger} if ledger else {}),
        **_numbers(seen, "solver", "steps", "end"),
        "peak_memory_bytes": _peak_memory(),
        "versions": versions(),
    }


def _numbers(seen: Seen, *sections: Section) -> dict[str, float]:
    """The quantities of some sections, one section after another."""
    known = of_case(seen.simulation.case)
    found = (each for section in sections for each in known if each.section == section)
    return {each.key: each.value(seen) for each in found}


def _by_formula(simulation: Simulation) -> Json:
    """Two formulas for how much the initial impregnation reduces the current density."""
    case, scaffold, formula = simulation.case, simulation.scaffold, surface_formula(simulation.case)
    surface = formula[1] if formula else scaffold.wall_area / scaffold.volume
    along_walls = analytic.straight_channels(
        case.conductivity, scaffold.pore_volume / scaffold.volume
    )
    resistance = simulation.model.contact_resistance
    length = analytic.penetration_length(along_walls, resistance, surface)
    depth = case.lithium.depth
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", analytic.ContactAreaWarning)
        reduction = analytic.current_density_reduction(surface, depth)
    for warning in caught:
        log.warning("%s", warning.message)
    return {
        "current_density_reduction_analytic": reduction,
        "current_density_reduction_kinetic": analytic.current_density_reduction_kinetic(
            surface, depth, length
        ),
        "penetration_length_m": length,
        "specific_surface_area_analytic_per_m": surface,
    }


def _setting(simulation: Simulation) -> Json:
    """What the numbers were computed on."""
    case, domain = simulation.case, simulation.domain
    grid, scaffold = domain.grid, simulation.scaffold
    measured = measure(scaffold, domain.phi)
    return {
        "porosity": domain.porosity,
        "pore_size_m": case.geometry.pore_size,
        "specific_surface_area_per_m": measured["specific_surface_area_per_m"],
        "interface_width_m": case.interface.width,
        "spacing_m": list(grid.spacing),
        "shape": list(grid.shape),
        "growth_axis": grid.growth_axis,
        "mirror_axes": list(scaffold.mirror_axes),
        "cross_section_m2": grid.cross_section,
        "wall_area_bias": domain.area_bias,
        "contact_resistance_ohm_m2": simulation.model.contact_resistance,
    }


def _peak_memory() -> int:
    """Largest resident size of this process so far [bytes]."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak) * (1 if sys.platform == "darwin" else 1024)
