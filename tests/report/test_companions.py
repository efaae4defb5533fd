from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from phasefield.report.estimates import companions_table, penetration


def test_surface_of_slits_and_cylinders(slit_data, cylinder_data):
    assert slit_data.analytic_surface == pytest.approx(2 * 0.5 / 1.5e-6)
    assert cylinder_data.analytic_surface == pytest.approx(4 * 0.5 / 1.5e-6)


def test_the_profile_carries_the_whole_current(slit_data):
    found = penetration(slit_data, 2.0, 0.5e-6, None)
    assert found.filled == pytest.approx(3.5e-6)
    carried = np.trapezoid(found.current_density, found.depth) * slit_data.analytic_surface
    assert carried == pytest.approx(2.0, rel=1e-3)
    assert found.current_density[0] == found.current_density.max()


def test_resistance_per_cross_section_is_converted_with_the_initial_contact(slit_data):
    kinetics = slit_data.case.kinetics.model_copy(update={"basis": "cross_section"})
    case = slit_data.case.model_copy(update={"kinetics": kinetics})
    data = replace(slit_data, case=case)
    plain = penetration(slit_data, 2.0, 0.0, None)
    assert penetration(data, 2.0, 0.0, 4.0).length == pytest.approx(2 * plain.length)
    assert penetration(data, 2.0, 0.0, None) is None


def test_the_report_holds_what_formulas_say(slit_data):
    rows = dict(companions_table(slit_data).rows)
    assert rows["specific surface area S_c"] == "0.6667 1/um"
    # 0.32 mS/cm at 293.15 K and 0.417 eV are 0.4186 mS/cm at 298 K
    assert rows["conductivity of the membrane, sigma (1 - p)"] == "0.2093 mS/cm"
    assert rows["overlapping spheres"].endswith("1/um")
    assert not companions_table(replace(slit_data, frames=None)).rows
