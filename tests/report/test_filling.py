"""The front in pores that change shape: map of the rise, filling of the layers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from phasefield.report.filling import filling_figure, rise_map
from phasefield.report.style import look


def test_channels_are_straight_and_a_neck_is_not(slit_data):
    frames = slit_data.frames
    assert frames.straight
    psi = frames.psi.copy()
    psi[int(np.nanmax(frames.heights[-1]) / frames.plane.step_up)] *= 0.9
    assert not replace(frames, psi=psi).straight


def test_map_of_the_rise_of_cylinders(cylinder_data):
    frames = cylinder_data.frames
    rise = rise_map(frames, -1)
    assert rise.shape == frames.dataset["electrolyte_order_parameter"].shape[1:]
    line = frames.heights[-1] - frames.heights[0]
    assert np.nanmean(rise) == pytest.approx(np.nanmean(line), rel=0.1)


@pytest.mark.parametrize(("name", "label"), [("slit", "height of the front"), ("cylinder", "acr")])
def test_the_figure_shows_front_and_filling(request, name, label):
    frames = request.getfixturevalue(f"{name}_data").frames
    with look():
        left, right = filling_figure(frames).axes[:2]
    assert left.get_ylabel().startswith(label)
    filled = right.get_lines()[-1].get_xdata()
    assert filled[0] == pytest.approx(1, abs=1e-3)
    assert filled[-1] == pytest.approx(0, abs=1e-3)
    assert len(right.get_lines()) == len(frames.shown(5))
