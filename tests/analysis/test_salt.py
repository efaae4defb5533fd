"""Closed forms of salt diffusion: they satisfy their equation, and fit each other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from phasefield.analysis.salt_limits import depletion_profile, limiting_current_density, sand_time
from phasefield.case import load_case
from phasefield.setup.coatings import case_domain
from phasefield.setup.salt_limits import estimate
from phasefield.setup.scaffold import build_scaffold

FARADAY = 96485.33212
D, C0, NUMBER = 3.2e-10, 1000.0, 0.38
CURRENT = 1000.0


def profile(x, time):
    return depletion_profile(np.asarray(x), time, CURRENT, D, C0, NUMBER)


def test_profile_satisfies_the_diffusion_equation():
    x, time, dx, dt = 2e-5, 1.0, 1e-8, 1e-4
    rate = (profile(x, time + dt) - profile(x, time - dt)) / (2 * dt)
    bend = (profile(x + dx, time) - 2 * profile(x, time) + profile(x - dx, time)) / dx**2
    assert rate == pytest.approx(D * bend, rel=1e-5)
    assert rate < 0
    assert profile(1e-2, time) == C0


def test_the_flux_at_the_lithium_is_what_the_anions_do_not_carry():
    slope = (profile(1e-9, 1.0) - profile(0.0, 1.0)) / 1e-9
    assert slope == pytest.approx((1 - NUMBER) * CURRENT / (FARADAY * D), rel=1e-4)


def test_salt_is_used_up_at_sands_time():
    tau = sand_time(CURRENT, D, C0, NUMBER)
    assert profile(0.0, tau) == pytest.approx(0.0, abs=1e-9)
    assert sand_time(2 * CURRENT, D, C0, NUMBER) == pytest.approx(tau / 4)


def test_sands_time_of_a_liquid_whose_anions_carry_nothing_back():
    """t+ = 0, D = 3.197e-10 m2/s, 1 mol/l, 100 A/m2: 233.8 s."""
    assert sand_time(100.0, 3.197e-10, 1000.0, 0.0) == pytest.approx(233.8, rel=1e-3)


def test_limiting_current_empties_one_side_of_a_linear_profile():
    length = 50e-6
    limit = limiting_current_density(length, D, C0, NUMBER)
    fall = (1 - NUMBER) * limit / (FARADAY * D) * length
    assert fall == pytest.approx(2 * C0)


def test_the_estimate_is_of_the_electrolyte_between_both_lithiums():
    """A symmetric cell of 10 um, half of it pores, with 3 and 2 um of lithium, at 0.4 mA/cm2."""
    changes = (
        "cell.kind=symmetric",
        "geometry.height=10 um",
        "lithium.depth=3 um",
        "lithium.depth_top=2 um",
        "electrolyte.transference_number=0.38",
        "electrolyte.diffusivity=3.2e-10 m^2/s",
        "electrolyte.concentration=1000 mol/m^3",
        "protocol.0.plate.current_density=0.4 mA/cm^2",
    )
    case = load_case(Path(__file__).parents[2] / "cases" / "quickstart.yaml", changes)
    found = estimate(case, case_domain(case, build_scaffold(case)))
    limit = 0.5 * limiting_current_density(5e-6, D, C0, NUMBER)
    assert found == pytest.approx((limit, sand_time(4.0 / 0.5, D, C0, NUMBER)), rel=1e-2)
