"""The conserved model: its coefficients, and terms of theory equations (A)-(D) at one cell."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Parameters"]


class Parameters(NamedTuple):
    """Parameters of the conserved model, SI.

    Attributes
    ----------
    barrier_height : W = 4.5256 gamma / delta [J m-3], see `front_coefficients`.
    gradient_coefficient : kappa = 1.1111 gamma delta [J m-1].
    bulk_modulus : K [Pa].
    edge : distance of xi from 0 and 1 within which the well has the stiffness K [1].
    nucleation_pressure : tension at which bonded metal tears [Pa].
    surface_energy : gamma [J m-2].
    interface_width : delta [m].
    wetting : gamma cos(theta_c) [J m-2].
    mobility : M_Li = D_Li V_m / (RT) [m5 J-1 s-1].
    immobile : xi below which lithium does not move [1].
    exchange_current_density : i0 [A m-2].
    transfer_coefficient : alpha [1].
    thermal_voltage : RT/F [V].
    volume_per_charge : V_m/F [m3 C-1].
    conductivity : sigma of the electrolyte [S m-1].
    anisotropy : epsilon of kappa1 = kappa [1 + epsilon cos(w theta)] [1].
    fold : w of it in 2D [1]; 4, cubic, in 3D.
    """

    barrier_height: float
    gradient_coefficient: float
    bulk_modulus: float
    edge: float
    nucleation_pressure: float
    surface_energy: float
    interface_width: float
    wetting: float
    mobility: float
    immobile: float
    exchange_current_density: float
    transfer_coefficient: float
    thermal_voltage: float
    volume_per_charge: float
    conductivity: float
    anisotropy: float = 0.0
    fold: float = 4.0
