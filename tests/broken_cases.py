"""Case files with one thing wrong each: what is changed in a good one, and what must be said."""

from __future__ import annotations

from dataclasses import dataclass

GOOD = """\
format: 1
name: good
model: conserved
dimensions: 2
geometry:
  kind: channels
  pore_size: 1.5 um
  porosity: 50 %
  height: 6 um
  width: unit_cell
grid:
  spacing: 0.075 um
interface:
  width: 0.3 um
lithium:
  depth: 3 um
  surface_energy: 0.5 J/m^2
  diffusivity: 5.6e-15 m^2/s
  contact_angle: 90 deg
  bulk_modulus: 11 GPa
electrolyte:
  conductivity: 0.32 mS/cm
kinetics:
  resistance: 24.6 ohm*cm^2
  transfer_coefficient: 0.5
temperature: 298 K
protocol:
  - plate:
      current_density: 0.2 mA/cm^2
      duration: 1000 s
output:
  fields_every: 100 s
solver:
  tolerance: 1e-9
seed: 0
"""


@dataclass(frozen=True)
class Broken:
    """A mutation of `GOOD`: `old` becomes `new`; the problem is at `key`, on the line of `at`."""

    old: str
    new: str
    key: str
    message: str
    at: str = ""

    @property
    def text(self) -> str:
        assert GOOD.count(self.old) == 1, self.old
        return GOOD.replace(self.old, self.new)

    @property
    def line(self) -> int:
        """Line, from 1, of the first place where `at` stands."""
        return self.text[: self.text.index(self.at or self.new)].count("\n") + 1


BROKEN = {
    # not readable
    "unclosed-bracket": Broken(
        "  kind: channels", "  kind: [channels", "", "not readable", "  pore_size"
    ),
    "tab": Broken("  spacing", "\tspacing", "", "indent with spaces"),
    "duplicate-key": Broken(
        "  porosity: 50 %\n",
        "  porosity: 50 %\n  porosity: 40 %\n",
        "geometry.porosity",
        "given twice, first in line 8",
        "  porosity: 40 %",
    ),
    # keys
    "unknown-key": Broken(
        "pore_size", "pore_siz", "geometry.pore_siz", 'did you mean "pore_size"?'
    ),
    "unknown-kind": Broken(
        "kind: channels", "kind: chanels", "geometry.kind", 'did you mean "channels"?'
    ),
    "kind-is-a-number": Broken(
        "kind: channels", "kind: 3", "geometry.kind", "'3' is not available"
    ),
    "key-of-another-kind": Broken(
        "kind: channels\n  pore_size",
        "kind: tortuous_channels\n  tortuosity: 1.2\n  amplitude: 0.1\n  pore_size",
        "geometry.amplitude",
        "unknown key",
        "  amplitude",
    ),
    "missing-key-of-a-kind": Broken(
        "kind: channels",
        "kind: tapered_channels",
        "geometry.pore_size_top",
        "missing; write for example pore_size_top: 1 um",
        "geometry:",
    ),
    "unknown-section": Broken("kinetics:", "kinetic:", "kinetic", 'did you mean "kinetics"?'),
    "key-in-wrong-section": Broken(
        "seed: 0",
        "seed: 0\npore_size: 2 um",
        "pore_size",
        'did you mean "geometry.pore_size"?',
        "pore_size: 2 um",
    ),
    "missing-key": Broken(
        "  resistance: 24.6 ohm*cm^2\n",
        "",
        "kinetics.resistance",
        "missing; write for example resistance: 24.6 ohm*cm^2",
        "kinetics:",
    ),
    "missing-section": Broken(
        "grid:\n  spacing: 0.075 um\n", "", "grid", "missing; write for example grid:", "format"
    ),
    "section-is-a-value": Broken(
        "grid:\n  spacing: 0.075 um", "grid: 0.075 um", "grid", "needs keys of its own"
    ),
    "empty-value": Broken("pore_size: 1.5 um", "pore_size:", "geometry.pore_size", "got nothing"),
    "unknown-step": Broken(
        "- plate:", "- plat:", "protocol.0.plat", 'did you mean "plate"?', "plat:"
    ),
    "empty-step": Broken(
        """  - plate:
      current_density: 0.2 mA/cm^2
      duration: 1000 s
""",
        "  - {}\n",
        "protocol.0",
        "needs one step, plate or strip or rest or hold or pulse or repeat or staircase",
        "- {}",
    ),
    "two-steps-in-one": Broken(
        "      duration: 1000 s",
        "      duration: 1000 s\n    hold: {voltage: 9 mV, duration: 10 s}",
        "protocol.0",
        "every step begins with a dash of its own",
        "- plate:",
    ),
    "strip-to-a-plating-voltage": Broken(
        """  - plate:
      current_density: 0.2 mA/cm^2
""",
        """  - strip:
      current_density: 0.2 mA/cm^2
      termination: 50 mV
""",
        "protocol.0.strip.termination",
        "must be below 0, you gave 50 mV",
        "termination: 50 mV",
    ),
    "step-without-end": Broken(
        "      duration: 1000 s\n",
        "",
        "protocol.0.plate",
        "needs duration or charge",
        "- plate:",
    ),
    "unknown-step-in-a-cycle": Broken(
        """  - plate:
      current_density: 0.2 mA/cm^2
      duration: 1000 s
""",
        """  - repeat:
      times: 3
      steps:
        - strp: {current_density: 0.2 mA/cm^2, duration: 60 s}
""",
        "protocol.0.repeat.steps.0.strp",
        'did you mean "strip"?',
        "- strp:",
    ),
    "staircase-downwards": Broken(
        """  - plate:
      current_density: 0.2 mA/cm^2
      duration: 1000 s
""",
        "  - staircase: {first: 1 mA/cm^2, last: 0.5 mA/cm^2, duration: 60 s}\n",
        "protocol.0.staircase",
        "the first current density exceeds the last one",
        "- staircase:",
    ),
    "endless-protocol": Broken(
        """  - plate:
      current_density: 0.2 mA/cm^2
      duration: 1000 s
""",
        "  - pulse: {current_density: 1 mA/cm^2, on: 1 s, off: 1 s, times: 1000000000}\n",
        "protocol.0",
        "comes to more than 20000 steps",
        "- pulse:",
    ),
    "empty-protocol": Broken(
        """protocol:
  - plate:
      current_density: 0.2 mA/cm^2
      duration: 1000 s
""",
        "protocol: []\n",
        "protocol",
        "needs at least one entry, such as protocol: [{plate:",
    ),
    # words and plain values
    "other-format": Broken("format: 1", "format: 2", "format", "allowed: 1"),
    "unknown-model": Broken(
        "model: conserved", "model: Conserved", "model", "allowed: 'conserved'"
    ),
    "four-dimensions": Broken("dimensions: 2", "dimensions: 4", "dimensions", "allowed: 2 or 3"),
    "name-is-a-number": Broken("name: good", "name: 7", "name", "needs text"),
    "unknown-material": Broken(
        "conductivity: 0.32 mS/cm", "material: lzzo", "electrolyte.material", 'mean "llzo"?'
    ),
    "switch-is-a-word": Broken(
        "  fields_every: 100 s",
        "  animation: on",
        "output.animation",
        "needs true or false, got 'on'",
    ),
    "seed-below-zero": Broken("seed: 0", "seed: -1", "seed", "greater than or equal to 0"),
    # units
    "no-unit": Broken("height: 6 um", "height: 6", "geometry.height", '"6" has no unit'),
    "wrong-dimension": Broken("depth: 3 um", "depth: 3 s", "lithium.depth", "is not a length"),
    "unknown-unit": Broken(
        "height: 6 um", "height: 6 umm", "geometry.height", 'did you mean "um"?'
    ),
    "decimal-comma": Broken(
        "spacing: 0.075 um", "spacing: 0,075 um", "grid.spacing", "decimals take a point"
    ),
    "not-finite": Broken("298 K", "inf K", "temperature", "not a finite number"),
    # ranges
    "negative-pore": Broken(
        "pore_size: 1.5 um", "pore_size: -1.5 um", "geometry.pore_size", "must be above 0"
    ),
    "porosity-above-one": Broken(
        "porosity: 50 %", "porosity: 50", "geometry.porosity", "must be above 0 and below 1"
    ),
    "no-lithium-diffusivity": Broken(
        "5.6e-15 m^2/s", "0 m^2/s", "lithium.diffusivity", "has nowhere to go"
    ),
    "contact-angle-180": Broken(
        "90 deg", "180 deg", "lithium.contact_angle", "must be above 0 and below 180 deg"
    ),
    "transfer-coefficient-1": Broken(
        "transfer_coefficient: 0.5",
        "transfer_coefficient: 1",
        "kinetics.transfer_coefficient",
        "below 1",
    ),
    "below-absolute-zero": Broken("298 K", "-300 degC", "temperature", "must be above 0"),
    "no-current": Broken(
        "0.2 mA/cm^2", "0 mA/cm^2", "protocol.0.plate.current_density", "must be above 0"
    ),
    "fields-never": Broken("100 s", "0 s", "output.fields_every", "must be above 0", "fields_e"),
    # keys taken together
    "lithium-above-top": Broken(
        "depth: 3 um", "depth: 6 um", "lithium.depth", "nothing is left to plate into"
    ),
    "pore-wider-than-domain": Broken(
        "width: unit_cell", "width: 1 um", "geometry.pore_size", "does not fit", "pore_size"
    ),
    "cylinders-in-2d": Broken(
        "kind: channels",
        "arrangement: square",
        "geometry.arrangement",
        "not possible in 2 dimensions",
    ),
    "touching-cylinders": Broken(
        "dimensions: 2\ngeometry:\n  kind: channels\n  pore_size: 1.5 um\n  porosity: 50 %",
        "dimensions: 3\ngeometry:\n  kind: channels\n  pore_size: 1.5 um\n  porosity: 79 %",
        "geometry.porosity",
        "touch at 78.5%",
        "  porosity",
    ),
    "material-and-conductivity": Broken(
        "  conductivity: 0.32 mS/cm",
        "  material: llzo\n  conductivity: 0.32 mS/cm",
        "electrolyte.conductivity",
        "given twice",
        "  conductivity",
    ),
    "neither-material-nor-conductivity": Broken(
        "electrolyte:\n  conductivity: 0.32 mS/cm",
        "electrolyte: {}",
        "electrolyte",
        "needs either material: llzo",
    ),
    "activation-without-reference": Broken(
        "  conductivity: 0.32 mS/cm",
        "  conductivity: 0.32 mS/cm\n  activation_energy: 0.417 eV",
        "electrolyte.activation_energy",
        "needs reference_temperature",
        "  activation_energy",
    ),
    # resolution: a valid file that `check` and `run` refuse
    "interface-too-wide": Broken(
        "width: 0.3 um",
        "width: 0.4 um",
        "interface.width",
        "pores of 1.5 um need an interface width of at most 0.375 um (pore/4), you gave 0.4 um",
    ),
    "grid-too-coarse": Broken(
        "spacing: 0.075 um",
        "spacing: 0.08 um",
        "grid.spacing",
        "needs cells of at most 0.075 um (4 per interface width), you gave 0.08 um",
    ),
    "too-much-charge": Broken(
        "duration: 1000 s", "duration: 2 h", "protocol", "plate less", "protocol"
    ),
    "too-little-lithium": Broken(
        "depth: 3 um", "depth: 0.5 um", "lithium.depth", "at least two interface widths deep"
    ),
}
"""At least one of every kind of mistake."""
