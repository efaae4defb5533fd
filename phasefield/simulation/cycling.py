"""Cycles and staircases, from the records of the steps of the protocol."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from phasefield.case import Stage
from phasefield.models.base import Json
from phasefield.simulation.schedule import ENDS_STAIRCASE, StepRecord

__all__ = ["CycleRecord", "cycles", "staircases"]


@dataclass(frozen=True)
class CycleRecord:
    """What a cycle has come to, as far as it got.

    Attributes
    ----------
    cycle : its number, from 1.
    plated_C_per_m2, stripped_C_per_m2 : charge of the steps that plated and that stripped.
    coulombic_efficiency : stripped over plated [1]; None where nothing was plated.
    capacity_retention : stripped over what the first cycle that stripped has stripped [1].
    plating_voltage_V, stripping_voltage_V : at the end of the last step that plated and that
        stripped [V]; None without one.
    contact_area_per_area, void_volume_m, dead_lithium_m : at its end.
    interfacial_resistance_ohm_m2 : at its end.
    ended_by : reasons of the ends of its steps, in order.
    """

    cycle: int
    plated_C_per_m2: float
    stripped_C_per_m2: float
    coulombic_efficiency: float | None
    capacity_retention: float | None
    plating_voltage_V: float | None
    stripping_voltage_V: float | None
    contact_area_per_area: float
    void_volume_m: float
    dead_lithium_m: float
    interfacial_resistance_ohm_m2: float
    ended_by: tuple[str, ...]


def cycles(records: Sequence[StepRecord]) -> list[CycleRecord]:
    """The cycles of a run, oldest first."""
    found: list[CycleRecord] = []
    first: float | None = None
    for number, group in groupby(records, key=lambda record: record.cycle):
        steps = [*group]
        plating = [step for step in steps if step.charge_C_per_m2 > 0 and step.kind != "rest"]
        stripping = [step for step in steps if step.charge_C_per_m2 < 0 and step.kind != "rest"]
        plated = sum(step.charge_C_per_m2 for step in plating)
        stripped = -sum(step.charge_C_per_m2 for step in stripping)
        first = first or stripped or None
        last = steps[-1]
        found.append(
            CycleRecord(
                cycle=number,
                plated_C_per_m2=plated,
                stripped_C_per_m2=stripped,
                coulombic_efficiency=stripped / plated if plated else None,
                capacity_retention=stripped / first if first else None,
                plating_voltage_V=plating[-1].voltage_V if plating else None,
                stripping_voltage_V=stripping[-1].voltage_V if stripping else None,
                contact_area_per_area=last.contact_area_per_area,
                void_volume_m=last.void_volume_m,
                dead_lithium_m=last.dead_lithium_m,
                interfacial_resistance_ohm_m2=last.interfacial_resistance_ohm_m2,
                ended_by=tuple(step.ended_by for step in steps),
            )
        )
    return found


def staircases(records: Sequence[StepRecord], stages: Sequence[Stage]) -> Iterator[Json]:
    """Where each staircase ended: largest current density that held, and the one that failed.

    Yields the keys `held` and `failed`, both without a sign [A m-2], None where there is none, and
    `ended_by`, the reason of the last step.
    """
    numbered = [(stages[record.step - 1].staircase, record) for record in records]
    for number, group in groupby(numbered, key=lambda item: item[0]):
        steps = [record for _, record in group]
        if number == 0:
            continue
        failed = abs(steps[-1].current_density) if steps[-1].ended_by in ENDS_STAIRCASE else None
        held = [abs(step.current_density) for step in steps if abs(step.current_density) != failed]
        yield {
            "held": max(held, default=None),
            "failed": failed,
            "ended_by": steps[-1].ended_by,
        }
