"""Richardson's extrapolation on values whose limit and order are known."""

from __future__ import annotations

import math

import pytest

from phasefield.analysis.convergence import extrapolate, observed_order


def power_law(order, sizes):
    return [7.0 - 0.3 * size**order for size in sizes]


@pytest.mark.parametrize("order", [0.5001, 1.0, 1.5, 2.0])
@pytest.mark.parametrize(
    "sizes", [(1.0, 0.5, 0.25), (2.0, 2.0**0.5, 1.0), (1.0, 0.74, 0.56), (0.9, 0.56, 0.42)]
)
def test_power_law_is_found(order, sizes):
    values = power_law(order, sizes)
    assert observed_order(values, sizes) == pytest.approx(order)
    found = extrapolate(values, sizes)
    assert found.order == pytest.approx(order)
    assert found.value == pytest.approx(7.0)
    assert found.error == pytest.approx(1.25 * (7.0 - values[-1]))
    assert found.doubt == ""


def test_what_is_observed_beyond_the_formal_order_is_not_relied_upon():
    values = [1.0 + 2.0**-4.0, 1.0 + 2.0**-8.0, 1.0 + 2.0**-12.0]
    found = extrapolate(values, (4.0, 2.0, 1.0))
    assert found.order == pytest.approx(4.0)
    correction = (values[2] - values[1]) / 3.0
    assert found.value == pytest.approx(values[2] + correction)
    assert found.error == pytest.approx(1.25 * abs(correction))


def test_two_grids_assume_the_order_and_say_so():
    found = extrapolate([1.0, 4.0], (2.0, 1.0))
    assert math.isnan(found.order)
    assert found.value == pytest.approx(5.0)
    assert found.error == pytest.approx(3.0)
    assert extrapolate([1.0, 4.0], (3.0, 1.0)).value == pytest.approx(4.375)


def test_changes_that_turn_round_have_no_order():
    found = extrapolate((1.0, 3.0, 2.0), (4.0, 2.0, 1.0))
    assert math.isnan(found.order)
    assert (found.value, found.error) == (2.0, 2.0)
    assert "do not go in one direction" in found.doubt


def test_no_change_is_no_doubt():
    found = extrapolate((1.0, 1.0, 1.0), (4.0, 2.0, 1.0))
    assert math.isnan(found.order)
    assert (found.value, found.error, found.doubt) == (1.0, 0.0, "")


@pytest.mark.parametrize("order", [0.45, 0.01, -0.01, -1.0])
def test_an_order_near_0_or_below_is_said_and_not_used(order):
    """With 0.01 the correction would be 143 times the last change."""
    sizes = (4.0, 2.0, 1.0)
    values = power_law(order, sizes)
    found = extrapolate(values, sizes)
    assert found.order == pytest.approx(order)
    assert found.value == values[-1]
    assert found.error == pytest.approx(3.0 * abs(values[-1] - values[0]))
    assert f"the observed order {order:.2f} is below 0.5" in found.doubt


def test_equal_changes_have_the_order_0():
    assert observed_order((1.0, 2.0, 3.0), (4.0, 2.0, 1.0)) == pytest.approx(0.0, abs=1e-9)


def test_a_last_change_that_is_rounding_has_no_order():
    assert math.isnan(observed_order((1.0, 2.0, 2.0 + 1e-16), (4.0, 2.0, 1.0)))
    assert math.isnan(observed_order((1.0, 2.0, 2.0 + 1e-15), (1.2, 1.1, 1.0)))


@pytest.mark.parametrize(
    ("values", "sizes"),
    [
        ((1.0,), (2.0,)),
        ((1.0,) * 4, (4.0, 3.0, 2.0, 1.0)),
        ((1, 2), (1.0, 1.0)),
        ((1, 2), (1.0, 2.0)),
        ((1, 2, 3), (2.0, 1.0)),
    ],
)
def test_refused(values, sizes):
    with pytest.raises(ValueError, match="two or three grids"):
        extrapolate(values, sizes)
