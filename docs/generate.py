"""Rewrite the tables of the documentation that are made from the code; `make docs` calls this.

A table stands between two comment lines, ``<!-- made by docs/generate.py: NAME -->`` and
``<!-- end -->``; what is between them is replaced. `tests/test_docs.py` fails when they are out of
step.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

from phasefield.case import json_schema
from phasefield.cli import make_parser
from phasefield.materials import parameter_sets as materials
from phasefield.materials.references import SOURCES
from phasefield.simulation.quantities import GROUPS
from phasefield.simulation.quantity import Group, Quantity
from phasefield.studies.sweep_file import SweepFile

DOCS = Path(__file__).resolve().parent
MADE = re.compile(r"(<!-- made by docs/generate\.py: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def case_keys() -> str:
    """Every key of a case file, one table for each section."""
    schema = json_schema()
    top: list[tuple[str, ...]] = []
    sections: list[str] = []
    for name, field in schema["properties"].items():
        if "oneOf" in field:
            sections.append(_choices(schema, name, field))
            continue
        below = list(_sections(schema, name, field, set()))
        if not below:
            top.append(_key_row(name, field, name in schema["required"]))
            continue
        rows = [
            _key_row(f"{path}{key}", entry, key in section.get("required", ()))
            for path, section in below
            for key, entry in section["properties"].items()
        ]
        sections.append(f"### `{name}`: {field['description']}\n\n{_table(_KEY_HEADER, rows)}")
    return "\n\n".join([_table(_KEY_HEADER, top), *sections])


def _choices(schema: Mapping[str, Any], name: str, field: Mapping[str, Any]) -> str:
    """A section that comes in several kinds: the keys of every kind, then one table for each."""
    kinds = [schema["$defs"][choice["$ref"].rpartition("/")[2]] for choice in field["oneOf"]]
    common = set.intersection(*(set(kind["properties"]) for kind in kinds)) - {"kind"}
    first = kinds[0]["properties"]
    common = {key for key in common if all(k["properties"][key] == first[key] for k in kinds)}
    parts = [f"### `{name}`: {field['description']}"]
    for kind in kinds:
        word, required = kind["properties"]["kind"]["const"], kind.get("required", ())
        rows = [
            _key_row(f"{name}.{key}", entry, key in required)
            for key, entry in kind["properties"].items()
            if key not in common and key != "kind"
        ]
        default = " (the kind when none is given)" if "kind" not in required else ""
        about = " ".join(kind["description"].split("\n\n")[0].split())
        parts.append(f"#### `kind: {word}`{default}\n\n{about}\n\n{_table(_KEY_HEADER, rows)}")
    shared = [_key_row(f"{name}.{k}", first[k], False) for k in sorted(common)]
    parts.append(f"#### Keys of every kind\n\n{_table(_KEY_HEADER, shared)}")
    return "\n\n".join(parts)


def sweep_keys() -> str:
    """Every key of a sweep file, its executors apart."""
    schema = SweepFile.model_json_schema()
    parts = []
    for path, section in _sweep_sections(schema):
        rows = [
            _key_row(f"{path}{key}", entry, key in section.get("required", ()))
            for key, entry in section["properties"].items()
        ]
        title = f"## `{path.rstrip('.')}`: {_first_line(section)}\n\n" if path else ""
        parts.append(f"{title}{_table(_KEY_HEADER, rows)}")
    return "\n\n".join(parts)


def _sweep_sections(schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield "", schema
    yield "latin_hypercube.", schema["$defs"]["LatinHypercube"]
    for name in ("LocalExecutor", "SlurmExecutor", "DaskExecutor"):
        yield "executor.", schema["$defs"][name]


def _first_line(section: Mapping[str, Any]) -> str:
    text = section["description"].split("\n")[0].rstrip(".")
    return text[:1].lower() + text[1:]


def parameter_sets() -> str:
    """Every number of the parameter sets with its source."""
    parts = []
    for name, chosen in materials.SETS.items():
        rows = [
            (key.replace("_", " "), f"{quantity.value:.6g}", _unit(quantity.unit), _from(quantity))
            for key, quantity in chosen
        ]
        header = ("quantity", "value", "unit", "source and note")
        parts.append(f"### `{name}`\n\n{chosen.description}.\n\n{_table(header, rows)}")
    return "\n\n".join(parts)


def references() -> str:
    """Every source by its key."""
    return "\n\n".join(f"### {key}\n\n{_cited(key)}" for key in sorted(SOURCES))


def verbs() -> str:
    """Every verb of the command line with its arguments and an example."""
    parser = make_parser()
    parts = []
    for name, verb in _verbs(parser).items():
        rows = [_argument_row(action) for action in verb._actions if action.dest != "help"]
        example = (verb.epilog or "").removeprefix("example:\n").replace("\n  ", "\n").strip()
        parts.append(
            f"## `phasefield {name}`\n\n{verb.description}\n\n"
            f"```text\n{example}\n```\n\n{_table(('argument', 'meaning'), rows)}"
        )
    return "\n\n".join(parts)


def verified() -> str:
    """What the last run of `phasefield verify` wrote, without its title."""
    book = DOCS.parent / "validation"
    text = (book / "REPORT.md").read_text(encoding="utf-8").partition("\n\n")[2].strip()
    return text.replace("](", "](../../validation/")


def mutated() -> str:
    """What the last runs of `make mutations` wrote, without its title."""
    text = (DOCS.parent / "tests" / "MUTATIONS.md").read_text(encoding="utf-8")
    return text.partition("\n\n")[2].strip()


def columns(group: Group) -> str:
    """Columns of history.csv that a group of quantities adds; those that share a meaning, a row."""
    listed = [each for each in group.quantities if each.in_history]
    rows = ["| column | meaning |", "| --- | --- |"]
    for meaning, same in groupby(listed, key=_meaning):
        names = ", ".join(f"`{each.column}`" for each in same)
        rows.append(f"| {names} | {meaning} |")
    return "\n".join(rows)


def _meaning(quantity: Quantity) -> str:
    """What a quantity says; its words in brackets lead to where it is defined."""
    text = quantity.sentence.replace("|", "\\|")
    return text.replace("]", f"](../{quantity.page})") if quantity.page else text


TABLES = {
    table.__name__: table
    for table in (
        case_keys,
        mutated,
        parameter_sets,
        references,
        sweep_keys,
        verbs,
        verified,
    )
} | {f"{group.name}_columns": partial(columns, group) for group in GROUPS}


def made(text: str) -> str:
    """Return a page with its tables made anew."""
    return MADE.sub(lambda found: f"{found[1]}\n{TABLES[found[2]]()}\n\n{found[3]}", text)


_KEY_HEADER = ("key", "meaning", "for example", "default")


def _sections(
    schema: Mapping[str, Any], name: str, field: Mapping[str, Any], shown: set[str]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Sections behind a key, and behind the keys of these, each with the path of its keys.

    A list has one for each kind; what has been `shown` is not repeated.
    """
    field = next((each for each in field.get("anyOf", ()) if "$ref" in each), field)
    listed = field.get("type") == "array"
    reference = (field.get("items", {}) if listed else field).get("$ref", "").rpartition("/")[2]
    if not reference or reference in shown:
        return
    shown.add(reference)
    section, path = schema["$defs"][reference], f"{name}.0." if listed else f"{name}."
    keys = section.get("properties", {})
    plain = {key: entry for key, entry in keys.items() if "$ref" not in entry}
    if plain:
        yield path, {**section, "properties": plain}
    for key, entry in keys.items():
        yield from _sections(schema, f"{path}{key}", entry, shown)


def _key_row(path: str, field: Mapping[str, Any], required: bool) -> tuple[str, ...]:
    allowed = field.get("enum", [])
    unsaid = [str(word) for word in allowed if str(word) not in field["description"]]
    text = field["description"] + (f" ({', '.join(map(str, allowed))})" if unsaid else "")
    default = f"`{_yaml(field['default'])}`" if "default" in field else "see text"
    return (
        f"`{path}`",
        text,
        f"`{_yaml(field['examples'][0])}`",
        "must be given" * required or default,
    )


def _yaml(value: Any) -> str:
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _argument_row(action: argparse.Action) -> tuple[str, str]:
    shown = action.metavar or action.dest.upper()
    name = " ".join([*action.option_strings[-1:], *([str(shown)] if action.nargs != 0 else [])])
    choices = f" ({', '.join(map(str, action.choices))})" if action.choices else ""
    return f"`{name}`", (action.help or "").replace("|", "or") + choices


def _verbs(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    (found,) = (a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    return dict(found.choices)


def _unit(unit: str) -> str:
    return re.sub(r"([a-z])(\d)", r"\1^\2", unit)


def _from(quantity: materials.Quantity) -> str:
    keys = ", ".join(f"[{key}](#{key})" for key in quantity.references)
    source = "chosen" if quantity.source == materials.CHOSEN else keys
    see = f" (see {keys})" if source == "chosen" and keys else ""
    return f"{source}{': ' + quantity.note if quantity.note else ''}{see}"


def _cited(key: str) -> str:
    """A reference as one line of text; what is unknown is left out."""
    source = SOURCES[key]
    where = source.journal or source.booktitle
    number = " ".join(part for part in (where, source.volume) if part)
    place = ", ".join(part for part in (number, source.pages, source.eprint) if part)
    year = f" ({source.year})" if source.year else ""
    doi = f"[doi:{source.doi}](https://doi.org/{source.doi})" if source.doi else ""
    parts = (source.author.replace(" and ", "; ") + year, source.title, place, doi, source.note)
    return ". ".join(_plain(part).rstrip(".") for part in parts if part.strip()) + "."


def _plain(text: str) -> str:
    return text.replace("{", "").replace("}", "").replace("\\&", "&").replace("--", "-").strip()


def _table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    return "\n".join(_lines(tuple(header), rows))


def _lines(header: tuple[str, ...], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield f"|{' --- |' * len(header)}"
    for row in rows:
        yield f"| {' | '.join(map(_in_a_cell, row))} |"


def _in_a_cell(text: str) -> str:
    return text.replace("|", "/").replace("<", "&lt;")


def main() -> None:
    """Rewrite every page that has such a table."""
    for page in [DOCS.parent / "README.md", *sorted(DOCS.rglob("*.md"))]:
        text = page.read_text(encoding="utf-8")
        if made(text) != text:
            page.write_text(made(text), encoding="utf-8")


if __name__ == "__main__":
    main()
