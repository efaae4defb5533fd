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
    from phasefield.analysis.scaffold_datasheet import Certificate
    from phasefield.case import Case
    from phasefield.grid.smoothed_domain import Domain

__all__ = ["EXAMPLE", "configure", "execute"]

EXAMPLE = "phasefield geometry cases/cylinder_3d.yaml --out cylinder"


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    add_case(parser)
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="where files go (default: <name>-<digest>-geometry)"
    )
    parser.add_argument(
        "--export",
        action="append",
        default=[],
        metavar="FILE",
        help="write the scaffold as .tif, .vti, .stl, .ply, .vtu or .geo (um); may be repeated",
    )
    parser.add_argument(
        "--force", action="store_true", help="accept an interface too wide for the curved walls"
    )


def execute(args: Namespace) -> int:
    """Print what was asked and what was made; write scaffold.json, .png and .vti."""
    from geometries.exports import export
    from phasefield.analysis.scaffold_datasheet import certify
    from phasefield.commands.scaffold_picture import draw_scaffold
    from phasefield.grid.smoothed_domain import build_domain
    from phasefield.output.run_directory import default_path
    from phasefield.setup.scaffold import build_scaffold

    case = read_case(args)
    scaffold = build_scaffold(case, usable=False)
    domain = build_domain(scaffold, case.interface.width, force=args.force)
    certificate = certify(scaffold, domain.phi)
    measured = certificate.to_json()
    out = args.out or Path(f"{default_path(case)}-geometry")
    out.mkdir(parents=True, exist_ok=True)
    (out / "scaffold.json").write_text(json.dumps(measured, indent=2) + "\n", encoding="utf-8")
    for name, text in _lines(case, measured, domain, certificate):
        print(f"{name:42}{text}")
    for name in args.export:
        print(f"written: {export(scaffold, Path(name))}")
    print(f"files: {draw_scaffold(scaffold, out / 'scaffold.png')}", end=", ")
    print(f"{_write_vti(scaffold, domain, out / 'scaffold.vti')}, {out / 'scaffold.json'}")
    return 0


def _lines(
    case: Case, measured: Mapping[str, Any], domain: Domain, certificate: Certificate
) -> Iterator[tuple[str, str]]:
    from phasefield.setup.scaffold_formulas import surface_formula

    grid = domain.grid
    z, y, x = grid.shape
    yield "grid", f"{z} x {y} x {x} cells (z, y, x)"
    yield "domain", " x ".join(f"{length * 1e6:.4g}" for length in grid.extent) + " um (z, y, x)"
    if case.geometry.porosity is not None:
        yield "porosity, asked", f"{case.geometry.porosity:.4%}"
    yield "porosity, sharp", f"{measured['porosity_sharp']:.4%}"
    yield "porosity, smooth", f"{1.0 - domain.phi.mean():.4%}"
    yield "  open to the lithium side", f"{domain.porosity:.4%}"
    sharp = measured["specific_surface_area_sharp_per_m"]
    yield "specific surface area, sharp", f"{sharp * 1e-6:.5g} 1/um"
    if formula := surface_formula(case):
        yield "  by formula", f"{formula[1] * 1e-6:.5g} 1/um  {formula[0]}"
    for name, value, error, unit in certificate.lines():
        bar = "" if error is None else f" +- {error:.2g}"
        yield name, f"{value:.5g}{bar} {unit}".rstrip()


def _write_vti(scaffold: Scaffold, domain: Domain, path: Path) -> Path:
    from phasefield.output.vti import write_vti

    fields: dict[str, Any] = {"labels": scaffold.labels, "electrolyte_order_parameter": domain.phi}
    units = {"labels": "1", "electrolyte_order_parameter": "1", "signed_distance": "m"}
    if scaffold.signed_distance is not None:
        fields["signed_distance"] = scaffold.signed_distance
    write_vti(path, domain.grid, 0.0, {}, fields, units)
    return path
