"""The sections of a case file: their keys, what each means, an example, its default.

The JSON Schema, the messages and the documentation share these texts. Keys whose default depends on
other keys stand as `FROM_OTHERS` until `Case` fills them in.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from math import exp
from types import UnionType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    Tag,
    field_validator,
)
from pydantic.fields import FieldInfo

from phasefield.case.quantities import (
    Angle,
    AreaResistance,
    Concentration,
    Conductivity,
    Diffusivity,
    Fraction,
    Height,
    IonDiffusivity,
    Length,
    OptionalConcentration,
    OptionalConductivity,
    OptionalDiffusivity,
    OptionalLength,
    OptionalMolarEnergy,
    OptionalTemperature,
    OptionalTime,
    Pressure,
    SurfaceEnergy,
    Time,
    Tolerance,
)
from phasefield.constants import GAS_CONSTANT
from phasefield.materials import parameter_sets

__all__ = [
    "FROM_OTHERS",
    "Cell",
    "Electrolyte",
    "Grid",
    "Interface",
    "Kinetics",
    "Lithium",
    "Noise",
    "Output",
    "Paper",
    "Place",
    "Section",
    "Solver",
    "choices_of",
    "key",
    "keys_of",
    "kind_of",
    "leaf_values",
    "section_of",
]

FROM_OTHERS: Any = None
"""Default of a key that `Case` computes from other keys."""


def key(text: str, example: str | float | int | bool, default: Any = ...) -> Any:
    """Return the field of a key: what it means, an example, its default if it has one."""
    check_default = default is not FROM_OTHERS
    return Field(default, description=text, examples=[example], validate_default=check_default)


class Section(BaseModel):
    """Base of every section: no unknown keys, no silent conversion, no change afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Cell(Section):
    """What is simulated."""

    kind: Literal["half", "symmetric"] = key(
        "half: lithium electrode at the bottom, counter electrode on top; symmetric: lithium in "
        "both ends, one plates while the other strips",
        "symmetric",
        "half",
    )


class Grid(Section):
    """The structured grid."""

    spacing: Length = key(
        "edge of a cell; made smaller if needed so that whole cells fit", "0.05 um"
    )


class Interface(Section):
    """The diffuse interface."""

    width: Length = key(
        "interface width delta; at least 4 cells, at most pore/4; pore/6 if not given",
        "0.25 um",
        FROM_OTHERS,
    )


class Lithium(Section):
    """The metal: where it starts and what it is."""

    depth: Length = key("depth to which lithium fills the pores at the start", "5 um")
    depth_top: OptionalLength = key(
        "of a symmetric cell: depth from the other end; as depth if not given", "2 um", None
    )
    surface_energy: SurfaceEnergy = key("gamma, lithium against void", "0.5 J/m^2", "0.5 J/m^2")
    anisotropy: Annotated[float, Field(ge=0, lt=1)] = key(
        "epsilon of kappa1, the gradient coefficient; the surface energy goes with its root",
        0.05,
        0.0,
    )
    fold: Annotated[int, Field(ge=2, le=12, multiple_of=2)] = key(
        "w of cos(w theta), even since edges are mirrors; in 3D cubic, w = 4", 6, 4
    )
    diffusivity: Diffusivity = key(
        "D_Li, transport in the metal; creep and stack pressure act as a larger value",
        "5.6e-15 m^2/s",
        "5.6e-15 m^2/s",
    )
    activation_energy: OptionalMolarEnergy = key(
        "of the diffusivity, 0.55 eV for self-diffusion; needs reference_temperature",
        "0.55 eV",
        None,
    )
    reference_temperature: OptionalTemperature = key(
        "temperature at which the diffusivity is the one given", "298 K", None
    )
    contact_angle: Angle = key("of lithium on the electrolyte, 90 deg: neutral", "90 deg", "90 deg")
    bulk_modulus: Pressure = key("K of lithium", "11 GPa", "1.1e10 Pa")
    nucleation_pressure: Pressure = key(
        "tension at which the metal tears and a void opens", "20 MPa", "50 MPa"
    )

    def diffusivity_at(self, temperature: float) -> float:
        """Return D_Li(T) [m2 s-1], T [K]; as given without an activation energy."""
        return self.diffusivity * _arrhenius(self, temperature)

    @property
    def molar_volume(self) -> float:
        """Molar volume V_m of lithium [m3 mol-1]."""
        return parameter_sets.LITHIUM.molar_volume.value


class Place(Section):
    """A part of the domain: where every key that is given holds, everywhere where none is."""

    depth: Annotated[tuple[Height, Height], Field(strict=False)] | None = Field(
        None, description="from the lithium side, lower and upper end", examples=[["2 um", "6 um"]]
    )
    label: int | None = key(
        "of the solid that is nearest, as geometry.file has it; needs kind: image without a "
        "threshold",
        3,
        None,
    )

    @field_validator("depth")
    @classmethod
    def _rises(cls, depth: tuple[float, float] | None) -> tuple[float, float] | None:
        if depth is not None and not 0.0 <= depth[0] < depth[1]:
            raise ValueError("takes the lower end, at least 0 um, and then the upper one")
        return depth


class Region(Section):
    """A part of the electrolyte with a conductivity of its own."""

    where: Place = Field(description="which part", examples=["{depth: [10 um, 15 um]}"])
    conductivity: Conductivity = key("ionic, at the temperature of the case", "1 mS/cm")


class Electrolyte(Section):
    """The ion conductor: a parameter set by name, or its conductivity."""

    material: str | None = key("name of a parameter set", "llzo", None)
    conductivity: OptionalConductivity = key("ionic, of the dense electrolyte", "0.32 mS/cm", None)
    activation_energy: OptionalMolarEnergy = key(
        "of the conductivity; needs reference_temperature",
        "0.417 eV",
        None,
    )
    reference_temperature: OptionalTemperature = key(
        "temperature at which conductivity was measured", "293 K", None
    )
    regions: tuple[Region, ...] = Field(
        (),
        strict=False,
        description="parts that conduct otherwise; where two overlap, the last one counts",
        examples=["[{where: {depth: [10 um, 15 um]}, conductivity: 1 mS/cm}]"],
    )
    transference_number: Annotated[float, Field(ge=0, le=1)] = key(
        "t+, share of the current that lithium ions carry where c is even; 1: single-ion conductor",
        0.38,
        1.0,
    )
    diffusivity: OptionalDiffusivity = key(
        "D of the salt at the temperature of the case; needs transference_number below 1",
        "3.2e-10 m^2/s",
        None,
    )
    concentration: OptionalConcentration = key(
        "c0 of the salt at the start; needs transference_number below 1", "1000 mol/m^3", None
    )

    @field_validator("material")
    @classmethod
    def _is_known(cls, name: str | None) -> str | None:
        known = parameter_sets.ELECTROLYTES
        if name is not None and name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f'did you mean "{near[0]}"?' if near else f"known: {', '.join(known)}"
            raise ValueError(f'unknown material "{name}"; {hint}')
        return name

    def conductivity_at(self, temperature: float) -> float:
        """Return sigma(T) [S m-1]: sigma_0 exp(-E_a/R (1/T - 1/T_0)), T [K]."""
        if self.material is not None:
            known = parameter_sets.ELECTROLYTES[self.material]
            sigma, energy = known.conductivity.value, known.activation_energy.value
            reference = known.reference_temperature.value
        else:
            sigma, energy = self.conductivity or 0.0, self.activation_energy or 0.0
            reference = self.reference_temperature or temperature
        return float(sigma * exp(-energy / GAS_CONSTANT * (1 / temperature - 1 / reference)))


class Kinetics(Section):
    """Charge transfer where lithium touches the electrolyte."""

    resistance: AreaResistance = key("charge-transfer resistance R_ct", "24.6 ohm*cm^2")
    activation_energy: OptionalMolarEnergy = key(
        "of 1/R_ct; needs reference_temperature", "0.4 eV", None
    )
    reference_temperature: OptionalTemperature = key(
        "temperature at which the resistance is the one given", "298 K", None
    )
    transfer_coefficient: Fraction = key("alpha of the Butler-Volmer equation", 0.5, 0.5)
    basis: Literal["contact", "cross_section"] = key(
        "area the resistance refers to: the true contact, or the cross-section of the cell",
        "contact",
        "contact",
    )

    def resistance_at(self, temperature: float) -> float:
        """Return R_ct(T) [ohm m2], T [K]; as given without an activation energy."""
        return self.resistance / _arrhenius(self, temperature)


def _arrhenius(section: Lithium | Kinetics, temperature: float) -> float:
    """Rate at `temperature` [K] over that at the reference temperature of a section [1]."""
    energy, reference = section.activation_energy, section.reference_temperature
    if energy is None or reference is None:
        return 1.0
    return exp(-energy / GAS_CONSTANT * (1 / temperature - 1 / reference))


class Paper(Section):
    """Closures of the published model that its source does not print."""

    cross_term: Annotated[float, Field(gt=0)] = key("A/W1 of the term (A/2) xi^2 phi^2", 4.0, 4.0)
    interface_mobility: Literal["numerical", "consistent"] = key(
        "L_sigma: numerical, L_eta G/(0.4 W1), or consistent, L_eta V_m/(RT)",
        "numerical",
        "numerical",
    )
    metal_ion_diffusivity: IonDiffusivity = key(
        "D_e, diffusion of ions in the metal", "5.6e-15 m^2/s", "5.6e-15 m^2/s"
    )
    ion_diffusivity: IonDiffusivity = key(
        "D_p, diffusion of ions in the electrolyte", "2e-13 m^2/s", "2e-13 m^2/s"
    )
    ion_concentration: Concentration = key("c0 in the electrolyte", "4e4 mol/m^3", "4e4 mol/m^3")
    metal_side_concentration: Literal["no_flux", "fixed"] = key(
        "of ions where the metal meets its current collector: no_flux, or fixed at c0",
        "fixed",
        "no_flux",
    )
    conductivity_ratio: Annotated[float, Field(ge=1e3)] = key(
        "sigma_e/sigma_p, metal over electrolyte", 1000.0, 1000.0
    )
    vacuum_floor: Annotated[float, Field(gt=0, le=1e-4)] = key(
        "D and sigma of the empty pore over those of the electrolyte", 1e-6, 1e-6
    )
    anisotropy: Annotated[float, Field(ge=0, lt=1)] = key("epsilon of kappa1", 0.05, 0.0)
    fold: Annotated[int, Field(ge=2, le=12)] = key("w of cos(w theta); in 3D cubic, w = 4", 4, 4)


class Noise(Section):
    """Thermal fluctuations."""

    thermal: bool = key("random flows; needs solver.time_step", True, False)
    thickness: OptionalLength = key("of a domain in 2D, along z; needs thermal", "1 um", None)
    seed: Annotated[int, Field(ge=0, lt=2**63)] | None = key(
        "of the flows; that of the case if not given", 1, None
    )


class Output(Section):
    """What is written, and when."""

    fields_every: Time = key(
        "time between saved fields; a tenth of the protocol if not given", "100 s", FROM_OTHERS
    )
    fields_at_step_ends: bool = key(
        "save fields also where a step of the protocol ends; false for many short steps", True, True
    )
    checkpoint_every: Time = key("wall time between checkpoints", "60 s", "60 s")
    animation: bool = key("draw the animation of the report", True, True)
    precision: Literal["float32", "float64"] = key("of the saved fields", "float64", "float64")


class Solver(Section):
    """Tolerances and time steps."""

    tolerance: Tolerance = key("residual at which Newton's method stops", 1e-9, 1e-9)
    time_error: Tolerance = key("error allowed in one time step", 3e-3, 3e-3)
    time_step: OptionalTime = key("fixed time step; null: chosen by the error", "20 s", None)
    initial_step: OptionalTime = key(
        "first time step; a thousandth of each step of the protocol if not given", "1 s", None
    )
    max_step: OptionalTime = key(
        "longest time step; a twentieth of each step of the protocol if not given", "50 s", None
    )
    max_newton: Annotated[int, Field(ge=1)] = key("Newton iterations before a step fails", 25, 25)

    def time_steps(self, length: float) -> tuple[float, float]:
        """First and longest time step [s] in a step of the protocol of `length` [s]."""
        if self.time_step is not None:
            return self.time_step, self.time_step
        longest = self.max_step or max(length / 20, self.initial_step or 0.0)
        return self.initial_step or min(length / 1000, longest), longest


def keys_of(section: type[Section]) -> dict[str, FieldInfo]:
    """Return the fields of a section by the key that a file uses."""
    return {field.alias or name: field for name, field in section.model_fields.items()}


def section_of(field: FieldInfo, kind: str | None = None) -> type[Section] | None:
    """Return the section behind a key, if there is one.

    For a list, that of its entries; where there is a choice, the one that `kind` names or, without
    a name, the first; None for a name that is not known.
    """
    if choices := choices_of(field):
        return choices.get(next(iter(choices)) if kind is None else kind)
    found: Any = field.annotation
    if isinstance(found, UnionType):  # a section that may be left out
        found = get_args(found)[0]
    if get_origin(found) is tuple:
        found = get_args(found)[0]
    return found if isinstance(found, type) and issubclass(found, Section) else None


def choices_of(field: FieldInfo) -> dict[str, type[Section]]:
    """Return the sections between which the key `kind` of a section chooses, by its value."""
    tagged = [get_args(choice) for choice in get_args(field.annotation)]
    return {entry[1].tag: entry[0] for entry in tagged if entry and isinstance(entry[-1], Tag)}


def kind_of(data: Any) -> str | None:
    """Return which choice a section as written, or as read, is; one that is not said: channels."""
    kind = (
        data.get("kind", "channels") if isinstance(data, Mapping) else getattr(data, "kind", None)
    )
    return None if kind is None else str(kind)


def leaf_values(section: Section, above: str = "") -> dict[str, Any]:
    """Return the values of a case by dotted path, SI; a list is one value."""
    values: dict[str, Any] = {}
    for name in type(section).model_fields:
        value = getattr(section, name)
        if isinstance(value, Section):
            values |= leaf_values(value, f"{above}{name}.")
        else:
            values[above + name] = value
    return values
