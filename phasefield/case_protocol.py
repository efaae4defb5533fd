"""The protocol section of a case file: its steps, each an entry with the name of the step."""

from __future__ import annotations

from typing import Any

from pydantic import (
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from phasefield.case_quantity import CurrentDensity, PlatingVoltage, Time
from phasefield.case_sections import Section, key

__all__ = ["HoldStep", "PlateStep", "ProtocolEntry", "ProtocolStep"]

NOT_THIS_STEP: Any = None
"""Value of the steps that an entry does not hold."""


class PlateStep(Section):
    """Plate lithium at a constant current."""

    current_density: CurrentDensity = key("per total cross-section of the cell", "0.2 mA/cm^2")
    duration: Time = key("how long", "1000 s")

    @property
    def kind(self) -> str:
        """Name of the step in the case file."""
        return "plate"


class HoldStep(Section):
    """Hold a voltage; the current density that flows is found."""

    voltage: PlatingVoltage = key("counter electrode against the metal", "9 mV")
    duration: Time = key("how long", "1000 s")

    @property
    def kind(self) -> str:
        """Name of the step in the case file."""
        return "hold"


ProtocolStep = PlateStep | HoldStep


class ProtocolEntry(Section):
    """One entry of the protocol: the name of the step and its keys."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    plate: PlateStep = Field(NOT_THIS_STEP, description="plate at a constant current")
    hold: HoldStep = Field(NOT_THIS_STEP, description="hold a constant voltage")

    @property
    def step(self) -> ProtocolStep:
        """The step that the entry holds."""
        (step,) = self._steps()
        return step

    def _steps(self) -> list[ProtocolStep]:
        found = (getattr(self, name) for name in type(self).model_fields)
        return [step for step in found if step is not NOT_THIS_STEP]

    @model_validator(mode="after")
    def _holds_one_step(self) -> ProtocolEntry:
        if len(self._steps()) != 1:
            names = " or ".join(type(self).model_fields)
            raise ValueError(f"needs one step, {names}; every step begins with a dash of its own")
        return self

    @model_serializer(mode="wrap")
    def _step_alone(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: step for name, step in write(self).items() if step is not NOT_THIS_STEP}
