"""Case files: read, checked, frozen. This module is what the rest of the package imports.

>>> case = load_case("cases/fig5_1p5um.yaml", ["grid.spacing=0.025 um"])  # doctest: +SKIP
>>> case.geometry.pore_size                                               # doctest: +SKIP
1.5e-06
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core.core_schema import WithDefaultSchema

from phasefield.case_protocol import (
    HoldStep,
    PlateStep,
    ProtocolStep,
    PulseEntry,
    RepeatEntry,
    RestStep,
    Stage,
    StaircaseEntry,
    StripStep,
)
from phasefield.case_reader import case_from_source
from phasefield.case_schema import Case
from phasefield.case_source import Source, read_source, source_from_text

__all__ = [
    "Case",
    "HoldStep",
    "PlateStep",
    "ProtocolStep",
    "PulseEntry",
    "RepeatEntry",
    "RestStep",
    "Stage",
    "StaircaseEntry",
    "StripStep",
    "case_from_dict",
    "case_from_text",
    "case_text",
    "json_schema",
    "load_case",
    "with_overrides",
]


def load_case(path: str | Path, overrides: Sequence[str] = ()) -> Case:
    """Read a case file.

    Parameters
    ----------
    path : the YAML file.
    overrides : texts ``dotted.path=value``, applied in order, as ``--set`` does.

    Raises
    ------
    phasefield.errors.CaseError
        With every problem of the file and of the overrides, each with its line.
    """
    return _read(read_source(path), overrides)


def case_from_dict(data: Mapping[str, Any], overrides: Sequence[str] = ()) -> Case:
    """Make a case from what a file would hold: nested mappings, quantities as text with units."""
    return _read(Source(data=data), overrides)


def case_from_text(text: str, file: str, overrides: Sequence[str] = ()) -> Case:
    """Make a case from the text that `file` held once; paths in it are relative to `file`."""
    return _read(source_from_text(text, file), overrides)


def with_overrides(case: Case, overrides: Sequence[str]) -> Case:
    """Return a changed copy; defaults that follow from other keys are computed anew."""
    source = case.source if case.source.data else Source(data=case.to_dict())
    return _read(source, overrides)


def case_text(case: Case) -> str:
    """Return the case as YAML with every default written out; it reads back as an equal case."""
    from ruamel.yaml import YAML

    yaml: Any = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False
    text = StringIO()
    yaml.dump(case.to_dict(), text)
    return text.getvalue()


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a case file, with a description and an example of every key."""
    from phasefield import __version__

    schema = Case.model_json_schema(schema_generator=_CaseJsonSchema)
    dialect = {"$schema": GenerateJsonSchema.schema_dialect}
    return dialect | schema | {"title": f"phasefield {__version__} case, format 1"}


def _read(source: Source, overrides: Sequence[str]) -> Case:
    for text in overrides:
        source = source.override(text)
    return case_from_source(source)


class _CaseJsonSchema(GenerateJsonSchema):
    """Leave out defaults that stand for "computed from other keys" or "not set"."""

    def default_schema(self, schema: WithDefaultSchema) -> dict[str, Any]:
        """Write no ``default: null``."""
        found = super().default_schema(schema)
        return {k: v for k, v in found.items() if (k, v) != ("default", None)}
