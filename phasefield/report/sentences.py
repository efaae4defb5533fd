"""The run in a few plain sentences, each made from numbers that are there."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from phasefield.analysis.estimates import MAH_PER_CM2
from phasefield.case import WrittenQuantity
from phasefield.report.data import RunData
from phasefield.report.number_format import (
    current,
    length,
    micrometres,
    number,
    percent,
    time_span,
    voltage,
)
from phasefield.report.published_charges import ledger_sentences

__all__ = ["headline", "narrative", "notice"]

EVENNESS = (
    (0.02, "practically flat"),
    (0.1, "nearly even"),
    (0.3, "uneven"),
    (float("inf"), "strongly uneven"),
)
"""Words for a nonuniformity up to the number beside them."""

MUCH_ON_COATING = 0.05
"""Share of the current on bare coating from which on numbers of the front do not tell all."""


def notice(data: RunData) -> str | None:
    """What a reader must know first about a run that did not finish; None for one that did."""
    if data.status == "finished":
        return None
    last = data.last("time")
    asked = time_span(data.case.duration)
    if last is None:
        return f"This run ({data.status}) has not made a step of the {asked} asked for."
    return (
        f"This run did not finish ({data.status}): it reached {time_span(last)} of the {asked}"
        " asked for. The page shows what is there; its numbers are those of the last step."
    )


def headline(data: RunData) -> str:
    """What was simulated, in one line."""
    case = data.case
    verb = "cycled in" if any(step.applied.strips for step in case.protocol) else "plated into"
    steps = ", then ".join(entry.held.in_words(_write) for entry in case.entries)
    porosity = "" if data.porosity is None else f" porosity {100 * data.porosity:.4g} %"
    return (
        f"Lithium {verb} {case.geometry.in_words(length(case.geometry.pore_size))} in LLZO,"
        f"{porosity}, {steps}."
        f"{' The model as published.' if case.model == 'paper' else ''}"
    )


def _charge(value: float) -> str:
    """A charge per cross-section [C m-2] in mAh/cm²."""
    return number(value / MAH_PER_CM2, 3, "mAh/cm²")


WRITERS: Mapping[WrittenQuantity, Callable[[float], str]] = {
    "voltage": voltage,
    "charge": _charge,
    "current density": current,
    "duration": time_span,
}
"""How the quantities of a step are written."""


def _write(quantity: WrittenQuantity, value: float) -> str:
    return WRITERS[quantity](value)


def narrative(data: RunData) -> list[str]:
    """Sentences on rise, evenness, contact and balance; those without numbers are left out."""
    balance = ledger_sentences(data) if data.case.model == "paper" else [_balance(data)]
    sentences = (_rise(data), _evenness(data), _contact(data), _voltage(data), *balance)
    return [sentence for sentence in sentences if sentence]


def _rise(data: RunData) -> str | None:
    mean = data.value("mean rise")
    faraday = data.value("Faraday rise")
    charge = data.last("charge")
    if mean is None or not faraday or charge is None:
        return None
    text = (
        f"After {number(charge / MAH_PER_CM2, 3, 'mAh/cm²')} the front has risen by"
        f" {micrometres(mean)} on average: {percent(mean / faraday)} of the Faraday rise of"
        f" {micrometres(faraday)}"
    )
    pressure = data.last("max pressure")
    if pressure is None:
        return f"{text}."
    return f"{text}; the largest pressure in the metal is {number(pressure / 1e6, 2, 'MPa')}."


def _evenness(data: RunData) -> str | None:
    spread = data.value("nonuniformity")
    if spread is None:
        return None
    bare = data.value("current on bare coating")
    if bare is not None and bare > MUCH_ON_COATING:
        return (
            f"{percent(bare)} of the current at the end plates on bare coating: what the page says"
            " of the front is said of one front, not of all that was plated; look at the pictures."
        )
    word = next(word for limit, word in EVENNESS if spread < limit)
    text = f"The deposit is {word}: front heights scatter by {percent(spread)} of the Faraday rise"
    ratio = data.value("wall to centre")
    if ratio is None or abs(ratio - 1) < 0.005:
        return f"{text}."
    if ratio < 0:
        return f"{text}; at the walls they moved the other way than in the middle of the pore."
    where = "runs ahead along the walls" if ratio > 1 else "lags at the walls"
    return f"{text}, and lithium {where} ({number(ratio, 3)} times the rise of the pore centre)."


def _contact(data: RunData) -> str | None:
    area = data.value("contact area per area")
    mean = data.value("current density reduction mean")
    peak = data.value("current density reduction peak")
    if area is None or mean is None or peak is None:
        return None
    return (
        f"Lithium touches LLZO on {number(area, 3)} times the cross-section: the current density on"
        f" the contact is {_against_applied(mean)} the applied one on average,"
        f" {_against_applied(peak)} it where it is largest."
    )


def _against_applied(reduction: float) -> str:
    return f"{percent(abs(reduction))} {'below' if reduction >= 0 else 'above'}"


def _voltage(data: RunData) -> str | None:
    voltage = data.value("voltage")
    if voltage is None:
        return None
    symmetric = data.case.cell.kind == "symmetric"
    against = (
        "second electrode against the first" if symmetric else "counter electrode against metal"
    )
    return f"The cell voltage is {number(voltage * 1e3, 3, 'mV')}, {against}."


def _balance(data: RunData) -> str | None:
    error = data.value("charge balance error")
    if error is None:
        return None
    return f"Metal grown and charge passed agree within {number(error, 2)} of the charge."
