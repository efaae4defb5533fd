"""A binary electrolyte with a transference number: coefficients and formulas of equation (F)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from phasefield.constants import FARADAY, GAS_CONSTANT
from phasefield.physics.scalar import Scalar

__all__ = ["Salt", "diffusion_voltage", "exchange_ratio"]


class Salt(NamedTuple):
    """Parameters of the salt, SI.

    Attributes
    ----------
    transference_number : t+ of lithium [1].
    diffusivity : D of the salt [m2 s-1].
    concentration : c0, at t = 0 [mol m-3].
    diffusion_voltage : 2 (1 - t+) RT/F, see the function of this name [V].
    """

    transference_number: float
    diffusivity: float
    concentration: float
    diffusion_voltage: float

    @property
    def anions_per_charge(self) -> float:
        """Anions that the current carries the other way, (1 - t+)/F [mol C-1]."""
        return (1.0 - self.transference_number) / FARADAY


def diffusion_voltage(transference_number: float, temperature: float) -> float:
    """Factor of grad ln c in the current, 2 (1 - t+) RT/F [V].

    j = -sigma [grad V_l - 2 (1 - t+) (RT/F) grad ln c] for one positive and one negative charge per
    formula unit and a potential V_l against lithium in the same place, activity coefficients
    constant (Newman & Balsara, Electrochemical Systems, 4th edition, 2021, chapter 12).
    """
    return 2.0 * (1.0 - transference_number) * GAS_CONSTANT * temperature / FARADAY


def exchange_ratio(c: Scalar, c0: float, transfer_coefficient: float) -> Scalar:
    """i0(c)/i0(c0) = (c/c0)^(1 - alpha) [1], alpha that of plating, theory equation (F).

    e is against lithium in equilibrium with c. At a fixed electrostatic potential this makes the
    rate of plating proportional to c and that of stripping independent of it.
    """
    return np.power(c / c0, 1.0 - transfer_coefficient)
