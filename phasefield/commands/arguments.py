"""Arguments that several verbs share, and types that read them."""

from __future__ import annotations

from argparse import Action, ArgumentError, ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from phasefield.case import Case

__all__ = ["add_case", "quantities", "quantity", "read_case", "whole_number"]


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
        from phasefield.case.quantities import Quantity

        try:
            value = Quantity(dimension, below=below).read(text)
        except ValueError as error:
            raise ArgumentTypeError(str(error)) from error
        assert isinstance(value, float)
        return value

    return read


def quantities(*dimensions: str) -> type[Action]:
    """Return an argparse action that reads one quantity after the other, each of its dimension."""

    class Quantities(Action):
        """Reads the quantities of one option."""

        def __call__(
            self, parser: ArgumentParser, namespace: Namespace, values: Any, option: Any = None
        ) -> None:
            try:
                pairs = zip(dimensions, values, strict=True)
                found = [quantity(dimension)(text) for dimension, text in pairs]
            except ArgumentTypeError as error:
                raise ArgumentError(self, str(error)) from error
            setattr(namespace, self.dest, found)

    return Quantities


def whole_number(text: str) -> int:
    """Read a whole number from 1 up."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise ArgumentTypeError(f"must be a whole number from 1 up, you gave {text}")
    return int(text)
