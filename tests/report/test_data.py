from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from phasefield.output.run import open_run
from phasefield.report import data
from tests.report.synthetic import DURATION, RISE


def test_frames_and_history_are_those_of_the_run(slit_data):
    frames = slit_data.frames
    np.testing.assert_allclose(frames.times, np.linspace(0, DURATION, 6))
    assert frames.xi.shape == (6, 60, 15)
    assert slit_data.last("time") == DURATION
    assert slit_data.status == "finished"


def test_front_heights_follow_the_synthetic_front(slit_data):
    rise = slit_data.frames.heights[-1] - slit_data.frames.heights[0]
    is_open = np.isfinite(rise)
    assert is_open.sum() == 7
    assert rise[0] == pytest.approx(RISE * (1 - 0.25 * 0.2), rel=0.02)
    assert rise[is_open][-1] > rise[0]


def test_contact_profile_recovers_the_decay(slit_data):
    profile = slit_data.frames.contact_profile(3)
    inner = profile.depth > 0.3e-6
    slope = np.polyfit(profile.depth[inner], np.log(profile.current_density[inner]), 1)[0]
    assert slope == pytest.approx(-1 / 7.7e-6, rel=0.02)
    assert np.all(np.diff(profile.depth) > 0)
    assert profile.current_density[0] == pytest.approx(0.6, rel=0.02)


def test_3d_contact_profile_averages_each_layer(cylinder_data):
    profile = cylinder_data.frames.contact_profile(-1)
    assert len(profile.depth) < 60
    assert profile.depth.max() == pytest.approx(3.5e-6, rel=0.1)


@pytest.mark.parametrize(
    ("count", "most", "expected"),
    [(11, 6, [0, 2, 4, 6, 8, 10]), (1, 6, [0]), (2, 6, [0, 1]), (8, 4, [0, 2, 5, 7])],
)
def test_shown_frames_are_spread_evenly(slit_data, count, most, expected):
    frames = replace(slit_data.frames, times=np.linspace(0, 1, count))
    assert frames.shown(most) == expected


def test_long_series_are_thinned(slit, monkeypatch):
    monkeypatch.setattr(data, "MOST_FRAMES", 3)
    frames = data.read_run(open_run(slit)).frames
    assert frames.indices == (0, 2, 5)
    assert (frames.times[0], frames.times[-1]) == (0.0, DURATION)


def test_a_stopped_run_has_what_it_wrote(stopped_data):
    assert stopped_data.status == "interrupted"
    assert stopped_data.frames.plane.mirrored
    assert stopped_data.frames.times[-1] == 500.0


def test_a_run_that_wrote_nothing_yet(make):
    directory = make(finished=False, until=500.0, frames=3)
    for name in ("history.csv", "fields.h5", "fields.pvd"):
        (directory / name).unlink()
    found = data.read_run(open_run(directory))
    assert found.frames is None
    assert found.history.empty
    assert found.last("time") is None
