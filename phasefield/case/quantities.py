"""A key of the case that holds a quantity: text with a unit in the file, an SI float in memory."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from phasefield import units

__all__ = [
    "Angle",
    "AreaResistance",
    "Concentration",
    "Conductivity",
    "CurrentDensity",
    "Diffusivity",
    "Fraction",
    "Height",
    "HeldVoltage",
    "IonDiffusivity",
    "Length",
    "OptionalAngle",
    "OptionalAreaResistance",
    "OptionalArealCharge",
    "OptionalConcentration",
    "OptionalConductivity",
    "OptionalCurrentDensity",
    "OptionalDiffusivity",
    "OptionalFraction",
    "OptionalLength",
    "OptionalMolarEnergy",
    "OptionalOverpotential",
    "OptionalTemperature",
    "OptionalTime",
    "PlatingVoltage",
    "Pressure",
    "Quantity",
    "StrippingVoltage",
    "SurfaceEnergy",
    "Temperature",
    "Time",
    "Tolerance",
    "Width",
]


@dataclass(frozen=True)
class Quantity:
    """Pydantic annotation: read text with a unit, check the range, write the text back.

    Attributes
    ----------
    dimension : a key of `units.DIMENSIONS`.
    above, below : open bounds in SI; None leaves that side open.
    shown : unit of written values; the SI unit when None.
    reason : why the bounds are what they are, added to the message.
    words : words that may stand instead of a quantity.
    optional : whether null is a value (it then means: not set).
    """

    dimension: str
    above: float | None = 0.0
    below: float | None = None
    shown: str | None = None
    reason: str = ""
    words: tuple[str, ...] = ()
    optional: bool = False

    def read(self, value: object) -> float | str | None:
        """Return the SI value of what stands in the file, or the word, or None."""
        if value is None and self.optional:
            return None
        if isinstance(value, str) and value in self.words:
            return value
        try:
            number = units.parse(value, self.dimension)
        except units.UnitError as error:
            either = "".join(f', or the word "{word}"' for word in self.words)
            raise ValueError(f"{error}{either}") from error
        low = self.above is not None and number <= self.above
        if low or (self.below is not None and number >= self.below):
            percent = f"; did you mean {value} %?" if self._is_percentage(number) else ""
            raise ValueError(f"must be {self._range()}, you gave {value}{percent}{self.reason}")
        return number

    def _is_percentage(self, number: float) -> bool:
        """Whether it would be allowed if it were a percentage, as 50 for a porosity."""
        share = self.dimension == "fraction" and self.below == 1.0
        return share and 1.0 < number < 100.0

    def write(self, value: float | str | None) -> float | str | None:
        """Return text that reads back as exactly this value."""
        if value is None or isinstance(value, str):
            return value
        unit = units.DIMENSIONS[self.dimension].unit
        if unit == "dimensionless":
            return value
        text = units.format(value, self.shown or unit)
        return text if units.parse(text, self.dimension) == value else units.format(value, unit)

    def _range(self) -> str:
        limits = [("above", self.above), ("below", self.below)]
        return " and ".join(f"{side} {self._bound(v)}" for side, v in limits if v is not None)

    def _bound(self, value: float) -> str:
        unit = self.shown or units.DIMENSIONS[self.dimension].unit
        return "0" if value == 0 else units.format(value, unit).removesuffix(" dimensionless")

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Read and write through this annotation; the annotated type is only for readers."""
        return core_schema.no_info_plain_validator_function(
            self.read,
            serialization=core_schema.plain_serializer_function_ser_schema(
                self.write, when_used="json"
            ),
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Describe the text that `read` takes."""
        number = r"[+-]?[0-9.]+([eE][+-]?[0-9]+)?"
        plain = units.DIMENSIONS[self.dimension].unit == "dimensionless"
        unit = r"\s*%?" if plain else r"\s*[^0-9\s].*"
        pattern = "|".join([*self.words, number + unit])
        kinds = ["string", *["number"] * plain, *["null"] * self.optional]
        return {"type": kinds if kinds[1:] else "string", "pattern": f"^({pattern})$"}


Length = Annotated[float, Quantity("length")]
Height = Annotated[float, Quantity("length", above=None, shown="um")]
Width = Annotated[float | str, Quantity("length", words=("unit_cell",))]
Time = Annotated[float, Quantity("time")]
OptionalLength = Annotated[float | None, Quantity("length", optional=True)]
OptionalTime = Annotated[float | None, Quantity("time", optional=True)]
Temperature = Annotated[float, Quantity("temperature")]
OptionalTemperature = Annotated[float | None, Quantity("temperature", optional=True)]
Angle = Annotated[float, Quantity("angle", below=pi, shown="deg")]
OptionalAngle = Annotated[float | None, Quantity("angle", below=pi, shown="deg", optional=True)]
Pressure = Annotated[float, Quantity("pressure")]
SurfaceEnergy = Annotated[float, Quantity("surface energy")]
CurrentDensity = Annotated[float, Quantity("current density")]
Conductivity = Annotated[float, Quantity("conductivity")]
OptionalConductivity = Annotated[float | None, Quantity("conductivity", optional=True)]
OptionalArealCharge = Annotated[float | None, Quantity("areal charge", optional=True)]
OptionalCurrentDensity = Annotated[float | None, Quantity("current density", optional=True)]
OptionalOverpotential = Annotated[
    float | None, Quantity("voltage", below=1.0, shown="mV", optional=True)
]
HeldVoltage = Annotated[float, Quantity("voltage", above=-1.0, below=1.0, shown="mV")]
PlatingVoltage = Annotated[
    float,
    Quantity("voltage", shown="mV", reason=": the cell voltage is above 0 while lithium plates"),
]
StrippingVoltage = Annotated[
    float,
    Quantity(
        "voltage",
        above=None,
        below=0.0,
        shown="mV",
        reason=": the cell voltage is below 0 while lithium is stripped",
    ),
]
Concentration = Annotated[float, Quantity("concentration")]
OptionalConcentration = Annotated[float | None, Quantity("concentration", optional=True)]
OptionalDiffusivity = Annotated[float | None, Quantity("diffusivity", optional=True)]
IonDiffusivity = Annotated[float, Quantity("diffusivity", above=None)]
AreaResistance = Annotated[float, Quantity("area resistance")]
OptionalAreaResistance = Annotated[float | None, Quantity("area resistance", optional=True)]
OptionalMolarEnergy = Annotated[float | None, Quantity("molar energy", optional=True)]
Fraction = Annotated[float, Quantity("fraction", below=1.0)]
OptionalFraction = Annotated[float | None, Quantity("fraction", below=1.0, optional=True)]
Tolerance = Annotated[float, Quantity("number", below=1.0)]
Diffusivity = Annotated[
    float,
    Quantity(
        "diffusivity",
        reason=": without transport in the metal, lithium plated on a buried wall has nowhere "
        "to go (self-diffusion is 5.6e-15 m^2/s at 298 K)",
    ),
]
