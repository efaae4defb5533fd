"""Sparsity of the coupled Jacobian: numbering of unknowns, and slots gathered into a CSC matrix."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

__all__ = ["Sparsity"]


class Sparsity:
    """Fixed pattern of a Jacobian whose kernel writes a fixed list of slots for every cell.

    Parameters
    ----------
    slots : (row, column, direction) of every slot; direction -1 is the cell itself, 0..5 are
        -z +z -y +y -x +x.
    mask : (cells, 3) bool, which of the three unknowns of a flat cell exist.
    shape : cells along (z, y, x).

    Attributes
    ----------
    mask, shape : as given.
    size : number of unknowns.
    """

    def __init__(
        self,
        slots: Sequence[tuple[int, int, int]],
        mask: NDArray[np.bool_],
        shape: tuple[int, int, int],
    ) -> None:
        self._slots, self.mask, self.shape = slots, mask, shape
        self.size = int(mask.sum())

    @cached_property
    def _places(self) -> NDArray[np.int64]:
        """Where in (cells, 3) each unknown is; made on demand, as is the pattern."""
        number = _number(self.mask, self.shape).ravel()
        there = np.flatnonzero(self.mask)
        places = np.empty(self.size, np.int64)
        places[number[there]] = there
        return places

    @cached_property
    def _pattern(self) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
        """Where in `values` each stored number comes from, and the indices of CSC; made on demand.

        It is much larger than the matrix, and only the direct solver needs it.
        """
        rows, columns, source = self._entries()
        order = np.lexsort((rows, columns))
        counts = np.bincount(columns, minlength=self.size)
        ends = np.concatenate([[0], np.cumsum(counts)])
        return source[order], rows[order].astype(np.int32), ends.astype(np.int32)

    def _entries(self) -> tuple[NDArray[np.int64], ...]:
        """Row, column and flat index into `values` of every slot that joins two unknowns."""
        neighbours, number = _neighbours(self.shape), _number(self.mask, self.shape)
        rows, columns, source = [], [], []
        cells = np.arange(len(number))
        for slot, (row, column, direction) in enumerate(self._slots):
            other = cells if direction < 0 else neighbours[direction]
            to, of = number[:, row], number[other, column]
            keep = (to >= 0) & (of >= 0)
            if direction >= 0:
                keep &= other != cells
            rows.append(to[keep])
            columns.append(of[keep])
            source.append(cells[keep] * len(self._slots) + slot)
        return np.concatenate(rows), np.concatenate(columns), np.concatenate(source)

    def matrix(self, values: NDArray[np.float64]) -> sparse.csc_array:
        """Jacobian (size, size) from the slots `values` (cells, slots)."""
        source, indices, ends = self._pattern
        data = values.ravel()[source]
        return sparse.csc_array((data, indices, ends), shape=(self.size, self.size))

    def pack(self, cells: NDArray[np.float64]) -> NDArray[np.float64]:
        """Vector of unknowns (size,) from an array (cells, 3)."""
        return np.take(cells, self._places)

    def unpack(self, vector: NDArray[np.float64]) -> NDArray[np.float64]:
        """Array (cells, 3) from a vector of unknowns; 0 where there is none."""
        cells = np.zeros(self.mask.shape)
        cells.ravel()[self._places] = vector
        return cells


def _neighbours(shape: tuple[int, ...]) -> list[NDArray[np.int64]]:
    """Flat neighbour of every cell in six directions, -z +z -y +y -x +x; itself at an edge."""
    index = np.arange(np.prod(shape)).reshape(shape)
    found = []
    for axis in range(3):
        last = shape[axis] - 1
        for step in (-1, 1):
            moved = np.clip(np.arange(shape[axis]) + step, 0, last)
            found.append(index.take(moved, axis=axis).ravel())
    return found


def _number(mask: NDArray[np.bool_], shape: tuple[int, ...]) -> NDArray[np.int64]:
    """Number the unknowns cell by cell along the longest axis last, which keeps the band narrow."""
    order = np.arange(len(mask)).reshape(shape).transpose(np.argsort(shape)[::-1]).ravel()
    number = np.full(mask.shape, -1, np.int64)
    sorted_mask = mask[order]
    numbers = np.cumsum(sorted_mask.ravel()).reshape(mask.shape) - 1
    number[order] = np.where(sorted_mask, numbers, -1)
    return number
