"""Closed forms of salt diffusion between a plane of lithium and a plane counter electrode.

Both give off or take up the whole current as lithium ions, the anions stay: at either one
D dc/dx = (1 - t+) i/F (Newman & Balsara, Electrochemical Systems, 4th edition, 2021, chapters 11
and 12; Sand, Philosophical Magazine 1 (1901) 45).
"""

from __future__ import annotations

from math import pi

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfc

from phasefield.constants import FARADAY

__all__ = ["depletion_profile", "limiting_current_density", "sand_time"]


def sand_time(
    current_density: float, diffusivity: float, concentration: float, transference_number: float
) -> float:
    """Sand's time pi D (c0 F / (2 i (1 - t+)))^2 [s].

    After it the salt at lithium that is plated at i [A m-2] is used up, if the counter electrode is
    farther away than the salt diffuses; `diffusivity` D [m2 s-1], `concentration` c0 [mol m-3].
    """
    supply = concentration * FARADAY / (2.0 * (1.0 - transference_number) * current_density)
    return pi * diffusivity * supply**2


def limiting_current_density(
    length: float, diffusivity: float, concentration: float, transference_number: float
) -> float:
    """Current density 2 F D c0 / ((1 - t+) L) [A m-2] of a cell of `length` L [m].

    In its steady state c falls linearly from the counter electrode to 0 at the lithium, with c0 as
    its mean.
    """
    return 2.0 * FARADAY * diffusivity * concentration / ((1.0 - transference_number) * length)


def depletion_profile(
    distance: NDArray[np.float64],
    time: float,
    current_density: float,
    diffusivity: float,
    concentration: float,
    transference_number: float,
) -> NDArray[np.float64]:
    """c [mol m-3] at `distance` x [m] from lithium that has been plated for `time` t [s].

    c0 - 2 (1 - t+) i/(F D) sqrt(D t) ierfc(x/(2 sqrt(D t))), semi-infinite; ierfc(z) = exp(-z^2) /
    sqrt(pi) - z erfc(z). The other arguments are those of `sand_time`.
    """
    reach = np.sqrt(diffusivity * time)
    z = np.asarray(distance) / (2.0 * reach)
    slope = (1.0 - transference_number) * current_density / (FARADAY * diffusivity)
    integral = np.exp(-(z**2)) / np.sqrt(pi) - z * erfc(z)
    return np.asarray(concentration - 2.0 * slope * reach * integral)
