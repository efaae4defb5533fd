"""Solution of the Newton systems: multigrid and Krylov, with the direct solver behind them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from phasefield.solvers.direct import Factors
from phasefield.solvers.fgmres import Operator, Workspace
from phasefield.solvers.multigrid.block import Multigrid
from phasefield.solvers.multigrid.block_coarsening import Layout
from phasefield.solvers.sparsity import Sparsity
from phasefield.solvers.vectors import add, weighted_sum

__all__ = ["DIRECT_UNKNOWNS", "LinearSolver", "UnassembledOperator"]

Array = NDArray[np.float64]
log = logging.getLogger(__name__)

TOLERANCE = 1e-5
"""Residual of a Newton system over its right side (2-norms). Newton's method squares its error, so
a tighter solution saves no Newton iteration before the last, a looser one costs some."""

MOST_ITERATIONS = 40
"""Of the Krylov solver until it starts again from what it has found."""

LARGE = 1_000_000
"""Cells from which on it starts again sooner: an iteration keeps 48 bytes of each cell."""

MOST_OF_LARGE = 10
"""Iterations until then: more than steps take but a few (`docs/explanation/performance.md`)."""

LOST = 1e-2
"""Ratio above which a solution of the Krylov solver is not used: a direct one is made, or the
step fails. Below, Newton's method goes on with what there is."""

DIRECT_BELOW = {0: 5000, 1: 5000, 2: 5000, 3: 1500}
"""Unknowns, by dimensions, up to which the direct solver goes first. There a narrow band takes
about as long as multigrid (4080 unknowns in 2D: 3.7 ms against 3.1), whose kernels take 15 s to
compile, once. SuperLU is slower (24 000 unknowns in 2D: 90 ms against 15; 15 000 in 3D: 600 against
10)."""

DIRECT_UNKNOWNS = {0: 1_000_000, 1: 1_000_000, 2: 300_000, 3: 40_000}
"""Unknowns, by dimensions, up to which the direct solver may help out: some 2 GB and minutes."""


class UnassembledOperator(Protocol):
    """A part of a matrix that has no slots: kept out of factors and coarse grids."""

    def multiply(self, x: Array, out: Array) -> None:
        """Add this part times `x` to `out`, both (cells, 3)."""


@dataclass(frozen=True)
class _Joined:
    """The matrix of the slots and what is beside it, preconditioned by the former."""

    slots: Operator
    unassembled: Sequence[UnassembledOperator]

    def multiply(self, x: Array, out: Array) -> None:
        self.slots.multiply(x, out)
        for part in self.unassembled:
            part.multiply(x, out)

    def precondition(self, b: Array, x: Array, product: Array) -> None:
        self.slots.precondition(b, x, product)
        for part in self.unassembled:
            part.multiply(x, product)


@dataclass(frozen=True)
class _Factorised:
    """The matrix of the slots with its factors as the preconditioner."""

    matrix: sparse.csc_array
    factors: Factors
    sparsity: Sparsity

    def multiply(self, x: Array, out: Array) -> None:
        out[:] = self.sparsity.unpack(self.matrix @ self.sparsity.pack(x))

    def precondition(self, b: Array, x: Array, product: Array) -> None:
        x[:] = self.sparsity.unpack(self.factors.solve(self.sparsity.pack(b)))
        product[:] = b


class LinearSolver:
    """Solves with the Jacobian whose slots were last given to `factorise`.

    Small systems are factorised, the others get multigrid and Krylov iterations. Nothing is carried
    from one step to the next but memory, so that a restart finds the same numbers.

    Parameters
    ----------
    layout : slots of the model.
    sparsity : which unknowns exist, and their order for the direct solver.
    conserved : (3,) weights of the rows whose sum over all cells is a conserved quantity, e.g.
        lithium. That sum of the residual is made zero to round-off whatever the tolerance.

    Attributes
    ----------
    unassembled : what the matrix has beside its slots, which adds nothing to the conserved sum of a
        column; the Krylov solver then goes on top of the direct one, too.
    """

    def __init__(
        self,
        layout: Layout,
        sparsity: Sparsity,
        conserved: Array | None = None,
    ) -> None:
        self._sparsity, self._conserved = sparsity, conserved
        self.unassembled: Sequence[UnassembledOperator] = ()
        self._dimensions = sum(n > 1 for n in sparsity.shape)
        self._multigrid = Multigrid(layout, sparsity.shape)
        most = MOST_ITERATIONS if len(sparsity.mask) < LARGE else MOST_OF_LARGE
        self._workspace = Workspace(sparsity.mask.shape, most)
        self._values = np.zeros((0, 0))
        self._factors: Factors | None = None
        self._shape_of_loss: tuple[Array, float] | None = None

    @property
    def iterations(self) -> int:
        """Krylov iterations spent so far."""
        return self._workspace.iterations

    def factorise(self, values: Array, *, as_before: bool = False) -> LinearSolver:
        """Take a new Jacobian, slots (cells, slots), which `solve` goes on reading; return self.

        `as_before` if it is one of the same equations at another iterate: what hardly changes with
        that is used again.
        """
        self._values, self._factors = values, None
        if self._sparsity.size <= DIRECT_BELOW[self._dimensions]:
            self._factors = Factors(self._sparsity.matrix(values))
        else:
            self._multigrid.factorise(values, as_before=as_before)
        if not as_before:
            self._shape_of_loss = None
        return self

    def solve(self, right: Array) -> Array:
        """Solution for a right side, both (cells, 3) with 0 where there is no unknown.

        Raises
        ------
        RuntimeError : no solution was found.
        """
        if self._factors is not None and not self.unassembled:
            return self._sparsity.unpack(self._factors.solve(self._sparsity.pack(right)))
        x, residual, ratio = self._workspace.solve(self._operator(), right, TOLERANCE)
        if ratio <= LOST:
            self._conserve(x, residual)
            return x
        if self._factors is not None:
            raise RuntimeError(f"the linear solver stands at {ratio:.1e} of its right side")
        self._factors = self._rescue(ratio)
        return self.solve(right)

    def _operator(self) -> Operator:
        """What the Krylov solver works with."""
        slots: Operator = self._multigrid
        if self._factors is not None:
            slots = _Factorised(self._sparsity.matrix(self._values), self._factors, self._sparsity)
        return _Joined(slots, self.unassembled) if self.unassembled else slots

    def _rescue(self, ratio: float) -> Factors:
        size, most = self._sparsity.size, DIRECT_UNKNOWNS[self._dimensions]
        if size > most:
            raise RuntimeError(f"the linear solver stands at {ratio:.1e} of its right side")
        log.info("Krylov solver stands at %.1e: factorising %d unknowns", ratio, size)
        return Factors(self._sparsity.matrix(self._values))

    def _conserve(self, x: Array, residual: Array) -> None:
        """Change x so little that the conserved sum of the residual is zero.

        The conserved rows of all Jacobians of a step have one sum: what `shape` adds to it holds.
        """
        if self._conserved is None:
            return
        if self._shape_of_loss is None:
            even, product = np.empty_like(x), np.empty_like(x)
            right = np.asarray(self._sparsity.mask * (self._conserved > 0.0), float)
            self._operator().precondition(right, even, product)
            self._shape_of_loss = even, weighted_sum(product, self._conserved)
        shape, sum_of_shape = self._shape_of_loss
        much = weighted_sum(residual, self._conserved) / sum_of_shape
        add(shape.reshape(1, -1), np.array([much]), x.ravel())
