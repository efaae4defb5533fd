from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import h5py
import numpy as np
import pytest

from phasefield.errors import RunDirectoryError
from phasefield.grid.grid import Grid
from phasefield.output import hdf5, vti
from phasefield.output.fields import FieldSeries, open_frames
from phasefield.output.hdf5 import Hdf5Frames
from phasefield.output.vti import VtiFrames
from tests.output.known import frame, static_fields, time_of


def fill(series: FieldSeries, grid: Grid, stop: int) -> None:
    for index in range(len(series), stop):
        series.write(index, time_of(index), frame(grid, index))


def check(run_dir: Path, grid: Grid, n_frames: int) -> None:
    """Both formats, and what open_frames picks, hold exactly the first `n_frames` frames."""
    for frames in (
        Hdf5Frames(run_dir / "fields.h5"),
        VtiFrames(run_dir / "fields.pvd"),
        open_frames(run_dir),
    ):
        contents = frames.contents
        assert contents.grid.shape == grid.shape
        np.testing.assert_allclose(contents.grid.spacing, grid.spacing, rtol=1e-15)
        assert contents.grid.growth_axis == grid.growth_axis
        assert contents.times == tuple(map(time_of, range(n_frames)))
        assert set(contents.names) == set(frame(grid, 0))
        assert contents.units["ion_potential"] == "V"
        assert contents.units["wall_density"] == "1/m"
        for index in range(n_frames):
            for name, values in frame(grid, index).items():
                np.testing.assert_array_equal(frames.read(index, name), values)
        for name, values in static_fields(grid).items():
            np.testing.assert_array_equal(frames.read(None, name), values)
    listed = ElementTree.parse(run_dir / "fields.xdmf").iter("Time")
    assert [float(entry.attrib["Value"]) for entry in listed] == list(map(time_of, range(n_frames)))
    assert len(list((run_dir / "fields").glob("*.vti"))) == n_frames


def test_round_trip(tmp_path: Path, grid: Grid, series: FieldSeries) -> None:
    fill(series, grid, 3)
    check(tmp_path, grid, 3)


def test_hdf5_layout(tmp_path: Path, grid: Grid, series: FieldSeries) -> None:
    fill(series, grid, 2)
    with h5py.File(tmp_path / "fields.h5") as file:
        assert file.attrs["format"] == 1
        assert tuple(file.attrs["spacing"]) == grid.spacing
        assert file["frames/0001"].attrs["time"] == time_of(1)
        assert file["frames/0001/ion_potential"].attrs["units"] == "V"
        assert file["static/wall_density"].shape == grid.shape


def test_every_xdmf_frame_refers_to_data_that_exist(
    tmp_path: Path, grid: Grid, series: FieldSeries
) -> None:
    fill(series, grid, 2)
    document = ElementTree.parse(tmp_path / "fields.xdmf")
    items = [item for item in document.iter("DataItem") if item.attrib["Format"] == "HDF"]
    assert len(items) == 2 * 4
    for item in items:
        file_name, _, path = (item.text or "").partition(":")
        with h5py.File(tmp_path / file_name) as file:
            assert file[path].shape == tuple(map(int, item.attrib["Dimensions"].split()))


def test_single_precision(tmp_path: Path, grid: Grid) -> None:
    series = FieldSeries(tmp_path, grid, static_fields(grid), precision="float32")
    fill(series, grid, 1)
    for frames in (Hdf5Frames(tmp_path / "fields.h5"), VtiFrames(tmp_path / "fields.pvd")):
        values = frames.read(0, "lithium_order_parameter")
        assert values.dtype == np.float32
        np.testing.assert_array_equal(
            values, frame(grid, 0)["lithium_order_parameter"].astype(np.float32)
        )
        assert frames.contents.precision == "float32"
    assert 'Precision="4"' in (tmp_path / "fields.xdmf").read_text()


@pytest.mark.parametrize("kept", [0, 1, 3])
def test_truncate_then_continue(tmp_path: Path, grid: Grid, series: FieldSeries, kept: int) -> None:
    fill(series, grid, 3)
    resumed = FieldSeries(tmp_path, grid, static_fields(grid))
    resumed.truncate(kept)
    assert len(resumed) == kept
    fill(resumed, grid, 4)
    check(tmp_path, grid, 4)


def test_truncate_refuses_frames_that_are_missing(grid: Grid, series: FieldSeries) -> None:
    fill(series, grid, 1)
    with pytest.raises(RunDirectoryError, match="1 of the 2"):
        series.truncate(2)


def torn(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def killed_while_writing(path: Path) -> None:
    hdf5._marker(path).touch()
    path.write_bytes(path.read_bytes() + b"\0" * 100)


@pytest.mark.parametrize("damage", [torn, killed_while_writing, Path.unlink])
def test_a_torn_file_is_read_from_vti_and_rebuilt(
    tmp_path: Path, grid: Grid, series: FieldSeries, damage
) -> None:
    fill(series, grid, 3)
    damage(tmp_path / "fields.h5")
    assert isinstance(open_frames(tmp_path), VtiFrames)
    fill(FieldSeries(tmp_path, grid, static_fields(grid)), grid, 4)
    assert isinstance(open_frames(tmp_path), Hdf5Frames)
    check(tmp_path, grid, 4)


def test_a_kill_between_vti_and_hdf5_leaves_no_trace(
    tmp_path: Path, grid: Grid, series: FieldSeries, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(series, grid, 2)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(hdf5, "append", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        fill(series, grid, 3)
    resumed = FieldSeries(tmp_path, grid, static_fields(grid))
    resumed.truncate(2)
    check(tmp_path, grid, 2)


def test_a_full_disk_leaves_the_file_suspect(
    tmp_path: Path, grid: Grid, series: FieldSeries, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(series, grid, 2)
    with monkeypatch.context() as patch, pytest.raises(OSError, match="full"):
        patch.setattr(hdf5, "_write_fields", lambda *_: (_ for _ in ()).throw(OSError("full")))
        fill(series, grid, 3)
    assert isinstance(open_frames(tmp_path), VtiFrames)
    FieldSeries(tmp_path, grid, static_fields(grid))
    check_after = open_frames(tmp_path)
    assert isinstance(check_after, Hdf5Frames)
    assert len(check_after.contents.times) == 2


def test_another_grid_is_refused(tmp_path: Path, grid: Grid, series: FieldSeries) -> None:
    fill(series, grid, 1)
    other = Grid((1, 3, 4), grid.spacing, 1)
    with pytest.raises(RunDirectoryError, match="another grid"):
        FieldSeries(tmp_path, other, static_fields(other))


def test_wrong_frames_are_refused(grid: Grid, series: FieldSeries) -> None:
    fill(series, grid, 1)
    with pytest.raises(ValueError, match="next frame is 1"):
        series.write(3, 1.0, frame(grid, 3))
    with pytest.raises(ValueError, match="every frame holds"):
        series.write(1, 1.0, {"ion_potential": np.zeros(grid.shape)})
    with pytest.raises(ValueError, match="shape"):
        series.write(1, 1.0, {name: np.zeros(3) for name in frame(grid, 0)})


def test_no_fields_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RunDirectoryError, match="no saved fields"):
        open_frames(tmp_path)


def test_damaged_vti_is_an_error_not_zeros(tmp_path: Path, grid: Grid, series: FieldSeries) -> None:
    fill(series, grid, 2)
    vti.frame_path(tmp_path / "fields.pvd", 1).write_text("<VTKFile")
    with pytest.raises(OSError, match="readable"):
        VtiFrames(tmp_path / "fields.pvd").read(1, "ion_potential")


def test_a_reader_does_not_stop_the_writer(tmp_path: Path, grid: Grid, series: FieldSeries) -> None:
    fill(series, grid, 1)
    script = "import sys, h5py; file = h5py.File(sys.argv[1]); print('open', flush=True); input()"
    viewer = subprocess.Popen(
        [sys.executable, "-c", script, tmp_path / "fields.h5"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "HDF5_USE_FILE_LOCKING": "TRUE"},
    )
    with viewer:
        assert viewer.stdout is not None
        viewer.stdout.readline()
        fill(series, grid, 2)
        assert viewer.poll() is None
        viewer.communicate(b"\n")
    check(tmp_path, grid, 2)


def test_no_rendering_library_is_loaded() -> None:
    script = (
        "import sys, phasefield.output.fields\n"
        "from pathlib import Path\n"
        "loaded = ' '.join(sys.modules) + Path('/proc/self/maps').read_text()\n"
        "sys.exit(any(name in loaded for name in ('vtkRendering', 'libGL', 'libEGL', 'libX11')))\n"
    )
    assert subprocess.run([sys.executable, "-c", script]).returncode == 0
