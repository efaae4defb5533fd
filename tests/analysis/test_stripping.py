import numpy as np
import pandas as pd
import pytest

from phasefield.analysis import stripping
from phasefield.constants import FARADAY, GAS_CONSTANT

D, T, GAMMA, P = 5.6e-15, 298.0, 0.5, 50e6
V_M = 13.02e-6


def gradient(current_density, porosity=0.5):
    """Pressure gradient at the front [Pa m-1], from the speed of the front over the mobility."""
    speed = current_density * V_M / FARADAY / porosity
    return speed / (D * V_M / (GAS_CONSTANT * T))


def test_front_gives_way_where_the_longest_wave_is_the_pore():
    limit = stripping.front_limit(1.5e-6, 0.5, GAMMA, D, T)
    assert 2 * np.pi * np.sqrt(GAMMA / gradient(limit)) == pytest.approx(1.5e-6)
    assert limit == pytest.approx(0.956, rel=1e-3)


def test_tension_at_the_bottom_is_that_of_an_even_source():
    limit = stripping.void_limit(5e-6, 0.5, P, D, T)
    z = np.linspace(0, 5e-6, 2001)  # from the closed bottom to the free surface
    tension = np.trapezoid(gradient(limit) * z / z[-1], z)
    assert tension == pytest.approx(P, rel=1e-6)


def test_charge_before_void_is_the_stretch_of_the_metal():
    charge = stripping.charge_before_void(5e-6, P, 1.1e10, V_M)
    assert charge * V_M / FARADAY == pytest.approx(5e-6 * P / 1.1e10)


def test_creep_passes_as_much_as_poiseuille_flow():
    w, g = 2e-6, 0.1e-6
    viscosity = GAS_CONSTANT * T * g**2 / (42 * D * V_M)
    found = stripping.diffusional_creep_diffusivity(D, w, g)
    assert found == pytest.approx(
        w**2 / (12 * viscosity) * GAS_CONSTANT * T / V_M, rel=1e-9, abs=0.0
    )


def test_plastic_flow_needs_the_gradient_of_friction_on_two_walls():
    w, tau, current = 1.5e-6, 0.46e6, 2.0
    found = stripping.plastic_flow_diffusivity(current, 0.5, w, tau, T)
    assert gradient(current) * D / found == pytest.approx(2 * tau / w)


def test_kept_contact_is_one_for_a_plug_and_the_worst_that_there_was():
    share = np.array([1.0, 0.9, 0.7, 0.5])
    contact = {"plug": share, "gap": share * [1, 0.8, 0.4, 0.6]}
    history = {
        name: pd.DataFrame(
            {
                "contact area per area [1]": 3.3 * values,
                "lithium volume per area [m]": 2e-6 * share,
            }
        )
        for name, values in contact.items()
    }
    assert stripping.kept_contact(history["plug"]) == pytest.approx(1.0)
    assert stripping.kept_contact(history["gap"]) == pytest.approx(0.4)
