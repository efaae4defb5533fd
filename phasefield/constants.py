"""Physical constants (CODATA, through scipy) that the equations use."""

from __future__ import annotations

from scipy.constants import N_A, R, e

__all__ = ["AVOGADRO", "FARADAY", "GAS_CONSTANT"]

AVOGADRO: float = N_A
"""Avogadro constant [mol-1]."""

FARADAY: float = N_A * e
"""Faraday constant F [C mol-1]."""

GAS_CONSTANT: float = R
"""Molar gas constant R [J mol-1 K-1]."""
