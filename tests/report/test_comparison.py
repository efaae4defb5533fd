from __future__ import annotations

import numpy as np
import pytest

from phasefield.output.run import open_run
from phasefield.report import write_comparison
from phasefield.report.data import read_run
from phasefield.report.side_by_side import by_model, scale_figure
from phasefield.report.style import look


@pytest.fixture(scope="module")
def wide(make):
    return make(name="wide", pore=3.0, lean=1.2, frames=3)


@pytest.fixture(scope="module")
def path(slit, wide, stopped, tmp_path_factory):
    out = tmp_path_factory.mktemp("comparison") / "here" / "trend.html"
    return write_comparison([slit, wide, stopped], out)


@pytest.fixture(scope="module")
def page(path):
    return path.read_text(encoding="utf-8")


def test_page_name_and_figures(path):
    assert path.name == "trend.html"
    figures = sorted(figure.name for figure in (path.parent / "trend-figures").iterdir())
    assert figures == ["panels.png", "uniformity.png"]


def test_runs_stand_in_the_order_of_their_pores(page):
    assert page.index("wide") < page.index("slits 1.5 um") < page.index("stopped")


def test_it_says_what_is_even_and_what_did_not_finish(page):
    assert "least even in wide (nonuniformity 0.240" in page
    assert "Not finished: stopped (interrupted)" in page


def test_only_settings_that_differ_are_listed(page):
    assert "geometry.pore_size" in page
    assert "geometry.porosity" not in page
    assert "https://" not in page


def test_a_run_without_fields_is_named(slit, make, tmp_path):
    empty = make(name="empty", finished=False, until=500.0, frames=3)
    for name in ("history.csv", "fields.h5", "fields.pvd"):
        (empty / name).unlink()
    written = write_comparison([slit, empty], tmp_path)
    page = written.read_text(encoding="utf-8")
    assert written == tmp_path / "comparison.html"
    assert "empty has saved no fields." in page
    assert "All runs have the same settings." in page


def test_models_stand_one_below_the_other(slit, wide, paper, tmp_path):
    runs = [read_run(open_run(path)) for path in (slit, wide, paper)]
    lines = by_model([(data.name, data) for data in runs])
    assert [len(line) for line in lines] == [2, 1]
    page = write_comparison([paper, slit, wide], tmp_path).read_text(encoding="utf-8")
    assert "Models from top to bottom: conserved, paper." in page
    assert page.index("wide") < page.index("slits 1.5 um") < page.index("published")


def test_one_run_is_no_comparison(slit, tmp_path):
    with pytest.raises(ValueError, match="at least two"):
        write_comparison([slit], tmp_path)


def test_pictures_share_one_physical_scale(slit, wide):
    runs = [(path.name, read_run(open_run(path)).frames) for path in (slit, wide)]
    with look():
        made = scale_figure([runs])
        made.draw_without_rendering()
    scales = []
    for axes in made.axes[:4]:
        box = axes.get_window_extent()
        scales += [box.width / np.ptp(axes.get_xlim()), box.height / np.ptp(axes.get_ylim())]
    np.testing.assert_allclose(scales, scales[0], rtol=0.01)
