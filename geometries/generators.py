"""The table of generators: parameters in, `Scaffold` out. `generate` finds one by its name."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from geometries.channels import channels
from geometries.images import image
from geometries.lamellae import lamellae
from geometries.minimal_surfaces import minimal_surface
from geometries.random_channels import random_channels
from geometries.random_field import random_field
from geometries.scaffold import GeometryError, Scaffold
from geometries.shaped_channels import corrugated_channels, tapered_channels
from geometries.spheres import overlapping_spheres, separate_spheres
from geometries.tortuous_channels import tortuous_channels

__all__ = ["GENERATORS", "generate"]

GENERATORS: Mapping[str, Callable[..., Scaffold]] = {
    function.__name__: function
    for function in (
        channels,
        tapered_channels,
        corrugated_channels,
        tortuous_channels,
        random_channels,
        overlapping_spheres,
        separate_spheres,
        random_field,
        minimal_surface,
        lamellae,
        image,
    )
}
"""Name of a generator, as in a case file, to its function."""


def generate(kind: str, **parameters: Any) -> Scaffold:
    """Call the generator named `kind` with its parameters (SI units).

    Raises
    ------
    GeometryError
        For an unknown name, unknown or missing parameters, or an impossible scaffold.
    """
    if kind not in GENERATORS:
        close = difflib.get_close_matches(kind, GENERATORS, n=1)
        hint = f", did you mean {close[0]!r}?" if close else ""
        raise GeometryError(f"no geometry {kind!r}{hint} (available: {', '.join(GENERATORS)})")
    generator = GENERATORS[kind]
    try:
        inspect.signature(generator).bind(**parameters)
    except TypeError as error:
        raise GeometryError(f"geometry {kind!r}: {error}") from None
    return generator(**parameters)
