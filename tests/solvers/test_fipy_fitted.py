"""The channel on a mesh that fits its wall: charge, and the diffuse wall's distance to it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from geometries import channels
from phasefield.analysis.front import front_height
from phasefield.fipy_backend.fitted_mesh import FittedChannel, plate_fitted
from phasefield.grid.smoothed_domain import build_domain
from phasefield.models.base import AppliedCurrent
from phasefield.models.conserved.contributions import equipped
from phasefield.models.conserved.relaxation import relax
from phasefield.models.conserved.stepper import ConservedStepper

from .conftest import make_model, profile


@pytest.fixture(scope="module", autouse=True)
def gmsh():
    """Gmsh on the path; it needs OpenGL libraries that a bare machine lacks."""
    beside_python = str(Path(sys.executable).parent)
    before = os.environ["PATH"]
    os.environ["PATH"] = os.pathsep.join([beside_python, before])
    program = shutil.which("gmsh")
    answer = subprocess.run([program, "--version"], capture_output=True) if program else None
    if answer is None or answer.returncode != 0:
        pytest.skip("gmsh is not installed, or its OpenGL libraries are missing")
    yield
    os.environ["PATH"] = before


PORE, HEIGHT, DEPTH, SPACING, WIDTH = 1.2e-6, 3e-6, 1.5e-6, 0.075e-6, 0.3e-6


@pytest.fixture(scope="module")
def fitted():
    channel = FittedChannel(PORE, 0.5, HEIGHT, SPACING)
    return plate_fitted(
        channel,
        make_model(width=WIDTH),
        depth=DEPTH,
        width=WIDTH,
        current_density=2.0,
        step=10.0,
        steps=6,
    )


def diffuse(wall_width):
    """Rise of the same front beside a diffuse wall of `wall_width`."""
    scaffold = channels(
        pore_size=PORE, porosity=0.5, height=HEIGHT, width="unit_cell", spacing=SPACING
    )
    domain = build_domain(scaffold, wall_width)
    model = make_model(width=WIDTH)
    backend = ConservedStepper(*equipped(domain, model), 1e-9, 25)
    start = relax(
        domain, model, profile(domain, DEPTH, WIDTH), tolerance=1e-9, duration=60, pore_size=PORE
    )
    states = [start]
    for _ in range(6):
        states = [*states, backend.advance(states, 10.0, AppliedCurrent(2.0)).state][-3:]
    heights = [
        front_height(state.xi, domain.pore, domain.grid.spacing, 1)[0]
        for state in (start, states[-1])
    ]
    rise = heights[1] - heights[0]
    return rise[np.isfinite(rise)]


def test_metal_is_the_charge(fitted):
    assert fitted[2] == pytest.approx(1.0, abs=1e-9)


def test_the_diffuse_wall_approaches_the_fitted_one(fitted):
    """The rise in the middle of the pore, where both have the same column of cells."""
    rise = fitted[1]
    wide, narrow = (abs(diffuse(width)[0] / rise[0] - 1) for width in (0.3e-6, 0.15e-6))
    assert narrow < 0.6 * wide
    assert narrow < 0.02
