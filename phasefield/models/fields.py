"""The fields of a run: what each one is."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "ALL_FIELDS",
    "FIELDS",
    "MAP_FIELDS",
    "PUBLISHED_FIELDS",
    "SALT_FIELDS",
    "STATIC_FIELDS",
    "FieldSpec",
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


PUBLISHED_FIELDS: dict[str, FieldSpec] = {
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
    **PUBLISHED_FIELDS,
    **STATIC_FIELDS,
    **MAP_FIELDS,
}
"""Every field that a run can hold."""
