"""Analytic companions of a run: the current that enters its channels."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phasefield.analysis.analytic import (
    ContactAreaWarning,
    contact_current_profile,
    penetration_length,
    straight_channels,
)
from phasefield.analysis.estimates import Membrane, lines
from phasefield.report.data import RunData
from phasefield.report.document import Table

__all__ = ["Penetration", "companions_table", "penetration"]

SHAPES = {"overlapping_spheres": "overlapping_spheres", "separate_spheres": "spheres"}
"""Shape of the formulas by kind of scaffold; channels where there is none."""


@dataclass(frozen=True)
class Penetration:
    """Current density along the contact by the transmission line.

    Attributes
    ----------
    length : lambda [m].
    filled : depth to which lithium fills the pores [m].
    depth : below the front, 0 to `filled` [m].
    current_density : per true contact area at `depth` [A m-2].
    """

    length: float
    filled: float
    depth: NDArray[np.float64]
    current_density: NDArray[np.float64]


def penetration(
    data: RunData, applied: float, rise: float, initial_contact: float | None
) -> Penetration | None:
    """Current profile of a run when lithium stands `rise` [m] above its initial depth.

    Parameters
    ----------
    applied : current density per cross-section [A m-2].
    initial_contact : contact area per cross-section at the start [1]; needed when the resistance is
        given per cross-section, else the profile is unknown (None).
    """
    case, surface, porosity = data.case, data.analytic_surface, data.porosity
    if surface is None or porosity is None:
        return None
    resistance = case.resistance
    if case.kinetics.basis == "cross_section":
        if not initial_contact:
            return None
        resistance *= initial_contact
    conductivity = straight_channels(case.conductivity, porosity)
    length = float(penetration_length(conductivity, resistance, surface))
    filled = case.lithium.depth + rise
    depth = np.linspace(0.0, filled, 101)
    share = contact_current_profile(filled - depth, surface, filled, length)
    return Penetration(length, filled, depth, applied * np.asarray(share))


def companions_table(data: RunData) -> Table:
    """What formulas say of this porosity, pore size and filling; empty where one is unknown."""
    case, porosity, current = data.case, data.porosity, data.last("current density")
    if porosity is None or not current or data.frames is None:
        return Table((), ())
    straight = "slits" if case.dimensions == 2 else "channels"
    membrane = Membrane(
        SHAPES.get(case.geometry.kind, straight), porosity, case.geometry.pore_size,
        case.lithium.depth, case.resistance, case.conductivity,
        data.frames.plane.height, current,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ContactAreaWarning)  # the run has said it
        rows = [(name.strip(), value) for name, value in lines(membrane)]
    caption = f"Pores as {membrane.shape.replace('_', ' ')}; lithium as deep as at the start."
    return Table(("by formula", "value"), rows, caption)
