"""The conserved model written in FiPy's terms, linearised about the last sweep.

One method per equation of the theory page, in SI and in its order. Every nonlinear term is its
value at the last sweep (marked *) plus its derivatives times (u - u*), so that the residual of the
linear system at u = u* is that of the nonlinear equations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasefield.fipy_backend.library import LinearSource, fipy, make_mesh
from phasefield.grid.faces import face_mean
from phasefield.grid.smoothed_domain import Domain
from phasefield.models.conserved.parameters import Parameters
from phasefield.models.conserved.step import Step
from phasefield.physics.energy import (
    elastic_well_prime,
    elastic_well_second,
    wall_prime,
    wall_second,
)
from phasefield.physics.kinetics import butler_volmer, butler_volmer_prime, overpotential
from phasefield.physics.transport import contact, contact_prime, filling, filling_prime

__all__ = ["METAL_CONDUCTIVITY", "FipyEquations", "MeshFields", "Reaction", "sides"]

Array = NDArray[np.float64]

METAL_CONDUCTIVITY = 1.08e7
"""Electronic conductivity of lithium [S m-1] (CRC Handbook, 298 K): it makes the potential of a
detached body one number, to 1e-10 V over its size."""


@dataclass(frozen=True)
class Reaction:
    """a H(xi) i at the last sweep [A m-3] and its derivatives, flat (cells,).

    The derivative to V_s is minus the one to V_l.
    """

    rate: Array
    by_xi: Array
    by_mu: Array
    by_ion: Array


@dataclass(frozen=True)
class MeshFields:
    """A FiPy mesh and the frozen fields on it.

    Attributes
    ----------
    mesh : the mesh.
    pore, electrolyte : psi and phi of the cells [1]; 0 where (A), (B) or (C) has no unknown.
    wall_density : a of the cells [m-1].
    pore_face, electrolyte_face : what carries lithium and ions across each face [1].
    """

    mesh: Any
    pore: Array
    electrolyte: Array
    wall_density: Array
    pore_face: Array
    electrolyte_face: Array

    @classmethod
    def of(cls, domain: Domain) -> MeshFields:
        """Those of a domain, on its own grid; faces take the mean, zero beside a dropped cell."""
        mesh = make_mesh(domain.grid)
        pore, electrolyte = domain.pore.ravel(), domain.electrolyte.ravel()
        faces = [face_mean.py_func(*sides(mesh, share)) for share in (pore, electrolyte)]
        return cls(mesh, pore, electrolyte, domain.wall_density.ravel(), *faces)


def sides(mesh: Any, values: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Values in the two cells of each face; an outer face has its one cell twice."""
    first, second = np.ma.filled(mesh.faceCellIDs, -1)
    return values[first], values[np.where(second < 0, first, second)]


class FipyEquations:
    """FiPy variables on one mesh, and the coupled equation of a sweep.

    Attributes
    ----------
    xi, mu, ion : cell variables; their values are the last sweep's.
    metal : V_s of the last sweep [V], flat (cells,).
    metal_change : cell variable, what a sweep adds to V_s. It is solved for in place of V_s: metal
        conducts so well that the rounding of V_s itself would be felt as a current.
    """

    def __init__(self, frozen: MeshFields, model: Parameters) -> None:
        self.model = model
        self.mesh = frozen.mesh
        self.xi = fipy.CellVariable(mesh=self.mesh, name="xi", hasOld=True)
        self.mu, self.ion, self.metal_change = (
            fipy.CellVariable(mesh=self.mesh, name=name) for name in ("mu", "V_l", "change of V_s")
        )
        self.metal = np.zeros(frozen.pore.size)
        self._pore, self._electrolyte = frozen.pore, frozen.electrolyte
        self._wall_density = frozen.wall_density
        self._pore_face = fipy.FaceVariable(mesh=self.mesh, value=frozen.pore_face)
        self._electrolyte_face = fipy.FaceVariable(mesh=self.mesh, value=frozen.electrolyte_face)

    def coupled(self, step: Step, *, floating: Array | None = None) -> Any:
        """The equations (A), (B), (C) of one sweep, to be solved together for (xi, mu, V_l).

        With `floating`, 1 in the cells of detached bodies, the change of V_s is the fourth unknown.
        """
        reaction = self.reaction()
        system = (
            self._lithium(step, reaction, floating)
            & self._potential(step)
            & self._ions(step, reaction, floating)
        )
        if floating is None:
            return system([self.xi, self.mu, self.ion])
        system = system & self._electrons(step, reaction, floating)
        return system([self.xi, self.mu, self.ion, self.metal_change])

    def reaction(self) -> Reaction:
        """Butler-Volmer reaction (D) at the last sweep."""
        model = self.model
        kinetics = model.exchange_current_density, model.transfer_coefficient, model.thermal_voltage
        back = self.mu.value * model.volume_per_charge
        e = overpotential.py_func(self.ion.value, self.metal, back)
        current = butler_volmer.py_func(e, *kinetics)
        slope = butler_volmer_prime.py_func(e, *kinetics)
        touch = self._wall_density * contact.py_func(self.xi.value)
        return Reaction(
            rate=touch * current,
            by_xi=self._wall_density * contact_prime.py_func(self.xi.value) * current,
            by_mu=-touch * slope * model.volume_per_charge,
            by_ion=touch * slope,
        )

    def _lithium(self, step: Step, reaction: Reaction, floating: Array | None) -> Any:
        """(A) psi (alpha0 xi - history)/dt = div(psi M(xi) grad mu) + V_m/F a H i.

        The time formula is a backward Euler step from history/alpha0, which is kept in xi.old.
        """
        self.xi.old.setValue(step.history / step.formula.alpha0)
        mobility, still = self.model.mobility * self._pore_face, self.model.immobile
        now = self._cells(filling.py_func(self.xi.value, still)).arithmeticFaceValue
        # Change of M on a face, taken as (mean of M') (mean of xi - xi*): the one term that is not
        # the exact derivative. It vanishes at convergence.
        change = self._cells(filling_prime.py_func(self.xi.value, still)).arithmeticFaceValue
        drift = fipy.FaceVariable(
            mesh=self.mesh, rank=1, value=(mobility * change * self.mu.faceGrad).value
        )
        known = self._cells((drift * self.xi.arithmeticFaceValue).divergence.value)
        storage = fipy.TransientTerm(
            coeff=self._cells(step.formula.alpha0 * self._pore), var=self.xi
        )
        transport = fipy.DiffusionTerm(coeff=mobility * now, var=self.mu) + (
            fipy.CentralDifferenceConvectionTerm(coeff=drift, var=self.xi) - known
        )
        plated = self._react(reaction, floating, self.model.volume_per_charge)
        return storage + self._nothing(self._pore, self.xi) == transport + plated

    def _potential(self, step: Step) -> Any:
        """(B) psi f'(xi) - kappa div(psi grad xi) + a w'(xi) = psi mu."""
        model, xi = self.model, self.xi.value
        well = model.barrier_height, model.bulk_modulus, model.edge, step.intact
        value = self._pore * elastic_well_prime.py_func(
            xi, *well
        ) + self._wall_density * wall_prime.py_func(xi, model.wetting)
        slope = self._pore * elastic_well_second.py_func(
            xi, *well
        ) + self._wall_density * wall_second.py_func(xi, model.wetting)
        potential = self._linear(self._pore, self.mu) + self._nothing(self._pore, self.mu)
        local = self._cells(value - slope * xi) + self._linear(slope, self.xi)
        stiffness = model.gradient_coefficient * self._pore_face
        return local - fipy.DiffusionTerm(coeff=stiffness, var=self.xi) == potential

    def _ions(self, step: Step, reaction: Reaction, floating: Array | None) -> Any:
        """(C) div(phi sigma grad V_l) + top = a H i."""
        conductivity = self.model.conductivity * self._electrolyte_face
        current = fipy.DiffusionTerm(coeff=conductivity, var=self.ion) + self._cells(
            step.drive.source
        )
        plated = self._react(reaction, floating, 1.0)
        return current + self._nothing(self._electrolyte, self.ion) == plated

    def _electrons(self, step: Step, reaction: Reaction, floating: Array) -> Any:
        """(E) div(sigma_Li grad V_s) + a H i = 0 in each detached body; elsewhere V_s stays 0.

        No current crosses from one body to another, hence the net one of each body is zero.
        V_s* is constant over a body, so that only its change has a gradient.
        """
        first, second = sides(self.mesh, step.index)
        same = METAL_CONDUCTIVITY * (first == second) * (first > 0)
        current = fipy.DiffusionTerm(
            coeff=fipy.FaceVariable(mesh=self.mesh, value=same), var=self.metal_change
        )
        plated = self._react(reaction, floating, 1.0, where=floating)
        return current + self._nothing(floating, self.metal_change) + plated == 0.0

    def _react(
        self, reaction: Reaction, floating: Array | None, factor: float, where: Array | float = 1.0
    ) -> Any:
        """`factor` a H i, linearised: rate* + sum of derivatives times (u - u*)."""
        slopes = [(reaction.by_xi, self.xi), (reaction.by_mu, self.mu), (reaction.by_ion, self.ion)]
        if floating is not None:
            slopes.append((-reaction.by_ion * floating, self.metal_change))
        known = reaction.rate - sum(slope * var.value for slope, var in slopes)
        total = self._cells(factor * where * known)
        for slope, var in slopes:
            total = total + self._linear(factor * where * slope, var)
        return total

    def _nothing(self, share: Array, var: Any) -> Any:
        """The trivial equation var = 0 of the cells in which `share` is zero."""
        return self._linear(np.where(share == 0.0, 1.0, 0.0), var)

    def _linear(self, coefficient: Array, var: Any) -> Any:
        return LinearSource(coeff=self._cells(coefficient), var=var)

    def _cells(self, values: Array) -> Any:
        return fipy.CellVariable(mesh=self.mesh, value=values)
