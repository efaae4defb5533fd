"""Measure the scaffolds of docs/explanation/measures.md and print its tables.

    python docs/scaffold_tables.py membrane    # 2.3 um pores, 51 %, as spheres and as channels
    python docs/scaffold_tables.py sintered    # packings like sintered Li3PS4

Some minutes each. `--write` puts the table into the page.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from geometries import Scaffold, generate
from geometries.metrics import percolation, surface_diffuse
from geometries.paths import paths_through
from geometries.representative import representative_volume, slice_porosity
from geometries.scaffold import PORE
from geometries.thickness import thickness_of
from phasefield.analysis import analytic
from phasefield.analysis.scaffold_datasheet import certify
from phasefield.grid.smoothed_domain import build_domain

UM = 1e-6
PAGE = Path(__file__).parent / "explanation" / "measures.md"

PORE_SIZE, POROSITY, EDGE, SPACING = 2.3 * UM, 0.51, 9.2 * UM, 0.115 * UM
"""The membrane of the paper: four pores wide, 20 cells a pore."""

GRAIN, CELL, SAMPLE = 1.0 * UM, 0.1 * UM, (20.0 * UM, 10.0 * UM)
"""Diameter of the grains, voxel, height and width of the packings [m]."""

PRESSED = ((0.105, "1.032", "22.06"), (0.100, "1.030", "22.60"), (0.035, "1.009", "25.48"),
           (0.024, "1.007", "none"))  # fmt: skip
"""Porosity, tortuosity of the solid and shortest path through the pores [um] as published."""


def membrane() -> str:
    """Both scaffolds of the membrane beside the formulas and the paper."""
    columns = [_measured(_spheres()), _measured(_cylinders())]
    p, w = POROSITY, PORE_SIZE
    formulas = {
        "surface, formula of the shape [1/µm]": [
            float(analytic.specific_surface_area_boolean_spheres(p, w / 2)) * UM,
            float(analytic.specific_surface_area_channels(p, w)) * UM,
        ]
    }
    names = list(columns[0])
    rows = [[name, *(f"{c[name]:.4g}" for c in columns)] for name in names]
    for name, values in formulas.items():
        rows.insert(1, [name, *(f"{value:.4g}" for value in values)])
    return _table(("measure", "overlapping spheres", "straight channels"), rows)


def _spheres() -> Scaffold:
    return generate(
        "overlapping_spheres", pore_size=PORE_SIZE, porosity=POROSITY, height=EDGE, width=EDGE,
        spacing=SPACING, seed=1,
    )  # fmt: skip


def _cylinders() -> Scaffold:
    period = PORE_SIZE * float(np.sqrt(np.pi / 4 / POROSITY))
    return generate(
        "channels", pore_size=PORE_SIZE, porosity=POROSITY, height=EDGE, width=3 * period,
        spacing=SPACING, dimensions=3, arrangement="square",
    )  # fmt: skip


def _measured(scaffold: Scaffold) -> dict[str, float]:
    domain = build_domain(scaffold, 4 * SPACING, force=True)
    found = certify(scaffold).values
    surfaces, sections = (
        found["specific_surface_area_per_m"], found["specific_surface_area_by_sections_per_m"]
    )  # fmt: skip
    across = found["conduction"]["solid"]
    return {
        "porosity of the cells [%]": 100 * found["porosity"],
        "surface, voxel faces [1/µm]": UM * surfaces["voxel_faces"],
        "surface, marching cubes [1/µm]": UM * surfaces["marching_cubes"],
        "surface, Crofton [1/µm]": UM * surfaces["crofton"],
        "surface, diffuse (∇φ) [1/µm]": UM * surface_diffuse(domain.phi, scaffold.spacing),
        "surface, P_p/A_t of sections across z [1/µm]": UM * sections["z"]["straight"],
        "surface, (4/π) P_p/A_t of the same [1/µm]": UM * sections["z"]["isotropic"],
        "pores open / percolating [%]": 100 * found["fractions"]["6"]["percolating"],
        "local thickness of the pores, mean [µm]": found["thickness_m"]["pore"]["mean"] / UM,
        "local thickness of the wall, mean [µm]": found["thickness_m"]["solid"]["mean"] / UM,
        "tortuosity of the pores, geodesic": found["paths"]["pore"]["z"]["tortuosity"],
        "tortuosity of the wall, geodesic": found["paths"]["solid"]["z"]["tortuosity"],
        "wall, effective over own conductivity": across["z"]["relative"],
        "  the same across": across["x"]["relative"],
        "wall, tortuosity factor": across["z"]["tortuosity_factor"],
    }


def sintered() -> str:
    """Packings of grains at the porosities of the pressed samples, by the same measures."""
    rows = []
    for porosity, tortuosity, path in PRESSED:
        height, width = SAMPLE
        packing = generate(
            "overlapping_spheres", pore_size=GRAIN, porosity=porosity, height=height, width=width,
            spacing=CELL, seed=2, spheres="solid",
        )  # fmt: skip
        rows.append(_pressed(packing, tortuosity, path))
    header = (
        "porosity [%]", "slices, sd [points]", "pores percolating [%]", "tortuosity of the solid",
        "published", "shortest path in the pores, 6 neighbours [µm]", "26 neighbours", "published",
        "local thickness of the solid, mean ± sd [µm]", "representative edge, ±5 % [µm]",
    )  # fmt: skip
    return _table(header, rows)


def _pressed(packing: Scaffold, tortuosity: str, path: str) -> list[str]:
    pores, spacing = packing.labels == PORE, packing.spacing
    solid = paths_through(~pores, spacing, 0)
    through = [_shortest(pores, spacing, n) for n in (6, 26)]
    thick = thickness_of(~pores, spacing, packing.signed_distance)
    edge = representative_volume(packing.labels, spacing).edge
    deviations = [sd for _, sd in slice_porosity(packing.labels).values()]
    return [
        f"{100 * pores.mean():.1f}",
        " / ".join(f"{100 * sd:.1f}" for sd in deviations),
        f"{100 * percolation(packing.labels, 0).percolating:.0f}",
        f"{solid.tortuosity:.3f}",
        tortuosity,
        *through,
        path,
        f"{thick.mean / UM:.2f} ± {thick.deviation / UM:.2f}",
        "larger than half the sample" if edge is None else f"{edge / UM:.1f}",
    ]


def _shortest(pores: np.ndarray, spacing: tuple[float, float, float], neighbours: int) -> str:
    """Length of the shortest path through the pores [um]."""
    found = paths_through(pores, spacing, 0, 6 if neighbours == 6 else 26).shortest
    return "none" if found is None else f"{found / UM:.2f}"


def _table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(header)
    lines = [head, ["---"] * len(head), *map(list, rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


TABLES: dict[str, Callable[[], str]] = {"membrane": membrane, "sintered": sintered}


def main() -> None:
    """Print the table that is asked for; write it into the page when that is asked too."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", choices=TABLES)
    parser.add_argument("--write", action="store_true", help="put it into the page")
    asked = parser.parse_args()
    made = TABLES[asked.table]()
    print(made)
    if asked.write:
        marks = rf"(<!-- {asked.table} -->\n).*?(<!-- end -->)"
        text = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(re.sub(marks, rf"\g<1>{made}\g<2>", text, flags=re.DOTALL), "utf-8")


if __name__ == "__main__":
    main()
