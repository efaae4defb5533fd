"""Solve a stored system with PETSc and hypre; run as a script, by an interpreter with petsc4py.

It imports nothing of phasefield: that interpreter need not have it.
"""

from __future__ import annotations

import sys
import time
from glob import glob

import numpy as np

DEBIAN = "/usr/lib/petscdir/petsc*/*/lib/python3/dist-packages"
"""Where Debian keeps petsc4py; its link to there comes with the development files of PETSc."""


def main(given: str, found: str) -> None:
    """Read the system from one file and write solution, seconds and iterations to the other."""
    sys.path += glob(DEBIAN)
    from petsc4py import PETSc

    system = np.load(given)
    size = len(system["right"])
    matrix = PETSc.Mat().createAIJ(
        (size, size), csr=(system["ends"], system["indices"], system["data"])
    )
    right, solution = matrix.createVecs()
    right.setArray(system["right"])
    start = time.process_time()
    solver = PETSc.KSP().create()
    solver.setOperators(matrix)
    solver.setType("cg")
    solver.setNormType(PETSc.KSP.NormType.UNPRECONDITIONED)
    solver.getPC().setType("hypre")
    solver.setTolerances(rtol=float(system["tolerance"]), atol=0.0, max_it=200)
    solver.setUp()
    ready = time.process_time()
    solver.solve(right, solution)
    done = time.process_time()
    np.savez(
        found,
        potential=solution.getArray(),
        seconds=[ready - start, done - ready],
        iterations=solver.getIterationNumber(),
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
