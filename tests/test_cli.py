from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from geometries import GeometryError
from phasefield import __version__, cli
from phasefield.errors import DidNotConverge, Interrupted, PhaseFieldError

CASES = Path(__file__).parents[1] / "cases"
QUICK = str(CASES / "quickstart.yaml")
TINY = (
    "--set", "protocol.0.plate.duration=4 s",
    "--set", "output.fields_every=2 s",
    "--set", "solver.time_step=2 s",
    "--set", "output.animation=false",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def verbs():
    return [module.__name__.rpartition(".")[2] for module in cli.VERBS]


@pytest.mark.parametrize("verb", verbs())
def test_every_verb_has_help_with_an_example(verb, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main([verb, "--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    assert f"example:\n  phasefield {verb}" in text
    assert "--debug" in text


def test_help_and_version(capsys):
    for option, expected in (("--help", "VERB"), ("--version", __version__)):
        with pytest.raises(SystemExit) as ended:
            cli.main([option])
        assert ended.value.code == 0
        assert expected in capsys.readouterr().out


def test_help_imports_nothing_heavy():
    code = (
        "import sys, phasefield.cli as c; c.make_parser().format_help();"
        "heavy = 'numpy scipy pint pydantic numba matplotlib'.split();"
        "sys.exit(' '.join(m for m in heavy if m in sys.modules) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_no_verb_and_unknown_verb_are_usage_errors(capsys):
    for arguments in ([], ["simulate"]):
        with pytest.raises(SystemExit) as ended:
            cli.main(arguments)
        assert ended.value.code == 2
    assert "invalid choice: 'simulate'" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["mine", "mine.yaml", "sub/my case", 'quo"te'])
def test_a_new_case_passes_check(name, tmp_path, capsys):
    (tmp_path / "sub").mkdir()
    path = tmp_path / (name if name.endswith(".yaml") else f"{name}.yaml")
    assert cli.main(["new", name]) == 0
    assert cli.main(["check", str(path)]) == 0
    assert capsys.readouterr().out.count(path.stem) >= 2


def test_new_leaves_an_existing_file_alone(tmp_path, capsys):
    (tmp_path / "mine.yaml").write_text("precious")
    assert cli.main(["new", "mine"]) == 1
    assert (tmp_path / "mine.yaml").read_text() == "precious"
    assert "exists already" in capsys.readouterr().err


def test_check_prints_the_predictions(capsys):
    assert cli.main(["check", QUICK]) == 0
    out = capsys.readouterr().out
    assert "1 x 80 x 20 cells" in out
    assert "phasefield run" in out


def test_impossible_geometry_is_exit_code_3(capsys):
    assert cli.main(["check", QUICK, "--set", "geometry.width=5 um"]) == 3
    assert "nearest are 3 um (1) and 6 um (2)" in capsys.readouterr().err


def test_schema_is_json(capsys):
    assert cli.main(["schema"]) == 0
    assert "geometry" in json.loads(capsys.readouterr().out)["properties"]


def test_cite(capsys):
    assert cli.main(["cite", QUICK]) == 0
    assert "@software{phasefield_llzo" in capsys.readouterr().out


def test_geometry_2d(tmp_path, capsys):
    assert cli.main(["geometry", QUICK, "--out", "measured"]) == 0
    out = capsys.readouterr().out
    assert "specific surface area, sharp              0.66667 1/um" in out
    assert {path.name for path in (tmp_path / "measured").iterdir()} == {
        "scaffold.json",
        "scaffold.png",
        "scaffold.vti",
    }
    measured = json.loads((tmp_path / "measured" / "scaffold.json").read_text())
    assert measured["porosity"] == 0.5


def test_geometry_3d(tmp_path):
    assert cli.main(["geometry", str(CASES / "cylinder_3d.yaml")]) == 0
    (directory,) = tmp_path.glob("cylinder-3d-*-geometry")
    assert (directory / "scaffold.png").stat().st_size > 10_000


ANALYTIC = ["analytic", "--porosity", "50 %", "--pore-size", "5 um", "--depth"]


def test_analytic(tmp_path, capsys):
    assert cli.main([*ANALYTIC, "10 um"]) == 0
    out = capsys.readouterr().out
    assert "0.4 1/um" in out
    assert "75.0%" in out
    assert (tmp_path / "analytic.png").stat().st_size > 10_000


def test_analytic_knows_temperature_coating_and_bending(capsys):
    """146 mN on 5.0 mm x 65 um over 5 mm: 51.8 MPa; 10 nm of 1e-6 S/cm: 1 ohm cm2."""
    asked = ["--temperature", "20 degC", "--coating", "10 nm", "1e-6 S/cm"]
    bent = ["--bending", "146 mN", "5 mm", "5 mm", "--thickness", "65 um"]
    assert cli.main([*ANALYTIC, "10 um", *asked, *bent]) == 0
    out = capsys.readouterr().out
    for name, value in (
        ("conductivity at this temperature", "0.32 mS/cm"),
        ("resistance of the coating", "1 ohm cm^2"),
        ("bending strength", "51.83 MPa"),
        ("1 mAh/cm^2, dense and in these pores", "4.86 um, 9.72 um"),
        ("at the highest current", "67.3%"),
        ("resistance per cross-section", "73.0%"),
        ("Bruggeman", "0.1131 mS/cm"),
    ):
        (line,) = (line for line in out.splitlines() if name in line)
        assert line.endswith(value)


def test_analytic_refuses_a_coating_without_conductivity(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main([*ANALYTIC, "10 um", "--coating", "10 nm", "3 um"])
    assert ended.value.code == 2
    assert "is not a conductivity" in capsys.readouterr().err


def test_analytic_warns_where_the_contact_is_smaller_than_the_cross_section(capsys):
    assert cli.main([*ANALYTIC, "2 um", "--shape", "slits", "--out", "maps.png"]) == 0
    captured = capsys.readouterr()
    assert "-150.0%" in captured.out
    assert "does not exceed the cross-section" in captured.err


@pytest.mark.parametrize(
    ("depth", "message"), [("10", "has no unit"), ("-1 um", "must be above 0"), ("1 s", "a length")]
)
def test_analytic_refuses_bad_quantities(depth, message, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main([*ANALYTIC, depth])
    assert ended.value.code == 2
    assert message in capsys.readouterr().err


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A finished run."""
    out = tmp_path_factory.mktemp("runs") / "first"
    assert cli.main(["run", QUICK, "--out", str(out), *TINY]) == 0
    return out


def test_run_writes_the_run_directory_and_the_report(finished):
    names = {path.name for path in finished.iterdir()}
    assert {"case.yaml", "case.resolved.yaml", "history.csv", "report.html", "fields.h5"} <= names
    assert (finished / "case.yaml").read_text() == Path(QUICK).read_text()


def test_running_again_is_a_no_op_that_names_the_version(finished, capsys):
    before = (finished / "history.csv").stat().st_mtime_ns
    assert cli.main(["run", QUICK, "--out", str(finished), *TINY]) == 0
    assert f"finished already, by phasefield {__version__}" in capsys.readouterr().out
    assert (finished / "history.csv").stat().st_mtime_ns == before


def test_a_directory_of_another_case_is_refused(finished, capsys):
    assert cli.main(["run", QUICK, "--out", str(finished)]) == 1
    assert "holds another case" in capsys.readouterr().err


def test_run_refuses_what_check_refuses(tmp_path, capsys):
    arguments = ["run", QUICK, "--out", "no", "--set", "interface.width=0.4 um"]
    assert cli.main(arguments) == 2
    assert "at most 0.375 um (pore/4)" in capsys.readouterr().err
    assert not (tmp_path / "no").exists()


def test_backend_and_threads_are_checked(capsys):
    assert cli.main(["run", QUICK, "--backend", "abacus"]) == 2
    assert "--set backend=abacus: backend: 'abacus' is not available" in capsys.readouterr().err
    assert cli.main(["run", QUICK, "--threads", "9999"]) == 1
    assert "this machine has" in capsys.readouterr().err


def test_export_report_and_cite_read_the_run(finished, tmp_path, capsys):
    assert cli.main(["export", str(finished), "--format", "vti", "csv", "--out", "ex"]) == 0
    assert (tmp_path / "ex" / "fields.pvd").exists()
    assert cli.main(["report", str(finished), str(finished), "--out", "both.html"]) == 0
    assert (tmp_path / "both.html").exists()
    assert cli.main(["cite", str(finished)]) == 0
    assert cli.main(["report", str(finished), "--out", "one.html"]) == 1
    assert "--out is for comparisons" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["export", "report"])
def test_a_directory_that_is_no_run(verb, capsys):
    assert cli.main([verb, "nowhere"]) == 1
    assert "nowhere" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (PhaseFieldError("plain"), 1, "plain"),
        (GeometryError("no such scaffold"), 3, "no such scaffold"),
        (DidNotConverge("stuck"), 4, "stuck"),
        (Interrupted("stopped"), 5, "stopped"),
        (KeyboardInterrupt(), 5, "interrupted"),
        (PermissionError(13, "Permission denied", "x"), 1, "Permission denied"),
        (ZeroDivisionError("oops"), 1, "internal error, ZeroDivisionError: oops"),
    ],
)
def test_errors_become_one_message_and_an_exit_code(error, code, message, monkeypatch, capsys):
    def fail(args):
        raise error

    monkeypatch.setattr(cli.schema, "execute", fail)
    assert cli.main(["schema"]) == code
    shown = capsys.readouterr().err
    assert message in shown
    assert shown.count("\n") == 1
    assert cli.main(["schema", "--debug"]) == code
    assert "Traceback" in capsys.readouterr().err


def test_compare_models(tmp_path, capsys):
    assert cli.main(["compare", QUICK, "--models", "--out", "both", *TINY]) == 0
    out = capsys.readouterr().out
    assert "Both took the same time steps, 2 s" in out
    assert "means on faces" not in out
    assert "largest difference" in out
    found = json.loads((tmp_path / "both" / "compare.json").read_text())
    assert found["settings"] == {"model": ["conserved", "paper"]}
    assert found["times_s"] == [0.0, 2.0, 4.0]
    assert (tmp_path / "both" / "compare.html").exists()
    assert (tmp_path / "both" / "paper" / "history.csv").exists()


def test_compare_backends_takes_the_same_steps(tmp_path, capsys):
    pytest.importorskip("fipy")
    adaptive = ["protocol.0.plate.duration=4 s", "solver.time_step=null"]
    changes = [word for change in adaptive for word in ("--set", change)]
    assert cli.main(["compare", QUICK, "--out", "both", *changes, "--fixed-step", "2 s"]) == 0
    out = capsys.readouterr().out
    assert "the case chooses its steps by their error" in out
    assert "Both on one grid of 75 nm; cells with less than 0.001 of pore" in out
    found = json.loads((tmp_path / "both" / "compare.json").read_text())
    assert found["settings"] == {"backend": ["numba", "fipy"]}
    assert max(found["largest_difference"]["lithium_order_parameter"]) < 1e-6
