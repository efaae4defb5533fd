"""The conserved model on a mesh that fits the channel wall, by FiPy and Gmsh.

The wall is a line of faces, not a diffuse layer: psi is 1 on one side of it and 0 on the other, and
the reaction is a flux through those faces. What is left of the diffuse model is the front of the
lithium. Comparing the two shows what the smoothed boundary costs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasefield.errors import DidNotConverge
from phasefield.fipy_backend.conserved_equations import FipyEquations, MeshFields, sides
from phasefield.fipy_backend.library import EquilibratedLU, fipy
from phasefield.fipy_backend.sweeps import sweep
from phasefield.models.conserved.lithium_bodies import Bodies
from phasefield.models.conserved.parameters import Parameters
from phasefield.models.conserved.step import Step
from phasefield.physics.front import front_at_rest
from phasefield.solvers.time_formula import time_formula

__all__ = ["FittedChannel", "plate_fitted"]

Array = NDArray[np.float64]

GEOMETRY = """
Point(1) = {{0, 0, 0}}; Point(2) = {{{wall}, 0, 0}}; Point(3) = {{{width}, 0, 0}};
Point(4) = {{0, {height}, 0}}; Point(5) = {{{wall}, {height}, 0}};
Point(6) = {{{width}, {height}, 0}};
Line(1) = {{1, 2}}; Line(2) = {{2, 3}}; Line(3) = {{4, 5}}; Line(4) = {{5, 6}};
Line(5) = {{1, 4}}; Line(6) = {{2, 5}}; Line(7) = {{3, 6}};
Transfinite Curve {{1, 3}} = {pore_cells} + 1;
Transfinite Curve {{2, 4}} = {solid_cells} + 1;
Transfinite Curve {{5, 6, 7}} = {rows} + 1;
Line Loop(1) = {{1, 6, -3, -5}}; Plane Surface(1) = {{1}};
Line Loop(2) = {{2, 7, -4, -6}}; Plane Surface(2) = {{2}};
Transfinite Surface {{1, 2}}; Recombine Surface {{1, 2}};
Physical Surface("pore") = {{1}}; Physical Surface("electrolyte") = {{2}};
"""
"""Half a slit and half a wall, from the middle of the pore to the middle of the wall."""


@dataclass(frozen=True)
class FittedChannel:
    """Half a period of a slit channel on a mesh of quadrilaterals made by Gmsh.

    Attributes
    ----------
    pore_size, porosity, height : of the slit [m], [1], [m].
    spacing : largest edge of a cell [m].
    """

    pore_size: float
    porosity: float
    height: float
    spacing: float

    def fields(self) -> tuple[MeshFields, Array]:
        """Mesh and frozen fields, and the ion source of unit current density [m-1] in its cells.

        Pore cells beside the wall have an ion potential too: that of the wall, reached from the
        electrolyte cell behind it across half a cell.
        """
        wall, width = 0.5 * self.pore_size, 0.5 * self.pore_size / self.porosity
        micro = 1e6  # Gmsh merges points that are closer than 1e-8 of its unit
        micro_mesh = fipy.Gmsh2D(
            GEOMETRY.format(
                wall=wall * micro,
                width=width * micro,
                height=self.height * micro,
                pore_cells=round(wall / self.spacing),
                solid_cells=round((width - wall) / self.spacing),
                rows=round(self.height / self.spacing),
            )
        )
        in_pore = np.array(micro_mesh.physicalCells["pore"])
        mesh = micro_mesh * ((1.0 / micro,), (1.0 / micro,))
        first, second = sides(mesh, in_pore.astype(float))
        at_wall = first != second
        pore = in_pore.astype(float)
        areas, volumes = np.array(mesh._faceAreas), np.array(mesh.cellVolumes)
        beside = np.zeros(mesh.numberOfCells)
        pairs = np.ma.filled(mesh.faceCellIDs, -1)[:, at_wall]
        pore_cells = np.where(in_pore[pairs[0]], pairs[0], pairs[1])
        np.add.at(beside, pore_cells, areas[at_wall] / volumes[pore_cells])
        electrolyte = np.maximum(1.0 - pore, (beside > 0.0).astype(float))
        ions = ((first == 0.0) & (second == 0.0)).astype(float)
        ions[at_wall] = 2.0  # full distance over the half that is electrolyte; equal cells
        lithium = ((first == 1.0) & (second == 1.0)).astype(float)
        source = self._source(mesh, in_pore, width)
        return MeshFields(mesh, pore, electrolyte, beside, lithium, ions), source

    def _source(self, mesh: Any, in_pore: NDArray[np.bool_], width: float) -> Array:
        """Unit current of the whole cross-section into the top row of electrolyte cells [m-1]."""
        y, volumes = mesh.cellCenters.value[1], np.array(mesh.cellVolumes)
        top = ~in_pore & (y > y.max() - 1e-3 * self.spacing)
        return np.where(top, width / volumes[top].sum(), 0.0)


def plate_fitted(
    channel: FittedChannel,
    model: Parameters,
    *,
    depth: float,
    width: float,
    current_density: float,
    step: float,
    steps: int,
    tolerance: float = 1e-9,
) -> tuple[Array, Array, float]:
    """Plate into a fitted channel at a constant current and fixed steps, contact angle 90 degrees.

    Parameters
    ----------
    channel : geometry and mesh.
    model : coefficients; `depth` of the lithium [m], interface `width` delta [m].
    current_density : per total cross-section [A m-2].
    step, steps : step [s] and how many of them.
    tolerance : residual to sweep to, in units of xi.

    Returns
    -------
    Positions x of the columns [m], rise of the front in each [m], and metal grown over charge
    passed [1].

    Raises
    ------
    DidNotConverge : when 30 sweeps do not reach the tolerance.
    """
    frozen, unit_source = channel.fields()
    equations = FipyEquations(frozen, model)
    x, y = frozen.mesh.cellCenters.value
    past = [front_at_rest(y - depth, width) * frozen.pore]
    times = [0.0]
    start = past[0]
    equations.xi.setValue(start)
    grounded = Bodies(np.zeros(x.size, np.int32), 0, 1)
    for _ in range(steps):
        formula = time_formula(times[-2:], step)
        source = current_density * unit_source
        _sweep(equations, Step.plain(formula, formula.history(past), source, grounded), tolerance)
        past, times = [past[-1], equations.xi.value.copy()], [*times, times[-1] + step]
    columns, before = _front(x, y, start, frozen.pore)
    _, after = _front(x, y, past[-1], frozen.pore)
    metal = np.sum(frozen.mesh.cellVolumes * frozen.pore * (past[-1] - start))
    charge = current_density * np.sum(unit_source * frozen.mesh.cellVolumes) * times[-1]
    return columns, after - before, float(metal / (charge * model.volume_per_charge))


def _sweep(equations: FipyEquations, step: Step, tolerance: float) -> None:
    """Sweep one step to `tolerance`."""
    model, volumes = equations.model, np.array(equations.mesh.cellVolumes)
    dt = step.formula.dt
    scale = np.array([dt, 1.0 / model.barrier_height, model.volume_per_charge * dt])
    solver = EquilibratedLU()
    for _ in range(30):
        rows = sweep(equations.coupled(step), dt, solver).reshape(3, -1) * scale[:, None] / volumes
        if np.abs(rows).max() <= tolerance:
            return
    raise DidNotConverge("the fitted channel does not converge: take a smaller step")


def _front(x: Array, y: Array, xi: Array, pore: Array) -> tuple[Array, Array]:
    """Highest crossing of xi = 0.5 in each column of pore cells: positions and heights [m]."""
    inside = pore > 0.0
    grain = 1e-3 * np.ptp(x[inside])
    columns, member = np.unique(np.round(x[inside] / grain), return_inverse=True)
    heights = []
    for column in range(columns.size):
        order = np.argsort(y[inside][member == column])
        state = y[inside][member == column][order]
        value = xi[inside][member == column][order]
        below = np.nonzero((value[:-1] >= 0.5) & (value[1:] < 0.5))[0][-1]
        share = (value[below] - 0.5) / (value[below] - value[below + 1])
        heights.append(state[below] + share * (state[below + 1] - state[below]))
    return columns * grain, np.array(heights)
