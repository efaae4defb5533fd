"""The current along a wall of a slit that lithium covers, against the line and the strip."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.optimize import brentq

from geometries import channels
from phasefield.analysis import analytic
from phasefield.grid.grid import cell_centres
from phasefield.grid.smoothed_domain import build_domain
from phasefield.solvers.direct import Factors
from phasefield.validation.outcome import Curve, Outcome, Plot
from phasefield.validation.plating import plate, reaction
from phasefield.validation.setups import Array, conserved_model, flat_lithium

__all__ = ["sharp_strip", "slit_wall_current", "strip_decay", "wall_current"]

PORE, DEPTH, HEIGHT = 1.2e-6, 4e-6, 6e-6
"""Slit width, depth of the lithium, height of the domain [m]; porosity one half."""

HALF_WALL, SURFACE = 0.5 * PORE, 1.0 / PORE
"""Half thickness of the electrolyte between two slits [m], S_c [m-1]."""

SIGMA, CURRENT = 0.032, 2.0
"""Conductivity of `conserved_model` [S m-1] and J of `plate` [A m-2]."""

CLEAR = 0.5e-6
"""Distance from the front that the profile keeps, which is diffuse [m]."""


def wall_profile(resistance: float, width: float) -> tuple[Array, Array]:
    """Heights [m] and i/J on the wall, continued above the lithium as e/R_ct."""
    spacing = width / 4
    domain = build_domain(channels(PORE, 0.5, HEIGHT, "unit_cell", spacing), width)
    # metal at one pressure: transport in it must not shape the current
    model = conserved_model(width=width, resistance=resistance, diffusivity=1e-8)
    state = plate(domain, model, width, flat_lithium(domain, DEPTH, width), [0.05])[-1]
    e, _ = reaction(domain, model, state)
    wall = domain.wall_density
    on_wall = np.sum(wall * e, axis=(0, 2)) / np.sum(wall, axis=(0, 2))
    y = (np.arange(len(on_wall)) + 0.5) * domain.grid.spacing[1]
    return y, on_wall / resistance / CURRENT


def penetration(resistance: float) -> float:
    """lambda [m]."""
    return float(analytic.penetration_length(0.5 * SIGMA, resistance, SURFACE))


def slit_wall_current(
    resistance: float, width: float = 0.3e-6
) -> tuple[Array, Array, float, float, float]:
    """Current along a lithium-covered slit wall: height, i/J per height, lambda, S_c, depth."""
    y, found = wall_profile(resistance, width)
    covered = y < DEPTH - CLEAR
    return y[covered], found[covered], penetration(resistance), SURFACE, DEPTH


def strip_decay(resistance: float, length: float) -> float:
    """k of a strip of half-width b = 0.6 um with k tan(k b) = 1/(sigma R_ct) [m-1]."""
    kinetic = SIGMA * resistance
    return float(
        brentq(lambda k: k * np.tan(k * HALF_WALL) - 1 / kinetic, 0.5 / length, 1.5 / length)
    )


def sharp_strip(resistance: float, cells: int) -> tuple[Array, Array]:
    """Heights [m] and i/J on a sharp wall: Laplace's equation in the strip, linear kinetics.

    Finite volumes, `cells` across half the wall; the same current comes in over the top.
    """
    h = HALF_WALL / cells
    ny = round(HEIGHT / h)
    number = np.arange(ny * cells).reshape(ny, cells)
    pairs = ((number[1:], number[:-1]), (number[:, 1:], number[:, :-1]))
    ends = [np.concatenate([pair[side].ravel() for pair in pairs]) for side in (0, 1)]
    places = np.concatenate(ends), np.concatenate(ends[::-1])
    joined = sparse.csr_array((np.full(len(places[0]), SIGMA), places), shape=(number.size,) * 2)
    y = cell_centres(ny, h)
    kinetic = np.zeros(number.shape)
    kinetic[:, -1] = np.where(y < DEPTH, h / (resistance + 0.5 * h / SIGMA), 0.0)
    source = np.zeros(number.shape)
    source[-1] = 2.0 * h  # J over wall and pore comes in over the wall alone
    own = joined.sum(axis=1) + kinetic.ravel()
    factors = Factors(sparse.csc_array(sparse.diags_array(own) - joined))
    potential = factors.solve(source.ravel()[:, None]).reshape(number.shape)[:, -1]
    return y, potential / (resistance + 0.5 * h / SIGMA)


def _edge(height: Array, current: Array) -> float:
    """j_max/j_mean: the current where the lithium ends over J/(S_c d)."""
    return float(np.interp(DEPTH, height, current)) * SURFACE * DEPTH


def wall_current(quick: bool) -> Outcome:
    """Profile and peak at three resistances, against the line and the sharp strip."""
    del quick
    height, found, length, *_ = slit_wall_current(24.6e-4)
    line = analytic.contact_current_profile(height, SURFACE, DEPTH, length)
    y, low, short, *_ = slit_wall_current(2e-4)
    k = strip_decay(2e-4, short)
    growth = np.cosh(k * y[-1]) / np.cosh(k * y[0])
    measured = {
        "largest deviation, 24.6 ohm cm2": float(np.abs(found / line - 1).max()),
        "top over bottom, 2 ohm cm2": float(low[-1] / low[0] / growth),
    }
    curves: list[Curve] = []
    for resistance in (24.6e-4, 5e-4, 0.5e-4):
        numbers, drawn = _against_the_strip(resistance)
        name = f"{resistance * 1e4:g} ohm cm2"
        measured |= {f"{what}, {name}": value for what, value in numbers.items()}
        curves += drawn
    return Outcome(measured, Plot("height (um)", "contact current / J", tuple(curves)))


def _against_the_strip(resistance: float) -> tuple[dict[str, float], list[Curve]]:
    """Deviations from the sharp strip, and of that from the line; curves of all three."""
    coarse, sharp = (sharp_strip(resistance, cells) for cells in (48, 96))
    peak, length = _edge(*sharp), penetration(resistance)
    line = float(analytic.current_density_max_over_mean(DEPTH, length))
    numbers = {"grid of the strip": _edge(*coarse) / peak, "peak, strip over line": peak / line}
    for words, width in (("", 0.3e-6), (", half the width", 0.15e-6)):
        height, found = wall_profile(resistance, width)
        inner = height < DEPTH - CLEAR
        deviation = found / np.interp(height, *sharp) - 1
        numbers[f"profile{words}"] = float(np.abs(deviation[inner]).max())
        numbers[f"peak{words}"] = _edge(height, found) / peak
    shown = height < DEPTH
    formula = analytic.contact_current_profile(height[shown], SURFACE, DEPTH, length)
    below, name = sharp[0] < DEPTH, f"{resistance * 1e4:g} ohm cm2"
    curves = [
        Curve(f"found, {name}", 1e6 * height[shown][::4], found[shown][::4], points=True),
        Curve(f"sharp strip, {name}", 1e6 * sharp[0][below], sharp[1][below]),
        Curve(f"cosh(x/lambda), {name}", 1e6 * height[shown], np.asarray(formula)),
    ]
    return numbers, curves
