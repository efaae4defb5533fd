"""Formulas that are wrong by one sign or one factor, made from their source text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

SIGNS = 2
"""Signs that are flipped in one function, the first ones; beside them, one factor is changed."""


@dataclass(frozen=True)
class Mutant:
    """A module with one change: its function and line, what stood there and what stands now."""

    function: str
    line: int
    was: str
    now: str
    text: str


def make_mutants(text: str) -> Iterator[Mutant]:
    """Up to two flipped signs and one changed factor of every function of a module."""
    lines = text.splitlines(keepends=True)
    begins = [0]
    for line in lines:
        begins.append(begins[-1] + len(line.encode()))
    source = text.encode()

    def span(node: ast.expr) -> tuple[int, int]:
        assert node.end_lineno is not None and node.end_col_offset is not None
        return (
            begins[node.lineno - 1] + node.col_offset,
            begins[node.end_lineno - 1] + node.end_col_offset,
        )

    for function in ast.parse(text).body:
        if not isinstance(function, ast.FunctionDef):
            continue
        nodes = list(_arithmetic(function))
        changes = [*_signs(nodes, span, source)][:SIGNS] + [*_factors(nodes, span, source)][:1]
        for node, (start, end), new in changes:
            place = node.lineno
            changed = source[:start] + new.encode() + source[end:]
            now = changed.decode().splitlines()[place - 1].strip()
            yield Mutant(function.name, place, lines[place - 1].strip(), now, changed.decode())


def _arithmetic(function: ast.FunctionDef) -> Iterator[ast.expr]:
    """Expressions of a function in the order of its source; no defaults, messages, settings."""
    skipped: set[int] = set()
    for node in ast.walk(function):
        message = isinstance(node, ast.Raise | ast.JoinedStr | ast.Assert)
        setting = isinstance(node, ast.keyword) and isinstance(node.value, ast.Constant)
        if message or setting or isinstance(node, ast.arguments | ast.Subscript):
            skipped |= {id(inner) for inner in ast.walk(node)}
    found = [n for n in ast.walk(function) if isinstance(n, ast.expr) and id(n) not in skipped]
    yield from sorted(found, key=lambda n: (n.lineno, n.col_offset))


def _signs(nodes, span, source):
    """Every + that becomes - and the other way round."""
    for node in nodes:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
            between = span(node.left)[1], span(node.right)[0]
            operator = re.search(rb"[+-]", source[slice(*between)])
            assert operator is not None
            at = between[0] + operator.start()
            yield node, (at, at + 1), "-" if isinstance(node.op, ast.Add) else "+"


def _factors(nodes, span, source):
    """Numbers half as large again, and of functions without any, a * that becomes /."""
    for node in nodes:
        number = isinstance(node, ast.Constant) and type(node.value) in (int, float)
        if number and node.value not in (0, 0.0):
            yield node, span(node), repr(1.5 * node.value)
    for node in nodes:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div):
            between = span(node.left)[1], span(node.right)[0]
            operator = re.search(rb"[*/]", source[slice(*between)])
            assert operator is not None
            at = between[0] + operator.start()
            yield node, (at, at + 1), "/" if isinstance(node.op, ast.Mult) else "*"
