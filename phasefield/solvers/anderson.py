"""Anderson mixing of a fixed point x = G(x)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["Anderson"]

Array = NDArray[np.float64]

DEPTH = 15
"""Earlier rounds that are looked back on. Chosen: with 4, salt that is two decades slower than the
potentials that it moves needs twice the rounds."""


class Anderson:
    """Next guess from the rounds so far: the mean of their G(x) whose G(x) - x is smallest.

    For linear G that is GMRES (Walker & Ni 2011, SIAM J. Numer. Anal. 49, 1715): it converges also
    where the plain iteration x <- G(x) runs away. The weights add up to one, so what all G(x) have
    in common, as the sum over their cells, the mean has too.
    """

    def __init__(self) -> None:
        self._images: list[Array] = []
        self._misses: list[Array] = []

    def next(self, guess: Array, image: Array) -> Array:
        """The next guess after `image` = G(`guess`), both flat."""
        self._images = [*self._images, image][-DEPTH - 1 :]
        self._misses = [*self._misses, image - guess][-DEPTH - 1 :]
        if len(self._images) == 1:
            return image
        misses, images = (np.diff(each, axis=0) for each in (self._misses, self._images))
        share = np.linalg.lstsq(misses.T, self._misses[-1], rcond=1e-10)[0]
        return np.asarray(image - share @ images)
