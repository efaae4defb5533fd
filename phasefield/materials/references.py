"""Where numbers and methods come from: the references that parameter sets and cases cite.

A reference is written down only as far as it could be verified; a DOI that could not is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

__all__ = [
    "ANISOTROPY_SOURCES",
    "BACKEND_SOURCES",
    "MODEL_SOURCES",
    "SALT_SOURCES",
    "SOURCES",
    "Source",
]


@dataclass(frozen=True)
class Source:
    """One reference; empty fields are unknown and stay out of the BibTeX entry.

    `kind` is the BibTeX entry type; authors are separated by " and ".
    """

    key: str
    kind: str = "article"
    author: str = ""
    title: str = ""
    journal: str = ""
    booktitle: str = ""
    year: str = ""
    volume: str = ""
    number: str = ""
    pages: str = ""
    eprint: str = ""
    doi: str = ""
    version: str = ""
    note: str = ""

    def bibtex(self) -> str:
        """BibTeX entry of this reference."""
        known = [
            f"  {f.name} = {{{getattr(self, f.name)}}},"
            for f in fields(self)
            if f.name not in ("key", "kind") and getattr(self, f.name)
        ]
        return "\n".join([f"@{self.kind}{{{self.key},", *known, "}"])


_ALL = (
    Source(
        key="newman2021",
        kind="book",
        author="Newman, John and Balsara, Nitash P.",
        title="Electrochemical Systems",
        year="2021",
        note="4th edition, Wiley; chapters 11 and 12",
    ),
    Source(
        key="sand1901",
        author="Sand, Henry J. S.",
        title=(
            "On the concentration at the electrodes in a solution, with special reference to the "
            "liberation of hydrogen by electrolysis of a mixture of copper sulphate and sulphuric "
            "acid"
        ),
        journal="Philosophical Magazine",
        year="1901",
        volume="1",
        pages="45--79",
    ),
    Source(
        key="porous_llzo_membranes",
        kind="misc",
        note=(
            "The paper on self-standing porous LLZO membranes (thickness 50 um, pores of 2.3 um, "
            "porosity 51 %, specific surface 1.3 per um) that measured and simulated lithium "
            "plating in them; its title, authors and DOI were not available to this project"
        ),
    ),
    Source(
        key="steinhoff2026",
        author="Steinhoff, M. and others",
        title=(
            "Tailoring {Li-Al-O} Interphases in Garnet-Type Solid-State Electrolytes via Powder "
            "Atomic Layer Deposition"
        ),
        journal="ACS Applied Materials \\& Interfaces",
        year="2026",
        volume="18",
        pages="18955",
        note="Title as given by its replication data, doi:10.26165/JUELICH-DATA/1XFQBW",
    ),
    Source(
        key="sharafi2017",
        author=(
            "Sharafi, A. and Kazyak, E. and Davis, A. L. and Yu, S. and Thompson, T. and "
            "Siegel, D. J. and Dasgupta, N. P. and Sakamoto, J."
        ),
        title=(
            "Surface Chemistry Mechanism of Ultra-Low Interfacial Resistance in the Solid-State "
            "Electrolyte {Li7La3Zr2O12}"
        ),
        journal="Chemistry of Materials",
        year="2017",
        volume="29",
        number="18",
        pages="7961--7968",
        doi="10.1021/acs.chemmater.7b03002",
    ),
    Source(
        key="masias2019",
        author="Masias, A. and others",
        title="Elastic, plastic, and creep mechanical properties of lithium metal",
        journal="Journal of Materials Science",
        year="2019",
        volume="54",
        pages="2585",
        doi="10.1007/s10853-018-2971-3",
    ),
    Source(
        key="zhao2022",
        author="Zhao, Y. and Wang, R. and Martínez-Pañeda, E.",
        title=(
            "A phase field electro-chemo-mechanical formulation for predicting void evolution at "
            "the {Li}-electrolyte interface in all-solid-state batteries"
        ),
        journal="Journal of the Mechanics and Physics of Solids",
        year="2022",
        volume="167",
        doi="10.1016/j.jmps.2022.104999",
    ),
    Source(
        key="yoon2023",
        author="Yoon, J. S. and Sulaimon, H. and Siegel, D. J.",
        title=(
            "Exploiting grain boundary diffusion to minimize dendrite formation in lithium "
            "metal-solid state batteries"
        ),
        journal="Journal of Materials Chemistry A",
        year="2023",
        doi="10.1039/d3ta03814a",
    ),
    Source(
        key="lodding1970",
        author="Lodding, A. and Mundy, J. N. and Ott, A.",
        title="Isotope Inter-Diffusion and Self-Diffusion in Solid Lithium Metal",
        journal="physica status solidi (b)",
        year="1970",
    ),
    Source(
        key="vitos1998",
        author="Vitos, L. and Ruban, A. V. and Skriver, H. L. and Kollár, J.",
        title="The surface energy of metals",
        journal="Surface Science",
        year="1998",
        volume="411",
        pages="186--202",
        doi="10.1016/S0039-6028(98)00363-X",
    ),
    Source(
        key="arguello2022",
        kind="misc",
        author=(
            "Arguello, M. E. and Labanda, N. A. and Calo, V. M. and Gumulya, M. and Utikar, R. "
            "and Derksen, J."
        ),
        title=(
            "Dendrite formation in rechargeable lithium-metal batteries: Phase-field modeling "
            "using open-source finite element library"
        ),
        year="2022",
        eprint="arXiv:2204.06696",
    ),
    Source(
        key="cahn1958",
        author="Cahn, J. W. and Hilliard, J. E.",
        title="Free Energy of a Nonuniform System. {I}. Interfacial Free Energy",
        journal="The Journal of Chemical Physics",
        year="1958",
        volume="28",
        number="2",
        pages="258--267",
        doi="10.1063/1.1744102",
    ),
    Source(
        key="yu2012",
        author="Yu, H.-C. and Chen, H.-Y. and Thornton, K.",
        title=(
            "Extended smoothed boundary method for solving partial differential equations with "
            "general boundary conditions on complex boundaries"
        ),
        journal="Modelling and Simulation in Materials Science and Engineering",
        year="2012",
        volume="20",
        number="7",
        pages="075008",
        doi="10.1088/0965-0393/20/7/075008",
    ),
    Source(
        key="chen2015",
        author="Chen, L. and others",
        title=(
            "Modulation of dendritic patterns during electrodeposition: A nonlinear phase-field "
            "model"
        ),
        journal="Journal of Power Sources",
        year="2015",
        volume="300",
        pages="376",
        doi="10.1016/j.jpowsour.2015.09.055",
    ),
    Source(
        key="kobayashi1993",
        author="Kobayashi, R.",
        title="Modeling and numerical simulations of dendritic crystal growth",
        journal="Physica D: Nonlinear Phenomena",
        year="1993",
        volume="63",
        number="3--4",
        pages="410--423",
        doi="10.1016/0167-2789(93)90120-P",
    ),
    Source(
        key="numba2015",
        kind="inproceedings",
        author="Lam, S. K. and Pitrou, A. and Seibert, S.",
        title="Numba: a {LLVM}-based {Python} {JIT} compiler",
        booktitle=(
            "Proceedings of the Second Workshop on the {LLVM} Compiler Infrastructure in HPC"
        ),
        year="2015",
        doi="10.1145/2833157.2833162",
    ),
    Source(
        key="fipy2009",
        author="Guyer, J. E. and Wheeler, D. and Warren, J. A.",
        title="{FiPy}: partial differential equations with {Python}",
        journal="Computing in Science \\& Engineering",
        year="2009",
        volume="11",
        number="3",
        pages="6--15",
        doi="10.1109/MCSE.2009.52",
    ),
)

SOURCES: Mapping[str, Source] = {source.key: source for source in _ALL}
"""Every reference by its key."""

SALT_SOURCES = ("newman2021", "sand1901")
"""Keys of the references behind an electrolyte with a salt."""

ANISOTROPY_SOURCES = ("kobayashi1993",)
"""Keys of the references behind an anisotropic surface of the conserved model."""

MODEL_SOURCES: Mapping[str, tuple[str, ...]] = {
    "conserved": ("porous_llzo_membranes", "cahn1958", "yu2012"),
    "paper": ("porous_llzo_membranes", "chen2015", "kobayashi1993"),
}
"""Keys of the references behind each model."""

BACKEND_SOURCES: Mapping[str, tuple[str, ...]] = {
    "numba": ("numba2015",),
    "fipy": ("fipy2009",),
}
"""Keys of the references behind each backend."""
