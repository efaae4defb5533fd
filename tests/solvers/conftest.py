"""A small slit half cell and coefficients for the solver tests."""

from __future__ import annotations

from dataclasses import replace

import pytest

from geometries import channels
from phasefield.grid.smoothed_domain import build_domain
from phasefield.models.conserved.local_parameters import local_parameters
from phasefield.models.conserved.step import Drive, Step
from phasefield.solvers.time_formula import TimeFormula
from phasefield.validation.setups import THERMAL_VOLTAGE
from phasefield.validation.setups import conserved_model as make_model
from phasefield.validation.setups import flat_lithium as profile

__all__ = ["THERMAL_VOLTAGE", "make_model", "make_step", "profile"]


def make_step(domain, model, alpha0, history, dt, source, nodes, voltage=None):
    """A step in which metal bears no tension, with the clean or coated walls of the domain."""
    formula = TimeFormula(alpha0, alpha0, 0.0, dt)
    step = Step.plain(formula, history, source, nodes)
    exchange = local_parameters(domain, model).exchange
    return replace(step, drive=Drive(source, voltage=voltage), exchange=exchange)


@pytest.fixture(scope="session")
def width():
    return 0.3e-6


@pytest.fixture(scope="session")
def slit(width):
    scaffold = channels(
        pore_size=1.2e-6, porosity=0.5, height=3e-6, width="unit_cell", spacing=0.075e-6
    )
    return build_domain(scaffold, width)


@pytest.fixture(scope="session")
def model(width):
    return make_model(width=width)
