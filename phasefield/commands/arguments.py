"""Arguments that several verbs share, and types that read them."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phasefield.case import Case

__all__ = ["add_case", "quantity", "read_case", "whole_number"]


def add_case(parser: ArgumentParser) -> None:
    """Add the case file and its overrides."""
    parser.add_argument("case", type=Path, metavar="CASE", help="case file (YAML)")
    parser.add_argument(
        "--set",
        dest="overrides",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        help='change a key of the case, as in --set geometry.pore_size="5 um"; may be repeated',
    )


def read_case(args: Namespace) -> Case:
    """Read the case that `add_case` asked for."""
    from phasefield.case import load_case

    return load_case(args.case, args.overrides)


def quantity(dimension: str, below: float | None = None) -> Callable[[str], float]:
    """Return an argparse type that reads a positive quantity with its unit and returns SI."""

    def read(text: str) -> float:
        from phasefield.case_quantity import Quantity

        try:
            value = Quantity(dimension, below=below).read(text)
        except ValueError as error:
            raise ArgumentTypeError(str(error)) from error
        assert isinstance(value, float)
        return value

    return read


def whole_number(text: str) -> int:
    """Read a whole number from 1 up."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise ArgumentTypeError(f"must be a whole number from 1 up, you gave {text}")
    return int(text)
