"""Stability of a flat front of the published model: growth rates of waves against their formula.

Lithium below, electrolyte above, no scaffold (Chen et al. 2015 without the second order
parameter). Lengths are in delta, speeds in S = 1.5 delta L_eta (that of a front under G = 1), rates
in S/delta, concentrations in c0, potentials in RT/F. `validation/dispersion/problem.md` derives the
formula.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np
from scipy.integrate import solve_bvp, trapezoid
from scipy.optimize import brentq

from phasefield.grid.smoothed_domain import Domain
from phasefield.models.base import AppliedVoltage
from phasefield.models.published.state import PublishedState
from phasefield.models.published.stepper import PublishedStepper
from phasefield.physics.published import interpolation, interpolation_prime
from phasefield.validation.outcome import Curve, Outcome, Plot
from phasefield.validation.setups import (
    PAPER_WIDTH,
    THERMAL_VOLTAGE,
    Array,
    heights,
    published_model,
    tanh_front,
    uniform_domain,
)

__all__ = ["CONSTANT", "FED", "Front", "front_stability", "growth_rate", "lead", "wave_rate"]

SHARP = 1.5
"""Speed of a flat front over delta L_eta G in the limit of a small drive [1]."""

SPREAD = 47.0 / 240.0
"""The reaction is spread over the front, where a fed concentration bends: what drives it is c at
the sharp front plus this times delta times the jump of the gradient. -1/8 of the integral of
h'(xi) ln(xi (1 - xi)) over xi from 0 to 1 [1] (Karma & Rappel 1998, for their interface)."""

SITES = 100.0
"""c_s/c0. Chosen large, so that ions are quasi-steady: v/D is the supply over it [1]."""

RATIO = 1e5
"""Conductivity of metal over that of the electrolyte [1]."""


@dataclass(frozen=True)
class Front:
    """A flat front and how it is fed.

    Attributes
    ----------
    supply : P = S c_s delta/(c0 D), which says how much of the force the supply of ions costs [1].
    bend : L_eta/(L_sigma W); times G, how far the profile is from that at rest [1].
    voltage : V0 over RT/F [1].
    below, above : metal under the front and electrolyte over it [delta].
    """

    supply: float
    bend: float
    voltage: float
    below: float
    above: float

    @property
    def field(self) -> float:
        """Slope of V in the electrolyte, which begins `lead` above the front [RT/F / delta]."""
        return self.voltage / (self.above - lead(RATIO))

    @property
    def force_slope(self) -> float:
        """dG/d(c/c0) at V = -V0 [1]."""
        return float(np.exp(0.5 * self.voltage))

    @cached_property
    def force(self) -> float:
        """G of the flat front [1]: c there falls with its speed."""
        boltzmann, alike = np.exp(self.voltage), self.force_slope
        cost = (boltzmann - 1.0) / self.field + lead(RATIO) - SPREAD
        free = boltzmann * alike - 1.0 / alike

        def excess(force: float) -> float:
            return force - free + self.supply * alike * cost * self.pace(force)

        return float(brentq(excess, 0.0, free))

    def pace(self, force: float) -> float:
        """Speed of a flat front under a force G [S]."""
        return force * relative_speed(round(self.bend * force, 9)) / SHARP

    def concentration(self, y: Array) -> Array:
        """c of the flat front at a height over it [delta]; one value in the metal."""
        flux, e, gap = self.supply * self.pace(self.force), self.field, lead(RATIO)
        over = flux / e + (1.0 - flux / e) * np.exp(e * (self.above - np.maximum(y, gap)))
        return np.asarray(over - flux * (gap - np.clip(y, 0.0, gap)))


CONSTANT = Front(supply=1e-3, bend=0.2, voltage=0.2, below=4.0, above=8.0)
"""Ions so fast that the force is the same everywhere."""

FED = Front(supply=0.2, bend=0.8, voltage=0.2, below=6.0, above=12.0)
"""Ions that the electrolyte must bring."""


@cache
def relative_speed(drive: float) -> float:
    """Speed of the travelling wave over delta L_eta G for drive = L_eta G/(L_sigma W) [1].

    xi''/8 + v xi' - 2 xi (1 - xi)(1 - 2 xi) + drive h'(xi) = 0, y in delta, between the decays to
    1 and 0 that its linear ends have; 3/2 for drive to 0.
    """
    y = np.linspace(-4.0, 4.0, 401)
    front = 0.5 * (1.0 - np.tanh(2.0 * y))
    tail = float(np.exp(-16.0))

    def right(_: Array, state: Array, v: Array) -> Array:
        xi, slope = state
        force = 2.0 * xi * (1.0 - xi) * (1.0 - 2.0 * xi) - drive * interpolation_prime.py_func(xi)
        return np.array([slope, 8.0 * (force - v[0] * slope)])

    def ends(low: Array, high: Array, v: Array) -> Array:
        root = 4.0 * np.sqrt(v[0] ** 2 + 1.0)
        inner = low[1] + (root - 4.0 * v[0]) * (1.0 - low[0])
        outer = high[1] + (root + 4.0 * v[0]) * high[0]
        return np.array([inner, outer, 1.0 - tail - low[0]])

    start = np.array([front, -4.0 * front * (1.0 - front)])
    wave = solve_bvp(right, ends, y, start, p=[SHARP * max(drive, 1e-9)], tol=1e-8)
    return float(wave.p[0] / drive) if drive > 0.0 else SHARP


@cache
def lead(ratio: float) -> float:
    """How far over the front the potential -V0 of the metal reaches [delta].

    The field begins where the metal's share h(xi) of the conductivity has fallen to 1/`ratio`.
    """
    y = np.linspace(-3.0, 6.0, 9001)
    share = interpolation.py_func(0.5 * (1.0 - np.tanh(2.0 * y)))
    return float(y[-1] - trapezoid(1.0 / (1.0 + (ratio - 1.0) * share), y))


def growth_rate(front: Front, k: float) -> float:
    """Rate at which a wave cos(k x) of the front grows [S/delta], k in 1/delta.

    Mullins and Sekerka's analysis: c is quasi-steady, diffuses with one D in metal and electrolyte
    and drifts in the field of the electrolyte, V is -V0 up to `lead` over the front.
    """
    speed, gap, e = front.pace(front.force), lead(RATIO), front.field
    flux, step = front.supply * speed, 1e-3 * front.force
    height = front.above - gap
    m = np.hypot(k, 0.5 * e)
    fall = m / np.tanh(m * height) - 0.5 * e
    below, ch, sh = np.tanh(k * front.below), np.cosh(k * gap), np.sinh(k * gap)
    weight = (k + fall * below) * sh + (k * below + fall) * ch
    tip = flux * (k / np.tanh(k * height) + k * sh + fall * (ch - 1.0)) / weight
    eaten = front.supply * (ch + fall * sh / k) / weight
    slope = front.force_slope * (front.pace(front.force + step) - speed) / step
    bent = k**2 / (8.0 * SHARP * front.bend)
    return float((slope * tip - bent) / (1.0 + slope * (eaten - SPREAD * front.supply)))


def wave_rate(front: Front, wavelength: float, cells: int) -> tuple[float, float, Array, Array]:
    """Growth rate of half a wave over its formula, on `cells` per delta.

    The front moves on by 1 delta before anything is measured, then by another.

    Returns
    -------
    the rate found and that of the formula [S/delta], times [delta/S] and amplitudes over the first.
    """
    spacing, wide = PAPER_WIDTH / cells, round(0.5 * wavelength * cells)
    shape = (1, round((front.below + front.above) * cells), wide)
    domain = uniform_domain(shape, spacing, 0.0)
    backend, unit = _backend(front, domain)
    wave = np.cos(np.pi * (np.arange(wide) + 0.5) / wide)
    y = heights(domain) / PAPER_WIDTH - front.below - 0.02 * wave
    voltage = front.voltage * THERMAL_VOLTAGE
    rise = np.clip(y - lead(RATIO), 0.0, None) * front.field * THERMAL_VOLTAGE
    start = PublishedState(
        0.0, tanh_front(y, 1.0), 4e4 * front.concentration(y), rise - voltage, voltage
    )
    dt = 0.5 * spacing / (unit * front.pace(front.force))
    states, columns = [start], [start.xi.sum(axis=(0, 1)) / cells]
    for _ in range(4 * cells):
        states = [*states, backend.advance(states, dt, AppliedVoltage(voltage)).state][-3:]
        columns.append(states[-1].xi.sum(axis=(0, 1)) / cells)
    amplitude = 2.0 * np.array(columns) @ wave / wide
    time = np.arange(amplitude.size) * dt * unit / PAPER_WIDTH
    half = 2 * cells
    found = float(np.log(amplitude[-1] / amplitude[half]) / (time[-1] - time[half]))
    moved = float(np.mean(columns[half:]) - front.below)
    now = replace(front, below=front.below + moved, above=front.above - moved)
    expected = growth_rate(now, 2.0 * np.pi / wavelength)
    return found, expected, time, amplitude / amplitude[0]


def _backend(front: Front, domain: Domain) -> tuple[PublishedStepper, float]:
    """The published model with the coefficients of a front, and S [m s-1]."""
    plain = published_model()
    unit = SHARP * PAPER_WIDTH * plain.reaction_rate
    sites = SITES * plain.ion_concentration
    diffusivity = unit * SITES * PAPER_WIDTH / front.supply
    charge = 96485.33 * sites
    conductivity = 10.0 * charge * unit * PAPER_WIDTH / THERMAL_VOLTAGE
    model = plain._replace(
        interface_mobility=plain.reaction_rate / (front.bend * plain.barrier_height),
        site_density=sites,
        charge_density=charge,
        diffusivity_metal=diffusivity,
        diffusivity_electrolyte=diffusivity,
        diffusivity_vacuum=diffusivity,
        conductivity_metal=RATIO * conductivity,
        conductivity_electrolyte=conductivity,
        conductivity_vacuum=conductivity,
    )
    return PublishedStepper(domain, model, PAPER_WIDTH, 1e-8, 30), unit


def front_stability(quick: bool) -> Outcome:
    """Rates of waves under a force that is the same everywhere, and of four that ions feed."""
    cells = 6 if quick else 8
    even = wave_rate(CONSTANT, 8.0, cells)
    measured = {"even force, 8 delta": even[0] / even[1]}
    found, waves = {}, (32.0,) if quick else (10.0, 24.0, 32.0, 48.0)
    for length in waves:
        rate, expected, _, _ = wave_rate(FED, length, cells)
        measured[f"fed by ions, {length:g} delta"] = rate / expected
        found[length] = rate
    lengths = np.linspace(9.0, 60.0, 120)
    half_way = replace(FED, below=FED.below + 1.5, above=FED.above - 1.5)
    formula = [growth_rate(half_way, 2.0 * np.pi / length) for length in lengths]
    curves = (
        Curve("found", list(found), list(found.values()), points=True),
        Curve("formula", lengths, formula),
        Curve("neutral", [9.0, 60.0], [0.0, 0.0]),
    )
    return Outcome(measured, Plot("wavelength / delta", "growth rate (S / delta)", curves))
