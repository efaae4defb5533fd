"""The row of the history that every step writes."""

from __future__ import annotations

from phasefield.case import Case
from phasefield.simulation.loop import Simulation
from phasefield.simulation.quantities import of_case
from phasefield.simulation.quantity import Seen

__all__ = ["columns", "row"]


def columns(case: Case) -> tuple[str, ...]:
    """Columns of history.csv for a case, in order."""
    return tuple(each.column for each in of_case(case) if each.in_history)


def row(simulation: Simulation, wall_s: float) -> dict[str, float]:
    """History row of the newest state; NaN where a quantity has no meaning yet (t = 0).

    `wall_s` is the wall time spent on the run so far [s].
    """
    seen = Seen(simulation, wall_s)
    known = (each for each in of_case(simulation.case) if each.in_history)
    return {each.column: each.value(seen) for each in known}
