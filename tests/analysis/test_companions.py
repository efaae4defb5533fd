"""The lines of `phasefield analytic`: each number of the membrane against its formula."""

from __future__ import annotations

import pytest

from phasefield.analysis import analytic
from phasefield.analysis.estimates import Membrane, lines

CYLINDERS = Membrane("channels", 0.5, 5e-6, 10e-6, 24.6e-4, 0.032, 50e-6, 1.0)


def number(found):
    return float(found.split()[0].rstrip("%"))


def test_the_channels_of_the_paper():
    said = {name.strip(): value for name, value in lines(CYLINDERS)}
    assert said["specific surface area S_c"] == "0.4 1/um"
    assert said["contact per cross-section S_c d"] == "4"
    assert said["current density reduction R_J"] == "75.0%"
    lambda_ = (0.016 * 24.6e-4 / 0.4e6) ** 0.5
    assert number(said["penetration length lambda"]) == pytest.approx(1e6 * lambda_, rel=1e-3)
    assert number(said["deepest useful filling, 2 lambda"]) == pytest.approx(2e6 * lambda_, 1e-3)
    # 5 um of lithium over the cross-section, of which 1 mAh/cm2 is 4.86 um
    assert number(said["lithium in the filled pores"]) == pytest.approx(5 / 4.8577, rel=1e-3)
    assert said["1 mAh/cm^2, dense and in these pores"] == "4.86 um, 9.72 um"
    assert said["conductivity of the membrane, sigma (1 - p)"] == "0.16 mS/cm"
    assert said["by Bruggeman, sigma (1 - p)^(3/2)"] == "0.1131 mS/cm"
    # 2 x 24.6 ohm cm2 and 50 um of 0.16 mS/cm at 0.1 mA/cm2
    assert said["polarisation, 50 um, 0.1 mA/cm^2"] == "8.04 mV"


def test_a_resistance_per_cross_section_is_one_per_contact_area_times_the_contact():
    said = {name.strip(): value for name, value in lines(CYLINDERS)}
    reach = CYLINDERS.penetration(4 * 24.6e-4)
    expected = analytic.current_density_reduction_kinetic(0.4e6, 10e-6, reach)
    assert said["the same, resistance per cross-section"] == f"{expected:.1%}"


@pytest.mark.parametrize(
    ("shape", "surface", "conductivity"),
    [
        ("channels", 0.4e6, 0.016),
        ("slits", 0.2e6, 0.016),
        ("spheres", 0.6e6, 0.032 * 0.5**1.5),
        ("overlapping_spheres", 0.4159e6, 0.032 * 0.5**1.5),  # 3 (1/2) ln 2 / 2.5 um
    ],
)
def test_shapes(shape, surface, conductivity):
    membrane = Membrane(shape, 0.5, 5e-6, 10e-6, 24.6e-4, 0.032, 50e-6, 1.0)
    assert membrane.surface == pytest.approx(surface, rel=1e-3)
    assert membrane.effective_conductivity == pytest.approx(conductivity)
