from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from phasefield.output.atomic import replacing, write_json, write_text


def test_a_block_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    write_text(target, "old")
    with pytest.raises(RuntimeError), replacing(target) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_json_takes_numpy_and_turns_nan_into_null(tmp_path: Path) -> None:
    target = tmp_path / "a.json"
    write_json(
        target, {"n": np.int64(3), "x": np.float64(0.1), "a": np.array([1.0, np.nan]), "t": (1,)}
    )
    assert json.loads(target.read_text()) == {"n": 3, "x": 0.1, "a": [1.0, None], "t": [1]}
