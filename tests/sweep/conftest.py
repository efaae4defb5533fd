from __future__ import annotations

from pathlib import Path

import pytest

from phasefield.case import case_from_dict, case_text
from phasefield.output.atomic import write_json
from phasefield.studies.plan import Plan, make_plan, save_plan
from tests.test_run import SMALL

SWEEP = """\
name: pores
base: small.yaml
grid:
  geometry.pore_size: [1.2 um, 1.8 um, 0.3 um]
  protocol.0.plate.current_density: [0.1 mA/cm^2, 0.2 mA/cm^2]
"""


@pytest.fixture
def sweep_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sweep of six members, two of which cannot run."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.yaml").write_text(case_text(case_from_dict(SMALL)), encoding="utf-8")
    (tmp_path / "pores.yaml").write_text(SWEEP, encoding="utf-8")
    return tmp_path / "pores.yaml"


@pytest.fixture
def plan(sweep_file: Path) -> Plan:
    """Its plan, saved in its directory."""
    made = make_plan(sweep_file)
    save_plan(made)
    return made


def finish(plan: Plan, digest: str, **numbers: float) -> None:
    """Leave what a run that has finished leaves."""
    run = plan.run_directory(digest)
    run.mkdir(parents=True)
    write_json(run / "manifest.json", {"name": "small", "digest": digest})
    write_json(run / "summary.json", {"status": "finished", "steps": 7, "shape": [1, 2], **numbers})
