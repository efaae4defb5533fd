"""Residual and Jacobian of one implicit step of the conserved model, cell by cell.

Rows of a cell, all scaled to a change of xi in the step:
  0  psi (alpha0 xi - history) - dt [div(psi M grad mu) + (V_m/F) a H i]          equation (A)
  1  [psi f' - kappa div(psi grad xi) + a w' - psi mu] / W                       equation (B)
  2  (V_m/F) dt [div(phi sigma grad V_l) - a H i + top]                          equation (C)
Columns are scaled too: xi, mu/W, V_l/(RT/F). Each row writes a fixed set of slots (SLOTS), so that
the sparsity pattern is built once and the values are gathered into it.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange

from phasefield.grid.faces import face_mean, neighbour, series_mean
from phasefield.models.conserved.contact import bare_current_density, current_density
from phasefield.physics.energy import (
    elastic_well_prime,
    elastic_well_second,
    wall_prime,
    wall_second,
)
from phasefield.physics.transport import contact, contact_prime, filling, filling_prime
from phasefield.solvers.multigrid.block_coarsening import make_layout
from phasefield.solvers.multigrid.block_couplings import CHAIN, slots_of

__all__ = [
    "CONSERVED_LAYOUT",
    "SLOTS",
    "assemble",
    "limited",
    "plate_bare",
    "react",
    "unknown_mask",
]

# Slot -> (row, column, direction); direction -1 is the cell itself, 0..5 are -z +z -y +y -x +x.
XI, MU, V = 0, 1, 2
SLOTS = slots_of(CHAIN)
A_XI, A_MU, A_V, B_XI, B_MU, C_V, C_XI, C_MU = 0, 7, 14, 15, 22, 23, 30, 31

CONSERVED_LAYOUT = make_layout(CHAIN, SLOTS, {(XI, MU), (V, V)})
"""The surface energy, (mu, xi), is no network: on coarse grids its share of (B) must not get less
than on the fine one, or the double well, which has no such share, wins over it. Counted in, metal
of 1e-10 m2/s takes 52 iterations in 3D instead of 9."""

LEAST_LEFT = 0.05
"""Share of its distance from xi = 0 or 1 that an iteration leaves to a cell. Chosen: without it
steps in crooked pores, where lithium condenses in corners, fail; 0.2 takes more iterations."""


@njit(cache=True, parallel=True)
def react(xi, mu, ion, metal, wall_density, exchange, model, rate, rate_xi, rate_mu, rate_v):
    """Reaction a H(xi) i [A m-3] of every cell and its derivatives to xi, mu and V_l.

    The derivative to V_s is minus the one to V_l. All arrays are flat, length cells; `exchange` is
    the exchange current density i0 [A m-2].
    """
    for c in prange(xi.size):
        a = wall_density[c]
        if a == 0.0:
            continue
        i, slope = current_density(mu[c], ion[c], metal[c], exchange[c], model)
        touch = a * contact(xi[c])
        rate[c] = touch * i
        rate_xi[c] = a * contact_prime(xi[c]) * i
        rate_v[c] = touch * slope
        rate_mu[c] = -touch * slope * model.volume_per_charge


@njit(cache=True, parallel=True)
def plate_bare(xi, ion, metal, wall_density, onset, exchange, model, rate, rate_xi, rate_v):
    """Add what bare coating plates to the reaction of `react`, a (1 - H) i(V_l - V_s - onset) > 0.

    `onset` is the nucleation overpotential of each cell [V], infinite where there is no coating
    that conducts. Arrays as in `react`.
    """
    for c in prange(xi.size):
        if wall_density[c] == 0.0:
            continue
        i, slope = bare_current_density(ion[c], metal[c], onset[c], exchange[c], model)
        bare = wall_density[c] * (1.0 - contact(xi[c]))
        rate[c] += bare * i
        rate_xi[c] -= wall_density[c] * contact_prime(xi[c]) * i
        rate_v[c] += bare * slope


@njit(cache=True)
def lithium_face(psi, model, here, there, fall):
    """Flow of lithium psi M(xi) grad mu into a cell [s-1]; slopes to xi here, xi there, mu there.

    `psi` of the face over the squared spacing [m-2]; xi on both sides [1], `fall` of mu [Pa].
    """
    permeability = psi * model.mobility * 0.5
    still = model.immobile
    conductance = permeability * (filling(here, still) + filling(there, still))
    by_here = permeability * filling_prime(here, still) * fall
    by_there = permeability * filling_prime(there, still) * fall
    return conductance * fall, by_here, by_there, conductance


@njit(cache=True)
def surface_face(psi, model, rise):
    """Share of kappa div(psi grad xi) at a face, and its slope to xi there [J m-3].

    `psi` of the face over the squared spacing [m-2], `rise` of xi [1].
    """
    stiffness = model.gradient_coefficient * psi
    return stiffness * rise, stiffness


@njit(cache=True)
def ion_face(phi, here, there, fall):
    """Current phi sigma grad V_l into a cell [A m-3], and its slope to V_l there [S m-3].

    `phi` of the face over the squared spacing [m-2]; sigma on both sides [S m-1], `fall` [V].
    """
    conductance = phi * series_mean(here, there)
    return conductance * fall, conductance


@njit(cache=True)
def well(x, intact, model):
    """f'(xi) and f''(xi) of the metal [J m-3]."""
    barrier, bulk, edge = model.barrier_height, model.bulk_modulus, model.edge
    first = elastic_well_prime(x, barrier, bulk, edge, intact)
    return first, elastic_well_second(x, barrier, bulk, edge, intact)


@njit(cache=True, parallel=True)
def assemble(shape, spacing, places, model, alpha0, dt, fields, reaction, residual, values):
    """Write `residual` (cells, 3) and the Jacobian `values` (cells, len(SLOTS)).

    `places` and `fields` are NamedTuples of flat arrays, see `Places` and `Fields`; `reaction`
    (4, cells) comes from `react`; `alpha0` and `dt` are of the time formula. What does not join two
    unknowns of `unknown_mask` is zero.
    """
    nz, ny, nx = shape
    pore, electrolyte, wall_density, wetting, conductivity = places
    xi, mu, ion, intact, history, source = fields
    rate, rate_xi, rate_mu, rate_v = reaction
    barrier, charge, voltage = model.barrier_height, model.volume_per_charge, model.thermal_voltage
    for row in prange(nz * ny):
        k, j = row // ny, row % ny
        for i in range(nx):
            c = row * nx + i
            out = values[c]
            out[:] = 0.0
            residual[c] = 0.0
            psi, phi, x, a = pore[c], electrolyte[c], xi[c], wall_density[c]
            lithium, lithium_xi, lithium_mu = 0.0, 0.0, 0.0
            surface, surface_xi, ions, ions_v = 0.0, 0.0, 0.0, 0.0
            for d in range(6):
                n = neighbour(d, k, j, i, nz, ny, nx)
                if n == c:
                    continue
                inverse = 1.0 / spacing[d // 2] ** 2
                psi_face = face_mean(psi, pore[n]) * inverse
                if psi_face > 0.0:
                    flow, by_here, by_there, by_mu = lithium_face(
                        psi_face, model, x, xi[n], mu[n] - mu[c]
                    )
                    lithium += flow
                    lithium_xi += by_here
                    lithium_mu -= by_mu
                    out[A_XI + 1 + d] = -dt * by_there
                    out[A_MU + 1 + d] = -dt * by_mu * barrier
                    bend, by_xi = surface_face(psi_face, model, xi[n] - x)
                    surface += bend
                    surface_xi -= by_xi
                    out[B_XI + 1 + d] = -by_xi / barrier
                phi_face = face_mean(phi, electrolyte[n]) * inverse
                if phi_face > 0.0:
                    flow, by_v = ion_face(
                        phi_face, conductivity[c], conductivity[n], ion[n] - ion[c]
                    )
                    ions += flow
                    ions_v -= by_v
                    out[C_V + 1 + d] = charge * dt * by_v * voltage
            if psi > 0.0:
                metal, metal_xi = well(x, intact[c], model)
                residual[c, XI] = (  # (A)
                    psi * (alpha0 * x - history[c])  # stored
                    - dt * lithium  # transported
                    - dt * charge * rate[c]  # plated
                )
                out[A_XI] = psi * alpha0 - dt * lithium_xi - dt * charge * rate_xi[c]
                out[A_MU] = (-dt * lithium_mu - dt * charge * rate_mu[c]) * barrier
                out[A_V] = -dt * charge * rate_v[c] * voltage
                residual[c, MU] = (  # (B)
                    psi * metal  # well
                    - surface  # gradient energy
                    + a * wall_prime(x, wetting[c])  # wetting
                    - psi * mu[c]  # pressure
                ) / barrier
                out[B_XI] = (psi * metal_xi - surface_xi + a * wall_second(x, wetting[c])) / barrier
                out[B_MU] = -psi
            if phi > 0.0:
                residual[c, V] = (  # (C)
                    charge * dt * ions  # conducted
                    - charge * dt * rate[c]  # plated
                    + charge * dt * source[c]  # from the counter electrode
                )
                out[C_V] = charge * dt * (ions_v - rate_v[c]) * voltage
                out[C_XI] = -charge * dt * rate_xi[c]
                out[C_MU] = -charge * dt * rate_mu[c] * barrier


@njit(cache=True, parallel=True)
def limited(before, after, edge):
    """The iterate `after` of xi, flat, no nearer to 0 or 1 than a tangent at `before` can see.

    The slope of the well goes with the fourth root of the distance from the nearer of the two.
    A tangent that leads down to less than none of it would have the cell bounce off an end
    that is as stiff as bulk metal, and its neighbours with it. `edge` as in `elastic_well`.
    """
    found = np.empty_like(after)
    for c in prange(after.size):
        low = before[c] < 0.5
        left, now = (before[c], after[c]) if low else (1.0 - before[c], 1.0 - after[c])
        if left > edge:
            now = max(now, LEAST_LEFT * left)
        found[c] = now if low else 1.0 - now
    return found


def unknown_mask(pore: np.ndarray, electrolyte: np.ndarray) -> np.ndarray:
    """Which of the three rows of each flat cell are unknowns, (cells, 3) bool."""
    return np.stack([pore > 0, pore > 0, electrolyte > 0], axis=-1)
