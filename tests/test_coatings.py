"""Coatings of the wall and regions of the electrolyte, from the case to the domain and the run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from phasefield import cli
from phasefield.case import case_from_dict, load_case
from phasefield.case.coatings import Coating
from phasefield.errors import CaseError, GeometryInvalid
from phasefield.models.fields import MAP_FIELDS
from phasefield.output.run import open_run
from phasefield.report import write_report
from phasefield.setup.coatings import case_domain, electrolyte_shares, map_fields, wall_shares
from phasefield.setup.resolution import unresolved
from phasefield.setup.scaffold import build_scaffold
from phasefield.simulation.runner import run

CARBONATE = {"name": "carbonate", "resistance": "240 ohm*cm^2", "contact_angle": "142 deg"}


def make(*coatings, regions=(), **changes):
    data = {
        "format": 1,
        "name": "coated",
        "geometry": {"pore_size": "1.2 um", "porosity": 0.5, "height": "4 um"},
        "grid": {"spacing": "0.075 um"},
        "interface": {"width": "0.3 um"},
        "lithium": {"depth": "1.5 um"},
        "electrolyte": {"conductivity": "0.32 mS/cm", "regions": [*regions]},
        "kinetics": {"resistance": "24.6 ohm*cm^2"},
        "coatings": [*coatings],
        "protocol": [{"plate": {"current_density": "0.2 mA/cm^2", "duration": "2 s"}}],
    }
    return case_from_dict(data | changes)


def built(case):
    return case_domain(case, build_scaffold(case))


def shares(case):
    return {wall.name: share for wall, share in wall_shares(case, built(case))}


def test_the_last_coating_counts_and_the_rest_is_clean():
    low = {"depth": ["0 um", "2 um"]}
    aluminate = {"name": "aluminate", "where": {"depth": ["1 um", "3 um"]},
                 "thickness": "5 nm", "conductivity": "1e-8 S/cm"}  # fmt: skip
    case = make(CARBONATE | {"where": low}, aluminate)
    found = shares(case)
    assert found["clean"] == pytest.approx(0.25, abs=0.02)
    assert found["carbonate"] == pytest.approx(0.25, abs=0.02)
    assert found["aluminate"] == pytest.approx(0.5, abs=0.02)
    walls = built(case).maps.walls
    assert walls[0].resistance == pytest.approx(240e-4)
    assert np.rad2deg(walls[0].contact_angle) == pytest.approx(142)
    assert walls[1].resistance == pytest.approx(24.6e-4 + 5e-9 / 1e-6)
    assert np.rad2deg(walls[1].contact_angle) == pytest.approx(90)


def patched_cells(spacing):
    """Number of coated cells in each square of 1.2 um of a slit scaffold with patches."""
    patches = {"size": "0.8 um", "fraction": 0.4, "seed": 3}
    wide = {"pore_size": "1.2 um", "porosity": 0.5, "height": "6 um", "width": "4.8 um"}
    case = make(
        CARBONATE | {"where": {"patches": patches}}, geometry=wide, grid={"spacing": spacing}
    )
    assert shares(case)["carbonate"] == pytest.approx(0.4, abs=0.01)
    domain = built(case)
    y, x = (np.argwhere(domain.maps.coating[0]) + 0.5).T
    dy, dx = domain.grid.spacing[1:]
    return np.histogram2d(y * dy, x * dx, (5, 4), ((0, 6e-6), (0, 4.8e-6)), density=True)[0]


def test_patches_cover_their_share_and_stay_where_they_are_on_another_grid():
    coarse, fine = patched_cells("0.075 um"), patched_cells("0.05 um")
    assert np.corrcoef(coarse.ravel(), fine.ravel())[0, 1] > 0.97


def test_patches_within_a_depth_leave_the_rest_alone():
    where = {"depth": ["2 um", "4 um"], "patches": {"size": "0.6 um", "fraction": 0.5}}
    case = make(CARBONATE | {"where": where})
    assert shares(case)["carbonate"] == pytest.approx(0.25, abs=0.02)
    assert not built(case).maps.coating[0, :26].any()


@pytest.fixture
def labelled(tmp_path):
    """A case with an image: pore 0 between walls of solid 1 and 2, a separator on top."""
    voxels = np.full((40, 32), 1, np.uint8)
    voxels[:, 16:], voxels[:, 8:24] = 2, 0
    np.save(tmp_path / "walls.npy", voxels)
    geometry = {
        "kind": "image",
        "file": str(tmp_path / "walls.npy"),
        "voxel_size": "0.1 um",
        "axes": "yx",
        "growth": "+y",
        "pore_size": "1.6 um",
        "separator": "1 um",
    }

    def of(label, part=2):
        return make(
            CARBONATE | {"where": {"label": label}},
            regions=[{"where": {"label": part}, "conductivity": "1 mS/cm"}],
            geometry=geometry,
        )

    return of


def test_labels_of_an_image_say_where_coating_and_region_are(labelled):
    case = labelled(2)
    domain = built(case)
    half = domain.grid.shape[2] // 2
    rows = slice(0, 50)  # below the separator, which has no label of the image
    on_wall = domain.wall_density[0, rows] > 0
    assert (domain.maps.coating[0, rows][on_wall].reshape(-1) == 1).mean() == pytest.approx(
        0.5, abs=0.03
    )
    assert not domain.maps.coating[0, rows, :half].any()
    assert not domain.maps.region[0, :, :half].any()
    assert domain.maps.region[0, 10, -1] == 1
    assert domain.maps.region[0, -1, -1] == 0
    assert [sigma for sigma, _ in electrolyte_shares(case, domain)] == [0.032, 0.1]


def test_a_place_without_wall_is_refused(labelled):
    with pytest.raises(GeometryInvalid, match="no label 3, it has 1, 2"):
        built(labelled(3))
    with pytest.raises(GeometryInvalid, match='coatings: "carbonate" lies nowhere on a wall'):
        built(make(CARBONATE | {"where": {"depth": ["7 um", "8 um"]}}))
    far = {"where": {"depth": ["7 um", "8 um"]}, "conductivity": "1 mS/cm"}
    with pytest.raises(GeometryInvalid, match="regions: entry 1 holds no electrolyte"):
        built(make(regions=[far]))
    tiny = {"patches": {"size": "0.1 um", "fraction": 0.5}}
    with pytest.raises(GeometryInvalid, match="smaller than two cells"):
        built(make(CARBONATE | {"where": tiny}))


@pytest.mark.parametrize(
    ("coatings", "changes", "message"),
    [
        ([CARBONATE], {"model": "paper"}, "needs model: conserved"),
        ([CARBONATE], {"backend": "fipy"}, "needs backend: numba"),
        ([CARBONATE] * 2, {}, "a name of its own, got carbonate, carbonate"),
        ([CARBONATE | {"where": {"label": 3}}], {}, "a label needs geometry: {kind: image}"),
        (
            [CARBONATE],
            {"kinetics": {"resistance": "1 ohm*cm^2", "basis": "cross_section"}},
            "write basis: contact",
        ),
        ([{"name": "none"}], {}, "changes nothing: give a resistance or a contact_angle"),
        (
            [{"name": "film", "thickness": "5 nm"}],
            {},
            "needs conductivity or electronic_conductivity",
        ),
        (
            [CARBONATE | {"thickness": "5 nm", "conductivity": "1e-8 S/cm"}],
            {},
            "not both",
        ),
        ([CARBONATE | {"where": {"depth": ["3 um", "2 um"]}}], {}, "takes the lower end"),
        ([CARBONATE | {"where": {"height": "3 um"}}], {}, "unknown key"),
        ({"name": "a"}, {}, "needs a list, such as coatings: [{name"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_to_do(coatings, changes, message):
    with pytest.raises(CaseError) as error:
        make(**changes | {"coatings": coatings})
    assert message in str(error.value)


def test_the_interface_must_resolve_the_best_conducting_wall():
    case = make(CARBONATE | {"resistance": "0.1 ohm*cm^2"})
    (problem,) = unresolved(case, None)
    assert problem.path == "coatings"
    assert "at most 0.4 sigma R_ct = 0.128 um" in str(problem)
    assert not unresolved(make(CARBONATE), None)


def test_the_interface_must_resolve_the_worst_conducting_region_beside_pores():
    poor = {"conductivity": "1e-3 mS/cm"}
    (problem,) = unresolved(make(regions=[poor | {"where": {"depth": ["0 um", "1 um"]}}]), None)
    assert problem.path == "electrolyte.regions"
    assert "at most 0.4 sigma R_ct = 0.0984 um" in str(problem)
    assert not unresolved(make(regions=[poor | {"where": {"depth": ["4 um", "5 um"]}}]), None)


def test_a_case_with_coatings_reads_back_from_its_text():
    where = {"depth": ["1 um", "3 um"], "patches": {"size": "0.6 um", "fraction": 0.5, "seed": 2}}
    case = make(
        CARBONATE | {"where": where},
        regions=[{"where": {"depth": ["0 um", "2 um"]}, "conductivity": "1 mS/cm"}],
    )
    assert case_from_dict(case.to_dict()) == case
    assert case.digest() != make(CARBONATE).digest()
    assert Coating.model_validate(CARBONATE).resistance_over(1.0) == pytest.approx(0.024)


def test_the_example_says_and_saves_its_maps(tmp_path, capsys):
    file = Path(__file__).parents[1] / "cases" / "coatings.yaml"
    assert cli.main(["check", str(file)]) == 0
    assert "wall: lithium carbonate    69.8% of its area, 240 ohm" in capsys.readouterr().out
    case = load_case(file, ["protocol.0.plate.duration=0.2 s", "output.animation=false"])
    run(case, tmp_path / "run")
    found = open_run(tmp_path / "run")
    maps = map_fields(case, built(case))
    assert [*maps] == [name for name in MAP_FIELDS if name != "sheet_conductance"]
    for name, values in maps.items():
        np.testing.assert_array_equal(found.fields[name], values)
    resistance = maps["charge_transfer_resistance"]
    assert sorted(set(resistance[~np.isnan(resistance)])) == pytest.approx([24.6e-4, 240e-4])
    assert found.summary["charge_balance"] == pytest.approx(1, abs=1e-8)
    page = write_report(tmp_path / "run").read_text(encoding="utf-8")
    assert "<td>69.8%</td>" in page
    assert (tmp_path / "run" / "figures" / "coatings.png").is_file()


FILM = {"name": "film", "thickness": "20 nm", "electronic_conductivity": "1 S/m"}


@pytest.mark.parametrize(
    ("coating", "changes", "words"),
    [
        ({"name": "a", "electronic_conductivity": "1 S/m"}, {}, "needs thickness with"),
        (CARBONATE | {"nucleation_overpotential": "5 mV"}, {}, "needs electronic_conductivity"),
        (FILM | {"nucleation_overpotential": "0 mV"}, {}, "above 0"),
        (
            FILM,
            {"cell": {"kind": "symmetric"}, "lithium": {"depth": "1 um", "depth_top": "1 um"}},
            "would short",
        ),
        (FILM, {"noise": {"thermal": True}}, "bare coating"),
    ],
)
def test_what_a_conducting_coating_needs_is_said(coating, changes, words):
    with pytest.raises(CaseError, match=words):
        make(coating, **changes)


def test_a_conducting_coating_must_end_below_the_counter_electrode():
    with pytest.raises(GeometryInvalid, match="touches the counter electrode"):
        built(make(FILM))
    low = FILM | {"where": {"depth": ["0 um", "3 um"]}}
    maps = built(make(low)).maps
    assert maps.walls[0].sheet_conductance == pytest.approx(2e-8)
    assert maps.walls[0].resistance == pytest.approx(24.6e-4)
    separated = {"pore_size": "1.2 um", "porosity": 0.5, "height": "4 um", "separator": "1 um"}
    assert built(make(FILM, geometry=separated)).maps.conducts_electrons


def test_a_film_may_resist_ions_and_carry_electrons():
    both = FILM | {"conductivity": "1e-8 S/cm", "where": {"depth": ["0 um", "3 um"]}}
    wall = built(make(both)).maps.walls[0]
    assert wall.resistance == pytest.approx(24.6e-4 + 20e-9 / 1e-6)
    assert wall.sheet_conductance == pytest.approx(2e-8)


def test_a_run_with_a_conducting_coating_writes_what_it_takes(tmp_path, capsys):
    low = FILM | {"where": {"depth": ["0 um", "3 um"]}, "nucleation_overpotential": "1 mV"}
    run(make(low), tmp_path / "run")
    found = open_run(tmp_path / "run")
    last = found.history.iloc[-1]
    assert 0.1 < last["current on bare coating [1]"] < 1.0
    assert last["electronic voltage [V]"] > 0.0
    sheet = found.fields["sheet_conductance"].values
    assert np.nanmax(sheet) == pytest.approx(2e-8)
    page = write_report(tmp_path / "run").read_text()
    assert "2e-08 S" in page
    assert "plates on bare coating" in page
    assert "The deposit is" not in page
