"""From a case file to a `Case`, or to the list of everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError

from phasefield.case_checks import cross_checks
from phasefield.case_messages import message, place
from phasefield.case_schema import Case
from phasefield.case_sections import Section, choices_of, keys_of, kind_of, section_of
from phasefield.case_source import Source
from phasefield.errors import CaseError, Problem

__all__ = ["case_from_source"]


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
