"""The manufactured solution of the conserved model notices a wrong value of any coefficient."""

from __future__ import annotations

import pytest

from phasefield.validation import coupled
from phasefield.validation.coupled import MODEL, error_on
from phasefield.validation.outcome import observed_order


def orders(branch=""):
    errors = zip(error_on(2, 12, branch), error_on(2, 24, branch), strict=True)
    return [observed_order(coarse, fine) for coarse, fine in errors]


@pytest.mark.parametrize("branch", ["", "metal", "empty"])
def test_second_order_in_all_fields(branch):
    assert orders(branch) == pytest.approx([2.0, 2.0, 2.0], abs=0.1)


@pytest.mark.parametrize(
    "name",
    [
        "barrier_height",
        "gradient_coefficient",
        "wetting",
        "mobility",
        "exchange_current_density",
        "transfer_coefficient",
        "thermal_voltage",
        "volume_per_charge",
        "conductivity",
    ],
)
def test_a_coefficient_that_is_wrong_by_a_tenth_costs_the_order(name, monkeypatch):
    orders()  # the solution is made once, with the right coefficients
    wrong = MODEL._replace(**{name: 1.1 * getattr(MODEL, name)})
    monkeypatch.setattr(coupled, "MODEL", wrong)
    assert min(orders()) < 1.5


@pytest.mark.parametrize("branch", ["metal", "empty"])
@pytest.mark.parametrize("name", ["bulk_modulus", "edge"])
def test_an_elastic_end_that_is_wrong_by_a_tenth_costs_the_order(name, branch, monkeypatch):
    orders(branch)
    right = coupled._model(branch)
    wrong = right._replace(**{name: 1.1 * getattr(right, name)})
    monkeypatch.setattr(coupled, "_model", lambda branch: wrong)
    assert min(orders(branch)) < 1.5
