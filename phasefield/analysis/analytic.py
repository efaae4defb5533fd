"""Formulas to hold beside a run: surfaces, current-density reduction, conductivity, capacity.

Every function takes numbers or NumPy arrays that broadcast (maps), in SI units, and returns
the same. Symbols: S specific surface area of the pores per volume of the membrane [m-1],
p porosity [1], d depth to which lithium fills the pores [m], J current density per cross-section
[A m-2], R_ct charge-transfer resistance per contact area [ohm m2]. The numbers (1), (2), (3) and
(7) are those of the paper on self-standing porous LLZO membranes.
"""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray

from phasefield.constants import FARADAY, GAS_CONSTANT
from phasefield.materials.parameter_sets import LITHIUM

__all__ = [
    "ContactAreaWarning",
    "areal_capacity",
    "arrhenius",
    "bending_strength",
    "bruggeman",
    "cell_polarisation",
    "coating_resistance",
    "contact_current_profile",
    "current_density_max_over_mean",
    "current_density_reduction",
    "current_density_reduction_kinetic",
    "dense_depth",
    "faraday_rise",
    "penetration_length",
    "planar_overpotential",
    "specific_surface_area_boolean_spheres",
    "specific_surface_area_channels",
    "specific_surface_area_channels_isotropic",
    "specific_surface_area_image",
    "specific_surface_area_slits",
    "specific_surface_area_spheres",
    "straight_channels",
    "two_rail_current_profile",
    "two_rail_resistance",
]

Values = float | NDArray[np.float64]


class ContactAreaWarning(UserWarning):
    """The contact does not exceed the cross-section, so the current density is not reduced."""


def specific_surface_area_channels(porosity: Values, pore_size: Values) -> Values:
    """S = 4 p/w of parallel cylinders of diameter w, eq. (1) [m-1]; 0.4 um-1 for 50 %, 5 um."""
    return 4 * porosity / pore_size


def specific_surface_area_channels_isotropic(porosity: Values, pore_size: Values) -> Values:
    """S = (4/pi) 4 p/w [m-1]: round pores of a section read as those of an isotropic structure.

    The stereological form of the image formula for circles of diameter w: P_p/A_t = 4 p/w there.
    """
    return 4 / np.pi * specific_surface_area_channels(porosity, pore_size)


def specific_surface_area_slits(porosity: Values, pore_size: Values) -> Values:
    """S = 2 p/w of parallel slits of width w [m-1]: the channels of a 2D run."""
    return 2 * porosity / pore_size


def specific_surface_area_image(
    pore_perimeter: Values, image_area: Values, isotropic: bool = False
) -> Values:
    """S of a cross-section image [m-1], eq. (3) in the reading P_p/A_t = p P_p/A_p.

    Parameters
    ----------
    pore_perimeter : total perimeter P_p of the pores in the image [m].
    image_area : area A_t of the whole image, pores and solid [m2] (with the pore area A_p in
        place of A_t, multiply the result by p).
    isotropic : False for pores that run straight through the image plane; True for an isotropic
        structure, S_V = (4/pi) P_p/A_t (stereology).
    """
    return (4 / np.pi if isotropic else 1.0) * pore_perimeter / image_area


def specific_surface_area_spheres(porosity: Values, pore_size: Values) -> Values:
    """S = 6 p/w of isolated spherical pores of diameter w [m-1]."""
    return 6 * porosity / pore_size


def specific_surface_area_boolean_spheres(porosity: Values, radius: Values) -> Values:
    """S = -3 (1 - p) ln(1 - p)/R of randomly placed, overlapping spherical pores [m-1].

    Tends to that of isolated spheres, 3 p/R, for small p, and to 0 for p -> 1.

    Parameters
    ----------
    porosity : p, below 1 [1].
    radius : R of the spheres [m].
    """
    return -3 * (1 - porosity) * np.log1p(-porosity) / radius


def current_density_reduction(specific_surface_area: Values, depth: Values) -> Values:
    """R_J = 1 - 1/(S d), eq. (2) [1]: reduction if the current spreads evenly over the contact.

    75 % for 50 %, 5 um cylinders (S = 0.4 um-1) filled 10 um deep. The flat end of the metal is
    not counted. At S d <= 1 the contact does not exceed the cross-section and R_J <= 0: a
    `ContactAreaWarning`.

    Raises
    ------
    ValueError
        When S or d is not positive.
    """
    contact = _positive("S d", specific_surface_area * depth)
    if np.any(contact <= 1):
        warnings.warn(
            "the contact does not exceed the cross-section (S d <= 1), so plating inside the "
            "pores does not reduce the current density: R_J <= 0",
            ContactAreaWarning,
            stacklevel=2,
        )
    return 1 - 1 / contact


def penetration_length(
    conductivity: Values, resistance: Values, specific_surface_area: Values
) -> Values:
    """lambda = sqrt(kappa R_ct/S) [m]: how deep the current reaches into lithium-filled pores.

    Impregnating deeper than about 2 lambda is useless.

    Parameters
    ----------
    conductivity : effective ionic conductivity kappa of the porous electrolyte [S m-1].
    resistance : R_ct per contact area [ohm m2].
    specific_surface_area : S [m-1].
    """
    return np.sqrt(conductivity * resistance / specific_surface_area)


def current_density_reduction_kinetic(
    specific_surface_area: Values, depth: Values, penetration: Values
) -> Values:
    """R_J = 1 - coth(d/lambda)/(S lambda) [1]: one minus the largest contact current over J.

    Transmission line of finite kinetics and ionic resistance: linear kinetics, metal at one
    potential, ions from above, pores narrow against lambda. Tends to eq. (2) for d << lambda;
    negative where the current crowds so much that the largest contact current exceeds J.

    Parameters
    ----------
    specific_surface_area, depth : S [m-1], d [m].
    penetration : lambda from `penetration_length` [m].

    Raises
    ------
    ValueError
        When d/lambda or S lambda is not positive.
    """
    ratio = _positive("d/lambda", depth / penetration)
    contact = _positive("S lambda", specific_surface_area * penetration)
    return 1 - 1 / (np.tanh(ratio) * contact)


def contact_current_profile(
    height: Values, specific_surface_area: Values, depth: Values, penetration: Values
) -> Values:
    """j(x)/J = cosh(x/lambda)/(S lambda sinh(d/lambda)) [1], same model as the kinetic R_J.

    Parameters
    ----------
    height : x above the bottom of the filled pore, 0 (bottom) to d (front) [m].
    specific_surface_area, depth : S [m-1], d [m].
    penetration : lambda from `penetration_length` [m].
    """
    x, d = height / penetration, depth / penetration
    # cosh(x)/sinh(d) in a form that does not overflow
    shape = (np.exp(x - d) + np.exp(-x - d)) / -np.expm1(-2 * d)
    return shape / (specific_surface_area * penetration)


def current_density_max_over_mean(depth: Values, penetration: Values) -> Values:
    """j_max/j_mean = (d/lambda) coth(d/lambda) on the contact [1], same model."""
    ratio = depth / penetration
    return ratio / np.tanh(ratio)


def two_rail_current_profile(
    height: Values,
    depth: Values,
    specific_surface_area: Values,
    resistance: Values,
    ions: Values,
    electrons: Values,
) -> Values:
    """j(x)/J of a porous electrode of two conductors [1], Newman & Tobias (1962), linear kinetics.

    nu/(S d sinh nu) {cosh(nu x/d)/kappa + cosh(nu (1 - x/d))/sigma}/(1/kappa + 1/sigma) with
    nu^2 = d^2 S/R_ct (1/kappa + 1/sigma). Ions come in at the top, electrons at the bottom: the
    current crowds where the poorer conductor is fed.

    Parameters
    ----------
    height : x above the bottom, 0 to d [m].
    depth : d of the electrode [m].
    specific_surface_area : S, wall area per volume [m-1].
    resistance : R_ct per wall area [ohm m2].
    ions, electrons : kappa and sigma, effective, per cross-section [S m-1]; walls of the sheet
        conductance G along the current have G S.
    """
    both = 1 / ions + 1 / electrons
    nu = depth * np.sqrt(specific_surface_area / resistance * both)
    x = nu * height / depth
    shape = np.cosh(x) / ions + np.cosh(nu - x) / electrons
    return nu * shape / (specific_surface_area * depth * both * np.sinh(nu))


def two_rail_resistance(
    depth: Values,
    specific_surface_area: Values,
    resistance: Values,
    ions: Values,
    electrons: Values,
) -> Values:
    """V/J between the top of the ions and the bottom of the electrons [ohm m2], same model.

    d/(kappa + sigma) {1 + [2 + (sigma/kappa + kappa/sigma) cosh nu]/(nu sinh nu)}.
    """
    nu = depth * np.sqrt(specific_surface_area / resistance * (1 / ions + 1 / electrons))
    crowding = 2 + (electrons / ions + ions / electrons) * np.cosh(nu)
    return depth / (ions + electrons) * (1 + crowding / (nu * np.sinh(nu)))


def bruggeman(conductivity: Values, porosity: Values, exponent: float = 1.5) -> Values:
    """sigma_m = sigma_h (1 - p)^(3/2), eq. (7) [S m-1]: isotropic porous electrolyte."""
    return conductivity * (1 - porosity) ** exponent


def straight_channels(conductivity: Values, porosity: Values) -> Values:
    """sigma (1 - p) [S m-1]: electrolyte between straight pores along the current."""
    return conductivity * (1 - porosity)


def arrhenius(
    temperature: Values, conductivity: Values, activation_energy: float, reference: float
) -> Values:
    """sigma(T) = sigma_ref exp(-E_a/R (1/T - 1/T_ref)) [S m-1].

    Papers that fit sigma T instead quote an E_a larger by about R T (2.5 kJ/mol, 0.026 eV).

    Parameters
    ----------
    temperature : T [K].
    conductivity : sigma_ref at the reference temperature [S m-1].
    activation_energy : E_a [J mol-1].
    reference : T_ref [K].
    """
    return conductivity * np.exp(
        -activation_energy / GAS_CONSTANT * (1 / temperature - 1 / reference)
    )


def cell_polarisation(
    current_density: Values,
    resistance: Values,
    thickness: Values,
    conductivity: Values,
    interfaces: int = 2,
) -> Values:
    """J (n R_ct + L/sigma) of a cell with flat electrodes [V].

    2 x 24.6 ohm cm2 and 50 um of 0.11 mS/cm give 9.5 mV at 0.1 mA/cm2 (the paper: about 10 mV).

    Parameters
    ----------
    current_density : J [A m-2].
    resistance : of one interface [ohm m2].
    thickness, conductivity : L [m] and effective sigma [S m-1] of the electrolyte.
    interfaces : n, 2 for a symmetric cell.
    """
    return current_density * (interfaces * resistance + thickness / conductivity)


def coating_resistance(thickness: Values, conductivity: Values) -> Values:
    """L/sigma of a coating [ohm m2]: what it adds to R_ct on the area that it covers.

    Parameters
    ----------
    thickness, conductivity : L [m] and ionic sigma [S m-1] of the coating.
    """
    return thickness / conductivity


def bending_strength(force: Values, span: Values, width: Values, thickness: Values) -> Values:
    """3 F L/(2 b d^2) [Pa]: largest stress of a bar in three-point bending.

    146 mN on a membrane 5.0 mm wide and 65 um thick over 5 mm give 51.8 MPa (the paper prints
    47.8 MPa).

    Parameters
    ----------
    force : F at failure [N].
    span : L between the supports [m].
    width, thickness : b, d of the bar [m].
    """
    return 3 * force * span / (2 * width * thickness**2)


def dense_depth(capacity: Values, molar_volume: float = LITHIUM.molar_volume.value) -> Values:
    """Thickness Q V_m/F of dense lithium for an areal capacity Q [C m-2], in m.

    1 mAh/cm2 = 36000 C/m2 is 4.86 um.
    """
    return capacity * molar_volume / FARADAY


def areal_capacity(depth: Values, molar_volume: float = LITHIUM.molar_volume.value) -> Values:
    """Areal capacity [C m-2] of dense lithium of a thickness [m]; inverse of `dense_depth`."""
    return depth * FARADAY / molar_volume


def faraday_rise(
    capacity: Values, porosity: Values, molar_volume: float = LITHIUM.molar_volume.value
) -> Values:
    """Rise Q V_m/(F p) of lithium that fills pores evenly [m].

    0.2 mA/cm2 for 1000 s (2000 C/m2) raise 50 % pores by 0.540 um.
    """
    return dense_depth(capacity, molar_volume) / porosity


def planar_overpotential(
    current_density: Values, exchange_current_density: Values, temperature: float
) -> Values:
    """e = (2 R T/F) arcsinh(i/(2 i0)) [V], Butler-Volmer on a flat electrode at alpha = 1/2.

    Positive when plating (i > 0), as e = V_l - V_s in the `conserved` model; tends to
    i R T/(F i0) for small i.

    Parameters
    ----------
    current_density : i [A m-2].
    exchange_current_density : i0 = R T/(F R_ct) [A m-2].
    temperature : T [K].
    """
    scale = 2 * GAS_CONSTANT * temperature / FARADAY
    return scale * np.arcsinh(current_density / (2 * exchange_current_density))


def _positive(name: str, value: Values) -> Values:
    if not np.all(value > 0):
        raise ValueError(f"{name} must be positive, got {value}")
    return value
