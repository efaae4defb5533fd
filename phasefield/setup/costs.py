"""What a run costs: the few measured numbers behind the predictions of `preflight`."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

__all__ = ["COSTS", "Costs"]


@dataclass(frozen=True)
class Costs:
    """Prices on one core of a current processor; expect a factor of two.

    Measured with the shipped cases, 2000 to 56000 unknowns in 2D and 20000 to 34000 in 3D, at four
    to six Newton iterations per step.

    Attributes
    ----------
    start_s : imports, compilation, report [s].
    relaxation_steps : what relaxing the initial profile takes, in time steps.
    step_s : a time step, for each unknown [s].
    salt : time of a step with a salt in the electrolyte over that of one without (measured: 4 in
        2D, 2.8 in 3D).
    base_memory_b, cell_memory_b : the program; fields, matrix and vectors of a cell [bytes].
    salt_memory_b : what a salt adds in each cell of the electrolyte [bytes].
    salt_factors_b, salt_factors_cells : that of its factorised system, likewise, and the number of
        cells above which nothing is factorised (measured in 2D: 3.2 and 3.4 kB at 19 000 and 48 000
        cells, both parts together; 0.5 kB in 3D).
    short_steps : steps that an adaptive run needs beyond those of full length.
    fields, static_fields : that change, a salt's apart, and that do not, in a saved frame.
    compressed : share of their size that fields have on disk.
    pictures_b : report with its figures and animation [bytes].
    """

    start_s: float
    relaxation_steps: int
    step_s: float
    salt: float
    base_memory_b: float
    cell_memory_b: float
    salt_memory_b: float
    salt_factors_b: float
    salt_factors_cells: int
    short_steps: int
    fields: int
    static_fields: int
    compressed: float
    pictures_b: float

    def wall_time(self, unknowns: int, steps: int, *, salt: bool = False) -> float:
        """Time of a run [s]."""
        steps_alike = self.relaxation_steps + steps * (self.salt if salt else 1.0)
        return self.start_s + steps_alike * self.step_s * unknowns

    def memory(self, cells: int, salt_cells: int = 0) -> float:
        """Peak memory [bytes]; `salt_cells` of the electrolyte have a salt."""
        factors = self.salt_factors_b * min(salt_cells, self.salt_factors_cells)
        with_salt = self.salt_memory_b * salt_cells + factors
        return self.base_memory_b + self.cell_memory_b * cells + with_salt

    def disk(self, cells: int, frames: int, precision: str, *, salt: bool = False) -> float:
        """Size of the run directory [bytes]: fields as HDF5 and as VTK files, report."""
        number, fields = 4 if precision == "float32" else 8, self.fields + salt
        hdf5 = cells * (fields * frames + self.static_fields)
        vtk = cells * (fields + self.static_fields) * frames
        return self.pictures_b + self.compressed * number * (hdf5 + vtk)

    def adaptive_steps(self, duration: float, max_step: float, fields_every: float) -> int:
        """Steps of one protocol step with error control; every saved field ends a step."""
        return self.short_steps + ceil(duration / min(max_step, fields_every))


COSTS = Costs(
    start_s=15.0,
    relaxation_steps=15,
    step_s=4e-6,
    salt=3.5,
    base_memory_b=3.5e8,
    cell_memory_b=1750.0,
    salt_memory_b=500.0,
    salt_factors_b=2900.0,
    salt_factors_cells=50_000,
    short_steps=50,
    fields=5,
    static_fields=2,
    compressed=0.6,
    pictures_b=2e6,
)
"""The prices of the `numba` backend on one core."""
