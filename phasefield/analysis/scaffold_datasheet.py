"""The certificate of a scaffold: what was asked, what was made, how sure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometries import Scaffold
from geometries.scaffold import PORE
from geometries.survey import leaves, refinement_errors, survey
from phasefield.analysis.conduction import conduction

__all__ = ["LARGEST_CONDUCTION", "Certificate", "certify"]

LARGEST_CONDUCTION = 4_000_000
"""Cells above which the conductivities are left out: the multigrid of one takes 1 kB a cell."""

Line = tuple[str, float, float | None, str]


@dataclass(frozen=True)
class Certificate:
    """All measures of a scaffold, with the change of each on cells twice as large.

    Attributes
    ----------
    asked : kind and parameters of the scaffold, and its seed.
    values : measures, see `geometries.survey.survey`, and conduction by phase and axis.
    errors : dotted path of a number in `values` to its error bar.
    """

    asked: Mapping[str, Any]
    values: Mapping[str, Any]
    errors: Mapping[str, float]

    def to_json(self) -> dict[str, Any]:
        """The certificate as JSON types."""
        return {"asked": dict(self.asked), **self.values, "refinement_error": dict(self.errors)}

    def lines(self) -> Iterator[Line]:
        """Numbers for people: (name, value, error bar or None, unit), in the order of the table."""
        numbers = dict(leaves(self.values))
        for path, name, factor, unit in _table(self.values):
            if path in numbers:
                error = self.errors.get(path)
                scaled = None if error is None else error * factor
                yield name, numbers[path] * factor, scaled, unit


def certify(scaffold: Scaffold, phi: NDArray[np.float64] | None = None) -> Certificate:
    """Measure a scaffold on its grid and on one twice as coarse.

    Parameters
    ----------
    scaffold : what to measure.
    phi : smoothed solid indicator, (nz, ny, nx) [1]; None leaves its surface out.
    """
    values = _measured(scaffold, phi)
    return Certificate(scaffold.provenance, values, refinement_errors(scaffold, values, _measured))


def _measured(scaffold: Scaffold, phi: NDArray[np.float64] | None = None) -> dict[str, Any]:
    return survey(scaffold, phi) | {"conduction": _conduction(scaffold)}


def _conduction(scaffold: Scaffold) -> dict[str, Any]:
    labels = scaffold.labels
    if labels.size > LARGEST_CONDUCTION:
        return {}
    phases = {"pore": labels == PORE, "solid": labels != PORE}
    return {
        name: {
            "zyx"[axis]: asdict(conduction(phase, scaffold.spacing, axis))
            for axis in range(3)
            if labels.shape[axis] > 1
        }
        for name, phase in phases.items()
    }


def _table(values: Mapping[str, Any]) -> Iterator[tuple[str, str, float, str]]:
    """Path, name, factor and unit of the numbers that are printed."""
    yield "porosity", "porosity, of cells", 100, "%"
    for n in ("6", "26"):
        for kind in ("open", "closed", "percolating"):
            yield f"fractions.{n}.{kind}", f"pores {kind}, {n} neighbours", 100, "%"
    for name in ("z", "y", "x"):
        yield (
            f"slice_porosity.{name}.deviation", f"deviation of slices along {name}", 100, "points"
        )  # fmt: skip
    yield "representative_edge_m", "representative edge, band of 5 %", 1e6, "um"
    for key in values["specific_surface_area_per_m"]:
        path = f"specific_surface_area_per_m.{key}"
        yield path, f"surface, {key.replace('_', ' ')}", 1e-6, "1/um"
    for name in ("z", "y", "x"):
        path = f"specific_surface_area_by_sections_per_m.{name}"
        yield f"{path}.straight", f"surface, P_p/A_t of sections along {name}", 1e-6, "1/um"
        yield f"{path}.isotropic", f"surface, (4/pi) P_p/A_t along {name}", 1e-6, "1/um"
    for phase in ("pore", "solid"):
        yield f"thickness_m.{phase}.mean", f"local thickness of {phase}, mean", 1e6, "um"
        yield f"thickness_m.{phase}.deviation", "  standard deviation", 1e6, "um"
    yield "maximal_spheres_m.count", "largest spheres in the pores", 1, ""
    yield "maximal_spheres_m.mean_by_volume", "  mean diameter by volume", 1e6, "um"
    for phase in ("pore", "solid"):
        for name in ("z", "y", "x"):
            path = f"paths.{phase}.{name}"
            yield f"{path}.shortest", f"shortest path in {phase} along {name}", 1e6, "um"
            yield f"{path}.tortuosity", "  mean tortuosity", 1, ""
            yield f"{path}.tortuosity_deviation", "  its deviation", 1, ""
            yield f"conduction.{phase}.{name}.relative", "  effective over own conductivity", 1, ""
            yield f"conduction.{phase}.{name}.tortuosity_factor", "  tortuosity factor", 1, ""
            yield f"constrictivity.{phase}.{name}", "  constrictivity", 1, ""
