"""Conjugate gradients and multigrid for one potential: against SciPy, few iterations, currents."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import spsolve

from phasefield.errors import DidNotConverge
from phasefield.solvers.multigrid.scalar import Network, face_conductances


def network(conductivity, spacing=(1.0, 1.0, 1.0)):
    """Network between y = 0 at 0 V and the other end at 1 V; what that end feeds in; its faces."""
    faces = face_conductances(conductivity, spacing)
    bottom, top = np.zeros_like(conductivity), np.zeros_like(conductivity)
    bottom[:, 0] = 2 * conductivity[:, 0] / spacing[1] ** 2
    top[:, -1] = 2 * conductivity[:, -1] / spacing[1] ** 2
    return Network(faces, bottom + top), bottom, top, faces


def matrix(faces, ground):
    """The same equations as a SciPy matrix."""
    number = np.arange(ground.size).reshape(ground.shape)
    total = sparse.diags_array(ground.ravel()).tocsr()
    for axis, face in enumerate(faces):
        n = ground.shape[axis]
        i, j = number.take(range(n - 1), axis).ravel(), number.take(range(1, n), axis).ravel()
        value = face.ravel()
        for row, column, sign in ((i, i, 1), (j, j, 1), (i, j, -1), (j, i, -1)):
            total = total + sparse.csr_array((sign * value, (row, column)), shape=total.shape)
    return total


def stripes(shape, contrast, filled, period=9):
    """Channels along y, 5 of 9 cells wide; filled with metal to uneven heights, or empty."""
    channel = np.arange(shape[2]) % period < 5 * period // 9
    sigma = np.where(channel, 1.0 / contrast, 1.0) * np.ones(shape)
    height = shape[1] // 4 + (np.arange(shape[2]) * 7) % 11 if filled else np.zeros(shape[2])
    metal = np.arange(shape[1])[:, None] < height * channel
    sigma[:, metal] = 1e8
    return sigma


@pytest.mark.parametrize("filled", [False, True])
@pytest.mark.parametrize("contrast", [1e2, 1e9])
@pytest.mark.parametrize("shape", [(1, 101, 90), (1, 700, 11), (1, 12, 400), (17, 40, 30)])
def test_iterations_are_few_and_currents_equal(shape, contrast, filled):
    sigma = stripes(shape, contrast, filled)
    system, bottom, top, faces = network(sigma)
    found = system.solve(top, 1e-10)
    assert found.iterations <= 22
    out = float(np.sum(bottom * found.potential))
    into = float(np.sum(top * (1 - found.potential)))
    middle = np.diff(found.potential, axis=1)[:, shape[1] // 2]
    between = float(np.sum(faces[1][:, shape[1] // 2] * middle))
    assert out == pytest.approx(into, rel=1e-5)
    assert between == pytest.approx(into, rel=1e-6)


def test_fingers_of_metal_of_any_height_in_slits_of_five_cells():
    """Their ends have siblings that hardly conduct on every grid down to the coarsest."""
    cells, rng = 300, np.random.default_rng(1)
    column = np.arange(cells) // 5
    heights = (cells * rng.uniform(0.1, 0.7, column.max() + 1)).astype(int)
    metal = (np.arange(cells)[:, None] < heights[column]) & (column % 2 == 0)
    sigma = np.where(metal, 1e7, np.where(column % 2 == 0, 1e-9, 0.03))[None]
    sigma[:, : cells // 10] = 1e7
    system, _, top, _ = network(sigma)
    assert system.solve(top, 1e-9).iterations <= 20  # 17; without `LEAST_SHARE` 42


def test_agrees_with_a_direct_solver_on_noise_with_dead_cells():
    rng = np.random.default_rng(1)
    sigma = 10.0 ** rng.uniform(-4, 4, (7, 13, 9))
    sigma[rng.random(sigma.shape) < 0.1] = 0.0
    system, bottom, top, faces = network(sigma, (0.5, 1.0, 2.0))
    dead = sigma == 0
    exact = spsolve(matrix(faces, bottom + top + dead).tocsc(), top.ravel())
    found = system.solve(top, 1e-13).potential
    assert np.all(found[dead] == 0)
    fed = np.abs(exact.reshape(sigma.shape))  # a cell walled in by dead ones has no potential
    assert np.abs(found - exact.reshape(sigma.shape))[fed < 2].max() < 1e-7


def test_iterations_hardly_grow_when_the_grid_is_refined():
    found = []
    for n in (64, 256):
        system, _, top, _ = network(stripes((1, n, n), 1e9, True, period=n // 5))
        found.append(system.solve(top, 1e-8).iterations)
    few, many = found
    assert many <= 1.3 * few


def test_same_bits_for_any_number_of_threads():
    if numba.config.NUMBA_NUM_THREADS < 2:
        pytest.skip("one thread")
    found = []
    for threads in (1, 2):
        numba.set_num_threads(threads)
        system, _, top, _ = network(stripes((1, 60, 70), 1e6, True))
        found.append(system.solve(top, 1e-8).potential)
    assert np.array_equal(*found)


def test_nothing_flows_from_nothing():
    system, _, top, _ = network(np.ones((1, 8, 8)))
    found = system.solve(0 * top, 1e-8)
    assert found.iterations == 0
    assert not found.potential.any()


def test_says_when_it_does_not_get_there():
    system, _, top, _ = network(stripes((1, 60, 70), 1e6, True))
    with pytest.raises(DidNotConverge, match=r"residual .* after 2"):
        system.solve(top, 1e-8, most_iterations=2)
