"""The geometry section of a case file: which scaffold, and its measures."""

from __future__ import annotations

from typing import Literal

from phasefield.case_quantity import Fraction, Length, Width
from phasefield.case_sections import FROM_OTHERS, Section, key

__all__ = ["Geometry"]


class Geometry(Section):
    """The scaffold: parallel channels that run up from the lithium side."""

    kind: Literal["channels"] = key("generator of the scaffold", "channels", "channels")
    arrangement: Literal["slit", "square", "hexagonal"] = key(
        "how channels lie: slit in 2D (default); square (default) or hexagonal in 3D",
        "slit",
        FROM_OTHERS,
    )
    pore_size: Length = key("slit width in 2D, channel diameter in 3D", "1.5 um")
    porosity: Fraction = key("pore volume over total volume", "50 %")
    height: Length = key("extent of the domain along the channels", "10 um")
    width: Width = key(
        "extent across the channels: whole periods, or unit_cell, the smallest symmetric cell",
        "unit_cell",
        "unit_cell",
    )
