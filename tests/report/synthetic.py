"""A run directory written with the real writers from made-up fields: lithium runs up the walls.

Fields are formulas, not solutions: a front that rises with the charge and leans on the wall, a
potential that is linear above it, a current that decays below it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from geometries import Scaffold, generate
from phasefield.case import load_case
from phasefield.grid.smoothed_domain import Domain, build_domain
from phasefield.models.fields import PUBLISHED_FIELDS
from phasefield.output.fields import UNITS, FieldSeries
from phasefield.output.history import HistoryWriter
from phasefield.output.run_directory import RunDirectory
from phasefield.simulation.quantities import GROUPS

CASE = """\
format: 1
name: {name}
model: {model}
dimensions: {dimensions}
geometry: {{kind: channels, arrangement: {arrangement}, pore_size: {pore} um, porosity: 50 %,
  height: {height} um, width: {width}}}
grid: {{spacing: {spacing} um}}
interface: {{width: {delta} um}}
lithium: {{depth: {depth} um}}
electrolyte: {{material: llzo}}
kinetics: {{resistance: 24.6 ohm*cm^2}}
protocol:
  - plate: {{current_density: 0.2 mA/cm^2, duration: 1000 s}}
"""

COLUMNS = (
    "step [1]", "time [s]", "time step [s]", "current density [A/m^2]", "voltage [V]",
    "charge [C/m^2]", "absolute charge [C/m^2]", "lithium volume per area [m]",
    "charge balance [1]", "charge balance error [1]", "mean rise [m]", "Faraday rise [m]",
    "nonuniformity [1]", "contact area per area [1]", "max contact current density [A/m^2]",
    "mean contact current density [A/m^2]", "max pressure [Pa]", "lithium bodies [1]",
    "free energy [J/m^2]", "newton iterations [1]", "newton residual [1]", "rejected steps [1]",
    "wall time [s]",
)  # fmt: skip

(PUBLISHED_COLUMNS,) = (group.columns for group in GROUPS if group.name == "published")

CURRENT, DURATION, RISE = 2.0, 1000.0, 0.54e-6


@dataclass(frozen=True)
class Recipe:
    """What to make up."""

    name: str = "slits 1.5 um"
    dimensions: int = 2
    arrangement: str = "slit"
    pore: float = 1.5
    height: float = 10.0
    depth: float = 5.0
    spacing: float = 0.05
    delta: float = 0.25
    lean: float = 0.25
    frames: int = 11
    width: str = "unit_cell"
    until: float = DURATION
    detached_from: float = np.inf
    finished: bool = True
    model: str = "conserved"


def write_run(directory: Path, recipe: Recipe) -> Path:
    """Write a run directory from `recipe`; one that stopped early has no summary."""
    text = CASE.format(**vars(recipe))
    directory.mkdir(parents=True, exist_ok=True)
    source = directory.with_suffix(".case.yaml")
    source.write_text(text)
    case = load_case(source)
    scaffold = _scaffold(case, recipe)
    domain = build_domain(scaffold, case.interface.width, force=True)
    with RunDirectory.open(directory, case) as run:
        _write_fields(run.path, domain, recipe)
        _write_history(run.path, recipe)
        if recipe.finished:
            run.write_summary(_summary(case, scaffold, domain, recipe))
    return directory


def _scaffold(case, recipe: Recipe) -> Scaffold:
    g = case.geometry
    return generate(
        g.kind, pore_size=g.pore_size, porosity=g.porosity, height=g.height, width=g.width,
        spacing=case.grid.spacing, dimensions=case.dimensions, arrangement=g.arrangement,
    )  # fmt: skip


def _write_fields(path: Path, domain: Domain, recipe: Recipe) -> None:
    static = {"electrolyte_order_parameter": domain.phi, "wall_density": domain.wall_density}
    units = {**UNITS, **{name: spec.unit for name, spec in PUBLISHED_FIELDS.items()}}
    series = FieldSeries(path, domain.grid, static, units=units)
    times = np.linspace(0, DURATION, recipe.frames)
    for index, time in enumerate(times[times <= recipe.until]):
        series.write(index, time, fields_at(domain, recipe, float(time)))


def fields_at(domain: Domain, recipe: Recipe, time: float) -> dict[str, np.ndarray]:
    """Made-up fields at `time` [s]."""
    grid = domain.grid
    axis, delta = grid.growth_axis, recipe.delta * 1e-6
    shape = [1, 1, 1]
    shape[axis] = -1
    up = (grid.centres(axis)).reshape(shape)
    rise = RISE * time / DURATION
    front = recipe.depth * 1e-6 + rise * (1 + recipe.lean * (2 * domain.phi - 0.2))
    xi = np.where(domain.pore > 0, 0.5 * (1 - np.tanh(2 * (up - front) / delta)), 0.0)
    above = np.maximum(up - recipe.depth * 1e-6 - rise, 0)
    below = np.maximum(recipe.depth * 1e-6 + rise - up, 0)
    if time >= recipe.detached_from:
        xi = np.where(domain.phi > 0.01, 0.0, xi)
    potential = 1.2e-3 * np.exp(-below / 7.7e-6) + CURRENT * above / (0.032 * 0.5)
    strong = (domain.wall_density > 0) & (xi > 0.5)
    voltage, nan = _voltage(time), np.nan
    if recipe.model == "paper":
        return {
            "lithium_order_parameter": xi,
            "ion_concentration": 4e4 * domain.phi,
            "electric_potential": (potential - voltage) * (time > 0) + 0.0 * xi,
        }
    return {
        "lithium_order_parameter": xi,
        "ion_potential": np.where(domain.electrolyte > 0, potential, nan),
        "chemical_potential": np.where(domain.pore > 0, 2.0e7 * xi, nan),
        "metal_potential": np.where(domain.pore * xi > 0.5, 0.0, nan),
        "contact_current_density": np.where(strong, 0.6 * np.exp(-below / 7.7e-6), nan),
    }


def _write_history(path: Path, recipe: Recipe) -> None:
    times = np.linspace(0, DURATION, 41)
    columns = COLUMNS + PUBLISHED_COLUMNS if recipe.model == "paper" else COLUMNS
    with HistoryWriter(path / "history.csv", columns) as writer:
        for step, time in enumerate(times[times <= recipe.until]):
            row = dict(zip(COLUMNS, _row(step, float(time), recipe), strict=True))
            if recipe.model == "paper":
                row |= NO_CONTACT_CURRENT | _ledger(float(time))
            writer.append(row)


NO_CONTACT_CURRENT = dict.fromkeys(COLUMNS[14:17], np.nan)


def _voltage(time: float) -> float:
    return 4.0e-3 + 1e-3 * time / DURATION


def _ledger(time: float) -> dict[str, float]:
    """Twice the metal by reaction, four times by current; ions pile up."""
    charge = CURRENT * time
    values = (
        charge, 2 * charge, 4 * charge, 3.5 * charge, 0.0, 2.5 * charge, 2e-7, 0.3, -1.0 * time,
    )  # fmt: skip
    return dict(zip(PUBLISHED_COLUMNS, values, strict=True))


def _row(step: int, time: float, recipe: Recipe) -> tuple[float, ...]:
    charge, share = CURRENT * time, time / DURATION
    rise = RISE * share
    on = float(step > 0)
    return (
        step, time, 25.0 * on, CURRENT * on, _voltage(time) * on, charge, charge,
        2.5e-6 + rise / 2, 1.0 - 1e-10 if on else np.nan, step * 1e-11, 0.979 * rise, rise,
        0.2 * recipe.lean * share if on else np.nan, 6.67 + 0.7 * share, 0.6 * on, 0.3 * on,
        2.8e7 * share, 1, 3.1 - 0.1 * share, 4, 1e-10, 0, 0.05 * step,
    )  # fmt: skip


def _summary(case, scaffold: Scaffold, domain: Domain, recipe: Recipe) -> dict:
    grid = domain.grid
    unknown = ("j_max_over_j_mean", "gini", *(f"current_density_reduction_{k}" for k in MEASURED))
    found = {
        "status": "finished", "model": recipe.model, "backend": "numba", "name": case.name,
        "digest": case.digest(), "time_s": DURATION, "current_density": CURRENT,
        "porosity": domain.porosity, "pore_size_m": case.geometry.pore_size,
        "interface_width_m": case.interface.width, "spacing_m": list(grid.spacing),
        "shape": list(grid.shape), "growth_axis": grid.growth_axis,
        "mirror_axes": list(scaffold.mirror_axes), "cross_section_m2": grid.cross_section,
        "nonuniformity": 0.2 * recipe.lean, "nonuniformity_raw": 0.2 * recipe.lean,
        "mean_rise_m": 0.979 * RISE, "faraday_rise_m": RISE, "wall_to_centre": 1 + recipe.lean,
        "packing": 0.91, "largest_protrusion_m": 0.1e-6, "front_width_m": 0.4e-6, "gini": 0.13,
        "charge_balance": 1 - 1e-10, "charge_balance_error": 4e-10, "voltage_V": 5.0e-3,
        "contact_area_per_area": 7.37, "j_max_over_j_mean": 2.0,
        "current_density_reduction_mean": 0.85, "current_density_reduction_peak": 0.70,
        "current_density_reduction_analytic": 0.70, "current_density_reduction_kinetic": 0.63,
        "specific_surface_area_per_m": {
            "voxel_faces": 6.7e5, "marching_cubes": 6.66e5, "diffuse": 6.67e5,
        },
        "steps": 40, "rejected_steps": 1, "newton_residual": 1e-10, "lithium_bodies": 1,
        "wall_area_bias": 0.001, "wall_s": 12.3, "peak_memory_bytes": 3.1e8,
        "versions": {"phasefield": "0.1.0"},
    }  # fmt: skip
    return found | dict.fromkeys(unknown) if recipe.model == "paper" else found


MEASURED = ("mean", "peak")
