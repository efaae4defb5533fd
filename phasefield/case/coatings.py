"""The section `coatings` of a case file: parts of the wall with numbers of their own."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from phasefield.case.quantities import (
    Fraction,
    Length,
    OptionalAngle,
    OptionalAreaResistance,
    OptionalConductivity,
    OptionalLength,
    OptionalOverpotential,
)
from phasefield.case.sections import Place, Section, key

__all__ = ["Coating", "Patches", "WallPlace"]

Name = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^\S([^\n]*\S)?$")]


class Patches(Section):
    """Round patches at random places, until they cover their share of the wall."""

    size: Length = key("diameter of a patch", "1 um")
    fraction: Fraction = key("of the wall that they cover", "30 %")
    seed: Annotated[int, Field(ge=0, lt=2**63)] = key("of their places", 0, 0)


class WallPlace(Place):
    """A part of the wall."""

    patches: Patches | None = Field(
        None,
        description="round patches in it; all of it without",
        examples=["{size: 1 um, fraction: 30 %, seed: 1}"],
    )


class Coating(Section):
    """A coating: where it is, and what it changes there."""

    name: Name = key("of the coating, in tables and pictures", "lithium carbonate")
    where: WallPlace = Field(
        default_factory=lambda: WallPlace.model_validate({}),
        description="which part of the wall; all of it unless given",
        examples=["{depth: [2 um, 6 um]}"],
    )
    resistance: OptionalAreaResistance = key(
        "R_ct of the coated wall, at the temperature of the case", "240 ohm*cm^2", None
    )
    thickness: OptionalLength = key("of the coating; for the conductivities", "5 nm", None)
    conductivity: OptionalConductivity = key(
        "ionic, of the coating, instead of resistance: thickness/conductivity is added to R_ct",
        "1e-8 S/cm",
        None,
    )
    contact_angle: OptionalAngle = key("of lithium on the coating", "142 deg", None)
    electronic_conductivity: OptionalConductivity = key(
        "of the coating: lithium then plates on bare coating, too; none unless given",
        "0.1 S/m",
        None,
    )
    nucleation_overpotential: OptionalOverpotential = key(
        "what plating on bare coating costs on top of the kinetics; nothing unless given",
        "10 mV",
        None,
    )

    @model_validator(mode="after")
    def _says_what_it_changes(self) -> Self:
        ions, electrons = self.conductivity, self.electronic_conductivity
        if self.thickness is None and ions is not None:
            raise ValueError("needs thickness and conductivity together: they add a resistance")
        if self.thickness is None and electrons is not None:
            raise ValueError("needs thickness with electronic_conductivity: together they conduct")
        if self.thickness is not None and ions is None and electrons is None:
            raise ValueError(
                "needs conductivity or electronic_conductivity with thickness, not it alone"
            )
        if self.resistance is not None and ions is not None:
            raise ValueError("takes resistance, or thickness with conductivity, not both")
        if self.nucleation_overpotential and electrons is None:
            raise ValueError("needs electronic_conductivity with nucleation_overpotential")
        if (self.resistance, self.thickness, self.contact_angle) == (None, None, None):
            raise ValueError("changes nothing: give a resistance or a contact_angle")
        return self

    @property
    def sheet_conductance(self) -> float:
        """Electronic conductivity times thickness [S]; 0 where electrons do not count."""
        return (self.electronic_conductivity or 0.0) * (self.thickness or 0.0)

    def resistance_over(self, clean: float) -> float:
        """R_ct of the coated wall [ohm m2], `clean` that of the clean one."""
        if self.thickness is not None and self.conductivity is not None:
            return clean + self.thickness / self.conductivity
        return clean if self.resistance is None else self.resistance
