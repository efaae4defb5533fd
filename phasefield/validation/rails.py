"""A slit whose walls conduct electrons, against the porous electrode of Newman and Tobias."""

from __future__ import annotations

import numpy as np

from geometries import channels
from phasefield.analysis import analytic
from phasefield.grid.smoothed_domain import build_domain
from phasefield.models.conserved.transmission_line import two_rails
from phasefield.validation.outcome import Curve, Outcome, Plot
from phasefield.validation.setups import Array, conserved_model

__all__ = ["coated_slit", "two_conductors"]

PORE, DEPTH, CURRENT = 1.2e-6, 10e-6, 2.0
"""Slit width and height of the scaffold [m], J [A m-2]; porosity one half."""

SURFACE = 1.0 / PORE
"""S [m-1]."""

IONS = 0.5 * 0.032
"""kappa: electrolyte of `conserved_model` in half of the cross-section [S m-1]."""


def coated_slit(ratio: float, resistance: float, width: float) -> tuple[Array, Array, float, float]:
    """Heights [m], j/J, V/J [ohm m2] and current on the wall over J, for kappa/sigma = `ratio`."""
    domain = build_domain(channels(PORE, 0.5, DEPTH, "unit_cell", width / 4), width)
    model = conserved_model(width=width, resistance=resistance)
    found = two_rails(domain, model, IONS / ratio / SURFACE, CURRENT)
    height, current = found.along(domain)
    total = np.nansum(domain.wall_density * found.current_density) * domain.grid.cell_volume
    passed = float(total) / domain.grid.cross_section / CURRENT
    return height, current / CURRENT, found.voltage / CURRENT, passed


def two_conductors(quick: bool) -> Outcome:
    """Profile and resistance where either conductor is the poorer one, and where none is."""
    del quick
    measured: dict[str, float] = {}
    curves = []
    for resistance in (24.6e-4, 246e-4):
        for ratio in (0.1, 1.0, 10.0):
            name = f"kappa/sigma {ratio:g}, {resistance * 1e4:g} ohm cm2"
            porous = SURFACE, resistance, IONS, IONS / ratio
            height, found, voltage, passed = coated_slit(ratio, resistance, 0.3e-6)
            line = np.asarray(analytic.two_rail_current_profile(height, DEPTH, *porous))
            measured[f"profile, {name}"] = float(np.abs(found / line - 1).max())
            expected = float(analytic.two_rail_resistance(DEPTH, *porous))
            measured[f"resistance, {name}"] = voltage / expected
            measured[f"charge, {name}"] = passed
            if resistance == 24.6e-4:
                label = f"kappa/sigma = {ratio:g}"
                points = 1e6 * height[::6], found[::6]
                curves.append(Curve(f"found, {label}", *points, points=True))
                curves.append(Curve(f"Newman & Tobias, {label}", 1e6 * height, line))
    return Outcome(measured, Plot("height (um)", "current on the wall / J", tuple(curves)))
