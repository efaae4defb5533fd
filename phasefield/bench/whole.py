"""Whole runs, the pores of Fig. 5 of the paper on porous LLZO membranes; and Numba beside FiPy."""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from phasefield.bench.clock import now
from phasefield.case import Case, load_case
from phasefield.simulation.loop import build
from phasefield.simulation.runner import run
from phasefield.units import parse

__all__ = ["FIG5", "fig5", "short_case", "short_run"]

FIG5 = {
    "5 um": ("0.1 um", "0.4 um"),
    "1.5 um": ("0.05 um", "0.25 um"),
    "0.6 um": ("0.025 um", "0.12 um"),
}
"""Pore size: spacing and interface width."""

START = Path(__file__).parents[1] / "starting_case.yaml"

PORES: dict[int, tuple[str, ...]] = {
    2: (),
    3: (
        "dimensions=3",
        "geometry.porosity=40 %",
        "geometry.height=2 um",
        "lithium.depth=1 um",
    ),
}
"""What the starting case becomes in `short_run`: the slit as it is, or a cylinder a third as high.

At a porosity of 50 % the walls between cylinders are too thin for the interface."""


def _fig5_case(pore: str) -> Case:
    spacing, width = FIG5[pore]
    return load_case(
        START,
        [
            f"geometry.pore_size={pore}",
            "geometry.height=10 um",
            f"grid.spacing={spacing}",
            f"interface.width={width}",
            "lithium.depth=5 um",
            "electrolyte={conductivity: 0.32 mS/cm}",
            "output.fields_every=100 s",
        ],
    )


def fig5(pore: str) -> dict[str, Any]:
    """Run a pore size of Fig. 5 for 1000 s; the kernels have been compiled by a short run."""
    case = _fig5_case(pore)
    with tempfile.TemporaryDirectory() as folder:
        run(
            case,
            f"{folder}/warm",
            overrides=["protocol.0.plate.duration=2 s", "output.fields_every=1 s"],
        )
        begun = now()
        found = run(case, f"{folder}/run").summary
        seconds = now() - begun
    return {
        "cells": int(np.prod(found["shape"])),
        "seconds": seconds,
        "steps": found["steps"],
        "newton": found["newton_iterations"] / found["steps"],
        "charge_balance_error": found["charge_balance_error"],
        "tolerance": case.solver.tolerance,
    }


def short_case(spacing: str, steps: int, name: str, refined: int, dimensions: int) -> Case:
    """The case of `short_run`, which says what the arguments are."""
    size = parse(spacing, "length") / refined
    return load_case(
        START,
        [
            *PORES[dimensions],
            f"backend={name}",
            f"grid.spacing={size} m",
            f"solver.time_step={10.0 / refined} s",
            f"protocol.0.plate.duration={10 * steps} s",
            f"output.fields_every={10 * steps} s",
        ],
    )


def short_run(
    spacing: str,
    steps: int,
    name: str = "numba",
    refined: int = 1,
    dimensions: int = 2,
    repeats: int = 1,
) -> dict[str, Any]:
    """Take some steps of 10 s in the 1.5 um pore on the backend `name`, and time nothing else.

    A step is all that comes between two states: prediction, Newton's method with assembly and
    linear solver, the bonds of the metal, the estimate of the error. The scaffold, lithium at rest,
    observables and files, which cost both backends the same, are left out. `seconds` is the median
    of the `repeats`. With `refined` cells and steps are shorter by that factor.
    """
    case = short_case(spacing, steps, name, refined, dimensions)
    if name == "numba":  # compile
        build(case).advance()
    times = []
    for _ in range(repeats):
        simulation = build(case)
        begun = now()
        while not simulation.finished:
            simulation.advance()
        times.append(now() - begun)
    return {
        "cells": simulation.domain.grid.size,
        "seconds": median(times),
        "steps": simulation.step,
        "newton": simulation.newton_iterations / simulation.step,
        "mean_rise_m": simulation.observe().uniformity.mean_rise_m,
        "tolerance": case.solver.tolerance,
    }
