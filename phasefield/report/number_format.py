"""Numbers as readers of a report want to see them: units of the field, few digits, no exponents."""

from __future__ import annotations

import math
import re
from typing import Any, TypeGuard

__all__ = [
    "MA_PER_CM2",
    "current",
    "duration",
    "is_number",
    "length",
    "micrometres",
    "number",
    "percent",
    "plain_setting",
    "time_scale",
    "time_span",
    "voltage",
]

MA_PER_CM2 = 0.1
"""mA cm-2 in one A m-2."""

DASH = "–"
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_UNITS = {
    "m": ((1e-9, "nm"), (1e-6, "µm"), (1e-3, "mm"), (1.0, "m")),
    "Pa": ((1.0, "Pa"), (1e6, "MPa"), (1e9, "GPa")),
    "A/m^2": ((10.0, "mA/cm²"),),
    "S/m": ((0.1, "mS/cm"),),
    "ohm*m^2": ((1e-4, "Ω cm²"),),
    "V": ((1e-3, "mV"), (1.0, "V")),
    "mV": ((1.0, "mV"), (1e3, "V")),
    "J/m^2": ((1.0, "J/m²"),),
    "m^2/s": ((1.0, "m²/s"),),
    "deg": ((1.0, "°"),),
}
"""Units of a resolved case as the field writes them: (SI in the unit, its name), ascending."""

_SETTING = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*)", re.DOTALL)


def is_number(value: Any) -> TypeGuard[float]:
    """Whether `value` is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def number(value: Any, digits: int = 3, unit: str = "") -> str:
    """`value` to `digits` significant digits, a dash when there is none, with its unit.

    Numbers far from one are written as 1.2 × 10⁻⁹.
    """
    if not is_number(value):
        return DASH
    tail = f" {unit}" if unit else ""
    if value == 0:
        return "0" + tail
    exponent = math.floor(math.log10(abs(value)))
    if exponent < -3 or exponent > 5:
        mantissa, power = f"{value:.{digits - 1}e}".split("e")
        mantissa = mantissa.replace("-", "−")
        return f"{mantissa} × 10{str(int(power)).translate(_SUPERSCRIPTS)}{tail}"
    decimals = max(digits - 1 - exponent, 0)
    return f"{value:.{decimals}f}{tail}".replace("-", "−")


def percent(value: Any, digits: int = 1) -> str:
    """A fraction in percent, with `digits` decimals."""
    if not is_number(value):
        return DASH
    return f"{round(100 * value, digits) + 0.0:.{digits}f} %".replace("-", "−")


def micrometres(value: Any, digits: int = 3) -> str:
    """A length [m] in micrometres."""
    return number(value * 1e6, digits, "µm") if is_number(value) else DASH


def length(value: float) -> str:
    """A length [m] in the unit that suits it: 500 nm, 1.5 µm, 2 mm."""
    factor, unit = _best_unit(value, "m")
    return f"{_short(value / factor)} {unit}"


def duration(seconds: Any) -> str:
    """A time that a computer took: 0.40 s, 12 min, 3.50 h."""
    if not is_number(seconds):
        return DASH
    if seconds < 120:
        return number(seconds, 2 if seconds < 10 else 3, "s")
    if seconds < 7200:
        return number(seconds / 60, 2, "min")
    return number(seconds / 3600, 3, "h")


def time_span(seconds: float) -> str:
    """A time of the simulation, exact as far as six digits go: 1000 s, 2.5 h."""
    factor, unit = time_scale(seconds)
    return f"{_short(seconds / factor)} {unit}"


def current(density: float) -> str:
    """A current density [A m-2] in mA/cm²."""
    return f"{_short(density * MA_PER_CM2)} mA/cm²"


def voltage(value: float) -> str:
    """A voltage [V] in mV."""
    return f"{_short(value * 1e3)} mV"


def time_scale(longest: float) -> tuple[float, str]:
    """Unit for a time axis that ends at `longest` [s]: (seconds in the unit, its name)."""
    if longest < 10_000:
        return 1.0, "s"
    return (3600.0, "h") if longest < 500_000 else (86_400.0, "d")


def plain_setting(value: Any) -> str:
    """A value of a resolved case as a reader wants it: "1.5e-06 m" as 1.5 µm."""
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: DASH}[value]
    if isinstance(value, float):
        return _short(value)
    match = _SETTING.fullmatch(str(value))
    if match is None:
        return str(value)
    size, unit = float(match[1]), match[2].strip()
    factor, name = _best_unit(size, unit)
    return f"{_short(size / factor)} {name}".strip().replace(" °", "°")


def _best_unit(value: float, unit: str) -> tuple[float, str]:
    """Largest unit of which `value` holds at least one; unknown units stay as they are."""
    choices = _UNITS.get(unit, ((1.0, unit),))
    fitting = [choice for choice in choices if abs(value) >= choice[0] * (1 - 1e-9)]
    return fitting[-1] if fitting else choices[0]


def _short(value: float) -> str:
    """At most six significant digits, exponents as powers of ten."""
    mantissa, _, power = f"{value:.6g}".partition("e")
    if not power:
        return mantissa.replace("-", "−")
    return f"{mantissa} × 10{str(int(power)).translate(_SUPERSCRIPTS)}".replace("-", "−")
