"""One coupled implicit step of the conserved model, on scaffolds that only grow in size."""

from __future__ import annotations

from typing import Any

from phasefield.bench.clock import now
from phasefield.case import Case, case_from_dict
from phasefield.setup.coatings import case_domain
from phasefield.setup.initial_state import front
from phasefield.setup.scaffold import build_scaffold
from phasefield.simulation.loop import build

__all__ = ["array_case", "coupled_steps"]

SPACING = {2: 0.1e-6, 3: 0.0625e-6}
"""[m]; 32 cells per period of slits of 1.6 um at 50 %, and of cylinders of 1.6 um every 2 um."""

POROSITY = {2: 0.5, 3: 0.5026548}
"""pi (1.6/2)^2 / 2^2 in 3D."""

WARMING = 2
"""Steps before the clock starts: compilation, and the time formula's first order."""


def array_case(cells: int, dimensions: int) -> Case:
    """Channels on `cells` cells along every axis, filled to half their height."""
    size = cells * SPACING[dimensions] * 1e6
    return case_from_dict(
        {
            "format": 1,
            "name": f"array-{cells}-{dimensions}d",
            "dimensions": dimensions,
            "geometry": {
                "kind": "channels",
                "pore_size": "1.6 um",
                "porosity": POROSITY[dimensions],
                "height": f"{size} um",
                "width": f"{size} um",
            },
            "grid": {"spacing": f"{SPACING[dimensions] * 1.000001e6} um"},
            "interface": {"width": "0.4 um"},
            "lithium": {
                "depth": f"{size / 2} um",
                "surface_energy": "0.5 J/m^2",
                "diffusivity": "5.6e-15 m^2/s",
                "contact_angle": "90 deg",
                "bulk_modulus": "11 GPa",
            },
            "electrolyte": {"conductivity": "0.32 mS/cm"},
            "kinetics": {"resistance": "24.6 ohm*cm^2", "transfer_coefficient": 0.5},
            "temperature": "298 K",
            "protocol": [{"plate": {"current_density": "0.2 mA/cm^2", "duration": "1000 s"}}],
            "solver": {"time_step": "10 s"},
        }
    )


def coupled_steps(cells: int, dimensions: int, steps: int) -> dict[str, Any]:
    """Take some steps of 10 s.

    Returns
    -------
    cells; seconds of a step; Newton iterations per step, Krylov iterations per Newton system, the
    most that one took; tolerance of Newton's method.
    """
    case = array_case(cells, dimensions)
    domain = case_domain(case, build_scaffold(case), force=True)
    start = front(case, domain) * (domain.pore > 0.0)
    simulation = build(case, force=True, initial_xi=start)
    for _ in range(WARMING):
        simulation.advance()
    newton, krylov = simulation.newton_iterations, simulation.model.stepper.krylov_iterations
    begun = now()
    for _ in range(steps):
        simulation.advance()
    seconds = (now() - begun) / steps
    newton = simulation.newton_iterations - newton
    krylov = simulation.model.stepper.krylov_iterations - krylov
    return {
        "cells": domain.grid.size,
        "seconds": seconds,
        "newton": newton / steps,
        "krylov": krylov / max(newton, 1),
        "tolerance": case.solver.tolerance,
    }
