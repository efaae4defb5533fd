"""Make the pictures of the README, the first run and the theory page anew.

    python docs/gallery.py RUNS

The four runs are kept in the directory RUNS and not repeated. The pictures are figures of their
reports and of a comparison; this script only takes them from there.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from phasefield.report import write_comparison, write_report
from phasefield.runner import run

ROOT = Path(__file__).resolve().parents[1]
PORES = ("fig5_5um", "fig5_1p5um", "fig5_0p6um")


def main() -> None:
    """Run what is missing, write the reports, copy three of their figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=Path)
    runs = parser.parse_args().runs
    for name in (*PORES, "quickstart"):
        run(ROOT / "cases" / f"{name}.yaml", runs / name)
    write_report(runs / "quickstart")
    write_comparison([runs / name for name in PORES], runs / "fig5.html")
    for figure, image in {
        "quickstart/figures/panels.png": "quickstart.png",
        "fig5-figures/panels.png": "fig5.png",
        "fig5-figures/uniformity.png": "fig5-uniformity.png",
    }.items():
        shutil.copyfile(runs / figure, ROOT / "docs" / "images" / image)


if __name__ == "__main__":
    sys.exit(main())
