"""Make the pictures of the README, the tutorials, the gallery and the theory page anew.

    python docs/gallery.py RUNS [RUN ...]

Runs are kept in the directory RUNS and not repeated; without names all of them are made, which
takes half an hour. The pictures are figures of reports, of comparisons and of
`phasefield geometry`; this script only takes them from there. docs/gallery.md says which case and
command made each.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
from pathlib import Path

from phasefield import cli
from phasefield.report import write_comparison, write_report
from phasefield.simulation.runner import run

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
PORES = ("fig5_5um", "fig5_1p5um", "fig5_0p6um")
TUTORIAL = ROOT / "docs" / "tutorials" / "your-scaffold.md"

FIGURES = {
    "quickstart": {"panels.png": "quickstart.png"},
    "bulges": {"panels.png": "bulges.png"},
    "cycle": {"voltage.png": "cycle-voltage.png", "panels.png": "cycle.png"},
    "staircase": {"panels.png": "staircase.png", "voltage.png": "staircase-voltage.png"},
    "stripping": {"panels.png": "contact-lost.png"},
    "symmetric_2p3um": {"panels.png": "symmetric.png"},
    "cylinder_3d": {"isosurface.png": "cylinder-3d.png"},
    "spheres_3d": {"isosurface.png": "spheres-3d.png"},
    "tomogram": {"isosurface.png": "tomogram-3d.png"},
}
"""Of each run the figures that its report has, and the names they are shown under."""

CHANGES = {
    "stripping": ["protocol=[{strip: {current_density: 0.4 mA/cm^2, charge: 0.6 mAh/cm^2}}]"],
    "symmetric_2p3um": [
        "protocol=[{plate: {current_density: 0.1 mA/cm^2, charge: 0.03 mAh/cm^2}}]",
        "output.fields_every=216 s",
    ],
}
"""Where the run is not of the whole case: overrides."""


def case_of(name: str, runs: Path) -> Path:
    """The file of a case; that of the tutorial is drawn and written as the page says."""
    if name != "bulges":
        return ROOT / "cases" / f"{name}.yaml"
    page = TUTORIAL.read_text(encoding="utf-8")
    draw, case = (
        re.search(rf"^```{fence}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
        for fence in ("python", "yaml bulges.yaml")
    )
    assert draw is not None
    assert case is not None
    os.chdir(runs)
    exec(draw[1])
    (runs / "bulges.yaml").write_text(case[1], encoding="utf-8")
    return runs / "bulges.yaml"


def compare_pores(runs: Path) -> None:
    """The three pore sizes beside each other."""
    for name in PORES:
        run(ROOT / "cases" / f"{name}.yaml", runs / name)
    write_comparison([runs / name for name in PORES], runs / "fig5.html")
    shutil.copyfile(runs / "fig5-figures/panels.png", IMAGES / "fig5.png")
    shutil.copyfile(runs / "fig5-figures/uniformity.png", IMAGES / "fig5-uniformity.png")


def compare_films(runs: Path) -> None:
    """A coating that conducts electrons badly, and one that conducts them well."""
    case = ROOT / "cases" / "conducting_coating.yaml"
    run(case, runs / "poor-film")
    run(case, runs / "good-film", overrides=['coatings.0.electronic_conductivity="10 S/m"'])
    write_comparison([runs / "poor-film", runs / "good-film"], runs / "films.html")
    shutil.copyfile(runs / "films-figures/panels.png", IMAGES / "films.png")


def measure_tomogram(runs: Path) -> None:
    """The scaffold of the tomogram."""
    out = runs / "tomogram-geometry"
    if not (out / "scaffold.png").exists():
        cli.main(["geometry", str(ROOT / "cases/tomogram.yaml"), "--out", str(out)])
    shutil.copyfile(out / "scaffold.png", IMAGES / "tomogram-scaffold.png")


def main() -> None:
    """Run what is missing, write the reports, copy their figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=Path)
    parser.add_argument("names", nargs="*", help="fig5, films, tomogram-geometry, or a case")
    arguments = parser.parse_args()
    runs = arguments.runs.resolve()
    runs.mkdir(parents=True, exist_ok=True)
    special = {
        "fig5": compare_pores,
        "films": compare_films,
        "tomogram-geometry": measure_tomogram,
    }
    for name in arguments.names or [*special, *FIGURES]:
        if name in special:
            special[name](runs)
            continue
        run(case_of(name, runs), runs / name, overrides=CHANGES.get(name, ()))
        write_report(runs / name)
        for figure, image in FIGURES[name].items():
            shutil.copyfile(runs / name / "figures" / figure, IMAGES / image)


if __name__ == "__main__":
    sys.exit(main())
