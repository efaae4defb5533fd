"""Build and measure the scaffold of a case, without a run."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phasefield.commands.arguments import add_case, read_case

if TYPE_CHECKING:
    from geometries import Scaffold
    from phasefield.domain import Domain

__all__ = ["EXAMPLE", "configure", "execute"]

EXAMPLE = "phasefield geometry cases/cylinder_3d.yaml --out cylinder"


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    add_case(parser)
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="where files go (default: <name>-<digest>-geometry)"
    )
    parser.add_argument(
        "--force", action="store_true", help="accept an interface too wide for the curved walls"
    )


def execute(args: Namespace) -> int:
    """Print the measured table; write scaffold.json, scaffold.png and scaffold.vti."""
    from geometries.metrics import measure
    from phasefield.commands.scaffold_picture import draw_scaffold
    from phasefield.domain import build_domain
    from phasefield.output.run_directory import default_path
    from phasefield.preflight import build_scaffold

    case = read_case(args)
    scaffold = build_scaffold(case)
    domain = build_domain(scaffold, case.interface.width, force=args.force)
    measured = measure(scaffold, domain.phi)
    out = args.out or Path(f"{default_path(case)}-geometry")
    out.mkdir(parents=True, exist_ok=True)
    (out / "scaffold.json").write_text(json.dumps(measured, indent=2) + "\n", encoding="utf-8")
    for name, text in _lines(measured, domain):
        print(f"{name:38}{text}")
    print(f"files: {draw_scaffold(scaffold, out / 'scaffold.png')}", end=", ")
    print(f"{_write_vti(scaffold, domain, out / 'scaffold.vti')}, {out / 'scaffold.json'}")
    return 0


def _lines(measured: Mapping[str, Any], domain: Domain) -> Iterator[tuple[str, str]]:
    grid, surface = domain.grid, measured["specific_surface_area_per_m"]
    z, y, x = grid.shape
    yield "grid", f"{z} x {y} x {x} cells (z, y, x)"
    yield "domain", " x ".join(f"{length * 1e6:.4g}" for length in grid.extent) + " um (z, y, x)"
    yield "porosity, sharp", f"{measured['porosity_sharp']:.4%}"
    yield "porosity, of cells", f"{measured['porosity']:.4%}"
    yield "porosity, smooth", f"{domain.porosity:.4%}"
    yield "pores open to an end", f"{measured['open_fraction']:.4%}"
    yield "pores closed", f"{measured['closed_fraction']:.4%}"
    yield "pores from end to end", f"{measured['percolating_fraction']:.4%}"
    sharp = measured["specific_surface_area_sharp_per_m"]
    yield "specific surface area, sharp", f"{sharp * 1e-6:.5g} 1/um"
    for name, value in surface.items():
        yield f"  {name.replace('_', ' ')}", f"{value * 1e-6:.5g} 1/um ({value / sharp - 1:+.2%})"


def _write_vti(scaffold: Scaffold, domain: Domain, path: Path) -> Path:
    from phasefield.output.vti import write_vti

    fields: dict[str, Any] = {"labels": scaffold.labels, "electrolyte_order_parameter": domain.phi}
    units = {"labels": "1", "electrolyte_order_parameter": "1", "signed_distance": "m"}
    if scaffold.signed_distance is not None:
        fields["signed_distance"] = scaffold.signed_distance
    write_vti(path, domain.grid, 0.0, {}, fields, units)
    return path
