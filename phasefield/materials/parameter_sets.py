"""Parameter sets: every number with its unit and source, and the citations of a case."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

from phasefield.constants import FARADAY
from phasefield.materials.references import (
    Source,
)

__all__ = [
    "CHOSEN",
    "CLOSURES",
    "ELECTROLYTES",
    "LITHIUM",
    "SETS",
    "Closures",
    "Electrolyte",
    "Lithium",
    "Quantity",
    "Source",
]

CHOSEN = "chosen"
"""Source of a number that was chosen, not taken from one reference; its note says why."""


@dataclass(frozen=True)
class Quantity:
    """A number with its unit and where it comes from.

    Attributes
    ----------
    value : in the SI unit `unit`.
    unit : SI unit.
    source : key in `phasefield.materials.references.SOURCES`, or `CHOSEN`.
    note : conditions, and for a chosen number the reason.
    see : keys of further references that bear on the number.
    """

    value: float
    unit: str
    source: str
    note: str = ""
    see: tuple[str, ...] = ()

    @property
    def references(self) -> tuple[str, ...]:
        """Keys of all references of this number."""
        return self.see if self.source == CHOSEN else (self.source, *self.see)


@dataclass(frozen=True)
class ParameterSet:
    """A named material; iterating gives the (name, Quantity) pairs that are known."""

    name: str
    description: str

    def __iter__(self) -> Iterator[tuple[str, Quantity]]:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Quantity):
                yield field.name, value


@dataclass(frozen=True)
class Electrolyte(ParameterSet):
    """A solid electrolyte.

    Attributes
    ----------
    conductivity : ionic, of the dense solid, at `reference_temperature` [S m-1].
    activation_energy : of the conductivity [J mol-1], sigma = sigma_ref
        exp(-E_a/R (1/T - 1/T_ref)).
    reference_temperature : [K].
    resistance : Li | electrolyte interfacial resistance, if measured [ohm m2].
    electronic_conductivity, relative_density, coating_thickness, critical_current_density : of
        the material as characterised [S m-1], [1], [m], [A m-2], if measured; not used by models.
    """

    conductivity: Quantity
    activation_energy: Quantity
    reference_temperature: Quantity
    resistance: Quantity | None = None
    electronic_conductivity: Quantity | None = None
    relative_density: Quantity | None = None
    coating_thickness: Quantity | None = None
    critical_current_density: Quantity | None = None


@dataclass(frozen=True)
class Lithium(ParameterSet):
    """Lithium metal near room temperature.

    Attributes
    ----------
    molar_volume : V_m [m3 mol-1].
    self_diffusivity : D_Li of the bulk at 298 K [m2 s-1].
    self_diffusion_activation_energy : of D_Li [J mol-1].
    surface_energy : gamma of the metal surface [J m-2].
    bulk_modulus : K [Pa].
    contact_angle_clean, contact_angle_carbonate : on clean LLZO, on Li2CO3 [rad].
    conductivity : electronic [S m-1].
    """

    molar_volume: Quantity
    self_diffusivity: Quantity
    self_diffusion_activation_energy: Quantity
    surface_energy: Quantity
    bulk_modulus: Quantity
    contact_angle_clean: Quantity
    contact_angle_carbonate: Quantity
    conductivity: Quantity


def _electronvolt(energy: float) -> float:
    """Energy per particle in eV as J mol-1."""
    return energy * FARADAY


def _millisiemens_per_cm(conductivity: float) -> float:
    """Conductivity in mS/cm as S m-1."""
    return conductivity * 0.1


_LLZO = Electrolyte(
    name="llzo",
    description="Al-doped LLZO of the porous membranes",
    conductivity=Quantity(
        _millisiemens_per_cm(0.32),
        "S/m",
        "porous_llzo_membranes",
        "20 degC, corrected for the porosity of the membrane: the value of the dense solid",
    ),
    activation_energy=Quantity(_electronvolt(0.417), "J/mol", "porous_llzo_membranes", "0.417 eV"),
    reference_temperature=Quantity(293.15, "K", "porous_llzo_membranes", "20 degC"),
    resistance=Quantity(
        24.6e-4,
        "ohm m2",
        "porous_llzo_membranes",
        "24.6 ohm cm2, lithium pressed in at 71 MPa; the paper does not say whether per true "
        "contact area or per cross-section",
    ),
)


def _llzto(
    cycles: int,
    thickness_nm: float,
    conductivity: float,
    density: tuple[float, str],
    critical: float,
    electronic: float | None,
) -> Electrolyte:
    """LLZTO with Al2O3 from `cycles` ALD cycles (numbers in the units of the paper)."""
    key = "steinhoff2026"
    return Electrolyte(
        name=f"llzto_al2o3_{cycles}",
        description=(
            f"Li6.4La3Zr1.4Ta0.6O12, powder coated with {cycles} ALD cycles of Al2O3, sintered at "
            "1250 degC for 75 min"
        ),
        conductivity=Quantity(
            _millisiemens_per_cm(conductivity), "S/m", key, "total ionic conductivity, 25 degC"
        ),
        activation_energy=Quantity(_electronvolt(0.43), "J/mol", key, "0.43 +- 0.01 eV"),
        reference_temperature=Quantity(298.15, "K", key, "25 degC"),
        electronic_conductivity=(
            None if electronic is None else Quantity(electronic * 100, "S/m", key, "25 degC")
        ),
        relative_density=Quantity(density[0], "1", key, density[1]),
        coating_thickness=Quantity(thickness_nm * 1e-9, "m", key, "on the powder"),
        critical_current_density=Quantity(
            critical * 10, "A/m2", key, "staircase of 0.05 mA/cm2 every 5 cycles of 30 min"
        ),
    )


ELECTROLYTES: Mapping[str, Electrolyte] = {
    material.name: material
    for material in (
        _LLZO,
        _llzto(10, 3.8, 0.41, (0.90, "reported as above 90 %"), 0.15, 4.75e-12),
        _llzto(25, 6.8, 0.39, (0.95, "reported as about 95 %"), 0.35, 3.96e-12),
        _llzto(50, 12.9, 0.37, (0.9505, ""), 0.35, None),
        _llzto(100, 24.5, 0.33, (0.935, "reported as about 93.5 %"), 0.30, 7.64e-12),
    )
}
"""Electrolytes a case may name as `electrolyte.material`."""

LITHIUM = Lithium(
    name="lithium",
    description="Lithium metal",
    molar_volume=Quantity(
        13.02e-6,
        "m3/mol",
        CHOSEN,
        "N_A a^3/2 of the bcc lattice with a = 3.51 angstrom, a density of 0.533 g/cm3; the "
        "phase-field literature also uses 13.1e-6",
    ),
    self_diffusivity=Quantity(
        5.6e-15,
        "m2/s",
        CHOSEN,
        "the value for the bulk at 298 K in common use; its first measurement was not traced. "
        "Grain boundaries are 1e3 to 1e6 times faster (yoon2023); creep and stack pressure act as "
        "a larger value",
        see=("yoon2023",),
    ),
    self_diffusion_activation_energy=Quantity(
        _electronvolt(0.55),
        "J/mol",
        CHOSEN,
        "0.55 eV, a round value inside the 0.5 to 0.6 eV of isotope and NMR measurements below the "
        "melting point (lodding1970 and later); the papers were not at hand",
        see=("lodding1970",),
    ),
    surface_energy=Quantity(
        0.5,
        "J/m2",
        CHOSEN,
        "round value inside the published range of 0.46 to 0.56 (0.556 in arguello2022)",
        see=("arguello2022", "vitos1998"),
    ),
    bulk_modulus=Quantity(
        1.1e10,
        "Pa",
        "masias2019",
        "E/(3 (1 - 2 nu)) with Young's modulus 7.8 GPa and Poisson's ratio 0.38, rounded",
    ),
    contact_angle_clean=Quantity(
        math.radians(62), "rad", "sharafi2017", "62 deg, molten lithium on clean LLZO"
    ),
    contact_angle_carbonate=Quantity(
        math.radians(142), "rad", "sharafi2017", "142 deg, molten lithium on Li2CO3"
    ),
    conductivity=Quantity(1.1e7, "S/m", "zhao2022", "electronic"),
)
"""Lithium metal."""


@dataclass(frozen=True)
class Closures(ParameterSet):
    """Defaults of what the published model needs and its source does not print.

    Attributes
    ----------
    cross_term : A/W1 [1].
    drive : L_eta G/(L_sigma W1) that the numerical interface mobility is set to [1].
    metal_ion_diffusivity, ion_diffusivity : D_e, D_p [m2 s-1].
    ion_concentration : c0 [mol m-3].
    conductivity_ratio : sigma_e/sigma_p [1].
    vacuum_floor : D_s/D_p and sigma_s/sigma_p [1].
    """

    cross_term: Quantity
    drive: Quantity
    metal_ion_diffusivity: Quantity
    ion_diffusivity: Quantity
    ion_concentration: Quantity
    conductivity_ratio: Quantity
    vacuum_floor: Quantity


CLOSURES = Closures(
    name="paper",
    description="Closures of the published model; its source prints none of them",
    cross_term=Quantity(4.0, "1", CHOSEN, "lithium enters LLZO below 1.52 at a drive of 0.4"),
    drive=Quantity(
        0.4,
        "1",
        CHOSEN,
        "numerical: holds the profile of the interface at the current of the protocol; the "
        "thermodynamically consistent mobility does not",
    ),
    metal_ion_diffusivity=Quantity(
        5.6e-15,
        "m2/s",
        CHOSEN,
        "the self-diffusion of lithium; decides the order of the pore sizes, 0 and 7.5e-13 are "
        "compared in the documentation",
    ),
    ion_diffusivity=Quantity(
        2e-13, "m2/s", CHOSEN, "of the order of sigma R T/(F^2 c0) of LLZO, 2.1e-13"
    ),
    ion_concentration=Quantity(
        4e4,
        "mol/m3",
        CHOSEN,
        "of the order of the lithium in LLZO, 7 per formula unit of about 164 cm3/mol",
    ),
    conductivity_ratio=Quantity(
        1e3,
        "1",
        CHOSEN,
        "2 A/m2 through 10 um of metal then lose 0.6 uV: the true 3e8 is not needed",
    ),
    vacuum_floor=Quantity(1e-6, "1", CHOSEN, "for zero, which leaves the equations singular"),
)
"""Closures of the published model."""

SETS: Mapping[str, Electrolyte | Lithium | Closures] = {
    **ELECTROLYTES,
    LITHIUM.name: LITHIUM,
    CLOSURES.name: CLOSURES,
}
"""All parameter sets by name."""
