"""Images in, images out; and one clear message for everything that can be wrong with one."""

from __future__ import annotations

import math
import struct
from pathlib import Path

import h5py
import numpy as np
import pytest
import tifffile

from geometries import GeometryError, Scaffold, channels, generate
from geometries import metrics as m
from geometries.exports import EXPORTS, export, gmsh_channels
from geometries.images import image, scaffold_of_labels
from geometries.memory import refuse_too_large

UM = 1e-6
WAY = {"axes": "zyx", "growth": "+z", "pore_size": 2.0 * UM, "spacing": 0.2 * UM}


@pytest.fixture(scope="module")
def sponge() -> Scaffold:
    return generate(
        "overlapping_spheres", pore_size=2.4 * UM, porosity=0.5, height=6.4 * UM, width=4.8 * UM,
        spacing=0.2 * UM, seed=5,
    )  # fmt: skip


@pytest.fixture(scope="module")
def stack(sponge: Scaffold, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(sponge, tmp_path_factory.mktemp("stack") / "sponge.tif")


def test_tiff_there_and_back(sponge: Scaffold, stack: Path) -> None:
    s = image(stack, 0.2 * UM, **WAY)
    assert s.shape == sponge.shape
    assert s.spacing == pytest.approx(sponge.spacing)
    assert s.pore_volume / s.volume == pytest.approx(m.porosity(sponge.labels))
    assert np.mean(s.labels == sponge.labels) > 0.985
    assert s.signed_distance is not None
    np.testing.assert_array_equal(s.labels, s.signed_distance > 0)
    assert s.wall_area == pytest.approx(sponge.wall_area, rel=0.03)
    smooth = m.surface_marching_cubes(s.labels, s.spacing, s.signed_distance)
    assert smooth == pytest.approx(sponge.wall_area / sponge.volume, rel=0.06)


def test_every_container_holds_the_same(sponge: Scaffold, stack: Path, tmp_path: Path) -> None:
    labels = sponge.labels
    np.save(tmp_path / "a.npy", labels)
    labels.tofile(tmp_path / "a.raw")
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["scan/labels"] = labels
    (tmp_path / "slices").mkdir()
    for k, layer in enumerate(labels):
        tifffile.imwrite(tmp_path / "slices" / f"cut_{k + 98}.tif", layer)
    one = image(stack, 0.2 * UM, **WAY)
    for name in ("a.npy", "a.h5", "slices"):
        other = image(tmp_path / name, 0.2 * UM, **WAY)
        np.testing.assert_array_equal(one.labels, other.labels)
    raw = image(tmp_path / "a.raw", 0.2 * UM, **WAY, raw_shape=labels.shape)
    np.testing.assert_array_equal(one.labels, raw.labels)


def test_axes_growth_and_crop(sponge: Scaffold, tmp_path: Path) -> None:
    np.save(tmp_path / "xzy.npy", sponge.labels.transpose(2, 0, 1))
    turned = image(tmp_path / "xzy.npy", 0.2 * UM, **{**WAY, "axes": "xzy"})
    np.save(tmp_path / "zyx.npy", sponge.labels)
    plain = image(tmp_path / "zyx.npy", 0.2 * UM, **WAY)
    np.testing.assert_array_equal(turned.labels, plain.labels)
    down = image(tmp_path / "zyx.npy", 0.2 * UM, **{**WAY, "growth": "-z"})
    assert np.mean(down.labels == plain.labels[::-1]) > 0.999
    sideways = image(tmp_path / "zyx.npy", 0.2 * UM, **{**WAY, "growth": "+x"})
    assert sideways.shape == (24, 32, 24)
    part = image(tmp_path / "zyx.npy", 0.2 * UM, **WAY, crop="z=0:20 x=4:24")
    assert part.shape == (20, 24, 20)


def test_uneven_slices(sponge: Scaffold, tmp_path: Path) -> None:
    np.save(tmp_path / "thick.npy", sponge.labels[::2])
    s = image(tmp_path / "thick.npy", 0.2 * UM, **WAY, slice_thickness=0.4 * UM)
    assert s.spacing == pytest.approx((0.2 * UM,) * 3)
    assert s.lengths == pytest.approx(sponge.lengths)
    assert s.wall_area == pytest.approx(sponge.wall_area, rel=0.1)


def test_resampling_keeps_volume_and_area() -> None:
    c = (np.arange(48) + 0.5) * 0.1
    z, y, x = np.meshgrid(c, c, c, indexing="ij")
    labels = (np.sqrt((z - 2.4) ** 2 + (y - 2.4) ** 2 + (x - 2.4) ** 2) > 1.6).astype(np.uint8)
    for spacing in (0.2, 0.1, 0.07):
        s = scaffold_of_labels(labels, (0.1, 0.1, 0.1), 0, spacing)
        assert max(s.spacing) <= spacing * (1 + 1e-9)
        made = np.clip(0.5 - s.signed_distance / max(s.spacing), 0, 1).mean()  # type: ignore[operator]
        assert made * s.volume == pytest.approx(4 / 3 * math.pi * 1.6**3, rel=0.02)
        found = m.surface_marching_cubes(s.labels, s.spacing, s.signed_distance) * s.volume
        assert found == pytest.approx(4 * math.pi * 1.6**2, rel=0.03)
        assert s.wall_area == pytest.approx(4 * math.pi * 1.6**2, rel=0.02)


@pytest.mark.parametrize("threshold", [100, "otsu"])
def test_grey_values(sponge: Scaffold, tmp_path: Path, threshold: float | str) -> None:
    noise = np.random.default_rng(0).normal(0, 12, sponge.shape)
    grey = np.clip(60 + 90.0 * sponge.labels + noise, 0, 255).astype(np.uint8)
    tifffile.imwrite(tmp_path / "grey.tif", grey)
    s = image(tmp_path / "grey.tif", 0.2 * UM, **WAY, threshold=threshold)  # type: ignore[arg-type]
    assert np.mean(s.labels == sponge.labels) > 0.98
    tifffile.imwrite(tmp_path / "negative.tif", 255 - grey)
    n = image(tmp_path / "negative.tif", 0.2 * UM, **WAY, threshold="otsu", pores="bright")
    assert np.mean(n.labels == sponge.labels) > 0.98


def test_two_dimensions(tmp_path: Path) -> None:
    s = channels(2 * UM, 0.5, 4 * UM, 8 * UM, 0.1 * UM)
    tifffile.imwrite(tmp_path / "cut.tif", s.labels[0])
    way = {**WAY, "axes": "yx", "growth": "+y", "spacing": 0.1 * UM}
    back = image(tmp_path / "cut.tif", 0.1 * UM, **way, dimensions=2)
    np.testing.assert_array_equal(back.labels, s.labels)
    assert back.growth_axis == 1
    assert back.wall_area == pytest.approx(s.wall_area, rel=0.08, abs=0.0)


# -- what can be wrong ----------------------------------------------------------------------------


def refused(message: str, file: Path, voxel: float = 0.2 * UM, **changes: object) -> None:
    with pytest.raises(GeometryError, match=message) as caught:
        image(file, voxel, **{**WAY, **changes})  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


def test_wrong_words(stack: Path) -> None:
    refused("there is no file", stack.with_name("nowhere.tif"))
    refused("axes must name z, y, x once each", stack, axes="zzx")
    refused(r"growth must be a sign and an axis, such as \+z", stack, growth="up")
    refused("crop takes words such as", stack, crop="z=3")
    refused("the axis z has 32 voxels", stack, crop="z=0:99")
    refused("has 3 axes", stack, axes="yx", growth="+y", dimensions=2)
    refused("has no label 7, it has 0, 1", stack, pore_labels=[7])
    refused("porosity of 50.*you gave 20", stack, porosity=0.2)
    refused("does not part its values", stack, threshold=300)
    refused("voxel_size must be a positive length", stack, 0.0)


def test_wrong_voxel_size_shows_in_the_pore_size(stack: Path) -> None:
    refused("correct voxel_size or pore_size", stack, 20e-6, spacing=20e-6)


def test_colours_and_missing_slices_and_no_volume(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "rgb.tif", np.zeros((8, 9, 3), np.uint8), photometric="rgb")
    refused("holds colours", tmp_path / "rgb.tif", axes="yx", growth="+y", dimensions=2)
    folder = tmp_path / "slices"
    folder.mkdir()
    refused("holds no TIFF slices", folder)
    for k in (0, 1, 3):
        tifffile.imwrite(folder / f"s{k}.tif", np.zeros((4, 4), np.uint8))
    refused("slice 2 is missing", folder)
    tifffile.imwrite(folder / "s2.tif", np.zeros((4, 5), np.uint8))
    refused("the slices differ", folder)
    (tmp_path / "bad.tif").write_bytes(b"no image")
    refused("is not a TIFF", tmp_path / "bad.tif")
    (tmp_path / "scan.docx").write_bytes(b"")
    refused("no volume that can be read", tmp_path / "scan.docx")
    np.save(tmp_path / "names.npy", np.array([["a", "b"]]))
    refused("not numbers or labels", tmp_path / "names.npy")
    np.zeros(9, np.uint8).tofile(tmp_path / "a.raw")
    refused("give its shape", tmp_path / "a.raw")
    refused("has 9 bytes", tmp_path / "a.raw", raw_shape=(2, 2, 2))
    with h5py.File(tmp_path / "two.h5", "w") as file:
        file["a"] = file["b"] = np.zeros((2, 2, 2))
    refused("name one as the dataset", tmp_path / "two.h5")


def test_grey_values_are_not_taken_for_labels(tmp_path: Path) -> None:
    np.save(tmp_path / "grey.npy", np.arange(64, dtype=np.uint8).reshape(4, 4, 4))
    refused("grey values, give a threshold", tmp_path / "grey.npy")


def test_one_voxel_pores_and_one_phase(tmp_path: Path) -> None:
    threads = np.ones((12, 12, 12), np.uint8)
    threads[:, ::4, ::4] = 0
    np.save(tmp_path / "threads.npy", threads)
    refused("are one voxel of 0.2 um wide", tmp_path / "threads.npy", pore_size=0.3 * UM)
    np.save(tmp_path / "solid.npy", np.ones((4, 4, 4), np.uint8))
    refused("has no label 0", tmp_path / "solid.npy")
    refused("every cell of .* is pore", tmp_path / "solid.npy", pore_labels=[1])


def test_thirty_gigabytes_are_refused_before_they_are_read(tmp_path: Path) -> None:
    shape = (3000, 3200, 3200)
    header = str({"descr": "|u1", "fortran_order": False, "shape": shape}).ljust(117) + "\n"
    with open(tmp_path / "huge.npy", "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
        file.truncate(file.tell() + math.prod(shape))  # sparse: takes no space
    refused(r"GB of memory, .* GB are free: crop .*huge.npy", tmp_path / "huge.npy")
    refuse_too_large("crop it", (100, 100, 100), free=10**9)
    with pytest.raises(GeometryError, match="crop it"):
        refuse_too_large("crop it", (300, 300, 300), free=10**9)
    with pytest.raises(GeometryError, match="larger spacing"):
        generate("random_field", pore_size=UM, porosity=0.5, height=1, width=1, spacing=UM)


# -- out ------------------------------------------------------------------------------------------


def test_meshes(sponge: Scaffold, tmp_path: Path) -> None:
    import pyvista

    surface = pyvista.read(export(sponge, tmp_path / "wall.stl"))
    area = sponge.wall_area * 1e12
    assert surface.area == pytest.approx(area, rel=0.02)
    volume = pyvista.read(export(sponge, tmp_path / "cells.vtu"))
    sizes = volume.compute_cell_sizes()["Volume"]
    pore = sizes[volume.cell_data["label"] == 0].sum()
    assert pore == pytest.approx(sponge.pore_volume * 1e18, rel=0.01)
    assert sizes.sum() == pytest.approx(sponge.volume * 1e18, rel=1e-3)
    picture = pyvista.read(export(sponge, tmp_path / "cells.vti"))
    np.testing.assert_array_equal(picture.cell_data["label"], sponge.labels.ravel())
    assert picture.bounds == pytest.approx((0, 4.8, 0, 4.8, 0, 6.4))


def test_gmsh_script_has_the_walls(tmp_path: Path) -> None:
    s = channels(1.5 * UM, 0.5, 4 * UM, 6 * UM, 0.1 * UM)
    text = gmsh_channels(s)
    assert 'Physical Surface("pore")' in text
    walls = {float(x) for x in (0.75, 2.25, 3.75, 5.25)}
    points = [line.split("{")[1].split(",")[0] for line in text.splitlines() if "Point" in line]
    assert walls <= {round(float(x), 6) for x in points}
    assert export(s, tmp_path / "slits.geo").read_text() == text
    waves = generate(
        "corrugated_channels", pore_size=1.5 * UM, amplitude=0.2, wavelength=2 * UM, porosity=0.4,
        height=4 * UM, width="unit_cell", spacing=0.1 * UM,
    )  # fmt: skip
    with pytest.raises(GeometryError, match="straight slits"):
        gmsh_channels(waves)


def test_unknown_format(sponge: Scaffold, tmp_path: Path) -> None:
    with pytest.raises(GeometryError, match="available: " + ", ".join(EXPORTS)):
        export(sponge, tmp_path / "a.png")
