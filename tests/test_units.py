from __future__ import annotations

import math
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phasefield import units
from phasefield.units import DIMENSIONS, UnitError, parse


@pytest.mark.parametrize(
    ("text", "dimension", "value"),
    [
        ("1.5 um", "length", 1.5e-6),
        ("1.5 µm", "length", 1.5e-6),
        ("0.6um", "length", 6e-7),
        ("1000 s", "time", 1000.0),
        ("2 h", "time", 7200.0),
        ("298 K", "temperature", 298.0),
        ("25 degC", "temperature", 298.15),
        ("90 deg", "angle", math.pi / 2),
        ("0.5 J/m^2", "surface energy", 0.5),
        ("500 mN/m", "surface energy", 0.5),
        ("5.6e-15 m^2/s", "diffusivity", 5.6e-15),
        ("11 GPa", "pressure", 1.1e10),
        ("0.32 mS/cm", "conductivity", 0.032),
        ("24.6 ohm*cm^2", "area resistance", 0.00246),
        ("24.6 ohm cm^2", "area resistance", 0.00246),
        ("0.2 mA/cm^2", "current density", 2.0),
        ("40 kJ/mol", "molar energy", 4e4),
        ("50 %", "fraction", 0.5),
        ("0.5", "fraction", 0.5),
        (0.5, "fraction", 0.5),
        (1, "number", 1.0),
    ],
)
def test_reads_exactly_the_number_that_was_written(text, dimension, value):
    assert parse(text, dimension) == value


def test_energy_per_particle_is_read_as_molar():
    assert parse("1 eV", "molar energy") == pytest.approx(96485.33212, rel=1e-9)


@pytest.mark.parametrize(
    ("value", "dimension", "message"),
    [
        (1.5, "length", "has no unit"),
        ("1.5", "length", "has no unit"),
        ("1.5 s", "length", "is not a length"),
        ("25 C", "temperature", "is not a temperature"),
        ("10 um", "fraction", "is not a fraction"),
        ("1.5 umm", "length", 'unknown unit "umm": did you mean "um"?'),
        ("1.5 Um", "length", 'did you mean "um"?'),
        ("0.2 mA/cm2", "current density", 'write powers with ^, "cm^2"'),
        ("1.5 parsnip", "length", "write it like 1.5 um"),
        ("0.2 mA/", "current density", 'cannot read the unit "mA/"'),
        ("5 m + 3 m", "length", "cannot read the unit"),
        ("1,5 um", "length", "decimals take a point"),
        ("1.5.2 um", "length", "is not a number with a unit"),
        ("um", "length", "is not a number with a unit"),
        ("", "length", "is not a number with a unit"),
        ("nan m", "length", "not a finite number"),
        ("-inf m", "length", "not a finite number"),
        ("1e999 m", "length", "not a finite number"),
        ("1e9999999 um", "length", "not a finite number"),
        (float("nan"), "fraction", "not a finite number"),
        (None, "length", "got nothing"),
        ([1], "length", "got a list"),
        ({}, "length", "got a mapping"),
        (True, "fraction", "got a switch"),
    ],
)
def test_says_what_is_wrong(value, dimension, message):
    with pytest.raises(UnitError) as caught:
        parse(value, dimension)
    assert message in str(caught.value)


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_examples_are_readable(dimension):
    for example in DIMENSIONS[dimension].example.split(" or "):
        assert parse(example, dimension) > 0


@pytest.mark.parametrize(
    ("value", "unit", "digits", "text"),
    [
        (1.5e-6, "um", None, "1.5 um"),
        (1.5e-6, "m", None, "1.5e-06 m"),
        (math.pi / 2, "deg", None, "90 deg"),
        (298.15, "degC", None, "25 degC"),
        (0.5, "%", None, "50 %"),
        (1.23456e-6, "um", 3, "1.23 um"),
    ],
)
def test_writes(value, unit, digits, text):
    assert units.format(value, unit, digits) == text


@given(st.floats(allow_nan=False, allow_infinity=False, width=64))
def test_what_is_written_in_si_reads_back_bitwise(value):
    assert parse(units.format(value, "m"), "length") == value


def test_pint_is_imported_on_first_use_only():
    code = "import sys, phasefield.units; sys.exit('pint' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
