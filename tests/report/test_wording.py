from __future__ import annotations

import math

import pytest

from phasefield.report import number_format


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.05649, 3, "0.0565"),
        (7.368, 3, "7.37"),
        (1234.5, 3, "1234"),
        (4.04e-10, 2, "4.0 × 10⁻¹⁰"),
        (6.67e5, 3, "667000"),
        (-1.5, 2, "−1.5"),
        (0.0, 3, "0"),
        (None, 3, "–"),
        (math.nan, 3, "–"),
        (True, 3, "–"),
    ],
)
def test_number(value, digits, text):
    assert number_format.number(value, digits) == text


def test_number_carries_its_unit():
    assert number_format.number(4.951, 3, "mV") == "4.95 mV"


@pytest.mark.parametrize(
    ("share", "text"), [(0.979, "97.9 %"), (-0.707, "−70.7 %"), (-2e-16, "0.0 %"), (None, "–")]
)
def test_percent(share, text):
    assert number_format.percent(share) == text


@pytest.mark.parametrize(
    ("metres", "text"), [(5e-7, "500 nm"), (1.5e-6, "1.5 µm"), (1e-6, "1 µm"), (2e-3, "2 mm")]
)
def test_length(metres, text):
    assert number_format.length(metres) == text


@pytest.mark.parametrize(("seconds", "text"), [(1000, "1000 s"), (36000, "10 h"), (0.5, "0.5 s")])
def test_time_span_is_exact(seconds, text):
    assert number_format.time_span(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0.40 s"), (12.34, "12.3 s"), (1000, "17 min"), (9000, "2.50 h")]
)
def test_duration(seconds, text):
    assert number_format.duration(seconds) == text


def test_current():
    assert number_format.current(2.0) == "0.2 mA/cm²"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1.5e-06 m", "1.5 µm"),
        ("0.00246 ohm*m^2", "24.6 Ω cm²"),
        ("0.032 S/m", "0.32 mS/cm"),
        ("2.0 A/m^2", "0.2 mA/cm²"),
        ("1.1e10 Pa", "11 GPa"),
        ("5.6e-15 m^2/s", "5.6 × 10⁻¹⁵ m²/s"),
        ("90 deg", "90°"),
        ("-3 furlong", "−3 furlong"),
        ("unit_cell", "unit_cell"),
        (1e-9, "1 × 10⁻⁹"),
        (25, "25"),
        (True, "yes"),
        (None, "–"),
    ],
)
def test_plain_setting(value, text):
    assert number_format.plain_setting(value) == text
