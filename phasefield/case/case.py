"""The case: what a run is, read once and frozen. SI floats in memory, units in the file."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from phasefield.case.capabilities import BackendName, ModelName
from phasefield.case.coatings import Coating
from phasefield.case.cross_checks import cross_checks
from phasefield.case.geometry import Geometry
from phasefield.case.protocol import ProtocolEntry, Stage, stages_of
from phasefield.case.protocol_steps import ProtocolStep
from phasefield.case.quantities import Temperature
from phasefield.case.sections import (
    FROM_OTHERS,
    Cell,
    Electrolyte,
    Grid,
    Interface,
    Kinetics,
    Lithium,
    Noise,
    Output,
    Paper,
    Section,
    Solver,
    key,
    leaf_values,
)
from phasefield.case.yaml_source import Source
from phasefield.errors import Problem

__all__ = ["Case"]

PAPER_PLATES = (
    "model: paper plates only (plate, hold above 0 V): its capillary motion dissolves lithium "
    "without charge, so that a rest or a strip would need a voltage that plates; take model: "
    "conserved"
)

Name = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^\S([^\n]*\S)?$")]


class Case(Section):
    """A complete case: immutable, validated, every default filled in."""

    format: Literal[1] = key("version of this file format", 1)
    name: Name = key("what this case is called; the run directory is named after it", "fig5-1p5um")
    model: ModelName = key(
        "the system of equations: conserved, or paper, as published", "conserved", "conserved"
    )
    backend: BackendName = key(
        "the code that solves them: numba, or fipy, slow and independent", "numba", "numba"
    )
    dimensions: Literal[2, 3] = key("2 or 3", 2, 2)
    cell: Cell = Field(default_factory=Cell, description="what is simulated")
    geometry: Geometry = Field(
        description="the scaffold, of one of several kinds", examples=["{kind: channels, ...}"]
    )
    grid: Grid = Field(description="the grid")
    interface: Interface = Field(default_factory=Interface, description="the diffuse interface")
    lithium: Lithium = Field(description="the metal")
    electrolyte: Electrolyte = Field(description="the ion conductor")
    kinetics: Kinetics = Field(description="charge transfer")
    coatings: tuple[Coating, ...] = Field(
        (),
        strict=False,
        description="parts of the wall that differ; where two overlap, the last one counts",
        examples=[[]],
    )
    noise: Noise = Field(default_factory=Noise, description="thermal fluctuations")
    paper: Paper = Field(default_factory=Paper, description="closures of the published model")
    temperature: Temperature = key("of everything", "298 K", "298 K")
    entries: tuple[ProtocolEntry, ...] = Field(
        alias="protocol", min_length=1, strict=False, description="steps, one after the other"
    )
    output: Output = Field(default_factory=Output, description="what is written")
    solver: Solver = Field(default_factory=Solver, description="tolerances and time steps")
    seed: Annotated[int, Field(ge=0, lt=2**63)] = key("of everything random", 0, 0)

    _source: Source = PrivateAttr(default_factory=lambda: Source())

    @model_validator(mode="after")
    def _complete(self) -> Case:
        """Fill in what follows from other keys, then check the keys together."""
        self._fill("geometry", arrangement="slit" if self.dimensions == 2 else "square")
        self._fill("interface", width=self._default_width())
        self._fill("output", fields_every=self.duration / 10)
        if self.cell.kind == "symmetric":
            self._fill("lithium", depth_top=self.lithium.depth)
        wrong = cross_checks(leaf_values(self))
        if self.model != "paper" and self.paper != Paper():
            wrong.append(("paper", f"these keys need model: paper, you gave model: {self.model}"))
        if self.model == "paper" and any(step.applied.value <= 0.0 for step in self.protocol):
            wrong.append(("protocol", PAPER_PLATES))
        if wrong:
            text = "; ".join(f"{path}: {message}" for path, message in wrong)
            raise PydanticCustomError("keys_together", "{text}", {"text": text})
        return self

    def _default_width(self) -> float:
        pore = self.geometry.smallest_pore
        return min(0.5e-6, pore / 4) if self.model == "paper" else pore / 6

    def _fill(self, section: str, **values: Any) -> None:
        old = getattr(self, section)
        there = type(old).model_fields.keys() & values.keys()
        new = {key: values[key] for key in there if getattr(old, key) is FROM_OTHERS}
        object.__setattr__(self, section, old.model_copy(update=new))

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """The plain steps of the protocol in their cycles, in order."""
        return stages_of(self.entries)

    @property
    def protocol(self) -> tuple[ProtocolStep, ...]:
        """The plain steps of the protocol, in order."""
        return tuple(stage.step for stage in self.stages)

    @property
    def holds_voltage(self) -> bool:
        """Whether some step holds a voltage, so that its current density is found."""
        return any(not step.applied.is_current for step in self.protocol)

    @property
    def duration(self) -> float:
        """Length of the whole protocol if no step ends before its time [s]."""
        return sum(step.longest for step in self.protocol)

    @property
    def conductivity(self) -> float:
        """Ionic conductivity sigma of the dense electrolyte at `temperature` [S m-1]."""
        return self.electrolyte.conductivity_at(self.temperature)

    @property
    def resistance(self) -> float:
        """Charge-transfer resistance R_ct at `temperature` [ohm m2]."""
        return self.kinetics.resistance_at(self.temperature)

    @property
    def diffusivity(self) -> float:
        """Diffusivity D_Li of lithium in its metal at `temperature` [m2 s-1]."""
        return self.lithium.diffusivity_at(self.temperature)

    @property
    def source(self) -> Source:
        """Where the case was read from."""
        return self._source

    def problem(self, path: str, message: str) -> Problem:
        """Return a `Problem` that names the file and line in which `path` was given."""
        return self._source.problem(tuple(path.split(".")), message)

    def to_dict(self) -> dict[str, Any]:
        """Return every key, quantities as text with units; it reads back as an equal case."""
        return self.model_dump(mode="json", by_alias=True)

    def digest(self) -> str:
        """Return ten hexadecimal digits that change with any value but the name."""
        values = self.model_dump(by_alias=True, exclude={"name"})
        values["electrolyte"]["resolved_conductivity"] = self.conductivity
        canonical = json.dumps(values, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:10]

    def __eq__(self, other: object) -> bool:
        """Cases are equal when their values are, wherever they were read from."""
        return isinstance(other, Case) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash(self.digest())
