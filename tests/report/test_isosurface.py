from __future__ import annotations

import subprocess

import numpy as np
import pytest
from PIL import Image

from phasefield.report import isosurface

SPACING = (1e-7, 1e-7, 1e-7)


def fields():
    z, y, x = np.meshgrid(np.arange(12), np.arange(8), np.arange(8), indexing="ij")
    psi = 0.5 * (1 - np.tanh(np.hypot(x, y) - 5.0))
    now, before = (0.5 * (1 - np.tanh(z - height)) for height in (8.0, 5.0))
    return now, before, psi


def test_draws_or_says_why_not(tmp_path):
    path = tmp_path / "lithium.png"
    problem = isosurface.draw_isosurface(*fields(), SPACING, 0, (1, 2), path)
    if problem is not None:
        pytest.skip(problem)
    with Image.open(path) as image:
        picture = np.asarray(image.convert("RGB")).astype(int)
    red, blue = picture[..., 0], picture[..., 2]
    assert (red > blue + 60).mean() > 0.05
    assert (blue > red + 20).mean() > 0.05


@pytest.mark.parametrize(
    ("status", "message"), [(-11, "OpenGL libraries are missing"), (1, "failed: ValueError: no")]
)
def test_a_crash_is_a_message(tmp_path, monkeypatch, status, message):
    done = subprocess.CompletedProcess([], status, "", "Traceback\nValueError: no\n")
    monkeypatch.setattr(isosurface.subprocess, "run", lambda *_, **__: done)
    found = isosurface.draw_isosurface(*fields(), SPACING, 0, (), tmp_path / "lithium.png")
    assert message in found


def test_a_renderer_that_hangs_is_given_up(tmp_path, monkeypatch):
    def hang(command, timeout, **_):
        raise subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setattr(isosurface.subprocess, "run", hang)
    found = isosurface.draw_isosurface(*fields(), SPACING, 0, (), tmp_path / "lithium.png")
    assert "did not answer" in found
