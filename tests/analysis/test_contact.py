"""Contact measures on fields made by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from phasefield.analysis.contact import contact_metrics, gini_coefficient

NAN = math.nan


def test_weighted_mean_peak_and_reductions() -> None:
    i = np.array([[[1.0, 3.0, NAN, 9.0]]])
    weight = np.array([[[3.0, 1.0, 0.0, 1.0]]])
    strong = np.array([[[True, True, False, False]]])
    m = contact_metrics(i, weight, strong, cross_section=2.5, applied=4.0)
    assert m.contact_area == 5.0
    assert m.contact_area_per_area == 2.0
    assert m.mean_current_density == pytest.approx(1.5)
    assert m.max_current_density == 3.0
    assert m.j_max_over_j_mean == pytest.approx(2.0)
    assert m.current_density_reduction_mean == pytest.approx(1 - 1.5 / 4)
    assert m.current_density_reduction_peak == pytest.approx(1 - 3.0 / 4)
    assert m.gini == pytest.approx(0.25)


def test_stripping_mirrors_plating() -> None:
    i, weight = np.array([1.0, 3.0, 2.0]), np.array([1.0, 2.0, 1.0])
    strong = np.ones(3, bool)
    plate = contact_metrics(i, weight, strong, 1.0, 2.0)
    strip = contact_metrics(-i, weight, strong, 1.0, -2.0)
    assert strip.max_current_density == -plate.max_current_density
    for name in ("j_max_over_j_mean", "gini", "current_density_reduction_peak"):
        assert getattr(strip, name) == pytest.approx(getattr(plate, name))


def test_rest_and_no_contact() -> None:
    i, weight = np.array([1.0, -1.0]), np.array([1.0, 1.0])
    rest = contact_metrics(i, weight, np.ones(2, bool), 1.0, 0.0)
    assert rest.contact_area == 2.0
    assert math.isnan(rest.j_max_over_j_mean)
    assert math.isnan(rest.current_density_reduction_mean)
    assert math.isnan(rest.gini)
    bare = contact_metrics(i, 0 * weight, np.zeros(2, bool), 1.0, 2.0)
    assert bare.contact_area_per_area == 0
    assert math.isnan(bare.max_current_density)
    weak = contact_metrics(i, weight, np.zeros(2, bool), 4.0, 2.0)
    assert (weak.contact_area, weak.contact_area_per_area) == (2.0, 0.5)


def test_gini_limits() -> None:
    ones = np.ones(1000)
    assert gini_coefficient(ones, ones) == pytest.approx(0, abs=1e-12)
    one_place = np.zeros(1000)
    one_place[3] = 1
    assert gini_coefficient(one_place, ones) == pytest.approx(1, abs=2e-3)
    ramp = np.arange(1.0, 20001.0)
    assert gini_coefficient(ramp, np.ones_like(ramp)) == pytest.approx(1 / 3, abs=1e-4)


def test_gini_does_not_depend_on_how_the_area_is_cut() -> None:
    whole = gini_coefficient(np.array([1.0, 4.0]), np.array([2.0, 1.0]))
    cut = gini_coefficient(np.array([4.0, 1.0, 1.0]), np.array([1.0, 0.5, 1.5]))
    assert cut == pytest.approx(whole)
