"""Cases on scaffolds of every kind: check, geometry, and one clean message for what cannot be."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import numpy as np
import pytest
import tifffile

from geometries import generate
from geometries.exports import export
from phasefield import cli
from phasefield.analysis.stripping import charge_before_void
from phasefield.case import Case, load_case
from phasefield.errors import GeometryInvalid
from phasefield.setup.forecast import preflight
from phasefield.simulation.runner import run

UM = 1e-6
CASES = Path(__file__).parents[1] / "cases"
CASE = """\
format: 1
name: sponge
dimensions: 3
geometry: {geometry}
grid: {{spacing: 0.2 um}}
interface: {{width: 0.5 um}}
lithium: {{depth: 1.5 um}}
electrolyte: {{material: llzo}}
kinetics: {{resistance: 24.6 ohm*cm^2}}
protocol:
  - plate: {{current_density: 0.2 mA/cm^2, duration: 100 s}}
"""
SPHERES = (
    "{kind: overlapping_spheres, pore_size: 2.4 um, porosity: 50 %, height: 4.8 um, width: 4 um}"
)
SCAN = "{kind: image, file: scan.tif, voxel_size: 0.2 um, axes: zyx, growth: +z, pore_size: 2 um}"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, geometry: str) -> str:
    (folder / "case.yaml").write_text(CASE.format(geometry=geometry))
    return str(folder / "case.yaml")


def scan(folder: Path) -> None:
    sponge = generate(
        "overlapping_spheres", pore_size=2.4 * UM, porosity=0.5, height=4.8 * UM, width=4 * UM,
        spacing=0.2 * UM, seed=1,
    )  # fmt: skip
    export(sponge, folder / "scan.tif")


def test_geometry_prints_what_was_asked_and_what_was_made(folder, capsys):
    case = write(folder, SPHERES)
    arguments = ["geometry", case, "--force", "--out", "made", "--export", "wall.stl"]
    assert cli.main(arguments) == 0
    out = capsys.readouterr().out
    for text in ("porosity, asked", "crofton", "+-", "tortuosity factor", "overlapping spheres"):
        assert text in out
    assert (folder / "wall.stl").exists()
    made = json.loads((folder / "made" / "scaffold.json").read_text())
    assert made["asked"]["generator"] == "overlapping_spheres"
    assert made["porosity"] == pytest.approx(0.5, abs=1e-3)
    assert made["refinement_error"]["porosity"] < 0.02
    assert set(made["conduction"]) == {"pore", "solid"}


def test_an_image_says_porosity_and_height_itself(folder):
    scan(folder)
    case = load_case(write(folder, SCAN))
    found = preflight(case, force=True)
    assert found.shape == (24, 20, 20)
    assert found.rise == pytest.approx(2 * 100 * 13.02e-6 / 96485 / 0.5, rel=0.02)
    assert case.geometry.porosity is None


def test_whoever_runs_a_case_may_name_an_image_anywhere(folder):
    scan(folder)
    (folder / "deep").mkdir()
    case = write(folder / "deep", SCAN)
    for place in ("../scan.tif", str(folder / "scan.tif")):
        assert preflight(load_case(case, [f"geometry.file={place}"]), force=True).frames > 0
    (folder / "deep" / "scan.tif").symlink_to(folder / "scan.tif")
    assert preflight(load_case(case), force=True).frames > 0


@pytest.mark.parametrize(
    ("geometry", "code", "message"),
    [
        (SCAN.replace("scan.tif", "nothing.tif"), 3, "there is no file"),
        (SCAN.replace("0.2 um", "20 um"), 3, "correct voxel_size or pore_size"),
        (SCAN.replace("voxel_size: 0.2 um, ", ""), 2, "voxel_size: missing"),
        (SCAN.replace("0.2 um", "0.2"), 2, "has no unit"),
        (SCAN.replace("pore_size: 2 um", "pore_size: 2 um, pore_labels: [9]"), 3, "no label 9"),
        (SCAN.replace("zyx", "zxx"), 3, "axes must name"),
        (SCAN.replace("+z", "up"), 2, "geometry.growth"),
        (SCAN.replace("scan.tif", "rgb.tif"), 3, "holds colours"),
        (SCAN.replace("scan.tif", "slices"), 3, "slice 1 is missing"),
        (SCAN.replace("scan.tif", "closed.npy"), 3, "the pores are closed"),
        (
            SCAN.replace("scan.tif", "broken.npy").replace("2 um}", "6 um}"),
            3,
            "the solid is broken",
        ),
        (SCAN.replace("scan.tif", "../scan.tif"), 2, "leaves the folder of the case"),
        (SCAN.replace("scan.tif", "/etc/passwd"), 2, "leaves the folder of the case"),
        (SPHERES.replace("50 %", "20 %"), 3, "the pores are closed"),
        (SPHERES.replace("50 %", "50 %, trim: all"), 2, "geometry.trim"),
    ],
)
def test_one_clean_message(folder, capsys, geometry, code, message):
    scan(folder)
    tifffile.imwrite(folder / "rgb.tif", np.zeros((8, 9, 3), np.uint8), photometric="rgb")
    (folder / "slices").mkdir()
    for k in (0, 2):
        tifffile.imwrite(folder / "slices" / f"{k}.tif", np.zeros((20, 20), np.uint8))
    layers = np.ones((24, 20, 20), np.uint8)
    layers[12:, 5:15, 5:15] = 0
    np.save(folder / "closed.npy", layers)
    layers = np.zeros((24, 20, 20), np.uint8)
    layers[20:] = 1
    layers[:20, :8, :8] = 1
    layers[14:20] = 0
    np.save(folder / "broken.npy", layers)
    assert cli.main(["check", write(folder, geometry), "--force"]) == code
    error = capsys.readouterr().err
    assert error.count("\n") == 1, error
    assert message in error
    assert "case.yaml:4: geometry" in error


def test_a_scaffold_that_cannot_be_plated_can_still_be_measured(folder, capsys):
    case = write(folder, SPHERES.replace("50 %", "20 %"))
    assert cli.main(["geometry", case, "--force"]) == 0
    assert "pores percolating" in capsys.readouterr().out


def test_the_shipped_tomogram_is_what_its_script_makes():
    """Grey values may differ by one where libraries round differently."""
    script = runpy.run_path(str(CASES / "make_tomogram.py"))
    shipped = tifffile.imread(CASES / "tomogram.tif").astype(int)
    made = script["grey_volume"]().astype(int)
    assert made.shape == (50, 40, 40)
    assert np.mean(np.abs(shipped - made) > 1) < 1e-3


@pytest.mark.parametrize("name", ["tomogram", "spheres_3d"])
def test_shipped_scaffolds_keep_the_limit_of_the_wall_area(name):
    found = preflight(load_case(CASES / f"{name}.yaml"))
    assert abs(found.wall_area_bias) < 0.05
    assert not found.problems


FLAT = """\
format: 1
name: flat
dimensions: 2
geometry: {kind: image, file: flat.npy, voxel_size: 0.1 um, axes: yx, growth: +y, pore_size: 6.2 um}
grid: {spacing: 0.1 um}
interface: {width: 0.4 um}
lithium: {depth: 3.2 um}  # beyond the roof by what the wall is wide
electrolyte: {material: llzo}
kinetics: {resistance: 24.6 ohm*cm^2}
protocol:
  - strip: {current_density: 0.02 mA/cm^2, charge: 0.00195 mAh/cm^2}
solver: {time_error: 1e-2}
"""


def flat_case(folder: Path, *overrides: str) -> Case:
    """Lithium 2 um thick between its collector and dense LLZO, without a free surface."""
    labels = np.ones((42, 5), np.uint8)
    labels[:20] = 0
    np.save(folder / "flat.npy", labels)
    (folder / "flat.yaml").write_text(FLAT)
    return load_case(folder / "flat.yaml", overrides)


def test_full_pores_are_refused_where_lithium_is_to_grow(folder):
    plate = "protocol=[{plate: {current_density: 0.1 mA/cm^2, duration: 10 s}}]"
    with pytest.raises(GeometryInvalid, match="the pores are closed"):
        preflight(flat_case(folder, plate), force=True)
    assert preflight(flat_case(folder), force=True).frames > 0


def test_flat_lithium_without_a_free_surface_tears_when_it_is_stretched(folder):
    found = run(flat_case(folder), folder / "flat", force=True)
    pressure = found.history["min pressure [Pa]"].to_numpy()
    torn = int(np.argmin(pressure))
    charge = -found.history["charge [C/m^2]"][torn]
    expected = charge_before_void(2 * UM, 50e6, 1.1e10, 13.02e-6)
    assert charge == pytest.approx(expected, rel=0.03)
    assert pressure[-1] > 0.1 * pressure[torn]
    assert found.fields["lithium_order_parameter"].min() > -2e-3
