"""Amplitudes of the thermal noise, and its coefficients from a case."""

from __future__ import annotations

import numpy as np
import pytest

from phasefield.case import load_case
from phasefield.physics.kinetics import butler_volmer_prime
from phasefield.physics.noise import shot_amplitude, thermal_amplitude
from phasefield.setup.parameters import noise_of
from phasefield.validation.setups import shipped_case

BOLTZMANN = 1.380649e-23


def test_amplitudes():
    assert thermal_amplitude(8.0, 0.5, 2.0) == pytest.approx(2.0)
    assert shot_amplitude(3.0, 1.0, 5.0, 0.2, 2.0) == pytest.approx(np.sqrt(2.0))


def test_shot_noise_in_equilibrium_is_that_of_the_charge_transfer_resistance():
    """2 kT/R_ct (Nyquist): e (i+ + i-) with i+ = i- = i0 and 1/R_ct the slope of Butler-Volmer."""
    energy, charge, i0 = 4.11e-21, 1.602e-19, 10.4
    slope = butler_volmer_prime.py_func(0.0, i0, 0.3, energy / charge)
    shot = shot_amplitude(i0, i0, 4.0, charge, 5.0)
    assert shot == pytest.approx(thermal_amplitude(4.0 * slope, energy, 5.0), rel=1e-12, abs=0.0)


def test_noise_of_a_case():
    changes = ["noise={thermal: true, thickness: 0.2 um}", "solver.time_step=25 s", "seed=5"]
    found = noise_of(load_case(shipped_case("quickstart"), [*changes, "temperature=300 K"]))
    assert found is not None
    assert found.thermal_energy == pytest.approx(300 * BOLTZMANN, rel=1e-9, abs=0.0)
    assert (found.interval, found.seed) == (25.0, 5)
    assert found.thickness == pytest.approx(2e-7, rel=1e-12)
    own = noise_of(load_case(shipped_case("quickstart"), [*changes, "noise.seed=7"]))
    assert own is not None and own.seed == 7
    assert noise_of(load_case(shipped_case("quickstart"))) is None
