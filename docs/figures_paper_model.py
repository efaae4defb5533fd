"""Rerun what docs/explanation/paper-model.md shows: its figures, and its numbers on the screen.

    python docs/figures_paper_model.py RUNS

Runs are kept in the directory RUNS and not repeated; all of them take some minutes.
"""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from phasefield.analysis.front import front_height
from phasefield.case import Case, load_case
from phasefield.grid.smoothed_domain import build_domain
from phasefield.models.base import AppliedVoltage
from phasefield.models.published.stepper import PublishedStepper
from phasefield.output.run import Run
from phasefield.output.run_directory import default_path
from phasefield.physics.energy import double_well
from phasefield.physics.published import effective, interpolation, interpolation_prime
from phasefield.setup.published_parameters import published_parameters
from phasefield.setup.scaffold import build_scaffold
from phasefield.simulation.loop import build
from phasefield.simulation.runner import run

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
PORES = {"5um": 5.0, "1p5um": 1.5, "0p6um": 0.6}
DIFFUSIVITIES = ("0", "5.6e-15", "7.5e-13")
WIDTHS = {
    "5um": ("0.35", "0.5", "0.75"),
    "1p5um": ("0.25", "0.375", "0.75"),
    "0p6um": ("0.1", "0.15", "0.3"),
}
POOR, POOR_CONDUCTIVITY = ("5um", "1p5um"), "0.032 mS/cm"
"""Pores run with a tenth of the conductivity too."""

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#555555")


def say(text: str) -> None:
    """Write a line of numbers."""
    sys.stdout.write(text + "\n")


def plan() -> dict[str, tuple[str, list[str]]]:
    """Every run by its name: pore, and what differs from the shipped case."""
    runs: dict[str, tuple[str, list[str]]] = {pore: (pore, []) for pore in PORES}
    for pore, widths in WIDTHS.items():
        for width in widths:
            also = [f"interface.width={width} um", f"grid.spacing={float(width) / 4:.6g} um"]
            runs[f"{pore}-width-{width}"] = (pore, also)
    for pore in PORES:
        for diffusivity in DIFFUSIVITIES:
            also = [f"paper.metal_ion_diffusivity={diffusivity} m^2/s"]
            runs[f"{pore}-De-{diffusivity}"] = (pore, also)
        runs[f"{pore}-fixed"] = (pore, ["paper.metal_side_concentration=fixed"])
    for pore in POOR:
        runs[f"{pore}-poor"] = (pore, [f"electrolyte.conductivity={POOR_CONDUCTIVITY}"])
    return runs


def case_of(name: str) -> Case:
    """The case of one run of the plan."""
    pore, also = plan()[name]
    return load_case(ROOT / "cases" / f"paper_fig5_{pore}.yaml", [*also, "output.animation=false"])


def make(directory: Path, case: Case) -> Run:
    """Run one case, or open it where it is finished; widths above pore/4 are forced."""
    return run(case, directory / default_path(case), force=True)


def last(found: Run, name: str, frame: int = -1) -> np.ndarray:
    """A field of a frame as (y, x)."""
    return np.asarray(found.fields[name].values[frame, 0])


def axes_um(found: Run) -> tuple[np.ndarray, np.ndarray]:
    """Cell centres y and x [um]."""
    dy, dx = found.summary["spacing_m"][1:]
    ny, nx = found.summary["shape"][1:]
    return (np.arange(ny) + 0.5) * dy * 1e6, (np.arange(nx) + 0.5) * dx * 1e6


def phi_of(found: Run) -> np.ndarray:
    """Share of LLZO as (y, x), from the case."""
    return build_domain(build_scaffold(found.case), found.case.interface.width).phi[0]


# -- (a) the charge ledger ------------------------------------------------------------------------

LEDGER = {
    "metal grown [C/m^2]": "metal grown = asked charge",
    "reaction [C/m^2]": "reaction term",
    "counter electrode [C/m^2]": "current at the counter electrode",
    "ions in [C/m^2]": "ions in at the counter electrode",
    "ion inventory change [C/m^2]": "change of the ion inventory",
}


def ledger_figure(runs: dict[str, Run]) -> None:
    """Figure (a): five ways to count the charge."""
    figure, panels = plt.subplots(1, 3, figsize=(10, 3.4), sharey=True, layout="constrained")
    for panel, pore in zip(panels, PORES, strict=True):
        history = runs[pore].history
        for (column, label), colour in zip(LEDGER.items(), COLOURS, strict=True):
            style = "--" if column.startswith("ion inventory") else "-"
            panel.plot(history["time [s]"], history[column] / 1e3, style, color=colour, label=label)
            say(f"(a) {pore:6} {label:34} {history[column].iloc[-1]:9.0f} C/m2")
        inside = history["lithium in LLZO [m]"] * 1e6
        say(f"(a) {pore:6} lithium in LLZO {inside.iloc[0]:.4f} -> {inside.iloc[-1]:.4f} um")
        say(f"(a) {pore:6} V0 at first {history['voltage [V]'].max() * 1e3:.1f} mV at most")
        panel.set(title=f"pores of {PORES[pore]:g} µm", xlabel="time (s)")
    panels[0].set_ylabel("charge (10³ C/m²)")
    panels[0].legend(fontsize=7)
    figure.savefig(IMAGES / "paper-ledger.png", dpi=150)


# -- (b) the potential in the reaction zone -------------------------------------------------------


def potential_figure(runs: dict[str, Run]) -> None:
    """Figure (b): the potential up the wall and where the model reacts."""
    figure, panels = plt.subplots(1, 3, figsize=(10, 3.2), sharey=True, layout="constrained")
    for panel, pore in zip(panels, PORES, strict=True):
        found = runs[pore]
        y, x = axes_um(found)
        xi, potential = last(found, "lithium_order_parameter"), last(found, "electric_potential")
        applied = found.summary["voltage_V"]
        weight = interpolation_prime.py_func(np.clip(xi, 0, 1))
        missing = np.sum(weight * (potential + applied)) / np.sum(weight) / applied
        say(f"(b) {pore:6} V0 {applied * 1e3:.2f} mV, mean of (V + V0)/V0 by h' {missing:.1e}")
        column = int(np.argmin(np.abs(x - PORES[pore] / 2)))
        here = weight[:, column] / weight.max()
        panel.fill_between(y, 0, here, color=COLOURS[1], alpha=0.3, lw=0, label="h′(ξ), scaled")
        for name, style in ((pore, "-"), (f"{pore}-poor", "--")):
            if name in runs:
                other = runs[name]
                share = -last(other, "electric_potential")[:, column] / other.summary["voltage_V"]
                label = "−V/V₀" if style == "-" else "the same, LLZO a tenth as conductive"
                panel.plot(y, share, style, color=COLOURS[4 if style == "--" else 0], label=label)
                ledger = other.summary["charge_ledger"]
                say(
                    f"(b) {name:10} N {other.summary['nonuniformity']:.4f}, V0 "
                    f"{other.summary['voltage_V'] * 1e3:.3f} mV, reaction "
                    f"{ledger['reaction [C/m^2]']:.0f}, counter electrode "
                    f"{ledger['counter electrode [C/m^2]']:.0f} C/m2"
                )
        panel.set(title=f"{PORES[pore]:g} µm pore, up the wall", xlabel="height (µm)")
        panel.set(xlim=(0, 10), ylim=(0, 1.05))
    handles = panels[0].get_legend_handles_labels()
    figure.legend(*handles, fontsize=8, loc="outside lower center", ncols=3)
    figure.savefig(IMAGES / "paper-potential.png", dpi=150)


# -- (c) the gap at the wall ----------------------------------------------------------------------


def crossing(x: np.ndarray, values: np.ndarray) -> float:
    """Where falling `values` cross 0.5."""
    at = int(np.flatnonzero(values < 0.5)[0])
    share = (values[at - 1] - 0.5) / (values[at - 1] - values[at])
    return float(x[at - 1] + share * (x[at] - x[at - 1]))


def at_rest(case: Case) -> tuple[np.ndarray, np.ndarray, float]:
    """Times [s], xi 2.5 um up (times, x), and lithium lost [C m-2] without any reaction."""
    simulation = build(case)
    model = published_parameters(case)._replace(reaction_rate=0.0)
    backend = PublishedStepper(simulation.domain, model, case.interface.width, 1e-9, 25)
    states = [simulation.state]
    row = round(2.5e-6 / simulation.domain.grid.spacing[1])
    times, rows = [0.0], [states[0].xi[0, row]]
    for dt in [2.0] * 5 + [49.5] * 20:
        states = [*states, backend.advance(states, dt, AppliedVoltage(0.0)).state][-3:]
        times.append(states[-1].time)
        rows.append(states[-1].xi[0, row])
    lost = simulation.ledger.initial_metal - simulation.metal_charge(states[-1].xi)
    return np.array(times), np.array(rows), lost


def gap_figure(runs: dict[str, Run]) -> None:
    """Figure (c): what opens between lithium and LLZO at rest, and what plating makes of it."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
    for colour, pore in zip(COLOURS, PORES, strict=False):
        found, phi = runs[pore], phi_of(runs[pore])
        y, x = axes_um(found)
        row = round(2.5 / (y[1] - y[0]))
        wall, width = crossing(x, 1 - phi[row]), found.case.interface.width * 1e6
        plated = found.fields["lithium_order_parameter"].values[:, 0, row]
        times, resting, lost = at_rest(found.case)
        say(f"(c) {pore:6} lithium that goes without current {lost:.0f} C/m2")
        for name, t, rows, style in (
            ("at rest", times, resting, "-"),
            ("plating", found.fields["time"].values, plated, "--"),
        ):
            joined = (interpolation.py_func(rows) + interpolation.py_func(phi[row])).min(axis=1)
            cosine = -wall_energy(found.case, rows[-1], phi[row], x * 1e-6)
            cosine /= found.case.lithium.surface_energy
            say(
                f"(c) {pore:6} {name}: smallest h(xi)+h(phi) {joined[0]:.3f} -> {joined[-1]:.3f}, "
                f"gap {(wall - crossing(x, rows[-1])) / width:+.2f} delta, "
                f"-(energy of the wall)/gamma {cosine:.2f}"
            )
            right.plot(t, joined, style, color=colour, label=f"{PORES[pore]:g} µm, {name}")
        if pore == "5um":
            near = np.abs(x - wall) < 1.2
            left.plot(x[near], resting[-1][near], color=COLOURS[1], label="ξ, at rest")
            left.plot(x[near], plated[-1][near], "--", color=COLOURS[1], label="ξ, plating")
            left.plot(x[near], phi[row][near], color=COLOURS[0], label="φ, LLZO")
    left.set(title="5 µm pore, 2.5 µm up, 1000 s", xlabel="x (µm)")
    left.legend(fontsize=7)
    right.set(xlabel="time (s)", ylabel="smallest h(ξ) + h(φ)", ylim=(0, 1.05))
    right.legend(fontsize=7)
    figure.savefig(IMAGES / "paper-gap.png", dpi=150)


def wall_energy(case: Case, xi: np.ndarray, phi: np.ndarray, x: np.ndarray) -> float:
    """Energy of lithium against LLZO less that of bare LLZO, along a row [J m-2]."""
    model = published_parameters(case)
    local = double_well.py_func(xi, model.barrier_height)
    local += 0.5 * model.cross_barrier * (xi * phi) ** 2
    slope = np.diff(xi) / (x[1] - x[0])
    return float(local.sum() + 0.5 * model.gradient_coefficient * np.sum(slope**2)) * (x[1] - x[0])


# -- (d) the interface width ----------------------------------------------------------------------


def climb(found: Run) -> float:
    """Highest front less the front at the pore centre [um]."""
    xi = found.fields["lithium_order_parameter"].values[-1]
    front = front_height(xi, 1 - phi_of(found)[None], tuple(found.summary["spacing_m"]), 1)
    return float(np.nanmax(front) - front.ravel()[0]) * 1e6


def tail(found: Run) -> float:
    """Share of the LLZO's conductivity at the centre of the pore."""
    case = found.case
    model = published_parameters(case)
    phi = phi_of(found)[0, 0]
    here = effective.py_func(
        np.float64(0.0), phi, 0.0, model.conductivity_electrolyte, model.conductivity_vacuum
    )
    return float(here / model.conductivity_electrolyte)


def width_figure(runs: dict[str, Run]) -> None:
    """Figure (d): one pore, several interface widths."""
    figure, panels = plt.subplots(1, 3, figsize=(10, 3.2), layout="constrained")
    for panel, (pore, widths) in zip(panels, WIDTHS.items(), strict=True):
        for colour, width in zip(COLOURS, widths, strict=False):
            found = runs[f"{pore}-width-{width}"]
            y, x = axes_um(found)
            xi = last(found, "lithium_order_parameter")
            panel.contour(x, y, xi, [0.5], colors=[colour])
            panel.plot([], [], color=colour, label=f"δ {width} µm")
            summary = found.summary
            say(
                f"(d) {pore:6} delta {width:5} N {summary['nonuniformity']:.4f}, climb "
                f"{climb(found):.3f} um, V0 {summary['voltage_V'] * 1e3:.2f} mV, reaction "
                f"{summary['charge_ledger']['reaction [C/m^2]']:.0f} C/m2, centre {tail(found):.1e}"
            )
        panel.set(title=f"{PORES[pore]:g} µm pore", xlabel="x (µm)", ylim=(4.7, 6.2))
        panel.set_xlim(0, PORES[pore] / 2 * 1.1)
        panel.legend(fontsize=7, loc="upper left")
    panels[0].set_ylabel("height (µm)")
    figure.savefig(IMAGES / "paper-width.png", dpi=150)


# -- diffusion of ions in the metal ---------------------------------------------------------------


def diffusivity_figure(runs: dict[str, Run]) -> None:
    """Figure: three pores at three ion diffusivities of the metal."""
    figure, panels = plt.subplots(3, 3, figsize=(8, 7), layout="constrained")
    for line, diffusivity in zip(panels, DIFFUSIVITIES, strict=True):
        for panel, pore in zip(line, PORES, strict=True):
            found = runs[f"{pore}-De-{diffusivity}"]
            y, x = axes_um(found)
            xi = last(found, "lithium_order_parameter")
            extent = (0, x[-1] + x[0], 0, y[-1] + y[0])
            panel.imshow(
                xi, origin="lower", extent=extent, vmin=0, vmax=1, cmap="Greys", aspect="auto"
            )
            panel.axvline(PORES[pore] / 2, color=COLOURS[0], lw=0.8)
            summary = found.summary
            panel.set(ylim=(4, 7), title=f"N = {summary['nonuniformity']:.3f}")
            say(
                f"(e) {pore:6} D_e {diffusivity:8} N {summary['nonuniformity']:.4f}, V0 "
                f"{summary['voltage_V'] * 1e3:.2f} mV, reaction "
                f"{summary['charge_ledger']['reaction [C/m^2]']:.0f} C/m2, rejected "
                f"{summary['rejected_steps']}"
            )
        line[0].set_ylabel(f"D_e {diffusivity} m²/s\nheight (µm)")
    for panel, pore in zip(panels[-1], PORES.values(), strict=True):
        panel.set_xlabel(f"x (µm), {pore:g} µm pores")
    figure.savefig(IMAGES / "paper-metal-diffusivity.png", dpi=150)


# -- ions at the metal side -----------------------------------------------------------------------


def metal_side_figure(runs: dict[str, Run]) -> None:
    """Figure: rise, voltage and ions with no flux at the metal side and with c = c0 there."""
    figure, lines = plt.subplots(2, 3, figsize=(10, 6), layout="constrained")
    for line, pore in zip(lines, PORES, strict=False):
        for kind, found, style in (
            ("no flux", runs[pore], "-"),
            ("c = c0", runs[f"{pore}-fixed"], "--"),
        ):
            rise, voltage, ions = line
            history = found.history
            y, x = axes_um(found)
            xi = last(found, "lithium_order_parameter")
            rise.contour(x, y, xi, [0.5], colors=[COLOURS[4]], linestyles=[style])
            rise.plot([], [], style, color=COLOURS[4], label=kind)
            voltage.plot(history["time [s]"], history["voltage [V]"] * 1e3, style, color=COLOURS[4])
            for (column, name), colour in zip(IONS.items(), COLOURS, strict=False):
                values = history[column] / 1e3
                label = name if style == "-" else None
                ions.plot(history["time [s]"], values, style, color=colour, label=label)
        rise.set(title=f"{PORES[pore]:g} µm pore", xlabel="x (µm)", ylabel="height (µm)")
        rise.set(xlim=(0, PORES[pore] / 2 * 1.1), ylim=(4.7, 6.2))
        voltage.set(xlabel="time (s)", ylabel="V₀ (mV)", ylim=(0, None))
        ions.set(xlabel="time (s)", ylabel="charge (10³ C/m²)")
    lines[0][0].legend(fontsize=7)
    figure.legend(*lines[0][2].get_legend_handles_labels(), loc="outside lower right", ncols=4)
    figure.savefig(IMAGES / "paper-metal-side.png", dpi=150)
    for pore in PORES:
        for name in (pore, f"{pore}-fixed"):
            summary = runs[name].summary
            entries = summary["charge_ledger"]
            say(
                f"(f) {name:12} N {summary['nonuniformity']:.4f}, V0 "
                f"{summary['voltage_V'] * 1e3:.2f} mV, "
                + ", ".join(f"{column} {value:.4g}" for column, value in entries.items())
            )


IONS = {
    "ions in [C/m^2]": "in at the counter electrode",
    "ions in at the metal [C/m^2]": "in at the metal side",
    "ion inventory change [C/m^2]": "change of the inventory",
    "metal grown [C/m^2]": "metal grown",
}


def main() -> None:
    """Run what is missing, draw the figures, print the numbers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    cases = {name: case_of(name) for name in plan()}
    different = {default_path(case): case for case in cases.values()}
    with ProcessPoolExecutor(given.workers) as pool:
        made = pool.map(make, [given.runs] * len(different), different.values())
        runs = dict(zip(different, made, strict=True))
    found = {name: runs[default_path(case)] for name, case in cases.items()}
    for draw in (
        ledger_figure,
        potential_figure,
        gap_figure,
        width_figure,
        diffusivity_figure,
        metal_side_figure,
    ):
        draw(found)


if __name__ == "__main__":
    sys.exit(main())
