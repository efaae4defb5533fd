"""Make tomogram.tif, the stack of grey images that tomogram.yaml imports.

It stands for a tomogram of a porous membrane: a Gaussian random field of 50 % porosity, blurred
by half a voxel, bright where there is LLZO, with noise; 8 bits, one page for each layer.

    python cases/make_tomogram.py
"""

from pathlib import Path

import numpy as np
import tifffile
from scipy import ndimage

from geometries import generate

VOXEL = 0.1e-6
DARK, BRIGHT, NOISE = 70.0, 170.0, 6.0


def grey_volume() -> np.ndarray:
    """Grey values (z, y, x) of the tomogram, uint8."""
    membrane = generate(
        "random_field", pore_size=2e-6, porosity=0.5, height=5e-6, width=4e-6, spacing=VOXEL, seed=4
    )
    sharp = ndimage.gaussian_filter(membrane.labels.astype(float), 0.5)
    noise = np.random.default_rng(1).normal(0.0, NOISE, sharp.shape)
    return np.clip(DARK + (BRIGHT - DARK) * sharp + noise, 0, 255).astype(np.uint8)


if __name__ == "__main__":
    path = Path(__file__).with_name("tomogram.tif")
    tifffile.imwrite(path, grey_volume(), photometric="minisblack", compression="zlib")
    print(path)
