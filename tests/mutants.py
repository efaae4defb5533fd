"""Formulas that are wrong by one sign or one factor, made from their source text."""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, islice

Change = tuple[tuple[int, int], str]
"""Bytes that are replaced, and what stands there instead."""

Span = Callable[[ast.AST], tuple[int, int]]


@dataclass(frozen=True)
class Mutant:
    """A module with one change: its function and line, what stood there and what stands now."""

    function: str
    line: int
    was: str
    now: str
    text: str


def make_mutants(text: str) -> Iterator[Mutant]:
    """Every sign flipped, one number changed and one product inverted, of each function.

    Functions of the module and methods of its classes, the latter as ``Class.method``.
    """
    lines = text.splitlines(keepends=True)
    begins = [0]
    for line in lines:
        begins.append(begins[-1] + len(line.encode()))
    source = text.encode()

    def span(node: ast.AST) -> tuple[int, int]:
        return (
            begins[node.lineno - 1] + node.col_offset,
            begins[node.end_lineno - 1] + node.end_col_offset,
        )

    for name, function in _functions(ast.parse(text)):
        nodes = list(_arithmetic(function))
        changes = chain(
            _signs(nodes, span, source),
            islice(_numbers(nodes, span), 1),
            islice(_products(nodes, span, source), 1),
        )
        for (start, end), new in changes:
            changed = (source[:start] + new.encode() + source[end:]).decode()
            line = bisect_right(begins, start)
            now = changed.splitlines()[line - 1].strip()
            yield Mutant(name, line, lines[line - 1].strip(), now, changed)


def _functions(module: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in module.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from (
                (f"{node.name}.{inner.name}", inner)
                for inner in node.body
                if isinstance(inner, ast.FunctionDef)
            )


def _arithmetic(function: ast.FunctionDef) -> Iterator[ast.expr | ast.AugAssign]:
    """What a function computes, in the order of its source; no defaults, messages, settings."""
    skipped: set[int] = set()
    for node in ast.walk(function):
        message = isinstance(node, ast.Raise | ast.JoinedStr | ast.Assert)
        setting = isinstance(node, ast.keyword) and _is_number(node.value)
        if message or setting or isinstance(node, ast.arguments | ast.Subscript):
            skipped |= {id(inner) for inner in ast.walk(node)}
    found = [
        node
        for node in ast.walk(function)
        if isinstance(node, ast.expr | ast.AugAssign) and id(node) not in skipped
    ]
    yield from sorted(found, key=lambda node: (node.lineno, node.col_offset))


def _is_number(node: ast.expr) -> bool:
    """Whether it is a number with or without a sign."""
    inner = node.operand if isinstance(node, ast.UnaryOp) else node
    return isinstance(inner, ast.Constant)


def _signs(nodes: list[ast.expr | ast.AugAssign], span: Span, source: bytes) -> Iterator[Change]:
    """Every + that becomes - and the other way round, also in += and before a term."""
    for node in nodes:
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Add | ast.Sub):
            at = _operator(node, span, source, rb"[+-]")
            yield (at, at + 1), "-" if isinstance(node.op, ast.Add) else "+"
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            at = span(node)[0]
            yield (at, at + 1), "+"


def _numbers(nodes: list[ast.expr | ast.AugAssign], span: Span) -> Iterator[Change]:
    """Numbers half as large again."""
    for node in nodes:
        number = isinstance(node, ast.Constant) and type(node.value) in (int, float)
        if number and node.value not in (0, 0.0):
            yield span(node), repr(1.5 * node.value)


def _products(nodes: list[ast.expr | ast.AugAssign], span: Span, source: bytes) -> Iterator[Change]:
    """Every * that becomes / and the other way round."""
    for node in nodes:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div):
            at = _operator(node, span, source, rb"[*/]")
            yield (at, at + 1), "/" if isinstance(node.op, ast.Mult) else "*"


def _operator(node: ast.BinOp | ast.AugAssign, span: Span, source: bytes, sign: bytes) -> int:
    """Place of the operator between what stands left and right of it."""
    if isinstance(node, ast.BinOp):
        left, right = node.left, node.right
    else:
        left, right = node.target, node.value
    begin, end = span(left)[1], span(right)[0]
    found = re.search(sign, source[begin:end])
    assert found is not None
    return begin + found.start()
