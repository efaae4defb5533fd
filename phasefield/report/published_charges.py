"""Where the charge of a run of the published model went, and what its order parameters show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from phasefield.report.data import RunData
from phasefield.report.document import Table
from phasefield.report.number_format import micrometres, number, percent, time_scale
from phasefield.report.style import ACCENT, LITHIUM, LLZO, MUTED, PAGE_WIDTH, figure

__all__ = [
    "CONCENTRATION",
    "CONNECTION",
    "IN_LLZO",
    "bypass",
    "closures_table",
    "ledger_figure",
    "ledger_sentences",
    "ledger_table",
]

CHARGE, METAL, REACTION = "charge", "metal grown", "reaction"
ELECTRODE, IONS_IN = "counter electrode", "ions in"
METAL_SIDE, INVENTORY = "ions in at the metal", "ion inventory change"
IN_LLZO, CONNECTION = "lithium in LLZO", "smallest connection"
CONCENTRATION = "smallest concentration"

AGREES = 0.01
"""Difference, as a share of the charge of the protocol, below which two entries agree."""


class Charge(NamedTuple):
    """The charge of the protocol: its value [C m-2], and what it is called."""

    value: float
    name: str


def ledger_figure(data: RunData) -> Figure:
    """The entries of the charge ledger against time, with the charge that was asked for."""
    made = figure(0.8 * PAGE_WIDTH, 3.3)
    axes = made.subplots()
    factor, unit = time_scale(float(data.column("time")[-1]))
    time = data.column("time") / factor
    for column, name, colour, line in (
        (ELECTRODE, "counter electrode", LLZO, "-"),
        (IONS_IN, "ions in", "#7A9CCF", "-"),
        (METAL_SIDE, "ions in, metal side", "#7A9CCF", "-."),
        (INVENTORY, "ion inventory change", "#7A9CCF", "--"),
        (REACTION, "reaction term", ACCENT, "-"),
        (METAL, "metal grown", LITHIUM, "-"),
    ):
        if column == METAL_SIDE and not _fixed(data):
            continue
        axes.plot(time, data.column(column), line, color=colour, label=name)
    name = _charge_name(data)
    axes.plot(time, data.column(CHARGE), ":", color="black", linewidth=1.0, label=name)
    axes.axhline(0.0, color=MUTED, linewidth=0.7)
    axes.set(xlabel=f"time [{unit}]", ylabel="charge [C m$^{-2}$]", xlim=(0, time[-1]))
    made.legend(loc="outside right center")
    return made


def ledger_table(data: RunData) -> Table:
    """The ledger at the last step: charge, share of that of the protocol, what it says."""
    charge = data.last(CHARGE)
    entries = _entries(data)
    if charge is None or charge == 0 or not _complete(entries):
        return Table((), ())
    asked = Charge(charge, _charge_name(data))
    says = {
        CHARGE: f"current density × time{_WHILE_HELD if data.case.holds_voltage else ''}.",
        METAL: _metal(entries[METAL], asked),
        REACTION: _capillary(entries[METAL] - entries[REACTION], asked),
        ELECTRODE: _bypass(entries[ELECTRODE] - charge, entries[ELECTRODE], asked),
        IONS_IN: _ions(entries, asked),
        METAL_SIDE: _ions(entries, asked),
        INVENTORY: _stored(entries[INVENTORY], asked),
    }
    rows = [
        (asked.name if key == CHARGE else _NAMES[key], _charge(value), percent(value / charge),
         says[key])
        for key, value in entries.items()
    ]  # fmt: skip
    return Table(("entry", "C/m²", f"of the {asked.name}", "what it says"), rows)


def closures_table(data: RunData) -> Table:
    """Lithium inside LLZO, smallest connection, smallest concentration: at the start and now."""
    return Table(("measure", "start", "last step", "what it says"), [*_closures(data)])


def ledger_sentences(data: RunData) -> list[str]:
    """The two differences that a reader must know, as sentences for the top of the page."""
    asked, entries = data.last(CHARGE), _entries(data)
    if not asked or not _complete(entries):
        return []
    passed, capillary = entries[ELECTRODE], entries[METAL] - entries[REACTION]
    why = (
        "the current density is counted by it wherever the voltage is held"
        if data.case.holds_voltage
        else "the voltage is adjusted until it does"
    )
    return [
        f"Metal grown agrees with the {_charge_name(data)} because {why}."
        f" {number(passed / asked, 3)} times that charge entered at the counter electrode,"
        f" and capillary motion {_made(capillary)} lithium worth"
        f" {number(abs(capillary / asked), 3)} times it without current: defects of this model, see"
        " the charge ledger."
    ]


def bypass(data: RunData) -> list[tuple[str, str]]:
    """Name and value of the charge at the counter electrode over the one asked for, if known."""
    asked, passed = data.last(CHARGE), data.last(ELECTRODE)
    if not asked or passed is None:
        return []
    return [("charge passed / plated", number(passed / asked))]


_WHILE_HELD = "; while a voltage is held, the current density is that of the metal's growth"

_NAMES = {
    CHARGE: "charge",
    METAL: "metal grown",
    REACTION: "reaction term",
    ELECTRODE: "counter electrode",
    IONS_IN: "ions in",
    METAL_SIDE: "ions in, metal side",
    INVENTORY: "ion inventory change",
}


def _entries(data: RunData) -> dict[str, float]:
    """Last values of the ledger; ions at the metal side only where they pass."""
    found = {key: data.last(key) for key in _NAMES if key != METAL_SIDE or _fixed(data)}
    return {key: value for key, value in found.items() if value is not None}


def _fixed(data: RunData) -> bool:
    return data.case.paper.metal_side_concentration == "fixed"


def _complete(entries: dict[str, float]) -> bool:
    return set(_NAMES) - set(entries) <= {METAL_SIDE}


def _charge_name(data: RunData) -> str:
    return "charge plated" if data.case.holds_voltage else "charge asked for"


def _metal(metal: float, asked: Charge) -> str:
    if abs(metal - asked.value) > 0.002 * abs(asked.value):
        return f"Should equal the {asked.name}, by control of the voltage, and does not."
    if asked.name == "charge plated":
        return "Equals the charge plated: by control, or because the current is counted by it."
    return f"Equals the {asked.name} by control: the voltage is adjusted until it does."


def _capillary(difference: float, asked: Charge) -> str:
    """What is left of the metal once the reaction term is taken away."""
    if abs(difference) <= AGREES * abs(asked.value):
        return "Agrees with the metal grown: hardly any lithium came or went without current."
    return (
        f"Metal grown minus this is {_charge(difference)} C/m²: capillary motion"
        f" {_made(difference)} that much lithium without current."
    )


def _made(difference: float) -> str:
    return "created" if difference > 0 else "removed"


def _bypass(excess: float, passed: float, asked: Charge) -> str:
    if abs(excess) <= AGREES * abs(asked.value):
        return f"Agrees with the {asked.name}: all the current plates."
    if excess < 0:
        return f"Less than the {asked.name}: part of the metal grew without current from here."
    most = "most of the current" if excess > 0.5 * passed else "part of the current"
    return (
        f"{_charge(excess)} C/m² above the {asked.name}, {percent(excess / passed)} of what"
        f" entered: {most} bypasses plating."
    )


def _ions(entries: dict[str, float], asked: Charge) -> str:
    """What the ions that entered say, at one electrode or at both."""
    both = "With those at the other electrode, minus" if METAL_SIDE in entries else "Minus"
    entered = entries[IONS_IN] + entries.get(METAL_SIDE, 0.0)
    difference = entered - entries[INVENTORY] - entries[METAL]
    if abs(difference) <= AGREES * abs(asked.value):
        return f"{both} the change of the inventory equals the metal grown: no ion is lost."
    return (
        f"{both} the change of the inventory differs from the metal grown by {_charge(difference)}"
        " C/m²: ions are lost or made."
    )


def _stored(inventory: float, asked: Charge) -> str:
    if abs(inventory) <= AGREES * abs(asked.value):
        return "The ions in the domain are as many as at the start."
    verb = "entered and stayed as ions" if inventory > 0 else "left the domain as ions"
    times = number(abs(inventory / asked.value), 3)
    return f"{times} times the {asked.name} {verb}, not as metal."


def _closures(data: RunData) -> Iterator[tuple[str, str, str, str]]:
    for column, name, write in (
        (IN_LLZO, "lithium in LLZO", micrometres),
        (CONNECTION, "smallest connection", number),
        (CONCENTRATION, "smallest concentration", _concentration),
    ):
        values = data.column(column)
        if len(values) and np.isfinite(values[[0, -1]]).all():
            first, last = float(values[0]), float(values[-1])
            yield name, write(first), write(last), _MEANINGS[column](first, last, data)


def _lithium_in_llzo(first: float, last: float, data: RunData) -> str:
    grown = data.column("lithium volume per area")
    total = float(grown[-1] - grown[0])
    text = "∫ ξ h(φ), per cross-section; at the start the overlap of the two diffuse profiles."
    if total <= 0:
        return text
    return f"{text} The change is {percent((last - first) / total)} of the lithium plated."


def _connected(_first: float, last: float, _data: RunData) -> str:
    text = "h(ξ) + h(φ) where lithium meets LLZO; 1 is joined, 0 a gap of empty pore."
    if last > 0.9:
        return text
    return f"{text} Below one, ions and current cross a layer that conducts less than LLZO."


def _depleted(_first: float, last: float, _data: RunData) -> str:
    text = "of lithium ions, anywhere in the domain."
    return text if last >= 0 else f"{text} Negative: not physical; nothing keeps it above zero."


_MEANINGS = {IN_LLZO: _lithium_in_llzo, CONNECTION: _connected, CONCENTRATION: _depleted}


def _charge(value: float) -> str:
    return f"{value:,.0f}".replace(",", " ").replace("-", "−")


def _concentration(value: float) -> str:
    return f"{_charge(value)} mol/m³"
