"""Residual and Jacobian of one implicit step of the published model, cell by cell.

Rows of a cell, all scaled to a change of xi in the step, with d = alpha0 xi - history of xi:
  0  d + dt L_sigma [df0/dxi - div(kappa1 grad xi)] - dt L_eta h'(xi) G(c, V)      equation (9)
  1  [alpha0 c - history - dt div(D grad c + D c grad V / V_T) + c_s d] / c0       equation (11)
  2  dt div(sigma grad V) / (F c_s) - d                                            equation (12)
Columns are scaled too: xi, c/c0, V/(RT/F). The electrodes are Dirichlet faces half a cell from the
last centres: c = c0, V = 0 on top; V = -V0 at the bottom, where ions do not pass, or c = c0.
"""

from __future__ import annotations

from numba import njit, prange

from phasefield.grid.faces import harmonic, harmonic_slope, neighbour
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
from phasefield.solvers.multigrid.block_coarsening import make_layout
from phasefield.solvers.multigrid.block_couplings import CASCADE, slots_of

__all__ = ["PUBLISHED_LAYOUT", "PUBLISHED_SLOTS", "assemble_published"]

XI, C, V = 0, 1, 2
PUBLISHED_SLOTS = slots_of(CASCADE)
X_XI, X_C, X_V, C_XI, C_C, C_V, V_XI, V_V = 0, 7, 8, 9, 16, 23, 30, 37

PUBLISHED_LAYOUT = make_layout(CASCADE, PUBLISHED_SLOTS, {(XI, XI), (C, C), (C, V), (V, V)})


@njit(cache=True, parallel=True)
def assemble_published(
    shape, spacing, axis, phi, model, alpha0, dt, xi, c, v, xi_history, c_history, bend, bend_face,
    applied, residual, values,
):  # fmt: skip
    """Write `residual` (cells, 3) and the Jacobian `values` (cells, len(PUBLISHED_SLOTS)).

    `axis` is the growth axis; `bend` div(kappa1 grad xi) of the cells [J m-3] and `bend_face` the
    kappa1 of each cell that the Jacobian uses [J m-1]; `applied` V0 [V]. Arrays are flat, SI.
    """
    nz, ny, nx = shape
    voltage, c0, density = model.thermal_voltage, model.ion_concentration, model.site_density
    for row in prange(nz * ny):
        k, j = row // ny, row % ny
        for i in range(nx):
            n_c = row * nx + i
            out = values[n_c]
            out[:] = 0.0
            x, p, here_c, here_v = xi[n_c], phi[n_c], c[n_c], v[n_c]
            d_here = effective(
                x, p, model.diffusivity_metal, model.diffusivity_electrolyte,
                model.diffusivity_vacuum,
            )  # fmt: skip
            d_slope = effective_prime(x, p, model.diffusivity_metal, model.diffusivity_vacuum)
            s_here = effective(
                x, p, model.conductivity_metal, model.conductivity_electrolyte,
                model.conductivity_vacuum,
            )  # fmt: skip
            s_slope = effective_prime(x, p, model.conductivity_metal, model.conductivity_vacuum)
            ions, ions_xi, ions_c, ions_v = 0.0, 0.0, 0.0, 0.0
            current, current_xi, current_v, bend_xi = 0.0, 0.0, 0.0, 0.0
            for side in range(6):
                inverse = 1.0 / spacing[side // 2] ** 2
                n = neighbour(side, k, j, i, nz, ny, nx)
                if n == n_c:
                    if side == 2 * axis + 1:  # counter electrode: c = c0, V = 0
                        ions += 2.0 * inverse * d_here * (c0 - here_c - c0 * here_v / voltage)
                        ions_xi += 2.0 * inverse * d_slope * (c0 - here_c - c0 * here_v / voltage)
                        ions_c -= 2.0 * inverse * d_here
                        ions_v -= 2.0 * inverse * d_here * c0 / voltage
                        current -= 2.0 * inverse * s_here * here_v
                        current_xi -= 2.0 * inverse * s_slope * here_v
                        current_v -= 2.0 * inverse * s_here
                    elif side == 2 * axis:  # metal side: V = -V0, no ions or c = c0
                        if model.metal_side_fixed:
                            drive = c0 - here_c - c0 * (applied + here_v) / voltage
                            ions += 2.0 * inverse * d_here * drive
                            ions_xi += 2.0 * inverse * d_slope * drive
                            ions_c -= 2.0 * inverse * d_here
                            ions_v -= 2.0 * inverse * d_here * c0 / voltage
                        current += 2.0 * inverse * s_here * (-applied - here_v)
                        current_xi += 2.0 * inverse * s_slope * (-applied - here_v)
                        current_v -= 2.0 * inverse * s_here
                    continue
                d_there = effective(
                    xi[n], phi[n], model.diffusivity_metal, model.diffusivity_electrolyte,
                    model.diffusivity_vacuum,
                )  # fmt: skip
                s_there = effective(
                    xi[n], phi[n], model.conductivity_metal, model.conductivity_electrolyte,
                    model.conductivity_vacuum,
                )  # fmt: skip
                fall_c, fall_v = c[n] - here_c, (v[n] - here_v) / voltage
                mean_c = 0.5 * (here_c + c[n])
                drive = fall_c + mean_c * fall_v
                face = harmonic(d_here, d_there) * inverse
                ions += face * drive
                ions_xi += harmonic_slope(d_here, d_there) * d_slope * inverse * drive
                ions_c += face * (-1.0 + 0.5 * fall_v)
                ions_v -= face * mean_c / voltage
                there_slope = effective_prime(
                    xi[n], phi[n], model.diffusivity_metal, model.diffusivity_vacuum
                )
                out[C_XI + 1 + side] = (
                    -dt / c0 * harmonic_slope(d_there, d_here) * there_slope * inverse * drive
                )
                out[C_C + 1 + side] = -dt * face * (1.0 + 0.5 * fall_v)
                out[C_V + 1 + side] = -dt / c0 * face * mean_c
                face = harmonic(s_here, s_there) * inverse
                current += face * (v[n] - here_v)
                current_xi += harmonic_slope(s_here, s_there) * s_slope * inverse * (v[n] - here_v)
                current_v -= face
                there_slope = effective_prime(
                    xi[n], phi[n], model.conductivity_metal, model.conductivity_vacuum
                )
                scale = dt / model.charge_density
                out[V_XI + 1 + side] = (
                    scale * harmonic_slope(s_there, s_here) * there_slope * inverse
                    * (v[n] - here_v)
                )  # fmt: skip
                out[V_V + 1 + side] = scale * face * voltage
                stiffness = 0.5 * (bend_face[n_c] + bend_face[n]) * inverse
                bend_xi -= stiffness
                out[X_XI + 1 + side] = -dt * model.interface_mobility * stiffness
            grown = alpha0 * x - xi_history[n_c]
            force = driving_force(here_c / c0, here_v, model.transfer_coefficient, voltage)
            force_c, force_v = driving_force_slopes(
                here_c / c0, here_v, model.transfer_coefficient, voltage
            )
            rate = dt * model.reaction_rate * interpolation_prime(x)
            relax = dt * model.interface_mobility
            chemical = chemical_prime(x, p, model.barrier_height, model.cross_barrier)
            residual[n_c, XI] = grown + relax * (chemical - bend[n_c]) - rate * force
            out[X_XI] = (
                alpha0
                + relax * chemical_second(x, p, model.barrier_height, model.cross_barrier)
                - relax * bend_xi
                - dt * model.reaction_rate * interpolation_second(x) * force
            )
            out[X_C] = -rate * force_c
            out[X_V] = -rate * force_v * voltage
            stored = alpha0 * here_c - c_history[n_c]
            residual[n_c, C] = (stored - dt * ions + density * grown) / c0
            out[C_XI] = (density * alpha0 - dt * ions_xi) / c0
            out[C_C] = alpha0 - dt * ions_c
            out[C_V] = -dt * ions_v * voltage / c0
            residual[n_c, V] = dt * current / model.charge_density - grown
            out[V_XI] = dt * current_xi / model.charge_density - alpha0
            out[V_V] = dt * current_v * voltage / model.charge_density
