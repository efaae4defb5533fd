from __future__ import annotations

import re
import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image

from phasefield.errors import RunDirectoryError
from phasefield.output.run import open_run
from phasefield.report import sections, write_report
from phasefield.report.animation import write_animation
from phasefield.report.curves import fronts_figure
from phasefield.report.data import read_run
from phasefield.report.panels import panels_figure
from phasefield.report.style import LITHIUM, look


@pytest.fixture(scope="module")
def reported(slit):
    write_report(slit)
    return slit


@pytest.fixture(scope="module")
def text(reported):
    return (reported / "report.html").read_text(encoding="utf-8")


def test_the_page_loads_nothing(text):
    assert not re.search(r"https?://|<script|@import|url\(", text)
    sources = re.findall(r'(?:src|href)="([^"]{0,30})', text)
    assert len(sources) >= 6
    assert all(source.startswith("data:") for source in sources)


def test_the_page_says_what_it_shows(text):
    for expected in ("97.9 % of the Faraday rise", "nonuniformity", "geometry.pore_size", "numba"):
        assert expected in text
    assert '<p class="notice"' not in text


@pytest.mark.parametrize("name", ["panels", "fronts", "history", "contact"])
def test_figures_are_fit_for_print(reported, name):
    with Image.open(reported / "figures" / f"{name}.png") as image:
        assert image.info["dpi"][0] >= 150
        assert image.width > 1000


def test_the_film_is_small_and_keeps_the_colours(reported):
    path = reported / "animation.gif"
    assert path.stat().st_size < 3e6
    with Image.open(path) as film:
        assert film.n_frames == 6
        film.seek(5)
        pixels = np.asarray(film.convert("RGB")).reshape(-1, 3)
    lithium = np.array([int(LITHIUM[k : k + 2], 16) for k in (1, 3, 5)])
    assert (pixels == lithium).all(axis=1).mean() > 0.05
    assert (pixels == 255).all(axis=1).mean() > 0.1


def test_an_interrupted_run_gets_a_report_that_says_so(stopped):
    page = write_report(stopped).read_text(encoding="utf-8")
    assert "did not finish (interrupted)" in page
    assert page.count("<img") == 5


def test_a_run_that_wrote_nothing_gets_a_page(make):
    directory = make(name="<b>nothing</b> & more", finished=False, until=500.0, frames=3)
    for name in ("history.csv", "fields.h5", "fields.pvd"):
        (directory / name).unlink()
    page = write_report(directory).read_text(encoding="utf-8")
    assert "has not made a step" in page
    assert "<img" not in page
    assert "&lt;b&gt;nothing&lt;/b&gt; &amp; more" in page


def test_only_the_start_was_saved(make):
    directory = make(finished=False, until=0.0)
    page = write_report(directory).read_text(encoding="utf-8")
    assert page.count("<img") == 1


def test_a_wide_domain_without_mirrors_is_stacked(make):
    directory = make(name="four slits", width="12 um", height=4.0, depth=2.0, frames=2)
    frames = read_run(open_run(directory)).frames
    with look():
        made = panels_figure(frames)
        film = write_animation(frames, directory / "animation.gif")
    structures = [axes for axes in made.axes if axes.get_ylabel() == "height [µm]"]
    assert [axes.get_title("left") for axes in structures] == ["0 s", "1000 s"]
    with Image.open(film) as pictures:
        assert pictures.n_frames == 2


def test_3d_pictures_and_the_message_when_there_are_none(cylinder, monkeypatch):
    monkeypatch.setattr(sections, "draw_isosurface", lambda *_: "the renderer crashed")
    page = write_report(cylinder).read_text(encoding="utf-8")
    assert "There is no 3D picture of this run: the renderer crashed." in page
    assert "A plane through the pores." in page


def test_the_users_matplotlib_is_left_alone():
    before = dict(mpl.rcParams)
    with look():
        assert mpl.rcParams["axes.grid"]
    assert dict(mpl.rcParams) == before


def test_no_figure_manager_is_started():
    code = "import sys, phasefield.report.page; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_reports_are_not_drawn_for_other_directories(tmp_path):
    with pytest.raises(RunDirectoryError):
        write_report(tmp_path)
    assert not any(tmp_path.iterdir())


def test_lithium_off_the_wall_has_no_current_along_it(detached):
    data = read_run(open_run(detached))
    profiles = [data.frames.contact_profile(k) is not None for k in range(5)]
    assert profiles == [True, True, True, False, False]
    text = write_report(detached).read_text(encoding="utf-8")
    assert "current on the contact" in text
    assert "Dashed: transmission line" not in text


def test_the_front_next_to_the_wall_ends_where_it_leaves_it(detached):
    data = read_run(open_run(detached))
    with look():
        over_time = fronts_figure(data, data.frames).axes[1]
    wall = next(line for line in over_time.get_lines() if line.get_label() == "next to the wall")
    assert np.isfinite(wall.get_ydata()).tolist() == [True, True, True, False, False]
