"""What a run costs: the few measured numbers behind the predictions of `preflight`."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

__all__ = ["COSTS", "Costs"]


@dataclass(frozen=True)
class Costs:
    """Prices, measured on one core of a current processor; expect a factor of two.

    Attributes
    ----------
    start_s : imports, compilation, relaxation of the initial profile, report.
    step_s, step_exponent : a time step of N unknowns takes ``step_s N**step_exponent``, by
        dimensions.
    memory_b, memory_exponent : factors of the linear solver, likewise [bytes].
    base_memory_b, cell_memory_b : the program, and fields per cell [bytes].
    short_steps : steps of an adaptive run before it reaches `max_step`.
    fields, static_fields : saved per frame, and once.
    """

    start_s: float
    step_s: dict[int, float]
    step_exponent: dict[int, float]
    memory_b: dict[int, float]
    memory_exponent: dict[int, float]
    base_memory_b: float
    cell_memory_b: float
    short_steps: int
    fields: int
    static_fields: int

    def wall_time(self, unknowns: int, steps: int, dimensions: int) -> float:
        """Time of a run [s]."""
        step = self.step_s[dimensions] * unknowns ** self.step_exponent[dimensions]
        return self.start_s + steps * step

    def memory(self, unknowns: int, cells: int, dimensions: int) -> float:
        """Peak memory [bytes]."""
        factors = self.memory_b[dimensions] * unknowns ** self.memory_exponent[dimensions]
        return self.base_memory_b + self.cell_memory_b * cells + factors

    def disk(self, cells: int, frames: int, precision: str) -> float:
        """Size of the run directory [bytes]: the fields as HDF5 and as VTK files."""
        number = 4 if precision == "float32" else 8
        return 2 * number * cells * (self.fields * frames + self.static_fields)

    def adaptive_steps(self, duration: float, max_step: float) -> int:
        """Steps of one protocol step with error control."""
        return self.short_steps + ceil(duration / max_step)


COSTS = Costs(
    start_s=10.0,
    step_s={2: 2.0e-5, 3: 2.0e-5},
    step_exponent={2: 1.1, 3: 1.4},
    memory_b={2: 1000.0, 3: 1000.0},
    memory_exponent={2: 1.1, 3: 1.3},
    base_memory_b=2.5e8,
    cell_memory_b=1000.0,
    short_steps=40,
    fields=6,
    static_fields=2,
)
