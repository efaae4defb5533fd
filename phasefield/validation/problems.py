"""The validation problems by the name of their folder, in the order in which they are run."""

from __future__ import annotations

from collections.abc import Mapping

from phasefield.validation.allen_cahn import circle, flat_front
from phasefield.validation.backends import numba_vs_fipy
from phasefield.validation.capillarity import meniscus, rest_state, ripple
from phasefield.validation.charged import charged_species
from phasefield.validation.conduction import structures
from phasefield.validation.convergence import fig5_convergence
from phasefield.validation.coupled import coupled_solution
from phasefield.validation.dispersion import front_stability
from phasefield.validation.fluctuations import equipartition
from phasefield.validation.manufactured import pfhub_7a
from phasefield.validation.outcome import Problem
from phasefield.validation.plating import planar_plating
from phasefield.validation.published import paper_numbers
from phasefield.validation.rails import two_conductors
from phasefield.validation.salt import sand
from phasefield.validation.symmetric import symmetric_cell
from phasefield.validation.walls import wall_current

__all__ = ["PROBLEMS"]

PROBLEMS: Mapping[str, Problem] = {
    "pfhub-7a": pfhub_7a,
    "flat-front": flat_front,
    "circle": circle,
    "dispersion": front_stability,
    "coupled-solution": coupled_solution,
    "pfhub-6a": charged_species,
    "planar-plating": planar_plating,
    "symmetric-cell": symmetric_cell,
    "wall-current": wall_current,
    "two-rails": two_conductors,
    "meniscus": meniscus,
    "rest": rest_state,
    "ripple": ripple,
    "equipartition": equipartition,
    "sand": sand,
    "conduction": structures,
    "numba-vs-fipy": numba_vs_fipy,
    "paper-numbers": paper_numbers,
    "fig5-convergence": fig5_convergence,
}
