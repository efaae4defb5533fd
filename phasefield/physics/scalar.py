"""The type of a formula's arguments: a number, or an array when called through ``.py_func``."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["Scalar"]

Scalar = TypeVar("Scalar", float, NDArray[np.float64])
