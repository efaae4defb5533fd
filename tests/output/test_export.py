from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkIOHDF import vtkHDFReader

from phasefield.errors import PhaseFieldError, RunDirectoryError
from phasefield.grid.grid import Grid
from phasefield.output.export import export
from phasefield.output.fields import FieldSeries
from phasefield.output.vti import VtiFrames
from tests.output.known import frame, static_fields, time_of

FRAMES = 3


@pytest.fixture
def run_dir(tmp_path: Path, grid: Grid, series: FieldSeries) -> Path:
    for index in range(FRAMES):
        series.write(index, time_of(index), frame(grid, index))
    (tmp_path / "history.csv").write_text("step [1]\n0\n")
    return tmp_path


def test_vti(run_dir: Path, grid: Grid, tmp_path: Path) -> None:
    (pvd,) = export(run_dir, ["vti"], tmp_path / "elsewhere")
    frames = VtiFrames(pvd)
    assert frames.contents.times == tuple(map(time_of, range(FRAMES)))
    for name, values in frame(grid, 2).items():
        np.testing.assert_array_equal(frames.read(2, name), values)


def test_csv(run_dir: Path, grid: Grid) -> None:
    (out,) = export(str(run_dir), ["csv"])
    assert out == run_dir / "export"
    assert (out / "history.csv").read_text() == "step [1]\n0\n"
    assert list(pd.read_csv(out / "times.csv")["frame [1]"]) == [0, 1, 2]
    table = pd.read_csv(out / "fields_0002.csv")
    assert len(table) == grid.size
    nz, ny, nx = 1, 2, 3
    row = table.iloc[np.ravel_multi_index((nz, ny, nx), grid.shape)]
    centre = [(nx + 0.5) * 1e-7, (ny + 0.5) * 2e-7, (nz + 0.5) * 3e-7]
    np.testing.assert_allclose(row[["x [m]", "y [m]", "z [m]"]], centre)
    assert row["ion_potential [V]"] == frame(grid, 2)["ion_potential"][nz, ny, nx]
    assert row["wall_density [1/m]"] == static_fields(grid)["wall_density"][nz, ny, nx]


def test_vtkhdf_reads_back_through_vtk(run_dir: Path, grid: Grid) -> None:
    (path,) = export(run_dir, ["vtkhdf"])
    reader = vtkHDFReader()
    reader.SetFileName(str(path))
    reader.UpdateInformation()
    assert reader.GetNumberOfSteps() == FRAMES
    for index in range(FRAMES):
        reader.SetStep(index)
        reader.Update()
        image = reader.GetOutputDataObject(0)
        np.testing.assert_allclose(image.GetSpacing(), grid.spacing[::-1])
        assert image.GetDimensions() == tuple(cells + 1 for cells in grid.shape[::-1])
        for name, values in {**frame(grid, index), **static_fields(grid)}.items():
            read = vtk_to_numpy(image.GetCellData().GetArray(name)).reshape(grid.shape)
            np.testing.assert_array_equal(read, values)


def test_errors(run_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(PhaseFieldError, match="cannot export xyz: choose from vti, csv, vtkhdf"):
        export(run_dir, ["vti", "xyz"])
    with pytest.raises(RunDirectoryError, match="no saved fields"):
        export(tmp_path / "nothing")
