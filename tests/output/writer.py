"""A run in miniature that writes everything a run writes, and its resumption; killed by a test."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from ruamel.yaml import YAML

from phasefield.case import case_from_dict
from phasefield.grid.grid import Grid
from phasefield.output import checkpoint
from phasefield.output.fields import FieldSeries
from phasefield.output.history import HistoryWriter
from phasefield.output.run_directory import RunDirectory
from tests.output.known import CASE, frame, static_fields, time_of

GRID = Grid((1, 40, 30), (1e-7, 1e-7, 1e-7), growth_axis=1)
CASE_READ = case_from_dict(YAML(typ="safe").load(CASE))
COLUMNS = ("step [1]", "time [s]")


def run_until_killed(run_dir: Path) -> None:
    """Continue the run without end or waiting for the disk: a kill does not lose writes."""
    os.fsync = lambda descriptor: None  # type: ignore[assignment]
    resume(run_dir, 10_000)


def resume(run_dir: Path, last_step: int) -> int:
    """Continue the run to `last_step`, all files every step. Return the step it began with."""
    with RunDirectory.open(run_dir, CASE_READ) as run:
        loaded = checkpoint.load_latest(run.path)
        step = loaded[1]["step"] if loaded else -1
        if loaded:
            np.testing.assert_array_equal(loaded[0]["xi"], np.full(5000, float(step)))
        start = step + 1
        fields = FieldSeries(run.path, GRID, static_fields(GRID))
        fields.truncate(start)
        with HistoryWriter(run.path / "history.csv", COLUMNS) as history:
            history.truncate_after(step)
            for step in range(start, last_step + 1):
                fields.write(step, time_of(step), frame(GRID, step))
                history.append({"step [1]": step, "time [s]": time_of(step)})
                arrays = {"xi": np.full(5000, float(step))}
                checkpoint.save(run.path, arrays, {"step": step})
        run.write_summary({"status": "finished"})
    return start
