"""Richardson's extrapolation on values whose limit and order are known."""

from __future__ import annotations

import math

import pytest

from phasefield.analysis.convergence import extrapolate, observed_order


@pytest.mark.parametrize("order", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("ratio", [2.0, math.sqrt(2.0)])
def test_power_law_is_found(order, ratio):
    values = [7.0 - 0.3 * ratio ** (-order * n) for n in range(3)]
    assert observed_order(*values, ratio) == pytest.approx(order)
    found = extrapolate(values, ratio)
    assert found.order == pytest.approx(order)
    assert found.value == pytest.approx(7.0)
    assert found.error == pytest.approx(1.25 * (7.0 - values[-1]))


def test_what_is_observed_beyond_the_formal_order_is_not_relied_upon():
    values = [1.0 + 2.0**-4.0, 1.0 + 2.0**-8.0, 1.0 + 2.0**-12.0]
    found = extrapolate(values, 2.0)
    assert found.order == pytest.approx(4.0)
    correction = (values[2] - values[1]) / 3.0
    assert found.value == pytest.approx(values[2] + correction)
    assert found.error == pytest.approx(1.25 * abs(correction))


def test_two_grids_assume_the_order_and_say_so():
    found = extrapolate([1.0, 4.0], 2.0)
    assert math.isnan(found.order)
    assert found.value == pytest.approx(5.0)
    assert found.error == pytest.approx(3.0)


@pytest.mark.parametrize("values", [(1.0, 3.0, 2.0), (1.0, 2.0, 4.0), (1.0, 1.0, 1.0)])
def test_no_order_no_extrapolation(values):
    found = extrapolate(values, 2.0)
    assert math.isnan(found.order)
    assert found.value == values[-1]
    assert found.error == max(values) - min(values)


@pytest.mark.parametrize(("values", "ratio"), [((1.0,), 2.0), ((1.0,) * 4, 2.0), ((1, 2), 1.0)])
def test_refused(values, ratio):
    with pytest.raises(ValueError, match="two or three grids"):
        extrapolate(values, ratio)
