"""Run directories that several tests read; none of them may change one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from phasefield.case import with_overrides
from phasefield.output.run import open_run
from phasefield.report.data import read_run
from tests.report.synthetic import Recipe, write_run

COARSE = {"spacing": 0.1, "delta": 0.4, "height": 6.0, "depth": 3.0}


@pytest.fixture(scope="session")
def make(tmp_path_factory):
    """Write a coarse run directory; keywords change the recipe."""

    def write(**changes):
        return write_run(tmp_path_factory.mktemp("runs") / "run", Recipe(**{**COARSE, **changes}))

    return write


@pytest.fixture(scope="session")
def slit(make):
    return make(frames=6)


@pytest.fixture(scope="session")
def paper(make):
    return make(name="published", model="paper", frames=3)


@pytest.fixture(scope="session")
def paper_data(paper):
    return read_run(open_run(paper))


@pytest.fixture(scope="session")
def cylinder(make):
    return make(name="cylinders", dimensions=3, arrangement="square", frames=2)


@pytest.fixture(scope="session")
def stopped(make):
    return make(name="stopped", finished=False, until=500.0, frames=3)


@pytest.fixture(scope="session")
def detached(make):
    """In the last two of five frames lithium touches the wall nowhere."""
    return make(name="detached", frames=5, detached_from=700.0)


@pytest.fixture(scope="session")
def slit_data(slit):
    return read_run(open_run(slit))


@pytest.fixture(scope="session")
def cylinder_data(cylinder):
    return read_run(open_run(cylinder))


@pytest.fixture(scope="session")
def stopped_data(stopped):
    return read_run(open_run(stopped))


HELD = (
    "protocol=[{plate: {current_density: 2 A/m^2, duration: 500 s}}, "
    "{hold: {voltage: 9 mV, duration: 500 s}}]"
)


@pytest.fixture(scope="session")
def held_data(paper_data):
    """The published run as if its second half had held a voltage."""
    return replace(paper_data, case=with_overrides(paper_data.case, [HELD]))
