"""Channels that wind: round tubes (bands in 2D) about sine curves of a given tortuosity."""

from __future__ import annotations

import itertools
import math

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.spatial import cKDTree
from scipy.special import ellipe

from geometries.boxes import make_box, um
from geometries.channels import Width, check_numbers, lateral_domain
from geometries.lattices import Arrangement, Lattice, lattice
from geometries.level import from_distance
from geometries.scaffold import GeometryError, Scaffold

__all__ = ["steepness_of", "tortuous_channels"]

FloatArray = NDArray[np.float64]

FINER = 4
"""Points of a curve per cell: their spacing adds 1e-3 cells to a distance of eight cells."""


def tortuous_channels(
    pore_size: float,
    porosity: float,
    tortuosity: float,
    height: float,
    width: Width,
    spacing: float,
    dimensions: int = 2,
    wavelength: float | None = None,
) -> Scaffold:
    """Tubes about x = x0 + A cos(2 pi z/wavelength), all in step, on a square lattice.

    The tortuosity is the length of the curve over the height. The tubes keep their width normal to
    the curve, so that their volume is p V and their wall area 4 p V/w (bands in 2D: 2 p V/w), as
    for straight ones (Pappus).

    Parameters
    ----------
    pore_size : width of the tubes normal to their curve [m].
    porosity : [1].
    tortuosity : above 1 [1].
    height : of the domain [m].
    width : across [m], whole periods, or "unit_cell": one of them.
    spacing : largest edge of a cell [m].
    dimensions : 2 or 3.
    wavelength : of the curve [m]; the height if not given.

    Raises
    ------
    GeometryError
        When the tubes would touch or fold onto themselves, or a number is out of range.
    """
    kind: Arrangement = "slit" if dimensions == 2 else "square"
    check_numbers(kind, pore_size, porosity, height, spacing)
    wavelength = height if wavelength is None else wavelength
    if not 1 < tortuosity < 10:
        raise GeometryError(f"tortuosity must be above 1 and below 10, got {tortuosity}")
    pores = lattice(kind, pore_size, porosity / tortuosity)
    wave = 2 * math.pi / wavelength
    amplitude = steepness_of(tortuosity) / wave
    _check_curve(pores, pore_size, amplitude, wave)
    lengths, _ = lateral_domain(pores, pores.periods if width == "unit_cell" else width, pore_size)
    box = make_box(height, lengths, spacing, dimensions)
    step = min(box.spacing[axis] for axis in box.axes) / FINER
    tree = cKDTree(_curves(pores, lengths, height, amplitude, wave, step))
    z, y, x = np.broadcast_arrays(*box.centres())
    axes = (z, y, x) if dimensions == 3 else (y, x)
    nearest = tree.query(np.stack([axis.ravel() for axis in axes], axis=-1))[0]
    asked = {
        "pore_size": pore_size, "porosity": porosity, "tortuosity": tortuosity, "height": height,
        "width": width, "spacing": spacing, "dimensions": dimensions, "wavelength": wavelength,
    }  # fmt: skip
    return from_distance(
        box,
        nearest.reshape(box.shape) - pore_size / 2,
        porosity,
        pore_size,
        {"generator": "tortuous_channels", "parameters": asked, "seed": None},
        (2 if dimensions == 2 else 4) * porosity * box.volume / pore_size,
    )


def steepness_of(tortuosity: float) -> float:
    """Steepest slope s of a sine curve of a tortuosity: (2/pi) E(-s^2), E complete elliptic."""
    return float(brentq(lambda s: 2 / math.pi * ellipe(-(s**2)) - tortuosity, 0.0, 2 * tortuosity))


def _curves(
    pores: Lattice, lengths: tuple[float, ...], height: float, amplitude: float, wave: float,
    step: float,
) -> FloatArray:  # fmt: skip
    """Points on the centre curves of the domain and of its neighbours in x, (n, 2 or 3) [m]."""
    reach = math.ceil((amplitude + pores.half_size) / pores.periods[-1]) + 1
    beyond = 2 * pores.half_size
    count = math.ceil((height + 2 * beyond) * math.hypot(1, amplitude * wave) / step)
    z = np.linspace(-beyond, height + beyond, count)
    centres = [
        [(i + 0.5) * period for i in range(round(length / period))]
        for period, length in zip(pores.periods[:-1], lengths[:-1], strict=True)
    ]
    period = pores.periods[-1]
    xs = [(i + 0.5) * period for i in range(-reach, round(lengths[-1] / period) + reach)]
    return np.concatenate(
        [
            np.stack([z, *(np.full(count, c) for c in rest), x0 + amplitude * np.cos(wave * z)], -1)
            for *rest, x0 in itertools.product(*centres, xs)
        ]
    )


def _check_curve(pores: Lattice, pore_size: float, amplitude: float, wave: float) -> None:
    """Raise GeometryError when tubes fold onto themselves or touch their neighbours."""
    bend = 1 / (amplitude * wave**2)
    if bend <= pore_size / 2:
        raise GeometryError(
            f"the curve bends with a radius of {um(bend)}, a tube of {um(pore_size)} folds onto "
            "itself there: choose a longer wavelength or a smaller tortuosity"
        )
    z = np.linspace(0, 2 * math.pi / wave, 2000)
    curve = np.stack([z, amplitude * np.cos(wave * z)], axis=-1)
    apart = float(cKDTree(curve + np.array([0, pores.periods[-1]])).query(curve)[0].min())
    if apart <= pore_size:
        raise GeometryError(
            f"neighbouring curves come as close as {um(apart)}, tubes of {um(pore_size)} touch: "
            "choose a lower porosity, a longer wavelength or a smaller tortuosity"
        )
