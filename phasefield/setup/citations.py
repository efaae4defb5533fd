"""What to cite for a case."""

from __future__ import annotations

import math
from collections.abc import Iterator
from importlib import metadata

from phasefield.case import Case
from phasefield.materials.parameter_sets import ELECTROLYTES, LITHIUM, Quantity
from phasefield.materials.references import (
    ANISOTROPY_SOURCES,
    BACKEND_SOURCES,
    MODEL_SOURCES,
    SALT_SOURCES,
    SOURCES,
    Source,
)

__all__ = ["bibtex"]


def bibtex(case: Case) -> str:
    """BibTeX of what a case uses: this software, its model, its backend and its numbers.

    A number of the case cites the source of the parameter-set value that it equals; a number of
    the user's own has no source here.
    """
    keys = [*MODEL_SOURCES[case.model], *BACKEND_SOURCES[case.backend]]
    if case.electrolyte.transference_number < 1.0:
        keys += SALT_SOURCES
    if case.lithium.anisotropy:
        keys += ANISOTROPY_SOURCES
    if case.electrolyte.material is not None:
        for _, quantity in ELECTROLYTES[case.electrolyte.material]:
            keys += quantity.references
    for value, candidate in _comparable(case):
        if math.isclose(value, candidate.value, rel_tol=1e-6):
            keys += candidate.references
    entries = [_software(), *(SOURCES[key] for key in dict.fromkeys(keys))]
    return "\n\n".join(entry.bibtex() for entry in entries) + "\n"


def _comparable(case: Case) -> Iterator[tuple[float, Quantity]]:
    """Numbers of a case beside the parameter-set values they may have been taken from."""
    yield case.lithium.surface_energy, LITHIUM.surface_energy
    yield case.lithium.diffusivity, LITHIUM.self_diffusivity
    if case.lithium.activation_energy is not None:
        yield case.lithium.activation_energy, LITHIUM.self_diffusion_activation_energy
    yield case.lithium.bulk_modulus, LITHIUM.bulk_modulus
    yield case.lithium.contact_angle, LITHIUM.contact_angle_clean
    yield case.lithium.contact_angle, LITHIUM.contact_angle_carbonate
    for electrolyte in ELECTROLYTES.values():
        if electrolyte.resistance is not None:
            yield case.kinetics.resistance, electrolyte.resistance


def _software() -> Source:
    """This package as a reference."""
    return Source(
        key="phasefield_llzo",
        kind="software",
        author="{The phasefield-llzo developers}",
        title=(
            "phasefield-llzo: phase-field simulation of lithium plating in porous {LLZO} scaffolds"
        ),
        version=metadata.version("phasefield-llzo"),
    )
