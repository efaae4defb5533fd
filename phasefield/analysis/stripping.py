"""How fast lithium can be stripped from pores: formulas to hold beside runs, and one measure.

While lithium is stripped evenly from the walls of straight pores, all of it comes from the free
surface at the depth d, through the metal: v = J V_m/(F p) leaves the surface, driven by the
gradient of pressure g = v/M with M = D V_m/(R T), so that g = J R T/(F p D). Symbols: J current
density per cross-section, without a sign [A m-2], p porosity [1], w pore size [m], D diffusivity
of lithium in the metal [m2 s-1], T temperature [K]; SI units throughout. The page
docs/how-to/stripping-limit.md compares them with runs.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from phasefield.constants import FARADAY, GAS_CONSTANT

__all__ = [
    "charge_before_void",
    "diffusional_creep_diffusivity",
    "front_limit",
    "kept_contact",
    "plastic_flow_diffusivity",
    "void_limit",
]


def kept_contact(history: pd.DataFrame) -> float:
    """Smallest contact so far over that of lithium which recedes as an even plug [1].

    A plug in straight pores has as much of its first contact as of its lithium, so this is the
    smallest ratio of the two shares: 1 for a plug, 0 when no contact is left. Of the first
    electrode in a symmetric cell.

    Parameters
    ----------
    history : of a run, see `phasefield.output.run.Run.history`.
    """
    contact = history["contact area per area [1]"].to_numpy(float)
    lithium = history["lithium volume per area [m]"].to_numpy(float)
    return float(np.min((contact / contact[0]) / (lithium / lithium[0])))


def front_limit(
    pore_size: float,
    porosity: float,
    surface_energy: float,
    diffusivity: float,
    temperature: float,
) -> float:
    """Current density at which the front of lithium in a slit gives way [A m-2].

    J = 4 pi2 gamma F p D/(R T w2). A front that is drawn in by the gradient g grows waves longer
    than 2 pi sqrt(gamma/g) (Mullins & Sekerka 1964, without diffusion outside). The longest one
    that is even about the middle of a slit is w: the front falls at the walls and stays in the
    middle. Below J capillarity keeps it even.
    """
    thermal = GAS_CONSTANT * temperature
    return 4 * math.pi**2 * surface_energy * FARADAY * porosity * diffusivity / (
        thermal * pore_size**2
    )  # fmt: skip


def void_limit(
    depth: float,
    porosity: float,
    nucleation_pressure: float,
    diffusivity: float,
    temperature: float,
) -> float:
    """Current density at which steady tension opens a void at the bottom [A m-2].

    J = 2 F p D P/(R T d). With an even current on the walls the flux falls linearly from the free
    surface to the closed bottom, where the tension is g d/2. It takes more where the current
    crowds at the front. In a film of the thickness d, stripped on one side and free on the other,
    the tension is g d: half the value for p = 1.

    Parameters
    ----------
    depth : to which lithium stands in the pores, d [m].
    nucleation_pressure : tension that opens a void, P [Pa].
    """
    thermal = GAS_CONSTANT * temperature
    return 2 * FARADAY * porosity * diffusivity * nucleation_pressure / (thermal * depth)


def charge_before_void(
    thickness: float, nucleation_pressure: float, bulk_modulus: float, molar_volume: float
) -> float:
    """Charge at which lithium without a free surface tears, when stripped slowly [C m-2].

    d P F/(K V_m): a film between a wall and a collector that both hold it is only stretched, by
    P/K. Stripped faster than it relaxes, in d2 R T/(D V_m K), it tears sooner.
    """
    return thickness * nucleation_pressure / bulk_modulus * FARADAY / molar_volume


def diffusional_creep_diffusivity(diffusivity: float, pore_size: float, grain_size: float) -> float:
    """Diffusivity that moves a plug of fine grains through a slit as fast as its creep [m2 s-1].

    3.5 D (w/g)2. Grains of size g flow with the shear viscosity R T g2/(42 D V_m) (Nabarro and
    Herring; equation 2.29 of Frost & Ashby 1982), a slit passes w2/(12 viscosity) times the
    gradient of pressure (Poiseuille), and the model D V_m/(R T) times it. For g well below w:
    with one grain across the pore there is no such flow.
    """
    return 42 / 12 * diffusivity * (pore_size / grain_size) ** 2


def plastic_flow_diffusivity(
    current_density: float,
    porosity: float,
    pore_size: float,
    shear_strength: float,
    temperature: float,
) -> float:
    """Diffusivity with the pressure gradient of a plug that slides [m2 s-1].

    The gradient is 2 tau/w whatever the speed, so D = J R T w/(2 tau F p) grows with the current
    density: no property of the metal alone.

    Parameters
    ----------
    shear_strength : of the metal, at the most yield strength/sqrt(3), or of its bond to the
        wall if that is less, tau [Pa].
    """
    thermal = GAS_CONSTANT * temperature
    return current_density * thermal * pore_size / (2 * shear_strength * FARADAY * porosity)
