"""From a case file to a `Case`, or to the list of everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from difflib import get_close_matches
from io import StringIO
from pathlib import Path
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core.core_schema import WithDefaultSchema

from phasefield.case.case import Case
from phasefield.case.cross_checks import cross_checks
from phasefield.case.messages import message, place
from phasefield.case.sections import Section, choices_of, keys_of, kind_of, section_of
from phasefield.case.yaml_source import Source, read_source, source_from_text
from phasefield.errors import CaseError, Problem

__all__ = [
    "case_from_dict",
    "case_from_source",
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


def case_from_source(source: Source) -> Case:
    """Validate what a file and its overrides say.

    Raises
    ------
    CaseError
        Holding every problem: of the file, of single keys, and of keys taken together.
    """
    try:
        case = Case.model_validate(dict(source.data))
    except ValidationError as error:
        raise CaseError([*source.problems, *_all_problems(error, source)]) from None
    if source.problems:
        raise CaseError(source.problems)
    case._source = source
    return case


def _all_problems(error: ValidationError, source: Source) -> list[Problem]:
    """Return the problems in the order of the file, those of overrides last."""
    details = [d for d in error.errors(include_url=False) if not _follows(d, error)]
    single = [source.problem(place(Case, d), message(Case, d)) for d in details]
    taken = {problem.path for problem in single}
    joined = [
        source.problem(tuple(path.split(".")), text)
        for path, text in cross_checks(dict(_readable(Case, source.data)))
        if path not in taken
    ]
    found = single + joined or [source.problem((), str(error.errors()[0]["msg"]))]
    return sorted(found, key=lambda problem: (problem.line is None, problem.line))


def _follows(detail: Mapping[str, Any], error: ValidationError) -> bool:
    """Whether an entry only repeats what another one says."""
    if detail["type"] == "missing":
        *above, name = detail["loc"]
        extras = [d["loc"] for d in error.errors() if d["type"] == "extra_forbidden"]
        misspelt = [str(loc[-1]) for loc in extras if list(loc[:-1]) == above]
        return bool(get_close_matches(str(name), misspelt, n=1))
    emptied = detail["type"] == "too_short" and detail["input"]
    return bool(emptied) or detail["type"] == "keys_together"


def _readable(model: type[Section], data: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the value of every key that can be read on its own, by dotted path."""
    given = data if isinstance(data, Mapping) else {}
    for key, field in keys_of(model).items():
        value = given.get(key, field.default)
        choice = kind_of(value) if choices_of(field) else None
        section = section_of(field, choice)
        if section is not None and not isinstance(value, list | tuple):
            yield from _readable(section, value, f"{above}{key}.")
            continue
        kind: Any = Annotated[field.annotation, *field.metadata, "read alone"]
        with suppress(ValidationError):
            yield above + key, TypeAdapter(kind).validate_python(value)
