"""The reader of images against hostile and damaged files: cells, or a message; no traceback."""

from __future__ import annotations

import pickle
import struct
import warnings
from io import BytesIO
from pathlib import Path

import h5py
import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geometries.images import image
from geometries.scaffold import GeometryError, Scaffold

FIXED = {
    "derandomize": True,
    "deadline": None,
    "database": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture],
}
LABELS = np.zeros((6, 10, 10), np.uint8)
LABELS[:, 3:8, 3:8] = 1


def read(path: Path) -> Scaffold | GeometryError:
    """A scaffold or a message; whatever else is raised fails the test."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # tifffile and NumPy warn of what they then refuse
            return image(path, 2e-7, "zyx", "+z", pore_size=3e-6, spacing=2e-7)
    except GeometryError as error:
        assert len(str(error)) < 2000
        return error


def tiff() -> bytes:
    buffer = BytesIO()
    tifffile.imwrite(buffer, LABELS, photometric="minisblack")
    return buffer.getvalue()


def hdf5() -> bytes:
    buffer = BytesIO()
    with h5py.File(buffer, "w") as file:
        file.create_dataset("labels", data=LABELS)
    return buffer.getvalue()


def npy() -> bytes:
    buffer = BytesIO()
    np.save(buffer, LABELS)
    return buffer.getvalue()


GOOD = {".tif": tiff(), ".h5": hdf5(), ".npy": npy()}


@pytest.mark.parametrize("suffix", GOOD)
def test_the_undamaged_file_is_read(tmp_path, suffix):
    (tmp_path / f"good{suffix}").write_bytes(GOOD[suffix])
    assert isinstance(read(tmp_path / f"good{suffix}"), Scaffold)


def header(width: int, height: int, strips: int = 1, count: int = 100, kind: int = 1) -> bytes:
    """A TIFF of one page whose header says anything."""
    tags = [(256, width), (257, height), (258, 8), (259, kind), (262, 1), (273, 8), (277, 1),
            (278, strips), (279, count)]  # fmt: skip
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return struct.pack("<2sHI", b"II", 42, 8) + struct.pack("<H", len(tags)) + entries + bytes(4)


@pytest.mark.parametrize(
    "content",
    [
        header(2**32 - 1, 2**32 - 1),
        header(10**6, 10**6, 10**6, 10**6),
        header(0, 10),
        header(10, 10, 0),
        header(10, 10, 10, 2**32 - 1),
        header(10, 10, kind=34712),
        header(10, 10, kind=65535),
        struct.pack("<2sHI", b"II", 42, 8),  # the page lies behind the end
        struct.pack("<2sHIH", b"II", 42, 8, 65535),  # more tags than bytes
        struct.pack("<2sHIHHHII", b"II", 42, 8, 1, 256, 4, 1, 10) + struct.pack("<I", 8),  # a ring
        struct.pack("<2sHHHQ", b"II", 43, 8, 0, 2**63),  # BigTIFF
        b"II*\x00",
        b"",
    ],
    ids=range(13),
)
def test_absurd_tiff_is_refused(tmp_path, content):
    (tmp_path / "scan.tif").write_bytes(content)
    assert isinstance(read(tmp_path / "scan.tif"), GeometryError)


class Harm:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_pickle_is_not_opened(tmp_path):
    harm = np.array([[[Harm(tmp_path / "harm")]]], dtype=object)
    np.save(tmp_path / "objects.npy", harm, allow_pickle=True)
    (tmp_path / "pure.npy").write_bytes(pickle.dumps(Harm(tmp_path / "harm")))
    for name in ("objects.npy", "pure.npy"):
        found = read(tmp_path / name)
        assert isinstance(found, GeometryError)
        assert name in str(found)
    assert not (tmp_path / "harm").exists()


@pytest.mark.parametrize(
    "shape", ["(10000000000, 10, 10)", "(-1, 10, 10)", "(0, 10, 10)", "x" * 99]
)
def test_absurd_numpy_header_is_refused(tmp_path, shape):
    text = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    content = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode() + bytes(100)
    (tmp_path / "scan.npy").write_bytes(content)
    assert isinstance(read(tmp_path / "scan.npy"), GeometryError)


def test_foreign_hdf5_is_refused(tmp_path):
    (tmp_path / "secret").write_bytes(bytes(600))
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file.create_dataset("labels", data=LABELS)
    layout = h5py.VirtualLayout((6, 10, 10), np.uint8)
    layout[:] = h5py.VirtualSource(tmp_path / "other.h5", "labels", (6, 10, 10))
    sources = {
        "empty": lambda file: None,
        "text": lambda file: file.create_dataset("a", data=np.array([["a", "b"]], "S4")),
        "records": lambda file: file.create_dataset("a", (2, 2, 2), [("x", "f8"), ("y", "i4")]),
        "references": lambda file: file.create_dataset("a", (2, 2, 2), h5py.ref_dtype),
        "endless": lambda file: file.create_dataset(
            "a", (10**9, 10**9, 10), "u1", chunks=(1, 1, 10)
        ),
        "empty array": lambda file: file.create_dataset("a", (0, 3, 3), "u1"),
        "virtual": lambda file: file.create_virtual_dataset("a", layout),
        "external": lambda file: file.create_dataset(
            "a", (6, 10, 10), "u1", external=[(str(tmp_path / "secret"), 0, 600)]
        ),
    }
    for name, make in sources.items():
        path = tmp_path / f"{name}.h5"
        with h5py.File(path, "w") as file:
            make(file)
        assert isinstance(read(path), GeometryError), name
    with h5py.File(tmp_path / "link.h5", "w") as file:
        file["a"] = h5py.ExternalLink("other.h5", "labels")
        file.create_group("group")
    for dataset in ("a", "group", "nothing", None):
        with pytest.raises(GeometryError):
            image(tmp_path / "link.h5", 2e-7, "zyx", "+z", 1e-6, 2e-7, dataset=dataset)


@pytest.mark.parametrize("suffix", GOOD)
@settings(max_examples=60, **FIXED)
@given(
    edits=st.lists(st.tuples(st.integers(0, 400), st.binary(min_size=1, max_size=4)), max_size=5),
    kept=st.none() | st.integers(0, 1000),
)
def test_damaged_file_is_read_or_explained(tmp_path, suffix, edits, kept):
    content = bytearray(GOOD[suffix])
    for at, put in edits:
        content[at : at + len(put)] = put
    path = tmp_path / f"scan{suffix}"
    path.write_bytes(bytes(content[:kept]))
    read(path)
