"""What a report is made from, read once: pictures' plane, fronts, contact current, history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from phasefield.analysis.front import front_height
from phasefield.case import Case
from phasefield.case.geometry import Channels
from phasefield.errors import RunDirectoryError
from phasefield.output.run import Run
from phasefield.report.number_format import is_number
from phasefield.report.plane import Plane, plane_of
from phasefield.setup.scaffold_formulas import surface_formula
from phasefield.simulation.quantities import named
from phasefield.simulation.quantity import Quantity

__all__ = ["ContactProfile", "Frames", "RunData", "read_run"]

FloatArray = NDArray[np.float64]

ELECTROLYTE = 0.1
"""Electrolyte order parameter below which the one potential of the published model is not shown."""

SAME_PSI = 1e-6
"""Difference in psi, as saved in single precision, below which a pore keeps its shape."""

MOST_FRAMES = 25
"""Frames that are read; longer series are thinned evenly (animation: 4 s at 6 a second)."""


@dataclass(frozen=True)
class ContactProfile:
    """Current density along the contact at one time.

    Attributes
    ----------
    time : [s].
    depth : below the triple line, where the front meets the wall [m]; ascending.
    current_density : per true contact area, mean over each layer weighted by a xi [A m-2].
    """

    time: float
    depth: FloatArray
    current_density: FloatArray


@dataclass(frozen=True)
class Frames:
    """The saved fields of a run on the plane of the pictures.

    Attributes
    ----------
    plane : the plane.
    times : of the frames [s], (frames,).
    psi : pore indicator (up, across) [1].
    xi : lithium order parameter (frames, up, across) [1].
    potential : in the electrolyte against the metal on the current collector (frames, up, across)
        [V], NaN elsewhere.
    dataset : the fields as saved, (time, z, y, x).
    indices : place of every frame in `dataset`.
    mirror_axes : lateral axes on which the domain is half a period.
    voltages : counter electrode against the metal at `times` [V]; 0 at rest.
    """

    plane: Plane
    times: FloatArray
    psi: FloatArray
    xi: FloatArray
    potential: FloatArray
    dataset: xr.Dataset
    indices: tuple[int, ...]
    mirror_axes: tuple[int, ...]
    voltages: FloatArray

    def shown(self, most: int) -> list[int]:
        """About `most` frames, the first and the last among them, at equal steps where possible."""
        last = len(self.times) - 1
        even = [n for n in (most, most - 1, most - 2) if n > 2 and last % (n - 1) == 0]
        count = min([*even, most][0], last + 1)
        return sorted({round(k) for k in np.linspace(0, len(self.times) - 1, count)})

    @cached_property
    def heights(self) -> FloatArray:
        """Front heights on the plane (frames, across) [m], NaN outside the pores."""
        spacing = (self.plane.step_up, 1.0, self.plane.step_across)
        psi = self.psi[:, None, :]
        return np.array([front_height(xi[:, None, :], psi, spacing, 0)[0] for xi in self.xi])

    @cached_property
    def straight(self) -> bool:
        """Whether the pores keep their shape between the lowest and the highest front."""
        known = self.heights[np.isfinite(self.heights)]
        if known.size == 0:
            return True
        low, high = (int(edge // self.plane.step_up) for edge in (known.min(), known.max()))
        return float(np.ptp(self.psi[low : high + 1], axis=0).max()) < SAME_PSI

    def static(self, name: str) -> FloatArray:
        """A field that does not change, (nz, ny, nx)."""
        return self.dataset[name].to_numpy().astype(np.float64)

    def field(self, name: str, frame: int) -> FloatArray:
        """A field of one frame, (nz, ny, nx)."""
        return self.dataset[name].isel(time=self.indices[frame]).to_numpy().astype(np.float64)

    def potential_field(self, frame: int) -> FloatArray:
        """`potential` of one frame in the whole domain, (nz, ny, nx)."""
        found = _potential(self.dataset, self.indices[frame], float(self.voltages[frame]))
        return found.to_numpy().astype(np.float64)

    def contact_profile(self, frame: int) -> ContactProfile | None:
        """Current density along the contact; None without current, or a front at the wall."""
        i = self.field("contact_current_density", frame)
        strong = np.isfinite(i)
        if not strong.any():
            return None
        axis = self.plane.growth_axis
        lateral = tuple(k for k in range(3) if k != axis)
        wall = self.static("wall_density")
        xi = self.field("lithium_order_parameter", frame)
        weight = np.where(strong, wall * xi, 0.0).sum(axis=lateral)
        current = np.where(strong, np.nan_to_num(i) * wall * xi, 0.0).sum(axis=lateral)
        layers = np.flatnonzero(weight > 0)
        heights = (layers.astype(np.float64) + 0.5) * self.plane.step_up
        depth = _triple_line(xi, wall, self.plane.step_up, axis) - heights
        if not np.isfinite(depth).all():
            return None
        order = np.argsort(depth)
        return ContactProfile(
            float(self.times[frame]), depth[order], (current[layers] / weight[layers])[order]
        )


@dataclass(frozen=True)
class RunData:
    """A run as the report sees it; `frames` is None when no fields were saved.

    Attributes
    ----------
    run : the run itself.
    name : what it is called.
    status : "finished", "interrupted", "failed", ...
    summary : headline numbers; may lack any key when the run did not finish.
    history : one row per step; may be empty.
    manifest : versions, machine, date.
    case : the case as resolved.
    frames : saved fields.
    """

    run: Run
    name: str
    status: str
    summary: Mapping[str, Any]
    history: pd.DataFrame
    manifest: Mapping[str, Any]
    case: Case
    frames: Frames | None

    def column(self, name: str) -> FloatArray:
        """The history of the quantity `name`; empty when there is none."""
        header = named(name).column
        if header not in self.history:
            return np.zeros(0)
        return self.history[header].to_numpy(dtype=np.float64)

    def last(self, name: str) -> float | None:
        """Last value in the history of the quantity `name`; None where there is none."""
        values = self.column(name)
        return float(values[-1]) if len(values) and np.isfinite(values[-1]) else None

    def number(self, key: str) -> float | None:
        """A number of the summary; None where there is none."""
        found = self.summary.get(key)
        return float(found) if is_number(found) else None

    def value(self, quantity: Quantity | str) -> float | None:
        """A quantity, or that of a name, at the end: of the summary, else of the history."""
        known = named(quantity) if isinstance(quantity, str) else quantity
        found = self.summary.get(known.key) if known.in_summary else None
        if found is None and known.in_history:
            found = self.last(known.name)
        return float(found) if is_number(found) else None

    @property
    def pore_size(self) -> float:
        """Pore size as asked [m]."""
        return self.case.geometry.pore_size

    @property
    def porosity(self) -> float | None:
        """Porosity as asked [1]; as made where none was asked."""
        asked = self.case.geometry.porosity
        return self.number("porosity") if asked is None else asked

    @property
    def analytic_surface(self) -> float | None:
        """Specific surface area by the formula of the asked scaffold, else as made [m-1]."""
        formula = surface_formula(self.case)
        return formula[1] if formula else self.number("specific_surface_area_analytic_per_m")


def read_run(run: Run) -> RunData:
    """Collect what the report needs; a run that did not finish may lack all but its case."""
    history = _read_history(run)
    return RunData(
        run=run,
        name=run.case.name,
        status=str(run.summary.get("status", "interrupted")),
        summary=run.summary,
        history=history,
        manifest=run.manifest,
        case=run.case,
        frames=_read_frames(run, history),
    )


def _read_history(run: Run) -> pd.DataFrame:
    try:
        return run.history
    except RunDirectoryError:
        return pd.DataFrame()


def _read_frames(run: Run, history: pd.DataFrame) -> Frames | None:
    try:
        dataset = run.fields
    except RunDirectoryError:
        return None
    total = dataset.sizes["time"]
    if total == 0:
        return None
    phi = dataset["electrolyte_order_parameter"]
    growth_axis = "zyx".index(dataset.attrs["growth_axis"])
    mirrors = run.summary.get("mirror_axes")
    if mirrors is None:
        mirrors = _mirror_axes(run.case, phi.shape, growth_axis)
    plane = plane_of(dataset.attrs["spacing_m"], growth_axis, mirrors, 1.0 - phi.to_numpy())
    indices = [round(k) for k in np.linspace(0, total - 1, min(total, MOST_FRAMES))]
    times = dataset["time"].to_numpy()[indices]
    voltages = _voltages(history, times)
    lithium = dataset["lithium_order_parameter"]
    xi = np.array([_cut(lithium.isel(time=k), plane) for k in indices])
    potential = np.array(
        [
            _cut(_potential(dataset, k, voltage), plane)
            for k, voltage in zip(indices, voltages, strict=True)
        ]
    )
    psi = 1.0 - _cut(phi, plane)
    places, mirrored = tuple(indices), tuple(mirrors)
    return Frames(plane, times, psi, xi, potential, dataset, places, mirrored, voltages)


def _voltages(history: pd.DataFrame, times: FloatArray) -> FloatArray:
    """Cell voltage at `times` [V]; 0 where none is known."""
    if history.empty:
        return np.zeros(len(times))
    voltage, time = (
        history[named(name).column].to_numpy(dtype=np.float64) for name in ("voltage", "time")
    )
    return np.interp(times, time, np.nan_to_num(voltage))


def _potential(dataset: xr.Dataset, index: int, voltage: float) -> xr.DataArray:
    """Potential in the electrolyte against the metal of one saved time [V], NaN elsewhere.

    The published model has one potential, which is 0 at the counter electrode.
    """
    if "ion_potential" in dataset:
        return dataset["ion_potential"].isel(time=index)
    found = dataset["electric_potential"].isel(time=index) + voltage
    return found.where(dataset["electrolyte_order_parameter"] > ELECTROLYTE)


def _mirror_axes(case: Case, shape: tuple[int, ...], growth_axis: int) -> tuple[int, ...]:
    """Mirrors of a run that left no summary: the unit cell is cut at every lateral mirror."""
    given = case.geometry
    if not isinstance(given, Channels) or given.width != "unit_cell":
        return ()
    return tuple(k for k in range(3) if k != growth_axis and shape[k] > 1)


def _cut(field: xr.DataArray, plane: Plane) -> FloatArray:
    """Read one plane of a field without reading the rest of it."""
    up, across, third = ("zyx"[axis] for axis in (plane.growth_axis, plane.across, plane.third))
    section = field.isel({third: plane.index}).transpose(up, across)
    return section.to_numpy().astype(np.float64)


def _triple_line(xi: FloatArray, wall: FloatArray, step: float, axis: int) -> float:
    """Height at which the wall-weighted mean of xi falls through 0.5 [m]; NaN if it does not."""
    lateral = tuple(k for k in range(3) if k != axis)
    area = wall.sum(axis=lateral)
    mean = np.divide((wall * xi).sum(axis=lateral), area, out=np.zeros_like(area), where=area > 0)
    column = mean[:, None, None]
    return float(front_height(column, np.ones_like(column), (step, 1.0, 1.0), 0)[0, 0])
