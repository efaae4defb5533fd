"""A number of a run: what it is called, what it says, how it is read and where it is written."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from phasefield.case import Case

if TYPE_CHECKING:  # slow to import, and who only writes of numbers needs none of it
    from phasefield.models.conserved.voltage import Resistance, VoltageParts
    from phasefield.models.published.readings import PublishedAudit, PublishedReadings
    from phasefield.models.readings import Observation, SaltState, SecondElectrode
    from phasefield.simulation.loop import Simulation

__all__ = ["Group", "Headline", "Quantity", "Section", "Seen"]

Section = Literal[
    "time", "evenness", "deposit", "balance", "charge", "voltage", "further", "voids", "contact",
    "setting", "ledger", "solver", "steps", "end",
]  # fmt: skip
"""Parts of summary.json, in their order."""


@dataclass(frozen=True)
class Seen:
    """A simulation at its newest state, as quantities read it.

    Attributes
    ----------
    simulation : what ran.
    wall_s : wall time spent on it so far [s].
    """

    simulation: Simulation
    wall_s: float

    @property
    def started(self) -> bool:
        """Whether a step has been made."""
        return self.simulation.step > 0

    @property
    def cycle(self) -> int:
        """Cycle that the newest step belongs to, from 1; 0 at t = 0."""
        stages = self.simulation.case.stages
        return stages[self.simulation.protocol_step - 1].cycle if self.started else 0

    @property
    def now(self) -> Observation:
        """Numbers of the newest state."""
        return self.simulation.observe()

    @property
    def parts(self) -> VoltageParts:
        """Of the voltage, in the conserved model."""
        assert self.now.parts is not None
        return self.now.parts

    @property
    def resistance(self) -> Resistance:
        """Of the newest state, in the conserved model."""
        assert self.now.resistance is not None
        return self.now.resistance

    @property
    def salt(self) -> SaltState:
        """Of an electrolyte that has one."""
        assert self.now.salt is not None
        return self.now.salt

    @property
    def second(self) -> SecondElectrode:
        """Of a symmetric cell."""
        assert self.now.second is not None
        return self.now.second

    @property
    def lithium_drift(self) -> float:
        """Lithium that both electrodes have gained, over that which passed between them [1]."""
        simulation = self.simulation
        passed = simulation.ledger.absolute_charge * simulation.model.readings.volume_per_charge
        return abs(self.second.lithium_change) / passed if passed else 0.0

    @property
    def audit(self) -> PublishedAudit:
        """The charges that the published model keeps book of."""
        from phasefield.models.published.readings import PublishedAudit

        audit = self.simulation.model.audit
        assert isinstance(audit, PublishedAudit)
        return audit

    @property
    def published(self) -> PublishedReadings:
        """What reads the states of the published model."""
        from phasefield.models.published.readings import PublishedReadings

        readings = self.simulation.model.readings
        assert isinstance(readings, PublishedReadings)
        return readings


@dataclass(frozen=True)
class Headline:
    """How a report shows a number that runs are judged and compared by.

    Attributes
    ----------
    meaning : what it says, in a few words.
    name : in the report; "": that of the quantity.
    unit : it is shown in; "%" with one decimal.
    factor : from the unit of the quantity to `unit`; of no use for "%".
    digits : significant ones.
    at_the_top : whether it also stands above everything else.
    """

    meaning: str
    name: str = ""
    unit: str = ""
    factor: float = 1.0
    digits: int = 3
    at_the_top: bool = False


@dataclass(frozen=True)
class Quantity:
    """A number of a run; everything that is written of it follows from this.

    Attributes
    ----------
    name : in words, "mean rise".
    unit : as in the header of the history, "A/m^2"; "1" for a pure number.
    sentence : what it says, for the documentation. Words in brackets lead to `page`.
    read : the number, in SI units.
    page : where it is defined: a page below docs/ with its anchor, or "".
    section : part of summary.json that it stands in; None: it does not.
    given_key : there, where it is not `key_of` its column.
    in_history : whether it is a column of history.csv.
    needs_step : whether it means nothing, and is NaN, before the first step.
    headline : how a report shows it; None: among no headline numbers.
    """

    name: str
    unit: str
    sentence: str
    read: Callable[[Seen], float]
    page: str = ""
    section: Section | None = "further"
    given_key: str = ""
    in_history: bool = True
    needs_step: bool = False
    headline: Headline | None = None

    @property
    def column(self) -> str:
        """Header in history.csv."""
        return f"{self.name} [{self.unit}]"

    @property
    def in_summary(self) -> bool:
        """Whether it is a number of summary.json; the ledger there holds columns."""
        return self.section is not None and self.section != "ledger"

    @property
    def key(self) -> str:
        """Name in summary.json: "a b per area [V]" is a_b_V."""
        words = self.name.removesuffix(" per area")
        return self.given_key or f"{words}{self._unit_in_key}".replace(" ", "_")

    @property
    def label(self) -> str:
        """Words and unit of the key, as on an axis: "a b [V]"."""
        words = self.key.removesuffix(self._unit_in_key.replace(" ", "_")).replace("_", " ")
        return words if self.unit == "1" else f"{words} [{self.unit}]"

    @property
    def title(self) -> str:
        """Name in a report."""
        return (self.headline.name if self.headline else "") or self.name

    def value(self, seen: Seen) -> float:
        """The number now; NaN where it has no meaning."""
        return math.nan if self.needs_step and not seen.started else self.read(seen)

    @property
    def _unit_in_key(self) -> str:
        return "" if self.unit == "1" else f" {self.unit.replace('^', '').replace('/', ' per ')}"


@dataclass(frozen=True)
class Group:
    """Quantities that a run has together.

    Attributes
    ----------
    name : in one word.
    present : whether a case has them.
    quantities : in the order of their columns.
    """

    name: str
    present: Callable[[Case], bool]
    quantities: tuple[Quantity, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Their headers in history.csv."""
        return tuple(each.column for each in self.quantities if each.in_history)
