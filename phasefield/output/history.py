"""history.csv: one row per step, numbers that read back to the same bits."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import pandas as pd

from phasefield.errors import RunDirectoryError
from phasefield.output.atomic import write_text

__all__ = ["HistoryWriter", "read_history"]


class HistoryWriter:
    """Appends rows to a CSV file whose first column counts the steps.

    Opening it on an existing file continues it; a row that a kill cut short is dropped.
    """

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        """Open `path`; `columns` are the headers, with units, the first one the step.

        Raises
        ------
        RunDirectoryError : the file has other columns.
        """
        self._path, self._columns = path, tuple(columns)
        header = _line(self._columns)
        lines = _lines_of(path) if path.exists() else []
        if lines and lines[0] != header:
            raise RunDirectoryError(
                f"{path} was written with other columns, by another version: continue it with that"
                " version or start again with --fresh"
            )
        if not lines or not lines[-1].endswith("\n"):
            write_text(path, "".join([header, *lines[1:-1]]))
        self._file = path.open("a", encoding="utf-8", newline="")

    def append(self, row: Mapping[str, float]) -> None:
        """Write one row and hand it to the operating system; ValueError for wrong columns."""
        if set(row) != set(self._columns):
            raise ValueError(f"columns that do not match: {set(row) ^ set(self._columns)}")
        self._file.write(_line(_exact(row[column]) for column in self._columns))
        self._file.flush()

    def truncate_after(self, step: int) -> None:
        """Drop the rows of all steps later than `step` (-1: all rows)."""
        self._file.close()
        header, *rows = _lines_of(self._path)
        try:
            kept = [row for row in rows if int(row.split(",", 1)[0]) <= step]
        except ValueError as error:
            raise _damaged(self._path, error) from error
        write_text(self._path, "".join([header, *kept]))
        self._file = self._path.open("a", encoding="utf-8", newline="")

    def sync(self) -> None:
        """Wait until all rows are on the disk; due before a checkpoint that counts on them."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _lines_of(path: Path) -> list[str]:
    """Return the lines of `path` with their ends."""
    try:
        return path.read_text(encoding="utf-8").splitlines(keepends=True)
    except ValueError as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: ValueError) -> RunDirectoryError:
    return RunDirectoryError(
        f"{path} is damaged ({error}): put it back or start again with --fresh"
    )


def read_history(path: Path) -> pd.DataFrame:
    """Return the rows of `path`: whole numbers as int64, others as float64 with every bit."""
    return pd.read_csv(path, dtype=str, keep_default_na=False).apply(_numbers)


def _numbers(column: pd.Series) -> pd.Series:
    """Return a column of text as numbers; pandas' own parser is exact only from version 3 on."""
    whole = column.str.fullmatch(r"-?\d+").all()
    return column.astype(np.int64 if whole else np.float64)


def _exact(value: float) -> str:
    """Return the shortest text that reads back to the same number; whole numbers stay whole."""
    return str(int(value)) if isinstance(value, int) else repr(float(value))


def _line(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()
