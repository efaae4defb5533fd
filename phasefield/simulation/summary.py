"""What a run says of itself: the row of every step, and the summary at the end."""

from __future__ import annotations

import logging
import math
import resource
import sys
import warnings
from dataclasses import asdict
from typing import Any

from geometries.metrics import measure
from phasefield.analysis import analytic
from phasefield.output.manifest import versions
from phasefield.setup.scaffold_formulas import surface_formula
from phasefield.simulation.cycling import cycles, staircases
from phasefield.simulation.history_row import (
    _audit_row,
    _coating_row,
    _salt_row,
    _second_row,
    _voltage_row,
)
from phasefield.simulation.loop import Simulation

__all__ = ["summary"]

log = logging.getLogger(__name__)


def _key(column: str) -> str:
    """Name in the summary of a column of the history: "a b per area [V]" is a_b_V."""
    name, _, unit = column.removesuffix("]").partition(" [")
    unit = "" if unit == "1" else f" {unit.replace('^', '').replace('/', ' per ')}"
    return f"{name.removesuffix(' per area')}{unit}".replace(" ", "_")


def summary(simulation: Simulation, status: str, wall_s: float) -> dict[str, Any]:
    """Headline numbers of a run, as JSON types; keys as in the docs (reference, run directory)."""
    case, seen, ledger = simulation.case, simulation.observe(), simulation.ledger
    records, started = simulation.schedule.records, simulation.step > 0
    voltage = _voltage_row(seen, started) | _salt_row(seen, started) | _coating_row(seen, started)
    return {
        "status": status,
        "name": case.name,
        "digest": case.digest(),
        "model": case.model,
        "backend": case.backend,
        "time_s": simulation.time,
        "protocol": [asdict(record) for record in records],
        "cycles": [asdict(cycle) for cycle in cycles(records)],
        "staircases": [*staircases(records, case.stages)],
        **_deposit(simulation),
        "charge_balance": ledger.balance,
        "charge_balance_error": ledger.error,
        "charge_C_per_m2": ledger.charge,
        "voltage_V": seen.voltage if started else math.nan,
        **{_key(column): value for column, value in voltage.items()},
        **{_key(column): v for column, v in _second_row(seen, simulation).items()},
        "void_volume_m": seen.void_volume_per_area,
        "contact_area_per_area": seen.contact.contact_area_per_area,
        "j_max_over_j_mean": seen.contact.j_max_over_j_mean,
        "gini": seen.contact.gini,
        **_current_density_reduction(simulation),
        **_setting(simulation),
        **({"charge_ledger": audit} if (audit := _audit_row(simulation)) else {}),
        "newton_residual": simulation.worst_residual,
        "newton_iterations": simulation.newton_iterations,
        "steps": simulation.step,
        "rejected_steps": simulation.control.rejected,
        "lithium_bodies": simulation.bodies(),
        "wall_s": wall_s,
        "peak_memory_bytes": _peak_memory(),
        "versions": versions(),
    }


def _deposit(simulation: Simulation) -> dict[str, float]:
    """The uniformity table."""
    return {
        key: value
        for key, value in asdict(simulation.observe().uniformity).items()
        if key not in ("open_columns",)
    }


def _current_density_reduction(simulation: Simulation) -> dict[str, Any]:
    """Measured on the contact, beside the two formulas for the initial impregnation."""
    case, measured = simulation.case, simulation.observe().contact
    scaffold, formula = simulation.scaffold, surface_formula(case)
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
        "current_density_reduction_mean": measured.current_density_reduction_mean,
        "current_density_reduction_peak": measured.current_density_reduction_peak,
        "current_density_reduction_analytic": reduction,
        "current_density_reduction_kinetic": analytic.current_density_reduction_kinetic(
            surface, depth, length
        ),
        "penetration_length_m": length,
        "specific_surface_area_analytic_per_m": surface,
    }


def _setting(simulation: Simulation) -> dict[str, Any]:
    """What the numbers were computed on."""
    case, domain = simulation.case, simulation.domain
    grid, scaffold = domain.grid, simulation.scaffold
    measured = measure(scaffold, domain.phi)
    return {
        "current_density": simulation.state.current_density,
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
