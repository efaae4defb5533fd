"""Whole runs: pores of Fig. 5 of the paper on porous LLZO membranes, and Numba beside FiPy."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from phasefield.bench.clock import now
from phasefield.case import Case, load_case
from phasefield.runner import run
from phasefield.units import parse

__all__ = ["FIG5", "fig5", "short_run"]

FIG5 = {
    "5 um": ("0.1 um", "0.4 um"),
    "1.5 um": ("0.05 um", "0.25 um"),
    "0.6 um": ("0.025 um", "0.12 um"),
}
"""Pore size: spacing and interface width."""

START = Path(__file__).parents[1] / "starting_case.yaml"


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


def short_run(spacing: str, steps: int, name: str = "numba", refined: int = 1) -> dict[str, Any]:
    """Run the 1.5 um pore for some steps of 10 s on the backend `name`.

    With `refined` cells and steps are shorter by that factor.
    """
    size = parse(spacing, "length") / refined
    seconds = 10.0 / refined
    case = load_case(
        START,
        [
            f"backend={name}",
            f"grid.spacing={size} m",
            f"solver.time_step={seconds} s",
            f"protocol.0.plate.duration={10 * steps} s",
            f"output.fields_every={10 * steps} s",
        ],
    )
    with tempfile.TemporaryDirectory() as folder:
        if name == "numba":  # compile
            short = ["protocol.0.plate.duration=2 s", "output.fields_every=1 s"]
            run(case, f"{folder}/warm", overrides=[*short, "solver.time_step=1 s"])
        begun = now()
        found = run(case, f"{folder}/run").summary
        seconds = now() - begun
    return {
        "cells": int(np.prod(found["shape"])),
        "seconds": seconds,
        "steps": found["steps"],
        "mean_rise_m": found["mean_rise_m"],
        "tolerance": case.solver.tolerance,
    }
