"""Parameters of the published model."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["PublishedParameters"]


class PublishedParameters(NamedTuple):
    """Parameters of the published model, SI.

    Attributes
    ----------
    barrier_height : W1 [J m-3].
    gradient_coefficient : kappa0 [J m-1].
    cross_barrier : A of the term (A/2) xi^2 phi^2 [J m-3].
    interface_mobility : L_sigma [m3 J-1 s-1].
    reaction_rate : L_eta [s-1].
    transfer_coefficient : alpha [1].
    thermal_voltage : RT/F [V].
    ion_concentration : c0 [mol m-3].
    site_density : c_s = 1/V_m [mol m-3].
    charge_density : F c_s [C m-3].
    diffusivity_metal, diffusivity_electrolyte, diffusivity_vacuum : D_e, D_p, D_s [m2 s-1].
    conductivity_metal, conductivity_electrolyte, conductivity_vacuum : sigma_e, sigma_p, sigma_s
        [S m-1].
    metal_side_fixed : whether c = c0 at the metal side, where else no ions pass.
    anisotropy : epsilon of kappa1 [1].
    fold : w of the 2D anisotropy cos(w theta) [1].
    """

    barrier_height: float
    gradient_coefficient: float
    cross_barrier: float
    interface_mobility: float
    reaction_rate: float
    transfer_coefficient: float
    thermal_voltage: float
    ion_concentration: float
    site_density: float
    charge_density: float
    diffusivity_metal: float
    diffusivity_electrolyte: float
    diffusivity_vacuum: float
    conductivity_metal: float
    conductivity_electrolyte: float
    conductivity_vacuum: float
    metal_side_fixed: bool
    anisotropy: float
    fold: float
