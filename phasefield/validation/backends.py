"""One case on both backends: Numba's kernels and FiPy's discretisation find the same run."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from phasefield.report.difference import largest_difference
from phasefield.report.two_runs import Pair, read_pair
from phasefield.simulation.runner import run
from phasefield.validation.outcome import Curve, Outcome, Plot
from phasefield.validation.setups import shipped_case

__all__ = ["numba_vs_fipy"]

STEP_S = 20.0
"""Time step of both [s]."""

SHORT_S, LONG_S = 60.0, 1000.0
"""Plated in the quick and in the full variant [s]; with the published model a fifth of that."""

NAMES = ("numba", "fipy")


def _pair(name: str, duration: float, folder: Path) -> Pair:
    """Run a shipped case on both backends in the same steps for `duration` [s]."""
    changes = [
        f"solver.time_step={STEP_S:g} s",
        f"protocol.0.plate.duration={duration:g} s",
        f"output.fields_every={STEP_S:g} s",
        "output.animation=false",
    ]
    places = (folder / f"{name}-numba", folder / f"{name}-fipy")
    for backend, place in zip(NAMES, places, strict=True):
        run(shipped_case(name), place, overrides=[*changes, f"backend={backend}"])
    return read_pair(NAMES, places)


def _apart(pair: Pair, column: str) -> float:
    """Largest difference of a column of the history, infinite where only one run has a value."""
    one, other = (data.history[column].to_numpy(dtype=float) for data in pair.runs)
    return largest_difference(one, other)


def numba_vs_fipy(quick: bool) -> Outcome:
    """Quickstart of the conserved model and, in full, of the published one, on both backends."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        conserved = _pair("quickstart", SHORT_S if quick else LONG_S, folder)
        measured = {
            "conserved, xi": float(conserved.apart.lithium.max()),
            "conserved, potential in LLZO": 1e3 * float(conserved.apart.potential.max()),
            "conserved, voltage": 1e3 * _apart(conserved, "voltage [V]"),
            "conserved, nonuniformity": _apart(conserved, "nonuniformity [1]"),
        }
        curves = [_curve("conserved, xi", conserved)]
        if not quick:
            paper = _pair("paper_quickstart", LONG_S / 5, folder)
            measured |= {
                "published, xi": float(paper.apart.lithium.max()),
                "published, potential": 1e3 * float(paper.apart.potential.max()),
                "published, voltage": 1e3 * _apart(paper, "voltage [V]"),
            }
            curves.append(_curve("published, xi", paper))
        return Outcome(measured, Plot("time (s)", "largest difference", tuple(curves)))


def _curve(label: str, pair: Pair) -> Curve:
    return Curve(label, pair.apart.times, pair.apart.lithium, points=True)
