"""The equations of PFHub 6a on a small grid: matrix, Poisson's equation, what is kept and falls."""

from __future__ import annotations

import numpy as np
import pytest

from phasefield.models.conserved.step import Unknowns
from phasefield.validation import charged
from phasefield.validation.charged import COUPLING, PERMITTIVITY, Plate, separate


@pytest.fixture(params=[False, True], ids=["cells", "nodes"])
def plate(request):
    return Plate(16, on_nodes=request.param)


@pytest.mark.parametrize("split", [False, True])
def test_update_is_newtons(plate, split):
    """J (update) = -residual through differences; Phi is left out of J, so its coupling is off."""
    rng = np.random.default_rng(0)
    c, mu = plate.start() + 0.02 * rng.standard_normal(256), rng.standard_normal(256)
    step = charged._Step(1.4, 1.3 * c, 0.3, plate.start() if split else None)

    def rows(c, mu):
        now = Unknowns(c, mu, np.zeros(256), np.zeros(1))
        return plate.evaluate(now, step)[0] + _coupling(plate, c, step)

    residual, net = plate.evaluate(Unknowns(c, mu, np.zeros(256), np.zeros(1)), step)
    change, _ = plate.update(residual, net, step)
    h = 1e-6
    forward = rows(c + h * change[:, 0], mu + h * change[:, 1])
    backward = rows(c - h * change[:, 0], mu - h * change[:, 1])
    assert (forward - backward) / (2 * h) == pytest.approx(-residual, abs=1e-6)


def _coupling(plate, c, step):
    """What takes k Phi(c) out of the rows of mu again, where it is that of the new c."""
    taken = np.zeros((c.size, 3))
    if step.split is None:
        taken[:, 1] = -COUPLING * plate.potential(c)
    return taken


def test_potential_solves_poissons_equation(plate):
    c = plate.start()
    phi = plate.potential(c).reshape(16, 16)
    charge = -COUPLING / PERMITTIVITY * c.reshape(16, 16)
    found = plate.laplace(phi.ravel()).reshape(16, 16)
    assert found[:, 2:-2] == pytest.approx(charge[:, 2:-2], rel=1e-6)
    if phi[0, 0] == 0.0:  # on nodes
        assert phi[:, -1] == pytest.approx(np.sin(plate.y[:, 0] / 7))


def test_mean_is_kept_and_energy_falls():
    found = separate(Plate(20), (3.0,))
    assert np.ptp(found.mean) < 1e-14
    assert np.diff(found.falling).max() < 0.0
    assert found.time[-1] == pytest.approx(3.0)
