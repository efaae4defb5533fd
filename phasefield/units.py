"""The border where units stop: text such as "1.5 um" becomes an SI number, and back.

This is the only module that imports pint, and it does so on first use. The registry computes in
decimal, so "0.6 um" becomes exactly the float 6e-07, and what is written back is what was read.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

__all__ = ["DIMENSIONS", "Dimension", "UnitError", "format", "in_unit", "parse", "split"]


class UnitError(ValueError):
    """A quantity cannot be read; the message says why and how to write it."""


@dataclass(frozen=True)
class Dimension:
    """What kind of quantity a key holds.

    Attributes
    ----------
    name : with its article, as it reads in a sentence.
    unit : the SI unit that numbers in memory have.
    example : how to write one in a case file.
    units : the units people use, for suggestions.
    """

    name: str
    unit: str
    example: str
    units: tuple[str, ...] = ()


DIMENSIONS: dict[str, Dimension] = {
    "fraction": Dimension("a fraction", "dimensionless", "0.5 or 50 %", ("%",)),
    "number": Dimension("a plain number", "dimensionless", "0.5"),
    "length": Dimension("a length", "m", "1.5 um", ("nm", "um", "mm", "cm", "m", "micron")),
    "time": Dimension("a time", "s", "1000 s", ("s", "min", "h", "day", "ms")),
    "temperature": Dimension("a temperature", "K", "298 K or 25 degC", ("K", "degC")),
    "angle": Dimension("an angle", "rad", "90 deg", ("deg", "rad")),
    "pressure": Dimension("a pressure", "Pa", "11 GPa", ("Pa", "kPa", "MPa", "GPa", "bar")),
    "force": Dimension("a force", "N", "146 mN", ("mN", "N")),
    "surface energy": Dimension("a surface energy", "J/m^2", "0.5 J/m^2", ("J", "mJ", "m", "N")),
    "diffusivity": Dimension("a diffusivity", "m^2/s", "5.6e-15 m^2/s", ("cm", "m", "um", "s")),
    "current density": Dimension(
        "a current density", "A/m^2", "0.2 mA/cm^2", ("mA", "uA", "A", "cm", "m")
    ),
    "areal charge": Dimension(
        "a charge per area", "C/m^2", "0.1 mAh/cm^2", ("mAh", "Ah", "C", "cm", "m")
    ),
    "voltage": Dimension("a voltage", "V", "9 mV", ("mV", "V", "uV")),
    "concentration": Dimension(
        "a concentration", "mol/m^3", "40 mol/l", ("mol", "mmol", "l", "m", "cm")
    ),
    "conductivity": Dimension("a conductivity", "S/m", "0.32 mS/cm", ("mS", "S", "cm", "m")),
    "area resistance": Dimension(
        "an area-specific resistance", "ohm*m^2", "24.6 ohm*cm^2", ("ohm", "kohm", "cm", "m")
    ),
    "molar energy": Dimension(
        "an activation energy", "J/mol", "0.417 eV or 40 kJ/mol", ("eV", "meV", "kJ", "J", "mol")
    ),
}

_NUMBER = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![\d.])\s*(.*?)\s*")
_LONGEST = 60
"""Characters of a quantity; longer text is not looked into."""
_NOT_FINITE = re.compile(r"\s*[+-]?\.?(?:inf|infinity|nan)\b", re.IGNORECASE)


def parse(value: object, dimension: str) -> float:
    """Read a quantity and return it in SI.

    Parameters
    ----------
    value : text such as "1.5 um"; a bare number only where `dimension` is "fraction" or "number".
    dimension : a key of `DIMENSIONS`.

    Returns
    -------
    float
        The value in the unit `DIMENSIONS[dimension].unit`.

    Raises
    ------
    UnitError
        No number, no unit, an unknown unit, the wrong kind of unit, or a value that is not finite.
    """
    kind = DIMENSIONS[dimension]
    plain = kind.unit == "dimensionless"
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise UnitError(f"needs {kind.name} such as {kind.example}, got {_describe(value)}")
    if isinstance(value, int) and abs(value) > 10**_LONGEST:
        raise UnitError("is a whole number of more than 60 digits")
    if len(str(value)) > _LONGEST:
        raise UnitError(
            f'"{str(value)[:20]}..." is not a number with a unit: {kind.example} is one'
        )
    number, unit = _split(str(value), kind)
    if not unit and not plain:
        raise UnitError(f'"{value}" has no unit: write {kind.name} such as {kind.example}')
    result = float(_convert(number, unit, kind)) if unit else float(number)
    if not math.isfinite(result):
        raise UnitError(f'"{value}" is not a finite number')
    return result


def format(value: float, unit: str, digits: int | None = None) -> str:
    """Write an SI number in a unit: ``format(1.5e-6, "um") == "1.5 um"``.

    Parameters
    ----------
    value : the quantity in SI (coherent units, without prefixes).
    unit : the unit to show; "%" turns a fraction into per cent.
    digits : significant digits; None writes as many as the float needs.
    """
    registry = _registry()
    shown = registry.parse_units(unit)
    base = registry.get_base_units(shown)[1]
    number = float(registry.Quantity(Decimal(repr(float(value))), base).to(shown).magnitude)
    text = repr(number).removesuffix(".0") if digits is None else f"{number:.{digits}g}"
    return f"{text} {unit}"


def split(value: object) -> tuple[float, str]:
    """Return number and unit of a quantity of any kind as it is written; "" without a unit.

    Raises
    ------
    UnitError
        It is no number, or one too large for a float.
    """
    match = None if isinstance(value, bool) else _NUMBER.fullmatch(str(value)[: _LONGEST + 1])
    if match is None or not math.isfinite(float(match[1])):
        raise UnitError(f"{_describe(value)} is not a number with a unit")
    return float(match[1]), match[2]


def in_unit(value: object, unit: str) -> float:
    """Return a quantity as a number in `unit`: ``in_unit("1500 nm", "um") == 1.5``.

    Raises
    ------
    UnitError
        It is no quantity, or none of that kind.
    """
    number, given = split(value)
    if given == unit:
        return number
    registry = _registry()
    try:
        quantity = registry.Quantity(Decimal(repr(number)), registry.parse_units(given))
        return float(quantity.to(registry.parse_units(unit)).magnitude)
    except Exception as error:  # the tokenizer, the parser and decimal each raise their own
        raise UnitError(f'{_describe(value)} cannot be written in "{unit}"') from error


def _split(text: str, kind: Dimension) -> tuple[Decimal, str]:
    if _NOT_FINITE.match(text):
        raise UnitError(f'"{text}" is not a finite number')
    match = _NUMBER.fullmatch(text)
    if match is None or match[2].startswith(","):
        hint = " (decimals take a point)" if re.match(r"\s*[+-]?\d+,\d", text) else ""
        raise UnitError(f'"{text}" is not a number with a unit, write {kind.example}{hint}')
    return Decimal(match[1]), match[2]


def _convert(number: Decimal, unit: str, kind: Dimension) -> Decimal:
    registry = _registry()
    with _explained(unit, kind):
        quantity = registry.Quantity(number, registry.parse_units(unit))
    if kind.unit == "J/mol" and quantity.check("[energy]"):
        quantity = quantity * registry.Quantity(Decimal(1), "avogadro_constant")
    if not quantity.is_compatible_with(kind.unit):
        raise UnitError(f'"{number} {unit}" is not {kind.name}: write it like {kind.example}')
    try:
        return quantity.to(kind.unit).magnitude
    except ArithmeticError as error:
        raise UnitError(f'"{number} {unit}" is not a finite number') from error


@contextmanager
def _explained(unit: str, kind: Dimension) -> Iterator[None]:
    """Turn whatever the parser of units raises into one sentence."""
    from pint import UndefinedUnitError

    try:
        yield
    except UndefinedUnitError as error:
        names = error.unit_names
        unknown = names if isinstance(names, str) else names[0]
        raise UnitError(f'unknown unit "{unknown}": {_near(unknown, kind)}') from error
    except Exception as error:  # the tokenizer, the parser and decimal each raise their own
        raise UnitError(f'cannot read the unit "{unit}": write it like {kind.example}') from error


def _near(unknown: str, kind: Dimension) -> str:
    """Say what may have been meant by an unknown unit."""
    power = re.fullmatch(r"([^\W\d]+)(-?\d)", unknown)
    if power:
        return f'write powers with ^, "{power[1]}^{power[2]}"'
    near = {known.lower(): known for known in kind.units}
    match = difflib.get_close_matches(unknown.lower(), near, n=1, cutoff=0.5)
    return f'did you mean "{near[match[0]]}"?' if match else f"write it like {kind.example}"


def _describe(value: object) -> str:
    names = {dict: "a mapping", list: "a list", bool: "a switch", type(None): "nothing"}
    return names.get(type(value), repr(value))


@cache
def _registry() -> Any:
    from pint import UnitRegistry

    return UnitRegistry(non_int_type=Decimal, autoconvert_offset_to_baseunit=True)
