"""FiPy's side of the benchmark: the same steps, with one of the linear solvers that FiPy offers.

FiPy 4 knows the suites scipy, petsc, trilinos and pyamgx (Nvidia). Scipy's is the one that a
package registry has for every machine; pyamg, where it is installed, adds a preconditioner to it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from phasefield.bench.whole import short_run as _short_run
from phasefield.fipy_backend.conserved import FipyConservedStepper
from phasefield.fipy_backend.library import EquilibratedLU, fipy

__all__ = ["short_run"]

TOLERANCE = 1e-8
"""Of an iterative solver, over the right side; looser, Newton's method wanders."""

MOST_ITERATIONS = 2000


def _maker(name: str) -> Callable[[], Any]:
    """What makes the solver of this name, which the table gives it."""
    direct: dict[str, Callable[[], Any]] = {"scaled LU": EquilibratedLU, "LU": fipy.LinearLUSolver}
    if name in direct:
        return direct[name]
    kind, preconditioner = name.split(" + ")
    solver = {
        "GMRES": fipy.LinearGMRESSolver,
        "BiCGSTAB": fipy.LinearBicgstabSolver,
        "CGS": fipy.LinearCGSSolver,
    }[kind]
    made = {
        "none": lambda: None,
        "Jacobi": fipy.JacobiPreconditioner,
        "ILU": fipy.ILUPreconditioner,
        "aggregation": fipy.SmoothedAggregationPreconditioner,
    }[preconditioner]
    return lambda: solver(tolerance=TOLERANCE, iterations=MOST_ITERATIONS, precon=made())


def short_run(solver: str, spacing: str, steps: int, dimensions: int = 2) -> dict[str, Any]:
    """`whole.short_run` on FiPy with the named solver."""
    FipyConservedStepper.linear_solver = staticmethod(_maker(solver))
    return _short_run(spacing, steps, "fipy", dimensions=dimensions)
