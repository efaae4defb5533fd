"""Conduction through structures whose effective conductivity is known."""

from __future__ import annotations

import numpy as np

from phasefield.analysis.conduction import effective_conductivity
from phasefield.validation.outcome import Curve, Outcome, Plot

__all__ = ["checkerboard", "cylinders", "layers", "perrins", "structures"]

UNIT = (1.0, 1.0, 1.0)


def layers(axis: int) -> float:
    """Half of conductivity 4 and half of 1, stacked along the first axis."""
    sigma = np.ones((8, 6, 5))
    sigma[:4] = 4.0
    return effective_conductivity(sigma, (2.0, 1.0, 3.0), axis)


def checkerboard(cells: int) -> float:
    """Four squares of conductivity 9 and 1, `cells` a side."""
    tile = np.ones((1, 2 * cells, 2 * cells))
    tile[0, :cells, :cells] = tile[0, cells:, cells:] = 9.0
    return effective_conductivity(tile, UNIT, 1)


def cylinders(cells: int, share: float) -> tuple[float, float]:
    """Square array of insulating cylinders, `cells` a period: the share on the grid, sigma."""
    c = (np.arange(cells) + 0.5) / cells - 0.5
    inside = c[:, None] ** 2 + c[None, :] ** 2 < share / np.pi
    sigma = np.where(inside, 0.0, 1.0)[None]
    return float(inside.mean()), effective_conductivity(sigma, UNIT, 1)


def perrins(share: float) -> float:
    """Conductivity around a square array of insulating cylinders (Perrins et al. 1979)."""
    p = share
    return 1 - 2 * p / (1 + p - 0.305827 * p**4 / (1 - 1.402958 * p**8) - 0.013362 * p**8)


def structures(quick: bool) -> Outcome:
    """Layers, a checkerboard and arrays of cylinders."""
    board = {n: checkerboard(n) / 3.0 for n in ((32, 64) if quick else (32, 64, 128))}
    measured = {"layers in series": layers(0), "layers in parallel": layers(1)}
    measured |= {f"checkerboard, {n} cells a square": found for n, found in board.items()}
    shares_on_grid, found_around = [], []
    for share in (0.2, 0.5, 0.7):
        on_grid, found = cylinders(200, share)
        measured[f"cylinders, {100 * share:.0f} %"] = found / perrins(on_grid)
        shares_on_grid.append(on_grid)
        found_around.append(found)
    shares = np.linspace(0.0, 0.75, 60)
    plot = Plot(
        "share of cylinders",
        "effective conductivity",
        (
            Curve("found", shares_on_grid, found_around, points=True),
            Curve("Perrins et al. 1979", shares, [perrins(p) for p in shares]),
        ),
    )
    return Outcome(measured, plot)
