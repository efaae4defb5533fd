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
from phasefield.case import Case
from phasefield.models.readings import Observation
from phasefield.output.manifest import versions
from phasefield.setup.scaffold_formulas import surface_formula
from phasefield.simulation.cycling import cycles, staircases
from phasefield.simulation.loop import Simulation

__all__ = [
    "COLUMNS",
    "CONSERVED_COLUMNS",
    "PAPER_COLUMNS",
    "SALT_COLUMNS",
    "SYMMETRIC_COLUMNS",
    "columns",
    "row",
    "summary",
]

log = logging.getLogger(__name__)

COLUMNS = (
    "step [1]",
    "protocol step [1]",
    "cycle [1]",
    "time [s]",
    "time step [s]",
    "current density [A/m^2]",
    "voltage [V]",
    "charge [C/m^2]",
    "absolute charge [C/m^2]",
    "lithium volume per area [m]",
    "charge balance [1]",
    "charge balance error [1]",
    "mean rise [m]",
    "Faraday rise [m]",
    "nonuniformity [1]",
    "contact area per area [1]",
    "max contact current density [A/m^2]",
    "mean contact current density [A/m^2]",
    "max pressure [Pa]",
    "min pressure [Pa]",
    "void volume per area [m]",
    "lithium bodies [1]",
    "free energy [J/m^2]",
    "newton iterations [1]",
    "newton residual [1]",
    "rejected steps [1]",
    "wall time [s]",
)
"""Columns of history.csv, in order."""

CONSERVED_COLUMNS = (
    "dead lithium per area [m]",
    "dead lithium potential [V]",
    "ohmic voltage [V]",
    "kinetic voltage [V]",
    "capillary voltage [V]",
    "cell resistance [ohm m^2]",
    "interfacial resistance [ohm m^2]",
)
"""Columns that the conserved model adds."""

SYMMETRIC_COLUMNS = (
    "lithium drift [1]",
    "second electrode lithium volume per area [m]",
    "second electrode mean rise [m]",
    "second electrode nonuniformity [1]",
    "second electrode contact area per area [1]",
    "second electrode void volume per area [m]",
)
"""Columns that a symmetric cell adds; those above are of the electrode at the low end."""

SALT_COLUMNS = (
    "concentration voltage [V]",
    "smallest concentration [mol/m^3]",
    "largest concentration [mol/m^3]",
    "salt balance error [1]",
)
"""Columns that an electrolyte with a salt adds to those of the conserved model."""

COATING_COLUMNS = ("electronic voltage [V]", "current on bare coating [1]")
"""Columns that a coating that conducts electrons adds to those of the conserved model."""

PAPER_COLUMNS = (
    "metal grown [C/m^2]",
    "reaction [C/m^2]",
    "counter electrode [C/m^2]",
    "ions in [C/m^2]",
    "ions in at the metal [C/m^2]",
    "ion inventory change [C/m^2]",
    "lithium in LLZO [m]",
    "smallest connection [1]",
    "smallest concentration [mol/m^3]",
)
"""Columns that the published model adds: its charge ledger, whatever it says."""


def row(simulation: Simulation, wall_s: float) -> dict[str, float]:
    """History row of the newest level; NaN where a quantity has no meaning yet (t = 0)."""
    ledger, last = simulation.ledger, simulation.last
    seen = simulation.observe()
    started = simulation.step > 0
    values = (
        simulation.step,
        simulation.protocol_step,
        simulation.case.stages[simulation.protocol_step - 1].cycle if started else 0,
        simulation.time,
        simulation.last_dt if started else math.nan,
        simulation.level.current_density,
        seen.voltage if started else math.nan,
        ledger.charge,
        ledger.absolute_charge,
        seen.lithium_volume_per_area,
        math.nan if ledger.balance is None else ledger.balance,
        ledger.error,
        seen.uniformity.mean_rise_m,
        seen.uniformity.faraday_rise_m,
        seen.uniformity.nonuniformity,
        seen.contact.contact_area_per_area,
        seen.contact.max_current_density if started else math.nan,
        seen.contact.mean_current_density if started else math.nan,
        seen.max_pressure,
        seen.min_pressure,
        seen.void_volume_per_area,
        simulation.bodies(),
        seen.free_energy,
        last.iterations if last else 0,
        last.residual if last else 0.0,
        simulation.control.rejected,
        wall_s,
    )
    own = _audit_row(simulation) or {
        **_voltage_row(seen, started),
        **_salt_row(seen, started),
        **_coating_row(seen, started),
        **_second_row(seen, simulation),
    }
    return dict(zip(COLUMNS, values, strict=True)) | own


def _voltage_row(seen: Observation, started: bool) -> dict[str, float]:
    """What the conserved model adds; NaN where there is no voltage yet."""
    if seen.parts is None or seen.resistance is None:
        return {}
    values = (
        seen.dead_lithium_per_area,
        seen.dead_lithium_potential,
        seen.parts.ohmic if started else math.nan,
        seen.parts.kinetic if started else math.nan,
        seen.parts.capillary if started else math.nan,
        seen.resistance.cell,
        seen.resistance.interfacial,
    )
    return dict(zip(CONSERVED_COLUMNS, values, strict=True))


def _salt_row(seen: Observation, started: bool) -> dict[str, float]:
    """What an electrolyte with a salt adds; empty for a single-ion conductor."""
    if seen.salt is None or seen.parts is None:
        return {}
    voltage = seen.parts.concentration if started else math.nan
    values = voltage, seen.salt.smallest, seen.salt.largest, abs(seen.salt.gain)
    return dict(zip(SALT_COLUMNS, values, strict=True))


def _coating_row(seen: Observation, started: bool) -> dict[str, float]:
    """What a coating that conducts electrons adds; empty without."""
    if seen.bare_share is None or seen.parts is None:
        return {}
    values = (seen.parts.electronic, seen.bare_share) if started else (math.nan, math.nan)
    return dict(zip(COATING_COLUMNS, values, strict=True))


def _second_row(seen: Observation, simulation: Simulation) -> dict[str, float]:
    """What a symmetric cell adds; empty for a half cell."""
    if (second := seen.second) is None:
        return {}
    passed = simulation.ledger.absolute_charge * simulation.parts.observer.volume_per_charge
    values = (
        abs(second.lithium_change) / passed if passed else 0.0,
        second.lithium_volume_per_area,
        second.uniformity.mean_rise_m,
        second.uniformity.nonuniformity,
        second.contact_area_per_area,
        second.void_volume_per_area,
    )
    return dict(zip(SYMMETRIC_COLUMNS, values, strict=True))


def _key(column: str) -> str:
    """Name in the summary of a column of the history: "a b per area [V]" is a_b_V."""
    name, _, unit = column.removesuffix("]").partition(" [")
    unit = "" if unit == "1" else f" {unit.replace('^', '').replace('/', ' per ')}"
    return f"{name.removesuffix(' per area')}{unit}".replace(" ", "_")


def columns(case: Case) -> tuple[str, ...]:
    """Columns of history.csv for a case."""
    if case.model == "paper":
        return COLUMNS + PAPER_COLUMNS
    salt = SALT_COLUMNS if case.electrolyte.transference_number < 1.0 else ()
    added = SYMMETRIC_COLUMNS if case.cell.kind == "symmetric" else ()
    conducting = any(coating.sheet_conductance > 0.0 for coating in case.coatings)
    return COLUMNS + CONSERVED_COLUMNS + salt + (COATING_COLUMNS if conducting else ()) + added


def _audit_row(simulation: Simulation) -> dict[str, float]:
    """The charge ledger of the published model; empty for the conserved one."""
    audit, level = simulation.parts.audit, simulation.level
    if audit is None:
        return {}
    observer = simulation.parts.observer
    values = (
        simulation.ledger.metal,
        audit.reaction,
        audit.electrode,
        audit.ions_in,
        audit.metal_side,
        audit.inventory,
        observer.lithium_in_electrolyte(level.xi),
        observer.smallest_connection(level.xi),
        float(level.concentration.min()),
    )
    return dict(zip(PAPER_COLUMNS, values, strict=True))


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
    resistance = simulation.parts.contact_resistance
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
        "current_density": simulation.level.current_density,
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
        "contact_resistance_ohm_m2": simulation.parts.contact_resistance,
    }


def _peak_memory() -> int:
    """Largest resident size of this process so far [bytes]."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak) * (1 if sys.platform == "darwin" else 1024)
