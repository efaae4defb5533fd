from __future__ import annotations

import logging
from pathlib import Path

import h5py
import numpy as np
import pytest

from phasefield.errors import PhaseFieldError
from phasefield.output import checkpoint

ARRAYS = {
    "xi": np.random.default_rng(0).random((1, 4, 5)),
    "labels": np.arange(6, dtype=np.int32).reshape(2, 3).T,
    "gap": np.array([np.nan, np.inf]),
}
META = {"time": 0.1 + 0.2, "step": 7, "rng": {"state": 2**120}, "reason": "dt ≤ max"}


def names(run_dir: Path) -> list[str]:
    return sorted(path.name for path in (run_dir / "checkpoints").iterdir())


def test_round_trip_to_the_bit(tmp_path: Path) -> None:
    path = checkpoint.save(tmp_path, ARRAYS, META, finite=["xi"])
    assert path.name == "ckpt-000001.h5"
    loaded = checkpoint.load_latest(tmp_path)
    assert loaded is not None
    arrays, meta = loaded
    assert meta == META
    for name, values in ARRAYS.items():
        assert arrays[name].dtype == values.dtype
        np.testing.assert_array_equal(arrays[name], values)


def test_none_without_checkpoints(tmp_path: Path) -> None:
    assert checkpoint.load_latest(tmp_path) is None


def test_two_are_kept(tmp_path: Path) -> None:
    for step in range(4):
        checkpoint.save(tmp_path, ARRAYS, {"step": step})
    assert names(tmp_path) == ["ckpt-000003.h5", "ckpt-000004.h5"]


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nan_is_refused_and_the_good_ones_stay(tmp_path: Path, bad: float) -> None:
    checkpoint.save(tmp_path, ARRAYS, {"step": 1}, finite=["xi"])
    spoilt = ARRAYS["xi"].copy()
    spoilt[0, 2, 2] = bad
    with pytest.raises(PhaseFieldError, match="xi holds NaN"):
        checkpoint.save(tmp_path, {"xi": spoilt}, {"step": 2}, finite=["xi"])
    loaded = checkpoint.load_latest(tmp_path)
    assert loaded is not None
    assert loaded[1] == {"step": 1}
    assert names(tmp_path) == ["ckpt-000001.h5"]


def torn(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def flipped(path: Path) -> None:
    with h5py.File(path, "r+") as file:
        file["arrays/xi"][0, 1, 1] += 1e-15


def other_meta(path: Path) -> None:
    with h5py.File(path, "r+") as file:
        text = file["meta"].asstr()[()]
        del file["meta"]
        file["meta"] = text.replace("2", "3")


@pytest.mark.parametrize("damage", [torn, emptied, flipped, other_meta])
def test_a_damaged_one_is_passed_over(tmp_path: Path, caplog, damage) -> None:
    checkpoint.save(tmp_path, ARRAYS, {"step": 1})
    damage(checkpoint.save(tmp_path, ARRAYS, {"step": 2}))
    with caplog.at_level(logging.WARNING):
        loaded = checkpoint.load_latest(tmp_path)
    assert loaded is not None
    assert loaded[1] == {"step": 1}
    assert "ckpt-000002.h5 is damaged" in caplog.text


def test_the_good_one_outlives_the_damaged_one(tmp_path: Path) -> None:
    checkpoint.save(tmp_path, ARRAYS, {"step": 1})
    torn(checkpoint.save(tmp_path, ARRAYS, {"step": 2}))
    checkpoint.load_latest(tmp_path)
    torn(checkpoint.save(tmp_path, ARRAYS, {"step": 2}))
    loaded = checkpoint.load_latest(tmp_path)
    assert loaded is not None
    assert loaded[1] == {"step": 1}


def test_all_damaged_means_none(tmp_path: Path) -> None:
    torn(checkpoint.save(tmp_path, ARRAYS, {"step": 1}))
    assert checkpoint.load_latest(tmp_path) is None


def test_a_failed_write_leaves_the_old_ones(tmp_path: Path) -> None:
    checkpoint.save(tmp_path, ARRAYS, {"step": 1})
    with pytest.raises(TypeError):
        checkpoint.save(tmp_path, {"odd": np.array([object()])}, {"step": 2})
    assert names(tmp_path) == ["ckpt-000001.h5"]
