"""The state of a simulation: named fields at a few time levels, and what each field is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "ALL_FIELDS",
    "FIELDS",
    "MAP_FIELDS",
    "PAPER_FIELDS",
    "SALT_FIELDS",
    "STATIC_FIELDS",
    "FieldSpec",
    "Level",
    "PaperLevel",
]


@dataclass(frozen=True)
class FieldSpec:
    """What a field of the output is: its symbol in the theory, its SI unit, one line of text."""

    symbol: str
    unit: str
    description: str


FIELDS: dict[str, FieldSpec] = {
    "lithium_order_parameter": FieldSpec("xi", "1", "1 in lithium metal, 0 in the empty pore"),
    "lithium_fraction": FieldSpec(
        "psi xi", "1", "share of lithium in the cell: the field to look at, it ends at the wall"
    ),
    "ion_potential": FieldSpec("V_l", "V", "potential of lithium ions in LLZO; NaN outside LLZO"),
    "chemical_potential": FieldSpec(
        "mu", "Pa", "chemical potential of lithium per molar volume; NaN outside the pores"
    ),
    "metal_potential": FieldSpec("V_s", "V", "electron potential of lithium; NaN outside lithium"),
    "contact_current_density": FieldSpec(
        "i", "A/m^2", "current per true Li | LLZO contact area; NaN away from the contact"
    ),
}
"""Fields of every frame, in the order they are written."""

SALT_FIELDS: dict[str, FieldSpec] = {
    "concentration": FieldSpec(
        "c", "mol/m^3", "concentration of salt in the electrolyte; NaN outside it"
    ),
}
"""Fields of every frame where the electrolyte has a salt, after `FIELDS`."""

PAPER_FIELDS: dict[str, FieldSpec] = {
    "lithium_order_parameter": FIELDS["lithium_order_parameter"],
    "ion_concentration": FieldSpec("c", "mol/m^3", "concentration of lithium ions"),
    "electric_potential": FieldSpec(
        "V", "V", "potential of everything, 0 at the counter electrode"
    ),
}
"""Fields of every frame of the published model, in the order they are written."""

STATIC_FIELDS: dict[str, FieldSpec] = {
    "electrolyte_order_parameter": FieldSpec("phi", "1", "1 in LLZO, 0 in the pore"),
    "wall_density": FieldSpec("a", "1/m", "wall area per volume"),
}
"""Fields that never change, written once."""

MAP_FIELDS: dict[str, FieldSpec] = {
    "coating": FieldSpec(
        "-", "1", "number of the coating, 0 on clean wall; NaN away from the wall"
    ),
    "charge_transfer_resistance": FieldSpec("R_ct", "ohm*m^2", "of the wall; NaN away from it"),
    "contact_angle": FieldSpec("theta_c", "deg", "of lithium on the wall; NaN away from it"),
    "sheet_conductance": FieldSpec(
        "G", "S", "for electrons, of the coating of the wall; NaN away from it"
    ),
    "conductivity": FieldSpec("sigma", "S/m", "of dense electrolyte; NaN outside the electrolyte"),
}
"""Fields that never change, of cases with coatings (the first three, and the fourth where one
conducts electrons) and with regions."""

ALL_FIELDS: dict[str, FieldSpec] = {
    **FIELDS,
    **SALT_FIELDS,
    **PAPER_FIELDS,
    **STATIC_FIELDS,
    **MAP_FIELDS,
}
"""Every field that a run can hold."""


@dataclass(frozen=True)
class Level:
    """Unknowns of the conserved model at one time, arrays of shape (nz, ny, nx).

    Attributes
    ----------
    time : [s].
    xi : lithium order parameter [1]; 0 in dropped cells.
    mu : chemical potential of lithium [Pa]; 0 in dropped cells.
    ion_potential : V_l [V]; 0 in dropped cells.
    metal_potential : V_s [V] that a cell reacts against, constant over each lithium body.
    bonded : 1 where the metal is whole and bears tension from here on, else 0 (`Cohesion`).
    current_density : J per total cross-section that flows [A m-2]; none at rest.
    concentration : c of the salt [mol m-3]; c0 in dropped cells; None in a single-ion conductor.
    noise : what random flows brought in the step to this level, (3, nz, ny, nx), see
        `ThermalNoise.brings`; None without noise.
    """

    time: float
    xi: NDArray[np.float64]
    mu: NDArray[np.float64]
    ion_potential: NDArray[np.float64]
    metal_potential: NDArray[np.float64]
    bonded: NDArray[np.float64]
    current_density: float = 0.0
    concentration: NDArray[np.float64] | None = None
    noise: NDArray[np.float64] | None = None


@dataclass(frozen=True)
class PaperLevel:
    """Unknowns of the published model at one time, arrays of shape (nz, ny, nx).

    Attributes
    ----------
    time : [s].
    xi : lithium order parameter [1].
    concentration : c of lithium ions [mol m-3].
    potential : V [V], 0 at the counter electrode.
    applied_voltage : V0 [V]; the metal side is at -V0.
    current_density : J per total cross-section that grows metal [A m-2]; none at rest.
    """

    time: float
    xi: NDArray[np.float64]
    concentration: NDArray[np.float64]
    potential: NDArray[np.float64]
    applied_voltage: float
    current_density: float = 0.0
