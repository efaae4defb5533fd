"""The published model written in FiPy's terms, linearised about the last sweep.

One method per equation of the theory page, in SI and in its order. Every nonlinear term is its
value at the last sweep (marked *) plus its derivatives times (u - u*), so that the residual of the
linear system at u = u* is that of the nonlinear equations.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasefield.fipy_backend.library import LinearSource, fipy, make_mesh
from phasefield.grid.faces import harmonic_slope
from phasefield.grid.smoothed_domain import Domain
from phasefield.models.published.newton_system import PublishedStep
from phasefield.models.published.parameters import PublishedParameters
from phasefield.physics.anisotropy import cubic_flux, planar_flux
from phasefield.physics.published import (
    chemical_prime,
    chemical_second,
    driving_force,
    driving_force_slopes,
    effective,
    effective_prime,
    interpolation_prime,
    interpolation_second,
)

__all__ = ["FipyPublishedEquations"]

Array = NDArray[np.float64]


class FirstCellTerm(fipy.CentralDifferenceConvectionTerm):
    """div(coeff u), with u of the cell that FiPy counts first of a face's two, on inner faces."""

    def _alpha(self, peclet: Any) -> Any:
        return fipy.FaceVariable(mesh=peclet.mesh, value=1.0)


class SecondCellTerm(fipy.CentralDifferenceConvectionTerm):
    """div(coeff u), with u of the cell that FiPy counts second of a face's two."""

    def _alpha(self, peclet: Any) -> Any:
        return fipy.FaceVariable(mesh=peclet.mesh, value=0.0)


class FipyPublishedEquations:
    """FiPy variables of one domain, and the coupled equation of a sweep.

    Attributes
    ----------
    xi, c, v : cell variables; their values are the last sweep's.
    applied : variable, V0 [V] of the current collector's face, where V = -V0.
    """

    def __init__(self, domain: Domain, model: PublishedParameters) -> None:
        self.model, self._grid = model, domain.grid
        self.mesh = make_mesh(domain.grid)
        self._phi = domain.phi.ravel()
        self.xi, self.c, self.v = (
            fipy.CellVariable(mesh=self.mesh, name=name, hasOld=True) for name in ("xi", "c", "V")
        )
        self.applied = fipy.Variable(value=0.0)
        self._inside = ~np.asarray(self.mesh.exteriorFaces.value, bool)
        self._axes = [axis for axis in reversed(range(3)) if domain.grid.shape[axis] > 1]
        along = self.mesh.faceCenters.value[self._axes.index(domain.grid.growth_axis)]
        bottom = along <= 1e-9 * domain.grid.height
        top = along >= (1.0 - 1e-9) * domain.grid.height
        self.c.constrain(model.ion_concentration, where=top)
        self.v.constrain(0.0, where=top)
        self.v.constrain(-self.applied, where=bottom)
        self._ions_pass = ~bottom
        if model.metal_side_fixed:
            self.c.constrain(model.ion_concentration, where=bottom)
            self._ions_pass[:] = True

    def coupled(self, step: PublishedStep) -> Any:
        """The equations (9), (11), (12) of one sweep, to be solved together for (xi, c, V).

        The time formula is a backward Euler step from history/alpha0, which is kept in .old.
        """
        self.xi.old.setValue(step.xi_history / step.formula.alpha0)
        self.c.old.setValue(step.c_history / step.formula.alpha0)
        system = self._lithium(step) & self._ions(step) & self._charge(step)
        return system([self.xi, self.c, self.v])

    def _lithium(self, step: PublishedStep) -> Any:
        """(9) d xi/dt = -L_sigma [df0/dxi - div(dE/d grad xi)] + L_eta h'(xi) G(c, V)."""
        model, xi, c, v = self.model, self.xi.value, self.c.value, self.v.value
        kinetics = c / model.ion_concentration, v, model.transfer_coefficient, model.thermal_voltage
        force = driving_force.py_func(*kinetics)
        by_c, by_v = driving_force_slopes.py_func(*kinetics)
        barriers = model.barrier_height, model.cross_barrier
        rate = model.reaction_rate * interpolation_prime.py_func(xi)
        value = model.interface_mobility * chemical_prime.py_func(xi, self._phi, *barriers)
        slope = model.interface_mobility * chemical_second.py_func(xi, self._phi, *barriers)
        slope = slope - model.reaction_rate * interpolation_second.py_func(xi) * force
        by_c, by_v = -rate * by_c / model.ion_concentration, -rate * by_v
        known = self._cells(value - rate * force - slope * xi - by_c * c - by_v * v)
        local = self._linear(slope, self.xi) + self._linear(by_c, self.c)
        storage = fipy.TransientTerm(coeff=step.formula.alpha0, var=self.xi)
        return storage + known + local + self._linear(by_v, self.v) == self._bend()

    def _bend(self) -> Any:
        """L_sigma div(dE/d grad xi): kappa1 grad xi implicit, the turning of kappa1 explicit."""
        gradient = self.xi.faceGrad.value
        flux, stiff = self._gradient_flux(gradient)
        mobility = self.model.interface_mobility
        turning = self._faces(mobility * self._inside * (flux - stiff * gradient))
        term = fipy.DiffusionTerm(coeff=self._faces(mobility * stiff), var=self.xi)
        return term + self._cells(turning.divergence.value)

    def _gradient_flux(self, gradient: Array) -> tuple[Array, Array]:
        """dE/d grad xi [J m-2] (dimensions, faces) and kappa1 [J m-1] (faces,) on the faces."""
        model = self.model
        kappa = model.gradient_coefficient
        if model.anisotropy == 0.0:
            return kappa * gradient, np.full(gradient.shape[1], kappa)
        p = np.zeros((3, gradient.shape[1]))
        p[self._axes] = gradient
        if self._grid.shape[0] == 1:
            *flux, stiff = planar_flux.py_func(p[1], p[2], kappa, model.anisotropy, model.fold)
            flux = [np.zeros_like(stiff), *flux]
        else:
            *flux, stiff = np.vectorize(cubic_flux)(*p, kappa, model.anisotropy)
        return np.array(flux)[self._axes], stiff

    def _ions(self, step: PublishedStep) -> Any:
        """(11) dc/dt = div(D grad c + D/(RT/F) c grad V) - c_s d xi/dt."""
        model = self.model
        values = model.diffusivity_metal, model.diffusivity_electrolyte, model.diffusivity_vacuum
        face, by_first, by_second = self._conduction(*values)
        face, by_first, by_second = (self._ions_pass * a for a in (face, by_first, by_second))
        concentration = self.c.arithmeticFaceValue.value / model.thermal_voltage
        gradient = self.v.faceGrad.value
        drift = self._inside * face * gradient / model.thermal_voltage
        drive = self.c.faceGrad.value + concentration * gradient
        known = self._faces(drift * self.c.arithmeticFaceValue.value).divergence.value
        transport = (
            fipy.DiffusionTerm(coeff=self._faces(face), var=self.c)
            + fipy.DiffusionTerm(coeff=self._faces(face * concentration), var=self.v)
            + fipy.CentralDifferenceConvectionTerm(coeff=self._faces(drift), var=self.c)
            - self._cells(known)
            + self._by_xi(by_first * drive, by_second * drive)
        )
        sink = fipy.TransientTerm(coeff=step.formula.alpha0 * model.site_density, var=self.xi)
        return fipy.TransientTerm(coeff=step.formula.alpha0, var=self.c) + sink == transport

    def _charge(self, step: PublishedStep) -> Any:
        """(12) div(sigma grad V) = F c_s d xi/dt."""
        model = self.model
        values = model.conductivity_metal, model.conductivity_electrolyte, model.conductivity_vacuum
        face, by_first, by_second = self._conduction(*values)
        gradient = self.v.faceGrad.value
        current = fipy.DiffusionTerm(coeff=self._faces(face), var=self.v) + self._by_xi(
            by_first * gradient, by_second * gradient
        )
        grown = fipy.TransientTerm(coeff=step.formula.alpha0 * model.charge_density, var=self.xi)
        return current == grown

    def _conduction(self, metal: float, electrolyte: float, vacuum: float) -> tuple[Array, ...]:
        """Effective sigma or D on the faces, and its derivatives to xi of either cell; (faces,).

        FiPy takes a harmonic mean below 1e-20 as 0, hence in units of the electrolyte.
        """
        arguments = self.xi.value, self._phi
        value = effective.py_func(*arguments, metal, electrolyte, vacuum) / electrolyte
        slope = effective_prime.py_func(*arguments, metal, vacuum)
        (first, second), (first_slope, second_slope) = self._sides(value), self._sides(slope)
        return (
            electrolyte * self._cells(value).harmonicFaceValue.value,
            self._inside * harmonic_slope.py_func(first, second) * first_slope,
            self._inside * harmonic_slope.py_func(second, first) * second_slope,
        )

    def _by_xi(self, first: Array, second: Array) -> Any:
        """Change of div(flux) with xi, of flux derivatives to the xi of the cells of a face."""
        one, two = self._sides(self.xi.value)
        known = self._faces(first * one + second * two).divergence.value
        return (
            FirstCellTerm(coeff=self._faces(first), var=self.xi)
            + SecondCellTerm(coeff=self._faces(second), var=self.xi)
            - self._cells(known)
        )

    def _linear(self, slope: Array, var: Any) -> Any:
        return LinearSource(coeff=self._cells(slope), var=var)

    def _cells(self, values: Array) -> Any:
        return fipy.CellVariable(mesh=self.mesh, value=values)

    def _faces(self, values: Array) -> Any:
        return fipy.FaceVariable(mesh=self.mesh, rank=values.ndim - 1, value=values)

    def _sides(self, values: Array) -> tuple[Array, Array]:
        """Values in the two cells of each face; an outer face has its one cell twice."""
        first, second = np.ma.filled(self.mesh.faceCellIDs, -1)
        return values[first], values[np.where(second < 0, first, second)]
