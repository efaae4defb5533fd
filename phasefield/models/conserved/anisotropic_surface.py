"""What anisotropy adds to the gradient energy of the conserved model: residual, tangent, energy.

The energy density of a cell is the mean over its corners (four in 2D, eight in 3D) of
(kappa1(n) - kappa) |p|^2/2, with p the differences to the neighbours towards that corner, times psi
of the cell. With a kappa1 that does not depend on direction that is the sum over faces that
`kernels` takes the isotropic part from. The residual is thus the derivative of one discrete
energy, which steps at rest can only lower.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from phasefield.grid.collectives import total
from phasefield.grid.faces import neighbour
from phasefield.grid.smoothed_domain import Domain
from phasefield.models.conserved.contribution import Contribution
from phasefield.models.conserved.kernels import B_XI, MU, XI
from phasefield.models.conserved.parameters import Parameters
from phasefield.models.conserved.step import Step, Unknowns
from phasefield.physics.anisotropy import (
    cubic_curvature,
    cubic_flux,
    planar_curvature,
    planar_flux,
)

__all__ = ["Surface"]

Array = NDArray[np.float64]


@njit(cache=True)
def _slope(shape, spacing, pore, xi, k, j, i, d):
    """Difference of xi over the spacing [m-1] to the neighbour in direction d, 0 without one."""
    nz, ny, nx = shape
    c = (k * ny + j) * nx + i
    n = neighbour(d, k, j, i, nz, ny, nx)
    if n == c or pore[n] == 0.0:
        return 0.0
    return (2.0 * (d % 2) - 1.0) * (xi[n] - xi[c]) / spacing[d // 2]


@njit(cache=True)
def _slopes(shape, spacing, pore, xi, k, j, i):
    """The six of them."""
    return (
        _slope(shape, spacing, pore, xi, k, j, i, 0),
        _slope(shape, spacing, pore, xi, k, j, i, 1),
        _slope(shape, spacing, pore, xi, k, j, i, 2),
        _slope(shape, spacing, pore, xi, k, j, i, 3),
        _slope(shape, spacing, pore, xi, k, j, i, 4),
        _slope(shape, spacing, pore, xi, k, j, i, 5),
    )


@njit(cache=True, parallel=True)
def _bend(shape, spacing, pore, xi, kappa, epsilon, fold, flux, stiffness, cross):
    """Write what a cell adds to its six faces, without psi, less the isotropic part.

    `flux` [J m-2] and its derivative `stiffness` to the slope across the face [J m-1] are sums over
    the corners of the cell at that face, (cells, 6); `cross` are the derivatives that join two axes
    at each corner, yx in 2D, zy zx yx in 3D [J m-1].
    """
    nz, ny, nx = shape
    share = 1.0 / cross.shape[1]
    for row in prange(nz * ny):
        k, j = row // ny, row % ny
        for i in range(nx):
            c = row * nx + i
            flux[c] = 0.0
            stiffness[c] = 0.0
            cross[c] = 0.0
            if pore[c] == 0.0:
                continue
            p = _slopes(shape, spacing, pore, xi, k, j, i)
            for corner in range(cross.shape[1]):
                z, y, x = corner // 4, 2 + corner // 2 % 2, 4 + corner % 2
                if nz == 1:
                    fy, fx, _ = planar_flux(p[y], p[x], kappa, epsilon, fold)
                    yy, xx, yx = planar_curvature(p[y], p[x], kappa, epsilon, fold)
                else:
                    fz, fy, fx, _ = cubic_flux(p[z], p[y], p[x], kappa, epsilon)
                    zz, yy, xx, zy, zx, yx = cubic_curvature(p[z], p[y], p[x], kappa, epsilon)
                    flux[c, z] += share * (fz - kappa * p[z])
                    stiffness[c, z] += share * (zz - kappa)
                    cross[c, corner, 1] = share * zy
                    cross[c, corner, 2] = share * zx
                flux[c, y] += share * (fy - kappa * p[y])
                flux[c, x] += share * (fx - kappa * p[x])
                stiffness[c, y] += share * (yy - kappa)
                stiffness[c, x] += share * (xx - kappa)
                cross[c, corner, 0] = share * yx


@njit(cache=True, parallel=True)
def _bend_across(shape, spacing, pore, xi, cross, flux):
    """Write the `flux` that slopes of xi along one axis make through faces across another one."""
    nz, ny, nx = shape
    for row in prange(nz * ny):
        k, j = row // ny, row % ny
        for i in range(nx):
            c = row * nx + i
            flux[c] = 0.0
            if pore[c] == 0.0:
                continue
            p = _slopes(shape, spacing, pore, xi, k, j, i)
            for corner in range(cross.shape[1]):
                z, y, x = corner // 4, 2 + corner // 2 % 2, 4 + corner % 2
                yx = cross[c, corner, 0]
                flux[c, y] += yx * p[x]
                flux[c, x] += yx * p[y]
                if nz > 1:
                    zy, zx = cross[c, corner, 1], cross[c, corner, 2]
                    flux[c, z] += zy * p[y] + zx * p[x]
                    flux[c, y] += zy * p[z]
                    flux[c, x] += zx * p[z]


@njit(cache=True)
def _through(shape, pore, added, k, j, i, d):
    """Sum of psi `added` of the two cells at a face, (cells, 6); 0 where none is joined there."""
    _, ny, nx = shape
    c = (k * ny + j) * nx + i
    n = neighbour(d, k, j, i, *shape)
    if n == c or pore[c] == 0.0 or pore[n] == 0.0:
        return 0.0
    return pore[c] * added[c, d] + pore[n] * added[n, d ^ 1]


@njit(cache=True, parallel=True)
def _diverge(shape, spacing, pore, flux, scale, out):
    """Add minus the divergence of psi times `flux`, times `scale`, to row (B) of `out`."""
    nz, ny, nx = shape
    for row in prange(nz * ny):
        k, j = row // ny, row % ny
        for i in range(nx):
            c = row * nx + i
            for d in range(6):
                through = _through(shape, pore, flux, k, j, i, d)
                out[c, MU] -= scale * (2.0 * (d % 2) - 1.0) * through / spacing[d // 2]


@njit(cache=True, parallel=True)
def _stiffen(shape, spacing, pore, stiffness, scale, values):
    """Add the derivatives along the axes to the slots (B, xi) of the Jacobian."""
    nz, ny, nx = shape
    for row in prange(nz * ny):
        k, j = row // ny, row % ny
        for i in range(nx):
            c = row * nx + i
            for d in range(6):
                stiff = _through(shape, pore, stiffness, k, j, i, d)
                stiff *= scale / spacing[d // 2] ** 2
                values[c, B_XI] += stiff
                values[c, B_XI + 1 + d] -= stiff


class Surface(Contribution):
    """Anisotropic part of the gradient energy on one domain.

    Parameters
    ----------
    domain : frozen scaffold fields.
    model : coefficients.
    """

    at_rest = True

    def __init__(self, domain: Domain, model: Parameters) -> None:
        cells, flat = domain.grid.size, domain.grid.shape[0] == 1
        self._domain, self._model = domain, model
        self._grid = domain.grid.shape, domain.grid.spacing, domain.pore.ravel()
        self._scale = 1.0 / model.barrier_height
        self._flux, self._stiffness = np.zeros((cells, 6)), np.zeros((cells, 6))
        self._cross = np.zeros((cells, 4, 1) if flat else (cells, 8, 3))

    def add(self, unknowns: Unknowns, step: Step, residual: Array, values: Array) -> None:
        """Add to row (B) of `residual` (cells, 3) and to the Jacobian `values`.

        The Jacobian has slots for derivatives along the axes; `multiply` has the others.
        """
        del step
        self._evaluate(unknowns.xi)
        _diverge(*self._grid, self._flux, self._scale, residual)
        _stiffen(*self._grid, self._stiffness, self._scale, values)

    def operator(self, step: Step) -> Surface:
        """Itself: what `multiply` does."""
        del step
        return self

    def multiply(self, x: Array, out: Array) -> None:
        """Add to `out` what the derivatives that join two axes make of `x`, both (cells, 3).

        They are those at the xi that was last given to `add`.
        """
        _bend_across(*self._grid, np.ascontiguousarray(x[:, XI]), self._cross, self._flux)
        _diverge(*self._grid, self._flux, self._scale, out)

    def energy(self, xi: Array) -> float:
        """Sum of psi (kappa1 - kappa)/2 |grad xi|^2 over all cells [J m-3]; xi (nz, ny, nx)."""
        self._evaluate(xi.ravel())
        flux, pore, energy = self._flux.reshape(*xi.shape, 6), self._domain.pore, 0.0
        for axis, spacing in enumerate(self._domain.grid.spacing):
            below, above = (np.delete(pore, end, axis) for end in (-1, 0))
            slope = np.diff(xi, axis=axis) / spacing * (below > 0.0) * (above > 0.0)
            up = np.delete(flux[..., 2 * axis + 1], -1, axis)
            down = np.delete(flux[..., 2 * axis], 0, axis)
            energy += 0.5 * total(slope * (below * up + above * down))
        return energy

    def _evaluate(self, xi: Array) -> None:
        model = self._model
        _bend(
            *self._grid, xi, model.gradient_coefficient, model.anisotropy, model.fold,
            self._flux, self._stiffness, self._cross,
        )  # fmt: skip
