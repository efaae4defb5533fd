"""The paper's own numbers beside ours."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from phasefield.analysis import analytic
from phasefield.simulation.runner import run
from phasefield.validation.outcome import Curve, Outcome, Plot
from phasefield.validation.setups import shipped_case

__all__ = ["paper_numbers"]

CASES = {5.0: "fig5_5um", 1.5: "fig5_1p5um", 0.6: "fig5_0p6um"}
"""Case by pore size [um]."""


def paper_numbers(quick: bool) -> Outcome:
    """Formulas of the paper, and the order of the three pores of its Fig. 5."""
    um = 1e-6
    straight = analytic.specific_surface_area_channels(0.5, 5 * um)
    membrane = analytic.bruggeman(0.032, 0.51)
    values = {
        "current density reduction": 100 * analytic.current_density_reduction(straight, 10 * um),
        "specific surface": um * analytic.specific_surface_area_spheres(0.51, 2.3 * um),
        "rise by Faraday's law": analytic.faraday_rise(2.0 * 1000, 0.5) / um,
        "polarisation": 1e3 * analytic.cell_polarisation(1.0, 24.6e-4, 50 * um, membrane),
    }
    measured = {name: float(value) for name, value in values.items()}
    if quick:
        return Outcome(measured)
    found = {pore: _nonuniformity(case) for pore, case in CASES.items()}
    measured["pores of Fig. 5 in order"] = 1.0 + sum(a > b for a, b in pairwise(found.values()))
    curve = Curve("conserved model", list(found), list(found.values()), points=True)
    return Outcome(measured, Plot("pore size (um)", "nonuniformity", (curve,), logarithmic=True))


def _nonuniformity(case: str) -> float:
    """Spread of the rise over its mean at the end of a case of the repository [1]."""
    with TemporaryDirectory() as folder:
        done = run(shipped_case(case), Path(folder) / "run", overrides=["output.animation=false"])
        return float(np.asarray(done.summary["nonuniformity"]))
