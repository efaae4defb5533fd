"""The charge ledger: what passed the counter electrode against the metal that is there."""

from __future__ import annotations

from dataclasses import dataclass

from phasefield.solvers.time_formula import TimeFormula

__all__ = ["SMALLEST_SCALE", "Ledger"]

ROUNDING = 1e-9
"""Net charge over the sum of |charge| below which it counts as none: the residuals that Newton's
method leaves add up to some 1e-13 of it."""

SMALLEST_SCALE = 0.1
"""Net charge over the largest one so far below which no front is measured by it. Chosen: while the
charge goes back through 0 a front keeps the scatter that the cycle has given it, and a ratio of the
two grows without a limit; this one lets it be ten times that to the largest deposit."""


@dataclass
class Ledger:
    """Charge per total cross-section [C m-2] by the counter electrode, and metal by the field.

    The charge is integrated with the time formula of the step from the current density; the metal
    is summed from xi. In the conserved model the current density is the ion flux that enters at the
    counter electrode, imposed or found, and neither is computed from the other. In the published
    model it is imposed on the metal's growth, or, under a held voltage, read off it.

    Attributes
    ----------
    initial_metal : metal of the relaxed state, as charge [C m-2].
    charge, previous_charge : net charge passed up to the last two states [C m-2].
    absolute_charge : sum of |charge| over the steps [C m-2].
    metal : metal grown since the start, as charge [C m-2].
    worst : largest |metal - charge| so far [C m-2].
    largest : largest |charge| so far [C m-2].
    """

    initial_metal: float
    charge: float = 0.0
    previous_charge: float = 0.0
    absolute_charge: float = 0.0
    metal: float = 0.0
    worst: float = 0.0
    largest: float = 0.0

    def record(self, formula: TimeFormula, current_density: float, metal: float) -> None:
        """Book a step that ended at `current_density` [A m-2] with `metal` [C m-2]."""
        charge = self.charge_after(formula, current_density)
        self.absolute_charge += abs(charge - self.charge)
        self.previous_charge, self.charge = self.charge, charge
        self.metal = metal - self.initial_metal
        self.worst = max(self.worst, abs(self.metal - self.charge))
        self.largest = max(self.largest, abs(self.charge))

    def charge_after(self, formula: TimeFormula, current_density: float) -> float:
        """Net charge [C m-2] after a step that ends at `current_density` [A m-2]."""
        return formula.integrated(self.charge, self.previous_charge, current_density)

    @property
    def net_charge(self) -> float:
        """Net charge [C m-2]; exactly 0 where only rounding is left of what went to and fro."""
        return self.charge if abs(self.charge) > ROUNDING * self.absolute_charge else 0.0

    @property
    def is_scale(self) -> bool:
        """Whether fronts are measured by the net charge; always so while only plated."""
        return abs(self.charge) >= SMALLEST_SCALE * self.largest

    @property
    def balance(self) -> float | None:
        """Metal grown over net charge [1]; None when no net charge has passed."""
        return self.metal / self.charge if self.net_charge else None

    @property
    def error(self) -> float:
        """Largest |metal - charge| over the charge that has passed in either direction [1]."""
        return self.worst / self.absolute_charge if self.absolute_charge else 0.0
