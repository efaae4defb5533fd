from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from phasefield.errors import RunDirectoryError
from phasefield.output.history import HistoryWriter, read_history

COLUMNS = ("step [1]", "time [s]", "odd, name [1]")


def row(step: int) -> dict[str, float]:
    return {"step [1]": step, "time [s]": step / 3.0, "odd, name [1]": np.float64(1e-300 / 7)}


def steps(path: Path) -> list[int]:
    return list(read_history(path)["step [1]"])


def test_numbers_read_back_to_the_bit(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    with HistoryWriter(path, COLUMNS) as history:
        history.append(row(0))
        history.append({**row(1), "time [s]": float("nan")})
        table = read_history(path)  # flushed: readable while it runs
    assert list(table.columns) == list(COLUMNS)
    assert table["step [1]"].dtype == np.int64
    assert table["odd, name [1]"][0] == 1e-300 / 7
    assert np.isnan(table["time [s]"][1])


def test_truncate_then_continue(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    with HistoryWriter(path, COLUMNS) as history:
        for step in range(5):
            history.append(row(step))
        history.truncate_after(2)
        history.append(row(3))
        history.sync()
    assert steps(path) == [0, 1, 2, 3]
    with HistoryWriter(path, COLUMNS) as history:
        history.truncate_after(-1)
    assert steps(path) == []


def test_a_row_cut_short_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    with HistoryWriter(path, COLUMNS) as history:
        history.append(row(0))
        history.append(row(1))
    path.write_text(path.read_text()[:-4])
    with HistoryWriter(path, COLUMNS) as history:
        history.append(row(1))
    assert steps(path) == [0, 1]
    pd.testing.assert_series_equal(read_history(path).iloc[1], pd.Series(row(1)), check_names=False)


def test_other_columns_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    HistoryWriter(path, COLUMNS).close()
    with pytest.raises(RunDirectoryError, match="other columns"):
        HistoryWriter(path, COLUMNS[:2])
    with HistoryWriter(path, COLUMNS) as history, pytest.raises(ValueError, match="time"):
        history.append({"step [1]": 0})
