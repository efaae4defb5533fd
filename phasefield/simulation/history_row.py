"""The row of the history that every step writes."""

from __future__ import annotations

import math
from typing import Any

from phasefield.case import Case
from phasefield.models.readings import Observation
from phasefield.simulation.loop import Simulation

__all__ = [
    "COLUMNS",
    "CONSERVED_COLUMNS",
    "PUBLISHED_COLUMNS",
    "SALT_COLUMNS",
    "SYMMETRIC_COLUMNS",
    "columns",
    "row",
]


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


PUBLISHED_COLUMNS = (
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
    """History row of the newest state; NaN where a quantity has no meaning yet (t = 0)."""
    ledger, last = simulation.ledger, simulation.last
    seen = simulation.observe()
    started = simulation.step > 0
    values = (
        simulation.step,
        simulation.protocol_step,
        simulation.case.stages[simulation.protocol_step - 1].cycle if started else 0,
        simulation.time,
        simulation.last_dt if started else math.nan,
        simulation.state.current_density,
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
    passed = simulation.ledger.absolute_charge * simulation.model.readings.volume_per_charge
    values = (
        abs(second.lithium_change) / passed if passed else 0.0,
        second.lithium_volume_per_area,
        second.uniformity.mean_rise_m,
        second.uniformity.nonuniformity,
        second.contact_area_per_area,
        second.void_volume_per_area,
    )
    return dict(zip(SYMMETRIC_COLUMNS, values, strict=True))


def columns(case: Case) -> tuple[str, ...]:
    """Columns of history.csv for a case."""
    if case.model == "paper":
        return COLUMNS + PUBLISHED_COLUMNS
    salt = SALT_COLUMNS if case.electrolyte.transference_number < 1.0 else ()
    added = SYMMETRIC_COLUMNS if case.cell.kind == "symmetric" else ()
    conducting = any(coating.sheet_conductance > 0.0 for coating in case.coatings)
    return COLUMNS + CONSERVED_COLUMNS + salt + (COATING_COLUMNS if conducting else ()) + added


def _audit_row(simulation: Simulation) -> dict[str, float]:
    """The charge ledger of the published model; empty for the conserved one."""
    state = simulation.state
    audit: Any = simulation.model.audit
    if audit is None:
        return {}
    observer: Any = simulation.model.readings
    values = (
        simulation.ledger.metal,
        audit.reaction,
        audit.electrode,
        audit.ions_in,
        audit.metal_side,
        audit.inventory,
        observer.lithium_in_electrolyte(state.xi),
        observer.smallest_connection(state.xi),
        float(state.concentration.min()),
    )
    return dict(zip(PUBLISHED_COLUMNS, values, strict=True))
