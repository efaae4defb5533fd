"""Figures of the house: `python -m tests.house [ROOT]` prints those of a tree, this one by default.

`tests/test_house.py` holds them to limits.
"""

from __future__ import annotations

import ast
import re
import statistics
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
HEART = ("simulation", "models", "solvers", "analysis")
KINDS = {"PlateStep", "StripStep", "RestStep", "HoldStep", "PulseEntry", "RepeatEntry"}
KINDS |= {"StaircaseEntry"}


def files(root: Path, *rooms: str) -> list[Path]:
    """Modules of the package, or of some of its rooms."""
    places = [root / "phasefield" / room for room in rooms] or [root / "phasefield"]
    return sorted(file for place in places for file in place.rglob("*.py"))


def rooms(root: Path) -> int:
    """Packages with modules in them."""
    return len({file.parent for file in files(root) if file.parent != root / "phasefield"})


def loose(root: Path) -> int:
    """Modules at the top."""
    top = (root / "phasefield").glob("*.py")
    return sum(file.name != "__init__.py" for file in top)


def floors(root: Path) -> int:
    """Layers of the linter's contract."""
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    contracts = tomllib.loads(text)["tool"]["importlinter"]["contracts"]
    return next(len(one["layers"]) for one in contracts if one["type"] == "layers")


def _code(file: Path) -> Iterator[str]:
    """Lines of a module outside docstrings and imports."""
    text = file.read_text(encoding="utf-8")
    spoken = {
        line
        for node in ast.walk(ast.parse(text))
        if (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        or isinstance(node, ast.Import | ast.ImportFrom)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    yield from (line for n, line in enumerate(text.splitlines(), 1) if n not in spoken)


def _lines(root: Path, pattern: str, *rooms: str) -> list[tuple[Path, str]]:
    found = re.compile(pattern)
    return [(f, line) for f in files(root, *rooms) for line in _code(f) if found.search(line)]


def untyped(root: Path) -> int:
    """Lines with `Any` in the heart."""
    return len(_lines(root, r"\bAny\b", *HEART))


def missing_parts(root: Path) -> int:
    """`is None` and `is not None` in the stepper and the system of the conserved model."""
    names = {"stepper.py", "newton_system.py", "numba_backend.py", "system.py"}
    found = _lines(root, r"\bis (not )?None\b")
    return sum(f.name in names and "published" not in f.parts for f, _ in found)


def contact_current(root: Path) -> int:
    """Files of the conserved model, its readings and its noise that evaluate Butler-Volmer."""
    found = _lines(root, r"\bbutler_volmer(_prime)?(\.py_func)?\(")
    beside = {"fipy_backend", "validation", "physics", "bench"}
    names = {"conserved_equations.py", "fipy_equations.py", "energy.py"}
    return len({f for f, _ in found if not beside & {*f.parts} and f.name not in names})


def cell_parameters(root: Path) -> int:
    """Places where the parameters of every cell are built."""
    calls = _lines(root, r"(?<!def )\blocal_(parameters|coefficients)\(")
    return sum("validation" not in f.parts for f, _ in calls)


def matches_on_steps(root: Path) -> int:
    """`match` and `isinstance` on kinds of protocol steps outside the protocol itself."""
    count = 0
    for file in files(root):
        if file.name in ("protocol.py", "protocol_steps.py"):
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            asks = isinstance(node, ast.MatchClass) or (
                isinstance(node, ast.Call) and getattr(node.func, "id", "") == "isinstance"
            )
            names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} if asks else set()
            count += bool(names & KINDS)
    return count


def labellings(root: Path) -> int:
    """Files that label connected cells."""
    return len({f for f, _ in _lines(root, r"ndimage\.label\(")})


def modules(root: Path) -> tuple[float, int]:
    """Median and largest number of lines of a module."""
    sizes = [len(f.read_text(encoding="utf-8").splitlines()) for f in files(root)]
    return statistics.median(sizes), max(sizes)


def body(node: ast.FunctionDef) -> int:
    """Lines of a function without its docstring."""
    first = node.body[0]
    spoken = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    rest = node.body[1:] if spoken else node.body
    return (node.end_lineno or 0) - rest[0].lineno + 1 if rest else 0


def bodies(root: Path) -> tuple[float, int]:
    """Median and largest number of lines of a function without its docstring."""
    trees = (ast.parse(file.read_text(encoding="utf-8")) for file in files(root))
    nodes = (node for tree in trees for node in ast.walk(tree))
    sizes = [body(node) for node in nodes if isinstance(node, ast.FunctionDef)]
    sizes = [size for size in sizes if size]
    return statistics.median(sizes), max(sizes)


FIGURES = (
    rooms,
    floors,
    loose,
    untyped,
    missing_parts,
    contact_current,
    cell_parameters,
    matches_on_steps,
    labellings,
    modules,
    bodies,
)


def main(words: list[str]) -> None:
    """Print all figures."""
    root = Path(words[0]) if words else ROOT
    for figure in FIGURES:
        print(f"{figure.__name__:18} {figure(root)!s:14} {figure.__doc__}")


if __name__ == "__main__":
    main(sys.argv[1:])
