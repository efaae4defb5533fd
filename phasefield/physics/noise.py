"""Thermal noise of the conserved model: its coefficients, and what a Wiener process is scaled by.

Fluctuation and dissipation belong together: a flow that follows its force with the conductance g
fluctuates with the spectral density 2 kT g (Cook 1970, Acta Metallurgica 18, 297).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from phasefield.physics.scalar import Scalar

__all__ = ["Noise", "shot_amplitude", "thermal_amplitude"]


class Noise(NamedTuple):
    """Parameters of the noise.

    Attributes
    ----------
    thermal_energy : kT [J].
    interval : time over which the random flows are constant [s].
    seed : of the random numbers.
    thickness : of a 2D domain along z [m]; None in 3D.
    """

    thermal_energy: float
    interval: float
    seed: int
    thickness: float | None = None


def thermal_amplitude(conductance: Scalar, thermal_energy: float, volume: float) -> Scalar:
    """sqrt(2 kT g / v) of a flux density through a face between cells of volume v.

    `conductance` g in flux = g grad(force), force times flux a power per volume: psi M
    [m5 J-1 s-1] for lithium, phi sigma [S m-1] for charge.
    """
    return np.sqrt(2.0 * thermal_energy * conductance / volume)


def shot_amplitude(
    forward: Scalar, backward: Scalar, wall_density: Scalar, charge: float, volume: float
) -> Scalar:
    """sqrt(e a (i+ + i-) / v) of a reaction [C m-3 s-1/2]: both ways, one electron at a time.

    `forward`, `backward` current densities of both directions [A m-2], `charge` e [C]. In
    equilibrium it is the thermal one of the charge-transfer resistance, 2 kT/R_ct.
    """
    return np.sqrt(charge * wall_density * (forward + backward) / volume)
