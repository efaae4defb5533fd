"""What formulas say of a porous membrane: the lines of `phasefield analytic` and of the report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from phasefield.analysis import analytic

__all__ = ["MAH_PER_CM2", "SURFACES", "Membrane", "lines"]

SURFACES: Mapping[str, Callable[..., Any]] = {
    "channels": analytic.specific_surface_area_channels,
    "slits": analytic.specific_surface_area_slits,
    "spheres": analytic.specific_surface_area_spheres,
    "overlapping_spheres": lambda porosity, pore_size: (
        analytic.specific_surface_area_boolean_spheres(porosity, pore_size / 2)
    ),
}
"""S_c(porosity, pore size) by shape."""

MAH_PER_CM2 = 36000.0
"""1 mAh/cm2 [C m-2]."""


@dataclass(frozen=True)
class Membrane:
    """A porous membrane filled with lithium from one side, and a cell of it.

    Attributes
    ----------
    shape : of the pores, a key of `SURFACES`.
    porosity, pore_size, depth : p [1], w [m], d to which lithium fills the pores [m].
    resistance : R_ct [ohm m2].
    conductivity : of the dense electrolyte [S m-1].
    thickness, current_density : L [m] and J [A m-2] of a symmetric cell with
        flat electrodes.
    """

    shape: str
    porosity: float
    pore_size: float
    depth: float
    resistance: float
    conductivity: float
    thickness: float
    current_density: float

    @property
    def surface(self) -> float:
        """S_c [m-1]."""
        return float(SURFACES[self.shape](self.porosity, self.pore_size))

    @property
    def straight(self) -> bool:
        """Whether the electrolyte conducts as sigma (1 - p), else as sigma (1 - p)^(3/2)."""
        return self.shape in ("channels", "slits")

    @property
    def effective_conductivity(self) -> float:
        """Of the porous electrolyte [S m-1]."""
        formula = analytic.straight_channels if self.straight else analytic.bruggeman
        return float(formula(self.conductivity, self.porosity))

    def penetration(self, resistance: float) -> float:
        """Length lambda [m] for a resistance per contact area [ohm m2]."""
        return float(
            analytic.penetration_length(self.effective_conductivity, resistance, self.surface)
        )


def lines(membrane: Membrane) -> Iterator[tuple[str, str]]:
    """Name and value of everything that is known by formula.

    Warns with `ContactAreaWarning` where the contact does not exceed the cross-section.
    """
    yield from _contact(membrane)
    yield from _cell(membrane)
    yield from _other_surfaces(membrane)


def _contact(m: Membrane) -> Iterator[tuple[str, str]]:
    contact, length = m.surface * m.depth, m.penetration(m.resistance)
    yield "specific surface area S_c", f"{m.surface * 1e-6:.4g} 1/um"
    yield "contact per cross-section S_c d", f"{contact:.4g}"
    ideal = analytic.current_density_reduction(m.surface, m.depth)
    yield "current density reduction R_J", f"{ideal:.1%}"
    kinetic = analytic.current_density_reduction_kinetic
    yield (
        "  with finite kinetics, at the highest current",
        f"{kinetic(m.surface, m.depth, length):.1%}",
    )
    other = kinetic(m.surface, m.depth, m.penetration(m.resistance * contact))
    yield "  the same, resistance per cross-section", f"{other:.1%}"
    yield "penetration length lambda", f"{length * 1e6:.4g} um"
    yield "deepest useful filling, 2 lambda", f"{2 * length * 1e6:.4g} um"
    crowding = analytic.current_density_max_over_mean(m.depth, length)
    yield "highest over mean contact current", f"{crowding:.4g}"


def _cell(m: Membrane) -> Iterator[tuple[str, str]]:
    filled = analytic.areal_capacity(m.porosity * m.depth)
    yield "lithium in the filled pores", f"{filled / MAH_PER_CM2:.4g} mAh/cm^2"
    dense, rise = analytic.dense_depth(MAH_PER_CM2), analytic.faraday_rise(MAH_PER_CM2, m.porosity)
    yield "1 mAh/cm^2, dense and in these pores", f"{dense * 1e6:.3g} um, {rise * 1e6:.3g} um"
    straight = analytic.straight_channels(m.conductivity, m.porosity)
    bent = analytic.bruggeman(m.conductivity, m.porosity)
    yield "conductivity of the membrane, sigma (1 - p)", f"{straight * 10:.4g} mS/cm"
    yield "  by Bruggeman, sigma (1 - p)^(3/2)", f"{bent * 10:.4g} mS/cm"
    voltage = analytic.cell_polarisation(
        m.current_density, m.resistance, m.thickness, m.effective_conductivity
    )
    what = f"polarisation, {m.thickness * 1e6:.3g} um, {m.current_density / 10:.3g} mA/cm^2"
    yield what, f"{voltage * 1e3:.3g} mV"


def _other_surfaces(m: Membrane) -> Iterator[tuple[str, str]]:
    isotropic = analytic.specific_surface_area_channels_isotropic(m.porosity, m.pore_size)
    by_shape = {name: SURFACES[name](m.porosity, m.pore_size) for name in SURFACES}
    yield "S_c by other formulas: 4 p/w of cylinders", f"{by_shape['channels'] * 1e-6:.4g} 1/um"
    yield "  (4/pi) 4 p/w, their section read as isotropic", f"{isotropic * 1e-6:.4g} 1/um"
    yield "  6 p/w of isolated spheres", f"{by_shape['spheres'] * 1e-6:.4g} 1/um"
    yield "  overlapping spheres", f"{by_shape['overlapping_spheres'] * 1e-6:.4g} 1/um"
