"""Divergence of the (anisotropic) gradient-energy flux on the grid, no flux at the edges."""

from __future__ import annotations

from numba import njit, prange

from phasefield.grid.faces import neighbour
from phasefield.physics.anisotropy import cubic_flux, planar_flux

__all__ = ["gradient_divergence"]


@njit(cache=True)
def slope(xi, direction, here, shape, spacing):
    """Central difference of `xi` along axis `direction` at the cell `here` = (k, j, i) [m-1]."""
    k, j, i = here
    nz, ny, nx = shape
    ahead = neighbour(2 * direction + 1, k, j, i, nz, ny, nx)
    behind = neighbour(2 * direction, k, j, i, nz, ny, nx)
    return (xi[ahead] - xi[behind]) / (2.0 * spacing[direction])


@njit(cache=True, parallel=True)
def gradient_divergence(shape, spacing, xi, kappa0, epsilon, fold, bend, kappa):
    """Write `bend` = div(dE/d grad xi) [J m-3] and the `kappa` of each cell [J m-1]; arrays flat.

    Every face takes its normal derivative from its two cells and the transverse ones as the mean of
    their central differences. kappa1 of a cell is the largest of its faces: what the (isotropic)
    Jacobian of the implicit step uses, so that Newton's method does not overshoot.
    """
    nz, ny, nx = shape
    for row in prange(nz * ny):
        k, j = row // ny, row % ny
        for i in range(nx):
            c = row * nx + i
            total, stiffest = 0.0, 0.0
            for side in range(6):
                n = neighbour(side, k, j, i, nz, ny, nx)
                if n == c:
                    continue
                axis = side // 2
                sign = 2.0 * (side % 2) - 1.0
                normal = sign * (xi[n] - xi[c]) / spacing[axis]
                if epsilon == 0.0:
                    total += sign * kappa0 * normal / spacing[axis]
                    stiffest = kappa0
                    continue
                there = (n // (ny * nx), (n // nx) % ny, n % nx)
                p = [0.0, 0.0, 0.0]
                for other in range(3):
                    if other == axis:
                        p[other] = normal
                    else:
                        p[other] = 0.5 * (
                            slope(xi, other, (k, j, i), shape, spacing)
                            + slope(xi, other, there, shape, spacing)
                        )
                if nz == 1:
                    fy, fx, stiff = planar_flux(p[1], p[2], kappa0, epsilon, fold)
                    flux = fy if axis == 1 else fx
                else:
                    fz, fy, fx, stiff = cubic_flux(p[0], p[1], p[2], kappa0, epsilon)
                    flux = fz if axis == 0 else (fy if axis == 1 else fx)
                total += sign * flux / spacing[axis]
                stiffest = max(stiffest, stiff)
            bend[c] = total
            kappa[c] = stiffest
