"""Surface, current-density reduction and penetration by formula, with the two maps."""

from __future__ import annotations

import sys
import warnings
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

from phasefield.commands.arguments import quantities, quantity

__all__ = ["EXAMPLE", "configure", "execute"]

EXAMPLE = 'phasefield analytic --porosity "50 %" --pore-size "5 um" --depth "10 um"'

REFERENCE = 293.15
"""Temperature of the default conductivity, 20 degC [K]."""


def configure(parser: ArgumentParser) -> None:
    """Add the arguments."""
    add = parser.add_argument
    add(
        "--porosity",
        type=quantity("fraction", below=1.0),
        required=True,
        metavar="P",
        help="pore volume over total volume, as 0.5 or 50 %%",
    )
    add(
        "--pore-size",
        type=quantity("length"),
        required=True,
        metavar="LENGTH",
        help="diameter of the pores, or width of slits",
    )
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
    add(
        "--temperature",
        type=quantity("temperature"),
        metavar="T",
        help="carry the conductivity from 20 degC to this temperature",
    )
    add(
        "--activation-energy",
        type=quantity("molar energy"),
        default="0.417 eV",
        metavar="E",
        help="of the conductivity (default: 0.417 eV)",
    )
    add(
        "--coating",
        nargs=2,
        action=quantities("length", "conductivity"),
        metavar=("LENGTH", "SIGMA"),
        help="thickness and conductivity of a coating, in series with the resistance",
    )
    add(
        "--bending",
        nargs=3,
        action=quantities("force", "length", "length"),
        metavar=("FORCE", "SPAN", "WIDTH"),
        help="failure of the membrane in three-point bending",
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
    from phasefield.analysis.estimates import Membrane, lines

    conductivity, resistance = args.conductivity, args.resistance
    if args.temperature is not None:
        conductivity = analytic.arrhenius(
            args.temperature, conductivity, args.activation_energy, REFERENCE
        )
        yield "conductivity at this temperature", f"{conductivity * 10:.4g} mS/cm"
    if args.coating:
        thickness, sigma = args.coating
        added = analytic.coating_resistance(thickness, sigma)
        resistance += added
        yield "resistance of the coating", f"{added * 1e4:.4g} ohm cm^2"
    yield from lines(
        Membrane(
            args.shape, args.porosity, args.pore_size, args.depth, resistance, conductivity,
            args.thickness, args.current_density,
        )
    )  # fmt: skip
    if args.bending:
        force, span, width = args.bending
        strength = analytic.bending_strength(force, span, width, args.thickness)
        yield "bending strength 3 F L/(2 b d^2)", f"{strength * 1e-6:.4g} MPa"
