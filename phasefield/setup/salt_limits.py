"""What salt allows in a case: limiting current density and Sand's time."""

from __future__ import annotations

from math import inf

from phasefield.analysis.salt_limits import limiting_current_density, sand_time
from phasefield.case import Case
from phasefield.grid.smoothed_domain import Domain

__all__ = ["estimate"]


def estimate(case: Case, domain: Domain) -> tuple[float, float] | None:
    """Limiting current density [A m-2] and Sand's time of the largest given current [s].

    Both are of planes as far apart as the lithium is from the other end of the domain, or from the
    other lithium, with an electrolyte straight up that fills its share of the domain; infinite time
    without a given current, None for a single-ion conductor. Below the limiting current Sand's time
    is never reached.
    """
    given = case.electrolyte
    if given.diffusivity is None or given.concentration is None:
        return None
    salt = given.diffusivity, given.concentration, given.transference_number
    lithium = case.lithium.depth + (case.lithium.depth_top or 0.0)
    share, length = 1.0 - domain.porosity, domain.grid.height - lithium
    applied = [step.applied for step in case.protocol]
    largest = max((abs(each.value) for each in applied if each.is_current), default=0.0)
    sand = sand_time(largest / share, *salt) if largest > 0.0 else inf
    return share * limiting_current_density(length, *salt), sand
