"""What the models and the backends can do, and what a case asks of them: one table for both."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from typing import Any, Literal, NamedTuple

__all__ = ["BACKENDS", "MODELS", "Backend", "BackendName", "Capability", "ModelName", "missing"]

ModelName = Literal["conserved", "paper"]
BackendName = Literal["numba", "fipy"]

Values = Mapping[str, Any]


class Capability(Enum):
    """What not every model and backend has."""

    SYMMETRIC = "a second electrode of lithium"
    SALT = "a transference number below 1"
    ANISOTROPY = "an anisotropic surface of the conserved model"
    MAPS = "coatings and regions"
    NOISE = "thermal noise"


class Backend(NamedTuple):
    """A backend.

    Attributes
    ----------
    models : that it solves.
    capabilities : that it has, where its model has them.
    """

    models: frozenset[str]
    capabilities: frozenset[Capability]


MODELS: dict[str, frozenset[Capability]] = {
    "conserved": frozenset(Capability),
    "paper": frozenset(),
}
"""What the models can do, by their names in a case."""

BACKENDS: dict[str, Backend] = {
    "numba": Backend(frozenset(MODELS), frozenset(Capability)),
    "fipy": Backend(frozenset(MODELS), frozenset()),
}
"""The backends, by their names in a case; `phasefield.setup.backends` makes their steppers."""


class _Asked(NamedTuple):
    """What asks for a capability, and what is said where it is missing.

    Attributes
    ----------
    capability : that is asked for.
    keys : of the case that ask for it, from the values that could be read.
    of_model, of_backend : what is said to a key where the model, or the backend, has it not.
    """

    capability: Capability
    keys: Callable[[Values], list[str]]
    of_model: str
    of_backend: str


def _symmetric(v: Values) -> list[str]:
    return ["cell.kind"] if v.get("cell.kind") == "symmetric" else []


def _salt(v: Values) -> list[str]:
    key = "electrolyte.transference_number"
    number = v.get(key)
    return [key] if number is not None and number < 1.0 else []


def _anisotropic(v: Values) -> list[str]:
    return ["lithium.anisotropy"] if v.get("lithium.anisotropy") else []


def _maps(v: Values) -> list[str]:
    return [key for key in ("coatings", "electrolyte.regions") if v.get(key)]


def _noise(v: Values) -> list[str]:
    return ["noise.thermal"] if v.get("noise.thermal") else []


_ASKED = (
    _Asked(
        Capability.SYMMETRIC,
        _symmetric,
        "a symmetric cell needs model: conserved; model: {model} is a half cell",
        "a symmetric cell needs backend: {backends}; {backend} solves half cells",
    ),
    _Asked(
        Capability.SALT,
        _salt,
        "a number below 1 needs model: conserved; model: paper has paper.ion_diffusivity",
        "a number below 1 needs backend: {backends}; {backend} solves single-ion conductors",
    ),
    _Asked(
        Capability.ANISOTROPY,
        _anisotropic,
        "needs model: conserved; model: paper has paper.anisotropy",
        "needs backend: {backends}; of the conserved model {backend} solves isotropic surfaces",
    ),
    _Asked(
        Capability.MAPS,
        _maps,
        "needs model: conserved; model: {model} has one wall and one electrolyte",
        "needs backend: {backends}; {backend} solves with one wall and one electrolyte",
    ),
    _Asked(
        Capability.NOISE,
        _noise,
        "needs model: conserved",
        "needs backend: {backends}",
    ),
)

_SHOWN = {"fipy": "FiPy", "numba": "Numba"}
"""Names of libraries as they write them."""


def missing(v: Values) -> Iterator[tuple[str, str]]:
    """What a case asks for and its model or its backend has not, as ``(path, message)``.

    `v` are the values that could be read, by dotted path.
    """
    model, backend = v.get("model"), v.get("backend")
    if backend in BACKENDS and model in MODELS and model not in BACKENDS[backend].models:
        yield "backend", f"does not solve model: {model}; {_who_have(None, model)} does"
    for asked in _ASKED:
        for key in asked.keys(v):
            if model in MODELS and asked.capability not in MODELS[model]:
                yield key, asked.of_model.format(model=model)
            if backend in BACKENDS and asked.capability not in BACKENDS[backend].capabilities:
                shown = _SHOWN.get(backend, backend)
                able = _who_have(asked.capability, model)
                yield key, asked.of_backend.format(backend=shown, backends=able)


def _who_have(capability: Capability | None, model: str | None) -> str:
    """Names of the backends with a capability, if one is asked for, that solve a model."""
    return " or ".join(
        name
        for name, backend in BACKENDS.items()
        if (capability is None or capability in backend.capabilities)
        and (model not in MODELS or model in backend.models)
    )
