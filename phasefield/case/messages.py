"""What pydantic found, in the words of the case file: what is wrong, and what to write instead."""

from __future__ import annotations

import reprlib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from phasefield.case.sections import Section, choices_of, keys_of, section_of
from phasefield.case.yaml_source import Path

__all__ = ["message", "place"]

LISTS = ("protocol", "steps", "coatings", "regions")
"""Keys whose value is a list of sections."""

_KINDS = {
    "bool": "true or false",
    "int": "a whole number",
    "string": "text (a number needs quotes to be text)",
}

_KINDS_BY_OTHER_NAMES = {
    "gyroid": "minimal_surface, with surface: gyroid",
    "schwarz_p": "minimal_surface, with surface: schwarz_p",
    "diamond": "minimal_surface, with surface: diamond",
    "slits": "channels, with dimensions: 2",
    "cylinders": "channels, with dimensions: 3",
    "spheres": "overlapping_spheres, or separate_spheres,",
    "tomogram": "image",
}
"""What people call scaffolds, and how a case says it."""

_REPR = reprlib.Repr()
_REPR.maxstring = _REPR.maxother = _REPR.maxlong = 60


def message(root: type[Section], detail: Mapping[str, Any]) -> str:
    """Return one sentence for one entry of ``ValidationError.errors()``.

    Parameters
    ----------
    root : the outermost section, the case.
    detail : the entry: its type, its place `loc`, what was given, why it was refused.
    """
    path = [str(part) for part in detail["loc"] if not isinstance(part, int)]
    match detail["type"]:
        case "extra_forbidden":
            return _unknown_key(root, path)
        case "missing":
            return f"missing; write for example {_example(root, path)}"
        case "too_short":
            return f"needs at least one entry, such as {_example(root, path)}"
        case "value_error":
            return str(detail["ctx"]["error"])
        case "literal_error":
            return (
                f"{_shown(detail['input'])} is not available; allowed: {detail['ctx']['expected']}"
            )
        case "union_tag_invalid":
            return _unknown_kind(detail)
        case "model_type" | "dict_type" | "union_tag_not_found":
            return f"needs keys of its own, such as {_example(root, path)}"
        case "tuple_type":
            example = _example(root, path)
            return f"needs a list, such as {example}, got {_shown(detail['input'])}"
        case kind if kind.removesuffix("_type") in _KINDS:
            return f"needs {_KINDS[kind.removesuffix('_type')]}, got {_shown(detail['input'])}"
    text = str(detail["msg"])
    return f"{text[:1].lower()}{text[1:]}, got {_shown(detail['input'])}"


def _shown(value: object) -> str:
    """Return what was given, long and deep values cut short."""
    return _REPR.repr(value)


def place(root: type[Section], detail: Mapping[str, Any]) -> Path:
    """Return where in the file one entry of ``ValidationError.errors()`` belongs.

    Pydantic names the kind of a section after the section itself; the file has no such level.
    """
    path: list[str | int] = []
    fields: Mapping[str, Any] = keys_of(root)
    choices: Mapping[str, type[Section]] = {}
    for part in detail["loc"]:
        if part in choices:
            fields, choices = keys_of(choices[part]), {}
            continue
        path.append(part)
        if part in fields:
            choices = choices_of(fields[part])
            below = section_of(fields[part])
            fields = keys_of(below) if below else {}
    return (*path, "kind") if detail["type"] == "union_tag_invalid" else tuple(path)


def _unknown_kind(detail: Mapping[str, Any]) -> str:
    allowed = [word.strip("' ") for word in detail["ctx"]["expected_tags"].split(",")]
    given = detail["ctx"]["tag"]
    if given in _KINDS_BY_OTHER_NAMES:
        return f"{given!r} is kind: {_KINDS_BY_OTHER_NAMES[given]} here"
    near = get_close_matches(given, allowed, n=1)
    hint = f'; did you mean "{near[0]}"?' if near else ""
    return f"{given!r} is not available{hint or '; allowed: ' + ', '.join(allowed)}"


def _unknown_key(root: type[Section], path: list[str]) -> str:
    *above, name = path
    here = keys_of(_section(root, above))
    if near := get_close_matches(name, here, n=1):
        return f'unknown key; did you mean "{near[0]}"?'
    elsewhere = {full.rpartition(".")[2]: full for full in _all_keys(root)}
    if near := get_close_matches(name, elsewhere, n=1, cutoff=0.8):
        return f'unknown key; did you mean "{elsewhere[near[0]]}"?'
    return f"unknown key; allowed: {', '.join(here)}"


def _all_keys(section: type[Section], above: str = "") -> Iterator[str]:
    for name, field in keys_of(section).items():
        yield above + name
        if (below := section_of(field)) is not None:
            yield from _all_keys(below, f"{above}{name}.")


def _section(root: type[Section], path: list[str]) -> type[Section]:
    """Return the section at a path; pydantic names only paths that exist."""
    choices: Mapping[str, type[Section]] = {}
    for name in path:
        if name in choices:
            root, choices = choices[name], {}
            continue
        field = keys_of(root)[name]
        choices = choices_of(field)
        root = section_of(field) or root
    return root


def _example(root: type[Section], path: list[str]) -> str:
    """Return a key, or a section with the keys that must be given, as YAML on one line."""
    if not path:
        return "name: my-case"
    field = keys_of(_section(root, path[:-1]))[path[-1]]
    below = section_of(field)
    if below is None:
        return f"{path[-1]}: {field.examples[0] if field.examples else '...'}"
    required = [name for name, field in keys_of(below).items() if field.is_required()]
    inner = ", ".join(
        _example(root, [*path, name]) for name in required or list(keys_of(below))[:1]
    )
    text = f"{{{inner}}}"
    return f"{path[-1]}: {f'[{text}]' if path[-1] in LISTS else text}"
