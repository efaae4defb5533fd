from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import phasefield
from phasefield.errors import RunDirectoryError
from phasefield.output import hdf5
from phasefield.output.fields import FieldSeries
from phasefield.output.hdf5 import Hdf5Frames
from phasefield.output.run import open_run
from phasefield.output.run_directory import RunDirectory
from tests.output.known import frame, static_fields, time_of
from tests.output.writer import CASE_READ, GRID, resume

STEPS = 3


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("results") / "run"
    resume(path, STEPS - 1)
    return path


def test_a_finished_run(run_dir: Path) -> None:
    run = phasefield.open_run(str(run_dir))
    assert run.path == run_dir
    assert run.summary == {"status": "finished"}
    assert run.case == CASE_READ
    assert run.manifest["digest"] == CASE_READ.digest()
    assert list(run.history["time [s]"]) == [time_of(step) for step in range(STEPS)]


def test_fields_are_labelled(run_dir: Path) -> None:
    fields = open_run(run_dir).fields
    potential = fields["ion_potential"]
    assert potential.dims == ("time", "z", "y", "x")
    assert potential.attrs["units"] == "V"
    assert potential.attrs["symbol"] == "V_l"
    assert fields["wall_density"].dims == ("z", "y", "x")
    assert fields.attrs["growth_axis"] == "y"
    assert fields.attrs["spacing_m"] == GRID.spacing
    np.testing.assert_allclose(fields["x"][[0, -1]], [0.5e-7, 29.5e-7])
    assert (fields["x"].attrs["units"], fields["time"].attrs["units"]) == ("m", "s")
    np.testing.assert_array_equal(fields["time"], [time_of(step) for step in range(STEPS)])


@pytest.mark.parametrize(
    "select",
    [
        {},
        {"time": -1},
        {"time": slice(None, None, -1), "y": 3},
        {"time": [2, 0], "x": slice(1, 20, 3)},
        {"time": slice(0, 0), "z": 0},
        {"y": [5, 5, 1], "x": [0, 2, 4]},
        {"y": xr.DataArray([5, 5, 1], dims="p"), "x": xr.DataArray([0, 2, 4], dims="p")},
    ],
)
def test_any_selection_reads_the_right_values(run_dir: Path, select: dict) -> None:
    fields = open_run(run_dir).fields
    for name in frame(GRID, 0):
        values = np.stack([frame(GRID, step)[name] for step in range(STEPS)])
        expected = xr.DataArray(values, dims=("time", "z", "y", "x")).isel(select)
        xr.testing.assert_equal(fields[name].isel(select).drop_vars(fields.coords), expected)


def test_nearest_time_and_static(run_dir: Path) -> None:
    fields = open_run(run_dir).fields
    chosen = fields["lithium_order_parameter"].sel(time=0.3, method="nearest")
    np.testing.assert_array_equal(chosen, frame(GRID, 1)["lithium_order_parameter"])
    static = static_fields(GRID)["electrolyte_order_parameter"]
    np.testing.assert_array_equal(fields["electrolyte_order_parameter"], static)


def test_only_what_is_used_is_read(run_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[tuple] = []
    original = Hdf5Frames.read

    def counted(self, index, name, key=...):
        values = original(self, index, name, key)
        reads.append((index, name, values.size))
        return values

    monkeypatch.setattr(Hdf5Frames, "read", counted)
    fields = open_run(run_dir).fields
    assert not reads
    column = fields["ion_potential"].isel(time=1, x=4)
    assert not reads
    column.to_numpy()
    assert reads == [(1, "ion_potential", GRID.shape[1])]


def test_a_run_that_was_killed_while_it_wrote(tmp_path: Path) -> None:
    with RunDirectory.open(tmp_path, CASE_READ) as run:
        series = FieldSeries(run.path, GRID, static_fields(GRID))
        series.write(0, 0.0, frame(GRID, 0))
    hdf5._marker(tmp_path / "fields.h5").touch()
    (tmp_path / "fields.h5").write_bytes(b"torn")
    opened = open_run(tmp_path)
    assert opened.summary["status"] == "interrupted"
    assert opened.summary["digest"] == CASE_READ.digest()
    values = opened.fields["ion_potential"].isel(time=0)
    np.testing.assert_array_equal(values, frame(GRID, 0)["ion_potential"])
    assert opened.fields["wall_density"].dims == ("z", "y", "x")


def test_a_run_that_has_not_begun(tmp_path: Path) -> None:
    RunDirectory.open(tmp_path, CASE_READ).close()
    run = open_run(tmp_path)
    assert run.summary["status"] == "new"
    with pytest.raises(RunDirectoryError, match="not begun"):
        _ = run.history
    with pytest.raises(RunDirectoryError, match="no saved fields"):
        _ = run.fields


def test_not_a_run(tmp_path: Path) -> None:
    with pytest.raises(RunDirectoryError, match="has no manifest"):
        open_run(tmp_path)
    with pytest.raises(RunDirectoryError, match="not a directory"):
        open_run(tmp_path / "nothing")
