"""Find the largest current density at which lithium is stripped from slits and keeps their walls.

    python docs/stripping_limit.py RUNS                            # what the page shows
    python docs/stripping_limit.py RUNS --pores 1.5 --depths 5 10  # other slits; sizes in um

Runs are kept in the directory RUNS and not repeated. The shipped map takes a
quarter of an hour of a core; `--write` puts its table, CSV and picture into the
documentation. docs/how-to/stripping-limit.md says what is asked of a run.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from phasefield.analysis.estimates import MAH_PER_CM2
from phasefield.analysis.stripping import front_limit, kept_contact, void_limit
from phasefield.case import Case, load_case
from phasefield.output.run import Run
from phasefield.report.style import (
    ACCENT,
    LITHIUM,
    LLZO,
    MUTED,
    PAGE_WIDTH,
    figure,
    letter,
    look,
    save,
)
from phasefield.simulation.runner import run

DOCS = Path(__file__).resolve().parent
BASE = DOCS.parent / "cases" / "stripping.yaml"
PAGE = DOCS / "how-to" / "stripping-limit.md"
PORES, DEPTHS = (0.6, 1.5, 2.3, 5.0), (2.5, 5.0, 10.0, 20.0)
TOO_LONG = ((0.6, 10.0), (0.6, 20.0), (1.5, 20.0))
"""Left out unless asked for alone: many cells, an hour or more."""

PREFERRED = (1.0, 1.25, 1.6, 2.0, 2.5, 3.15, 4.0, 5.0, 6.3, 8.0)
KEPT = 0.5
"""Share of the contact of an even plug that a run has to keep. Chosen: around it the contact
falls steeply with the current density."""

OUT = 0.5
"""Share of the lithium that is stripped. Chosen: less would not detach metal that is as thick
as the diffuse wall."""

POROSITY = 0.5
"""Of the base case."""

DENSE = 4.8577
"""1 mAh/cm2 in um of dense lithium (rounded)."""

FLAT = """\
format: 1
name: flat
dimensions: 2
geometry:
  {kind: image, file: flat.npy, voxel_size: 0.09375 um, axes: yx, growth: +y, pore_size: 8.3 um}
grid: {spacing: 0.09375 um}
interface: {width: 0.375 um}
lithium: {depth: 4.03125 um}      # fills the gap of 2.53 um and the diffuse wall above it
electrolyte: {conductivity: 0.32 mS/cm}
kinetics: {resistance: 24.6 ohm*cm^2}
protocol:
  - strip: {current_density: 0.1 mA/cm^2, charge: 0.2572 mAh/cm^2}
output: {fields_every: 1200 s, animation: false}
solver: {time_error: 1e-2}
"""

PLUGS = {"5.6e-12": 1.0, "1.7e-13": 0.2}
"""Slits of 1.5 um, lithium 5 um deep: other diffusivities [m2/s], at a current density [mA/cm2]."""

FLATS = {"5.6e-15": (0.01, 0.1), "5.6e-12": (0.1,)}
"""Flat lithium: diffusivities [m2/s], at current densities [mA/cm2]."""


def ladder(rung: int) -> float:
    """Current densities that are tried, a factor of about 1.25 apart [mA/cm2]."""
    decade, place = divmod(rung, len(PREFERRED))
    return PREFERRED[place] * 10.0**decade


def overrides(pore: float, depth: float, current: float) -> list[str]:
    """What differs from the base case; lengths in um, current density in mA/cm2."""
    width = min(pore / 4, depth / 5)
    spacing = width / 4
    rows = round((depth + 3 * width) / spacing)
    charge = OUT * POROSITY * depth / DENSE
    return [
        f"geometry.pore_size={pore:g} um",
        f"geometry.height={rows * spacing:.7g} um",
        f"grid.spacing={spacing:.7g} um",
        f"interface.width={width:.7g} um",
        f"lithium.depth={depth:g} um",
        f"protocol.0.strip.current_density={current:g} mA/cm^2",
        f"protocol.0.strip.charge={charge:.7g} mAh/cm^2",
        f"output.fields_every={charge / current * 450:.7g} s",
    ]


def strip(runs: Path, pore: float, depth: float, current: float) -> Run:
    """Run a slit, or open it where it is finished."""
    out = runs / f"{pore:g}-{depth:g}-{current:g}"
    return run(BASE, out, overrides=overrides(pore, depth, current))


def limits(case: Case, pore: float, depth: float) -> tuple[float, float]:
    """Both estimates for a slit [mA/cm2]: the front gives way, a void opens."""
    metal, p = case.lithium, POROSITY
    front = front_limit(pore * 1e-6, p, metal.surface_energy, case.diffusivity, case.temperature)
    void = void_limit(
        depth * 1e-6, p, metal.nucleation_pressure, case.diffusivity, case.temperature
    )
    return front / 10, void / 10


def bracket(runs: Path, pore: float, depth: float) -> dict[str, float]:
    """Largest current density that holds, the one above that does not, and what both kept."""
    kept: dict[int, float] = {}
    front, void = limits(load_case(BASE), pore, depth)

    def holds(rung: int) -> bool:
        if rung not in kept:
            found = strip(runs, pore, depth, ladder(rung))
            kept[rung] = kept_contact(found.history)
            say(f"{pore:g} um, {depth:g} um, {ladder(rung):g} mA/cm2: kept {kept[rung]:.2f}")
        return kept[rung] >= KEPT

    low = high = int(np.floor(10 * np.log10(0.5 * min(front, void))))
    while not holds(low):
        high, low = low, low - 2
    while high == low or holds(high):
        low, high = high, high + 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return {
        "pore size [um]": pore,
        "depth [um]": depth,
        "holds [mA/cm^2]": ladder(low),
        "kept where it holds [1]": round(kept[low], 3),
        "fails [mA/cm^2]": ladder(high),
        "kept where it fails [1]": round(kept[high], 3),
        "front estimate [mA/cm^2]": round(front, 5),
        "void estimate [mA/cm^2]": round(void, 5),
    }


def plug(runs: Path, diffusivity: str, current: float) -> Run:
    """Slits of 1.5 um, lithium 5 um deep, with another diffusivity."""
    changed = [*overrides(1.5, 5.0, current), f"lithium.diffusivity={diffusivity} m^2/s"]
    return run(BASE, runs / f"plug-{diffusivity}-{current:g}", overrides=changed)


def flat(runs: Path, diffusivity: str, current: float) -> Run:
    """Lithium 2.53 um thick under dense LLZO, 3 um wide between mirror planes.

    As much lithium as 5 um deep in slits. Forced: an image of one flat wall has 5 % less area by
    the estimator of images than it should.
    """
    folder = runs / "flat"
    folder.mkdir(parents=True, exist_ok=True)
    labels = np.ones((55, 32), np.uint8)
    labels[:27] = 0
    np.save(folder / "flat.npy", labels)
    (folder / "flat.yaml").write_text(FLAT, encoding="utf-8")
    changed = [
        f"lithium.diffusivity={diffusivity} m^2/s",
        f"protocol.0.strip.current_density={current:g} mA/cm^2",
    ]
    out = folder / f"{diffusivity}-{current:g}"
    return run(folder / "flat.yaml", out, overrides=changed, force=True)


def shares(found: Run) -> tuple[np.ndarray, np.ndarray]:
    """Charge stripped [mAh/cm2] and share of the first contact [1]."""
    history = found.history
    contact = history["contact area per area [1]"].to_numpy(float)
    return -history["charge [C/m^2]"].to_numpy(float) / MAH_PER_CM2, contact / contact[0]


def at_half(found: Run) -> str:
    """Charge at which half of the contact is left [mAh/cm2], in words."""
    charge, contact = shares(found)
    if contact.min() > 0.5:
        return f"above {charge[-1]:.3g}"
    return f"{charge[np.argmax(contact <= 0.5)]:.3g}"


def table(frame: pd.DataFrame) -> str:
    """Rows of pores, columns of depths: what holds, and what does not."""
    depths = sorted(frame["depth [um]"].unique())
    lines = [["pore size"] + [f"{d:g} µm deep" for d in depths] + ["front estimate"]]
    lines.append(["---"] * len(lines[0]))
    for pore, part in frame.groupby("pore size [um]"):
        by_depth = part.set_index("depth [um]")
        cells = [
            f"{by_depth['holds [mA/cm^2]'][d]:g} to {by_depth['fails [mA/cm^2]'][d]:g}"
            if d in by_depth.index
            else "not run"
            for d in depths
        ]
        front = part["front estimate [mA/cm^2]"].iloc[0]
        lines.append([f"{pore:g} µm", *cells, f"{front:.2g}"])
    voids = frame.groupby("depth [um]")["void estimate [mA/cm^2]"].first()
    lines.append(["void estimate", *(f"{voids[d]:.2g}" for d in depths), ""])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def draw(frame: pd.DataFrame, curves: dict[str, tuple[Run, str, str]], path: Path) -> None:
    """The limits beside both estimates, and contact against charge."""
    with look():
        made = figure(PAGE_WIDTH, 4.0)
        left, right = made.subplots(1, 2)
        _limits(left, frame)
        _contact(right, curves)
        path.parent.mkdir(parents=True, exist_ok=True)
        save(made, path)


def _limits(axes: Axes, frame: pd.DataFrame) -> None:
    depths = sorted(frame["depth [um]"].unique())
    markers = dict(zip(depths, "osD^v<>", strict=False))
    sizes = np.geomspace(0.5, 6, 60)
    case = load_case(BASE)
    front = [limits(case, size, 1.0)[0] for size in sizes]
    axes.plot(sizes, front, color=ACCENT, label="front gives way ∝ 1/w²")
    for depth in depths:
        void = limits(case, 1.0, depth)[1]
        axes.plot(sizes[[0, -1]], [void, void], color=MUTED, lw=0.8, ls="--")
        axes.text(6.1, void, f"{depth:g} µm", fontsize=7, va="center", color=MUTED)
        part = frame[frame["depth [um]"] == depth]
        low, high = part["holds [mA/cm^2]"], part["fails [mA/cm^2]"]
        middle = np.sqrt(low * high)
        axes.errorbar(
            part["pore size [um]"] * 1.04 ** (depths.index(depth) - 1.5), middle,
            [middle - low, high - middle], fmt=markers[depth], ms=4, lw=1, color=LLZO,
            mfc=(LLZO, "white", LITHIUM, "black")[depths.index(depth) % 4], mew=0.7,
            label=f"runs, lithium {depth:g} µm deep",
        )  # fmt: skip
    axes.plot([], [], color=MUTED, lw=0.8, ls="--", label="void at the bottom ∝ 1/depth")
    axes.set(xscale="log", yscale="log", xlabel="pore size w [µm]", xlim=(0.48, 8.5))
    axes.set_ylabel("largest stripping current density [mA/cm²]")
    axes.set_xticks([0.6, 1.5, 2.3, 5], ["0.6", "1.5", "2.3", "5"])
    axes.minorticks_off()
    axes.legend(fontsize=6.5, loc="lower left")
    letter(axes, "a")


def _contact(axes: Axes, curves: dict[str, tuple[Run, str, str]]) -> None:
    for label, (found, colour, style) in curves.items():
        axes.plot(*shares(found), style, color=colour, label=label)
    axes.set(xlabel="charge stripped [mAh/cm²]", ylabel="share of the contact at t = 0")
    axes.set(xlim=(0, 0.26), ylim=(0, 1.02))
    axes.legend(fontsize=6.5, loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2)
    letter(axes, "b")


def beside(runs: Path) -> dict[str, tuple[Run, str, str]]:
    """The runs of the second panel, with colour and style."""
    curves = {
        f"slits 1.5 µm, {j:g} mA/cm²": (strip(runs, 1.5, 5.0, j), LLZO, style)
        for j, style in ((0.04, "-"), (0.063, "--"), (0.1, ":"))
    }
    for diffusivity, current in PLUGS.items():
        found = plug(runs, diffusivity, current)
        say(f"slits 1.5 um, D {diffusivity}, {current:g}: kept {kept_contact(found.history):.3f}")
        style = "-" if diffusivity == "5.6e-12" else "--"
        name = f"slits, {current:g} mA/cm², D {diffusivity} m²/s"
        curves[name] = (found, LITHIUM, style)
    for diffusivity, currents in FLATS.items():
        for current, style in zip(currents, ("-", ":"), strict=False):
            found = flat(runs, diffusivity, current)
            end = found.summary["protocol"][-1]["ended_by"]
            say(f"flat, D {diffusivity}, {current:g}: half at {at_half(found)} mAh/cm2, {end}")
            colour, more = (
                (MUTED, "") if diffusivity == "5.6e-15" else (ACCENT, f", D {diffusivity} m²/s")
            )
            curves[f"flat, {current:g} mA/cm²{more}"] = (found, colour, style)
    return curves


def say(text: str) -> None:
    """Write a line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> None:
    """Make the map, print it, and put it into the documentation when that is asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=Path)
    parser.add_argument("--pores", type=float, nargs="+", default=PORES, help="sizes [um]")
    parser.add_argument("--depths", type=float, nargs="+", default=DEPTHS, help="depths [um]")
    parser.add_argument("--write", action="store_true", help="put table, CSV, picture into docs")
    asked = parser.parse_args()
    points = [(w, d) for w in asked.pores for d in asked.depths]
    if len(points) > 1:
        points = [point for point in points if point not in TOO_LONG]
    frame = pd.DataFrame([bracket(asked.runs, w, d) for w, d in points])
    made = table(frame)
    say(made)
    home = DOCS if asked.write else asked.runs
    (home / "data").mkdir(exist_ok=True)
    frame.to_csv(home / "data" / "stripping-limit.csv", index=False)
    draw(frame, beside(asked.runs), home / "images" / "stripping-limit.png")
    if asked.write:
        marks = r"(<!-- map -->\n).*?(<!-- end -->)"
        text = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(re.sub(marks, rf"\g<1>{made}\g<2>", text, flags=re.DOTALL), "utf-8")


if __name__ == "__main__":
    main()
