"""Surface, current-density reduction and penetration by formula, with the two maps."""

from __future__ import annotations

import sys
import warnings
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

from phasefield.commands.arguments import quantity

__all__ = ["EXAMPLE", "configure", "execute"]

EXAMPLE = 'phasefield analytic --porosity "50 %" --pore-size "5 um" --depth "10 um"'


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    add = parser.add_argument
    add("--porosity", type=quantity("fraction", below=1.0), required=True, metavar="P")
    add("--pore-size", type=quantity("length"), required=True, metavar="LENGTH")
    add(
        "--depth",
        type=quantity("length"),
        required=True,
        metavar="LENGTH",
        help="depth to which lithium fills the pores",
    )
    add(
        "--shape",
        choices=("channels", "slits", "spheres", "overlapping_spheres"),
        default="channels",
        help="default: channels",
    )
    add(
        "--resistance",
        type=quantity("area resistance"),
        default="24.6 ohm*cm^2",
        metavar="R",
        help="charge-transfer resistance per contact area (default: 24.6 ohm*cm^2)",
    )
    add(
        "--conductivity",
        type=quantity("conductivity"),
        default="0.32 mS/cm",
        metavar="SIGMA",
        help="of the dense electrolyte (default: 0.32 mS/cm)",
    )
    add(
        "--thickness",
        type=quantity("length"),
        default="50 um",
        metavar="LENGTH",
        help="of the membrane, for the polarisation of a symmetric cell (default: 50 um)",
    )
    add(
        "--current-density",
        type=quantity("current density"),
        default="0.1 mA/cm^2",
        metavar="J",
        help="of that cell (default: 0.1 mA/cm^2)",
    )
    add("--out", type=Path, default=Path("analytic.png"), metavar="FILE", help="the maps")


def execute(args: Namespace) -> int:
    """Print the numbers and draw the maps."""
    from phasefield.commands.maps import draw_maps

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for name, text in _lines(args):
            print(f"{name:48}{text}")
    for warning in caught:
        print(f"warning: {warning.message}", file=sys.stderr)
    print(f"maps: {draw_maps(args.shape, args.porosity, args.pore_size, args.depth, args.out)}")
    return 0


def _lines(args: Namespace) -> Iterator[tuple[str, str]]:
    from phasefield.analysis import analytic
    from phasefield.commands.maps import SURFACES

    surface = SURFACES[args.shape](args.porosity, args.pore_size)
    straight = args.shape in ("channels", "slits")
    conduct = analytic.straight_channels if straight else analytic.bruggeman
    sigma = conduct(args.conductivity, args.porosity)
    penetration = analytic.penetration_length(sigma, args.resistance, surface)
    ideal = analytic.current_density_reduction(surface, args.depth)
    kinetic = analytic.current_density_reduction_kinetic(surface, args.depth, penetration)
    crowding = analytic.current_density_max_over_mean(args.depth, penetration)
    capacity = analytic.areal_capacity(args.porosity * args.depth)
    yield "specific surface area S_c", f"{surface * 1e-6:.4g} 1/um"
    yield "contact per cross-section S_c d", f"{surface * args.depth:.4g}"
    yield "current density reduction R_J", f"{ideal:.1%}"
    yield "  with finite kinetics, at the highest current", f"{kinetic:.1%}"
    yield "penetration length lambda", f"{penetration * 1e6:.4g} um"
    yield "deepest useful filling, 2 lambda", f"{2 * penetration * 1e6:.4g} um"
    yield "highest over mean contact current", f"{crowding:.4g}"
    yield "lithium in the filled pores", f"{capacity / 36000:.4g} mAh/cm^2"
    how = "sigma (1 - p)" if straight else "sigma (1 - p)^(3/2)"
    yield f"conductivity of the membrane, {how}", f"{sigma * 10:.4g} mS/cm"
    cell = analytic.cell_polarisation(args.current_density, args.resistance, args.thickness, sigma)
    yield "polarisation of a symmetric cell", f"{cell * 1e3:.3g} mV"
    if straight and args.shape == "channels":
        isotropic = analytic.specific_surface_area_channels_isotropic(args.porosity, args.pore_size)
        boolean, isolated = (
            SURFACES[name](args.porosity, args.pore_size)
            for name in ("overlapping_spheres", "spheres")
        )
        yield "S_c by other formulas: (4/pi) 4 p/w", f"{isotropic * 1e-6:.4g} 1/um"
        yield "  6 p/w of isolated spheres", f"{isolated * 1e-6:.4g} 1/um"
        yield "  overlapping spheres of this diameter", f"{boolean * 1e-6:.4g} 1/um"
