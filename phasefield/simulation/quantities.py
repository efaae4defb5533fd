"""Every number of a run: what history.csv, summary.json, the report and the docs make of it.

One more number is one more `Quantity` in a group. Columns of the history follow the order of the
groups; the summary goes by sections, and within one by that order.
"""

from __future__ import annotations

import math

from phasefield.case import Case
from phasefield.grid.collectives import smallest
from phasefield.simulation.quantity import Group, Headline, Quantity

__all__ = ["GROUPS", "keyed", "named", "of_case", "quantities"]

_READ_OFF = "explanation/theory.md#what-is-read-off-a-run"
_VOIDS = "explanation/theory.md#voids-and-dead-lithium"
_VOLTAGE = "explanation/theory.md#where-the-voltage-goes"


_CLOCK = (
    Quantity("step", "1", "number of the step", lambda seen: seen.simulation.step,
             section="steps", given_key="steps"),
    Quantity("protocol step", "1",
             "step of the protocol and cycle that it belongs to, from 1; 0 at t = 0",
             lambda seen: seen.simulation.protocol_step, section=None),
    Quantity("cycle", "1", "step of the protocol and cycle that it belongs to, from 1; 0 at t = 0",
             lambda seen: seen.cycle, section=None),
    Quantity("time", "s", "time at its end", lambda seen: seen.simulation.time, section="time"),
    Quantity("time step", "s", "its size", lambda seen: seen.simulation.last_dt, section=None,
             needs_step=True),
)  # fmt: skip

_CHARGES = (
    Quantity("current density", "A/m^2",
             "that flows, per total cross-section: imposed, or found where a voltage is held",
             lambda seen: seen.simulation.state.current_density, section="setting",
             given_key="current_density"),
    Quantity("voltage", "V", "counter electrode against the metal on the current collector",
             lambda seen: seen.now.voltage, section="voltage", needs_step=True,
             headline=Headline("counter electrode against the metal", unit="mV", factor=1e3,
                               at_the_top=True)),
    Quantity("charge", "C/m^2", "net charge through the counter electrode so far",
             lambda seen: seen.simulation.ledger.charge, section="charge"),
    Quantity("absolute charge", "C/m^2", "the same, regardless of direction",
             lambda seen: seen.simulation.ledger.absolute_charge, section=None),
    Quantity("lithium volume per area", "m", "integral of ψξ over the domain, per cross-section",
             lambda seen: seen.now.lithium_volume_per_area, section=None),
    Quantity("charge balance", "1", "metal grown × F/V_m over net charge",
             lambda seen: _or_nan(seen.simulation.ledger.balance), section="balance"),
    Quantity("charge balance error", "1",
             "largest difference of the two so far, over the absolute charge",
             lambda seen: seen.simulation.ledger.error, section="balance",
             headline=Headline("largest |metal grown − charge passed| / charge moved", digits=2,
                               at_the_top=True)),
)  # fmt: skip

_DEPOSIT = (
    Quantity("mean rise", "m", "mean rise of the front since t = 0, over the open columns",
             lambda seen: seen.now.uniformity.mean_rise_m, section="deposit",
             headline=Headline("of the front since the start", unit="µm", factor=1e6,
                               at_the_top=True)),
    Quantity("Faraday rise", "m", "rise of the same charge if it filled the pores evenly",
             lambda seen: seen.now.uniformity.faraday_rise_m, section="deposit",
             given_key="faraday_rise_m",
             headline=Headline(
                 "of the same charge spread evenly: charge × V_m / (F × porosity)", unit="µm",
                 factor=1e6)),
    Quantity("nonuniformity", "1",
             "standard deviation of the rise over the Faraday rise; `nan` where the net charge is"
             " [below a tenth of its largest so far]",
             lambda seen: seen.now.uniformity.nonuniformity, page=_READ_OFF, section="evenness",
             headline=Headline(
                 "standard deviation of the rise over the open columns / Faraday rise",
                 at_the_top=True)),
    Quantity("nonuniformity raw", "1", "the same of the height itself",
             lambda seen: seen.now.uniformity.nonuniformity_raw, section="evenness",
             in_history=False,
             headline=Headline(
                 "the same of the height itself: counts the meniscus that was there at the start",
                 name="nonuniformity, raw")),
    Quantity("wall to centre", "1", "rise next to the wall over rise farthest from it",
             lambda seen: seen.now.uniformity.wall_to_centre, section="deposit", in_history=False,
             headline=Headline("rise next to the wall / rise at the pore centre; 1 is even",
                               name="wall / centre", at_the_top=True)),
    Quantity("packing", "1", "added lithium over the pore volume under the highest point of the"
             " front; `null` unless more was plated than stripped",
             lambda seen: seen.now.uniformity.packing, section="deposit", in_history=False,
             headline=Headline(
                 "added lithium / pore volume up to the highest front; 100 % is even", unit="%")),
    Quantity("largest protrusion", "m", "highest minus mean front height",
             lambda seen: seen.now.uniformity.largest_protrusion_m, section="deposit",
             in_history=False,
             headline=Headline("highest minus mean height of the front", unit="µm", factor=1e6)),
    Quantity("front width", "m", "height over which layers go from 90 % to 10 % filled",
             lambda seen: seen.now.uniformity.front_width_m, section="deposit", in_history=False,
             headline=Headline("height over which layers go from 90 % to 10 % filled",
                               name="width of the front", unit="µm", factor=1e6)),
    Quantity("pore scatter", "1", "standard deviation of the mean rise of the pores over the"
             " Faraday rise; 0 for one pore",
             lambda seen: seen.now.uniformity.pore_scatter, section="deposit", in_history=False),
)  # fmt: skip

_CONTACT = (
    Quantity("contact area per area", "1", "Li | LLZO contact over cross-section",
             lambda seen: seen.now.contact.contact_area_per_area, section="contact",
             given_key="contact_area_per_area",
             headline=Headline("Li | LLZO contact / cross-section", name="contact area")),
    Quantity("max contact current density", "A/m^2", "largest on the contact, per contact area",
             lambda seen: seen.now.contact.max_current_density, section=None, needs_step=True),
    Quantity("mean contact current density", "A/m^2", "mean over the contact",
             lambda seen: seen.now.contact.mean_current_density, section=None, needs_step=True),
    Quantity("j max over j mean", "1", "largest over mean current density on the contact",
             lambda seen: seen.now.contact.j_max_over_j_mean, section="contact", in_history=False,
             headline=Headline("largest / mean current density on the contact; 1 is even",
                               name="peak / mean current")),
    Quantity("gini", "1", "Gini coefficient of the current over the contact area: 0 even",
             lambda seen: seen.now.contact.gini, section="contact", in_history=False,
             headline=Headline("of the current over the contact; 0 is even, 1 all in one place",
                               name="Gini coefficient")),
    Quantity("current density reduction mean", "1", "measured on the contact: 1 − ⟨i⟩/J",
             lambda seen: seen.now.contact.current_density_reduction_mean, section="contact",
             in_history=False),
    Quantity("current density reduction peak", "1", "measured on the contact: 1 − max(i)/J",
             lambda seen: seen.now.contact.current_density_reduction_peak, section="contact",
             in_history=False),
)  # fmt: skip

_METAL = (
    Quantity("max pressure", "Pa",
             "largest and smallest chemical potential in lithium; below 0 is tension",
             lambda seen: seen.now.max_pressure, section=None),
    Quantity("min pressure", "Pa",
             "largest and smallest chemical potential in lithium; below 0 is tension",
             lambda seen: seen.now.min_pressure, section=None),
    Quantity("void volume per area", "m",
             "[pore volume below the highest front that holds no lithium]",
             lambda seen: seen.now.void_volume_per_area, page=_VOIDS, section="voids"),
    Quantity("lithium bodies", "1", "connected bodies of lithium",
             lambda seen: seen.simulation.bodies(), section="end"),
    Quantity("free energy", "J/m^2",
             "bulk, gradient and wall energy of lithium, per cross-section",
             lambda seen: seen.now.free_energy, section=None),
)  # fmt: skip

_WORK = (
    Quantity("newton iterations", "1", "in this step",
             lambda seen: seen.simulation.last.iterations if seen.simulation.last else 0,
             section=None),
    Quantity("newton residual", "1", "at its end, largest of all cells",
             lambda seen: seen.simulation.last.residual if seen.simulation.last else 0.0,
             section=None),
    Quantity("largest newton residual", "1", "largest that was accepted",
             lambda seen: seen.simulation.worst_residual, section="solver",
             given_key="newton_residual", in_history=False),
    Quantity("newton iterations in all", "1", "in all accepted steps",
             lambda seen: seen.simulation.newton_iterations, section="solver",
             given_key="newton_iterations", in_history=False),
    Quantity("rejected steps", "1", "steps thrown away so far",
             lambda seen: seen.simulation.control.rejected, section="steps"),
    Quantity("wall time", "s", "spent so far, earlier calls included",
             lambda seen: seen.wall_s, section="end", given_key="wall_s"),
)  # fmt: skip

_VOLTAGE_PARTS = "parts of the voltage; they add up to it"

_CONSERVED = (
    Quantity("dead lithium per area", "m", "lithium that is cut off from the current collector",
             lambda seen: seen.now.dead_lithium_per_area),
    Quantity("dead lithium potential", "V", "its electron potential, mean over its volume",
             lambda seen: seen.now.dead_lithium_potential),
    Quantity("ohmic voltage", "V", _VOLTAGE_PARTS, lambda seen: seen.parts.ohmic, needs_step=True),
    Quantity("kinetic voltage", "V", _VOLTAGE_PARTS, lambda seen: seen.parts.kinetic,
             needs_step=True),
    Quantity("capillary voltage", "V", _VOLTAGE_PARTS, lambda seen: seen.parts.capillary,
             needs_step=True),
    Quantity("cell resistance", "ohm m^2", "dV/dJ of the snapshot",
             lambda seen: seen.resistance.cell),
    Quantity("interfacial resistance", "ohm m^2", "the part of it that is charge transfer",
             lambda seen: seen.resistance.interfacial),
)  # fmt: skip

_SALT = (
    Quantity("concentration voltage", "V",
             "the [part of the voltage] that is the diffusion potential of the salt",
             lambda seen: seen.parts.concentration, page=_VOLTAGE, needs_step=True),
    Quantity("smallest concentration", "mol/m^3",
             "of the electrolyte, the face of the counter electrode included",
             lambda seen: seen.salt.smallest),
    Quantity("largest concentration", "mol/m^3", "of the electrolyte",
             lambda seen: seen.salt.largest),
    Quantity("salt balance error", "1", "salt gained or lost since t = 0, over that at t = 0",
             lambda seen: abs(seen.salt.gain)),
)  # fmt: skip

_COATING = (
    Quantity("electronic voltage", "V", "the part of the voltage that is lost in the coating",
             lambda seen: seen.parts.electronic, needs_step=True),
    Quantity("current on bare coating", "1",
             "share of the current that plates where no lithium covers the coating",
             lambda seen: _or_nan(seen.now.bare_share), needs_step=True),
)  # fmt: skip

_SYMMETRIC = (
    Quantity("lithium drift", "1", "lithium gained by both electrodes together over that which has"
             " passed to and fro: rounding",
             lambda seen: seen.lithium_drift),
    Quantity("second electrode lithium volume per area", "m",
             "lithium that counts with the electrode at the high end",
             lambda seen: seen.second.lithium_volume_per_area),
    Quantity("second electrode mean rise", "m",
             "of its front, from its own end; negative while it is stripped",
             lambda seen: seen.second.uniformity.mean_rise_m),
    Quantity("second electrode nonuniformity", "1",
             "of its front; `nan` where that of the first one is",
             lambda seen: seen.second.uniformity.nonuniformity),
    Quantity("second electrode contact area per area", "1",
             "its true contact with LLZO over the cross-section",
             lambda seen: seen.second.contact_area_per_area),
    Quantity("second electrode void volume per area", "m",
             "pore volume behind its deepest front that holds no lithium",
             lambda seen: seen.second.void_volume_per_area),
)  # fmt: skip

_PUBLISHED = (
    Quantity("metal grown", "C/m^2", "lithium since t = 0, as charge",
             lambda seen: seen.simulation.ledger.metal, section="ledger"),
    Quantity("reaction", "C/m^2", "what the reaction term alone has plated",
             lambda seen: seen.audit.reaction, section="ledger"),
    Quantity("counter electrode", "C/m^2", "current that entered there",
             lambda seen: seen.audit.electrode, section="ledger"),
    Quantity("ions in", "C/m^2", "ions that entered there",
             lambda seen: seen.audit.ions_in, section="ledger"),
    Quantity("ions in at the metal", "C/m^2", "ions that entered at the metal side; 0 unless"
             " `paper.metal_side_concentration: fixed`",
             lambda seen: seen.audit.metal_side, section="ledger"),
    Quantity("ion inventory change", "C/m^2", "ions in the domain since t = 0",
             lambda seen: seen.audit.inventory, section="ledger"),
    Quantity("lithium in LLZO", "m", "integral of ξ h(φ), per cross-section",
             lambda seen: seen.published.lithium_in_electrolyte(seen.simulation.state.xi),
             section="ledger"),
    Quantity("smallest connection", "1",
             "smallest h(ξ) + h(φ) across the wall, in the lower half of the lithium",
             lambda seen: seen.published.smallest_connection(seen.simulation.state.xi),
             section="ledger"),
    Quantity("smallest concentration", "mol/m^3", "of ions, anywhere",
             lambda seen: smallest(seen.simulation.state.arrays()["concentration"]),
             section="ledger"),
)  # fmt: skip


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value


def _is_published(case: Case) -> bool:
    return case.model == "paper"


def _is_conserved(case: Case) -> bool:
    return case.model != "paper"


def _has_salt(case: Case) -> bool:
    return _is_conserved(case) and case.electrolyte.transference_number < 1.0


def _has_conducting_coating(case: Case) -> bool:
    conducting = any(coating.sheet_conductance > 0.0 for coating in case.coatings)
    return _is_conserved(case) and conducting


def _is_symmetric(case: Case) -> bool:
    return _is_conserved(case) and case.cell.kind == "symmetric"


GROUPS = (
    Group("all", lambda case: True, _CLOCK + _CHARGES + _DEPOSIT + _CONTACT + _METAL + _WORK),
    Group("conserved", _is_conserved, _CONSERVED),
    Group("salt", _has_salt, _SALT),
    Group("coating", _has_conducting_coating, _COATING),
    Group("symmetric", _is_symmetric, _SYMMETRIC),
    Group("published", _is_published, _PUBLISHED),
)
"""Everything that is known of a run, in the order of its history.

In a symmetric cell the numbers of the first group are of the electrode at the low end.
"""


def quantities() -> tuple[Quantity, ...]:
    """Every quantity that a run can have."""
    return tuple(each for group in GROUPS for each in group.quantities)


def of_case(case: Case) -> tuple[Quantity, ...]:
    """Every quantity that a run of a case has."""
    return tuple(each for group in GROUPS if group.present(case) for each in group.quantities)


def named(name: str) -> Quantity:
    """The first quantity of that name; KeyError if there is none."""
    for each in quantities():
        if each.name == name:
            return each
    raise KeyError(name)


def keyed(key: str) -> Quantity | None:
    """The quantity that summary.json calls `key`; None if there is none."""
    return next((each for each in quantities() if each.in_summary and each.key == key), None)
