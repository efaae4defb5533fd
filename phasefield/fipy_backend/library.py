"""The one place that imports FiPy, and the three things the equations need beside it.

FiPy chooses its linear solvers from the environment and reads the command line when it is imported;
both are kept out of it here. Guyer, Wheeler & Warren, Comput. Sci. Eng. 11(3) (2009) 6.
"""

from __future__ import annotations

import os
import sys
import warnings
from typing import Any
from unittest import mock

import numpy as np
from scipy.sparse import diags_array
from scipy.sparse.linalg import splu

from phasefield.grid.grid import Grid

os.environ.setdefault("FIPY_SOLVERS", "scipy")
with mock.patch.object(sys, "argv", sys.argv[:1]), warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # numpy.core, inside FiPy
    import fipy
    from fipy.solvers.scipy.scipySolver import ScipySolver

__all__ = ["EquilibratedLU", "LinearSource", "fipy", "make_mesh"]


def make_mesh(grid: Grid) -> Any:
    """FiPy's uniform mesh of a grid, without its flat axes; cells in the order of array.ravel().

    FiPy counts x fastest, as a C-ordered [z, y, x] array does; the last axis that is not flat
    becomes FiPy's x, the one before it y, and so on.
    """
    live = [axis for axis in reversed(range(3)) if grid.shape[axis] > 1]
    sizes: dict[str, float] = {}
    for name, axis in zip("xyz", live, strict=False):
        sizes[f"n{name}"], sizes[f"d{name}"] = grid.shape[axis], grid.spacing[axis]
    return (fipy.Grid1D, fipy.Grid2D, fipy.Grid3D)[len(live) - 1](**sizes)


class LinearSource(fipy.ImplicitSourceTerm):
    """S u, implicit whatever its sign.

    FiPy's own term takes S u from the last sweep in every cell where S weakens the diagonal (or, in
    a coupling, is negative): Newton's method becomes a fixed point iteration, singular or not
    depending on the side of the equation that S u is written on.
    """

    def _getWeight(self, var: Any, *_: Any, **__: Any) -> dict[str, float]:
        return {"diagonal": 1.0, "old value": 0.0, "b vector": 0.0, "new value": 0.0}


class EquilibratedLU(ScipySolver):
    """Direct solve after scaling rows and columns to a largest entry of 1.

    The unknowns are in SI (xi about 1, mu about 1e7 Pa): FiPy's own `LinearLUSolver` divides the
    whole matrix by one number and in effect does not pivot, which fails on detached bodies.
    """

    def _solve_(self, matrix: Any, x: Any, right: Any) -> Any:
        rows = 1.0 / abs(matrix).max(axis=1).toarray().ravel()
        scaled = diags_array(rows) @ matrix
        columns = 1.0 / abs(scaled).max(axis=0).toarray().ravel()
        factors = splu((scaled @ diags_array(columns)).tocsc())
        for _ in range(2):  # the second one is iterative refinement
            x[:] -= columns * factors.solve(rows * (matrix @ x - right))
        if not np.isfinite(x).all():
            raise RuntimeError("the linear system has no finite solution")
        self._setConvergence(suite="scipy", code=0, iterations=2, residual=0.0)
        return x
