"""How far the shipped case of Fig. 5 is from its limit in grid and interface width."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from phasefield.case import Case, load_case
from phasefield.studies.refinement import QUANTITIES, Study, plan_grids, plan_widths, refine
from phasefield.validation.outcome import Curve, Outcome, Plot
from phasefield.validation.setups import shipped_case

__all__ = ["fig5_convergence"]

RATIO = 4.0 / 3.0
"""Of the spacings and widths: 30, 40 and 54 cells across, the wall between two of them."""

SHORT = ("protocol.0.plate.duration=40 s", "geometry.height=5 um")
"""What the quick variant changes in the quickstart."""


def fig5_convergence(quick: bool) -> Outcome:
    """The middle pore of Fig. 5 on three grids and with three widths; in short the quickstart."""
    with TemporaryDirectory() as folder:
        measured = _short(Path(folder) / "short")
        if quick:
            return Outcome(measured)
        full = _full(load_case(shipped_case("fig5_1p5um")), Path(folder))
        return Outcome({**measured, **full.measured}, full.plot)


def _short(folder: Path) -> dict[str, float]:
    """Rise and voltage of 40 s of the quickstart over those on the next finer grid."""
    case = load_case(shipped_case("quickstart"), SHORT)
    values = refine(case, plan_grids(case, 2), folder, fixed_step=10.0).values
    return {
        f"quickstart, {name}, h over h/2": values[name][0] / values[name][1]
        for name in ("mean rise", "voltage")
    }


def _full(case: Case, folder: Path) -> Outcome:
    studies = {
        "grid": refine(case, plan_grids(case, 3, RATIO), folder),
        "width": refine(case, plan_widths(case, 3, RATIO), folder),
    }
    measured: dict[str, float] = {}
    for refined, study in studies.items():
        measured |= _measured(refined, study)
    curves = []
    for refined, study in studies.items():
        found, limit = study.values["nonuniformity"], study.limits["nonuniformity"].value
        steps = [size / study.sizes[0] for size in study.sizes]
        curves.append(Curve(refined, steps, found))
        curves.append(Curve(f"{refined}, limit", [0.0], [limit], points=True))
    plot = Plot("spacing or width / that of the case", "nonuniformity", tuple(curves))
    return Outcome(measured, plot)


def _measured(refined: str, study: Study) -> Mapping[str, float]:
    """Value of the case and error bar, both over the limit."""
    found = {}
    for name in QUANTITIES:
        limit = study.limits[name]
        found[f"{refined}, {name} over its limit"] = study.values[name][0] / limit.value
        found[f"{refined}, error bar of {name}"] = limit.error / limit.value
    return found
