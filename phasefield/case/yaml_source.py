"""A case file as text and data, with the line of every key; overrides on top.

Nothing here knows what a case means: it reads YAML 1.2 (ruamel.yaml, safe), remembers where each
key stands, and notes what is wrong with the file as such.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath
from typing import Any

from phasefield.errors import CaseError, Problem

__all__ = ["Path", "Source", "dotted", "read_source", "source_from_text"]

LONGEST = 1_000_000
"""Bytes of a file; a case has some hundred."""

MOST_VALUES = 100_000
"""Values in a file, those behind an alias counted wherever it stands; a sweep has some hundred."""

DEEPEST = 30
"""Levels of nesting; a case has five."""

Path = tuple[str | int, ...]
"""Keys and list indices from the top of a case down to a value."""


def dotted(path: Path) -> str:
    """Return a path as it is written on the command line."""
    return ".".join(map(str, path))


@dataclass(frozen=True)
class Source:
    """Where a case comes from.

    Attributes
    ----------
    file : name of the file, "" for a case that was made in memory.
    text : the file, verbatim.
    data : what stands in it, overrides applied.
    places : for each path its line in the file [1-based], or the override that set it.
    problems : what is wrong with the file as such.
    """

    file: str = ""
    text: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[Path, int | str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def problem(self, path: Path, message: str) -> Problem:
        """Return a `Problem` at the line of `path`, or of the nearest section in the file."""
        place = self._place(path)
        if isinstance(place, str):
            return Problem(message, dotted(path), file=place)
        return Problem(message, dotted(path), place, self.file)

    def from_file(self, path: Path) -> bool:
        """Whether `path` is as the file has it, not from an override nor from Python."""
        return bool(self.file) and not isinstance(self._place(path), str)

    def _place(self, path: Path) -> int | str | None:
        """Return where `path`, or the nearest section above it, was given."""
        known = (path[:n] for n in range(len(path), -1, -1) if path[:n] in self.places)
        return self.places.get(next(known, ()))

    def override(self, text: str) -> Source:
        """Return a copy in which ``dotted.path=value`` is set; the value is read as YAML."""
        label = f"--set {text}"
        key, equals, value = text.partition("=")
        path: Path = tuple(int(p) if p.isdigit() else p for p in key.strip().split("."))
        if not equals or not all(isinstance(p, int) or p for p in path):
            return self._with_problem(label, "write an override as dotted.path=value")
        data = deepcopy(dict(self.data))
        try:
            _set(data, path, _load(value))
        except _unreadable() as error:
            return self._with_problem(label, f"the value is not readable: {_sentence(error)}")
        except LookupError as error:
            return self._with_problem(label, str(error.args[0]))
        kept = {p: place for p, place in self.places.items() if p[: len(path)] != path}
        made = {path[:n]: label for n in range(1, len(path) + 1)}
        return replace(self, data=data, places={**made, **kept, path: label})

    def _with_problem(self, label: str, message: str) -> Source:
        return replace(self, problems=(*self.problems, Problem(message, file=label)))


def read_source(file: str | FilePath) -> Source:
    """Read a case file.

    Raises
    ------
    CaseError
        There is no such file, it cannot be read, is not YAML or too large to be a case.
    """
    name = str(file)
    try:
        with FilePath(file).open("rb") as opened:
            content = opened.read(LONGEST + 1)
        text = content.decode("utf-8-sig")
        if len(content) > LONGEST:
            raise CaseError([Problem("has more than a million bytes: that is no case", file=name)])
    except UnicodeDecodeError as error:
        raise CaseError([Problem("is not a text file in UTF-8", file=name)]) from error
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        near = FilePath(f"{name}.yaml")
        hint = f"; did you mean {near}?" if near.is_file() else ""
        raise CaseError([Problem(f"cannot read the case: {reason}{hint}", file=name)]) from error
    return source_from_text(text, name)


def source_from_text(text: str, file: str) -> Source:
    """Return what `read_source` would, had `file` this text."""
    try:
        node = _compose(text)
        places, problems = _survey(node, file)
        data = _yaml().load(text)
    except _unreadable() as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else None
        raise CaseError([Problem(f"not readable: {_sentence(error)}", "", line, file)]) from error
    if not isinstance(data, dict):
        what = "is empty" if data is None else "holds no keys such as name: and geometry:"
        raise CaseError([Problem(what, line=1, file=file)])
    return Source(file, text, data, places, tuple(problems))


def _compose(text: str) -> Any:
    """Return the nodes of YAML text that is not built to exhaust whoever reads it."""
    depth = 0
    for event in _yaml().parse(text):  # one after another: a bomb is not unfolded to see it
        depth += event.__class__.__name__.endswith("StartEvent")
        depth -= event.__class__.__name__.endswith("EndEvent")
        if depth > DEEPEST:
            raise ValueError(f"nested deeper than {DEEPEST} levels")
    node = _yaml().compose(text)
    _measure(node)
    return node


def _measure(root: Any) -> None:
    """Raise ValueError for nodes that no case has: endless, too deep, or too many once expanded."""
    known: dict[int, tuple[int, int]] = {}

    def size(node: Any, above: frozenset[int]) -> tuple[int, int]:
        """Values and levels below a node, itself counted."""
        if id(node) in above:
            raise ValueError("an alias contains itself")
        if len(above) > DEEPEST:
            raise ValueError(f"nested deeper than {DEEPEST} levels")
        if id(node) not in known:
            below = [size(each, above | {id(node)}) for each in _children(node)]
            values = 1 + sum(count for count, _ in below)
            levels = 1 + max((depth for _, depth in below), default=0)
            if values > MOST_VALUES:
                raise ValueError(f"more than {MOST_VALUES} values, counting what aliases repeat")
            known[id(node)] = values, levels
        if len(above) + known[id(node)][1] > DEEPEST + 1:
            raise ValueError(f"nested deeper than {DEEPEST} levels")
        return known[id(node)]

    size(root, frozenset())


def _children(node: Any) -> list[Any]:
    """Nodes directly below a node: entries of a list, keys and values of a mapping."""
    content = getattr(node, "value", None)
    if not isinstance(content, list):
        return []
    return [each for entry in content for each in (entry if isinstance(entry, tuple) else [entry])]


def _survey(node: Any, file: str) -> tuple[dict[Path, int | str], list[Problem]]:
    """Return the line of every key, and a problem for every key given twice."""
    places: dict[Path, int | str] = {(): 1}
    problems: list[Problem] = []
    for path, line in _walk(node, (), set()):
        if path in places:
            text = f"given twice, first in line {places[path]}"
            problems.append(Problem(text, dotted(path), line, file))
        else:
            places[path] = line
    return places, problems


def _walk(node: Any, path: Path, seen: set[int]) -> Iterator[tuple[Path, int]]:
    """Yield every path below a node with its line; a node behind several aliases is walked once."""
    from ruamel.yaml.nodes import MappingNode, SequenceNode

    if not isinstance(node, MappingNode | SequenceNode) or id(node) in seen:
        return
    seen.add(id(node))
    pairs = node.value if isinstance(node, MappingNode) else [(None, item) for item in node.value]
    for index, (key, value) in enumerate(pairs):
        below = (*path, index if key is None else str(key.value))
        yield below, (key or value).start_mark.line + 1
        yield from _walk(value, below, seen)


def _set(data: dict[str, Any], path: Path, value: object) -> None:
    """Set a value inside nested mappings and lists, making mappings on the way."""
    here: Any = data
    for depth, key in enumerate(path[:-1]):
        if isinstance(here, dict) and here.get(key) is None:
            here[key] = {}
        here = _child(here, key, path[:depth])
    _child(here, path[-1], path[:-1], may_add=True)
    here[path[-1]] = value


def _child(here: Any, key: str | int, above: Path, may_add: bool = False) -> Any:
    if isinstance(here, dict):
        return None if may_add else here[key]
    if isinstance(here, list) and isinstance(key, int):
        if key < len(here):
            return here[key]
        raise LookupError(f"{dotted(above)} has entries 0 to {len(here) - 1}, there is no {key}")
    kind = (
        "a list, name an entry by its number" if isinstance(here, list) else "one value, no section"
    )
    raise LookupError(f"{dotted(above)} is {kind}")


def _load(text: str) -> Any:
    """Return the value of one override."""
    _compose(text)
    return _yaml().load(text)


def _yaml() -> Any:
    from ruamel.yaml import YAML

    yaml = YAML(typ="safe", pure=True)
    yaml.allow_duplicate_keys = True  # `_survey` reports them, all at once and with both lines
    return yaml


def _unreadable() -> tuple[type[Exception], ...]:
    """Return what reading raises: YAML errors, bad values of tags, endless nesting."""
    from ruamel.yaml.error import YAMLError

    return YAMLError, ValueError, RecursionError


def _sentence(error: Exception) -> str:
    text = getattr(error, "problem", None) or str(error).partition("\n")[0]
    if "\\t" in text:
        return "a tab stands where YAML wants spaces: indent with spaces"
    return text
