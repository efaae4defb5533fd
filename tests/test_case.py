from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phasefield.case import case_from_dict, case_text, json_schema, load_case, with_overrides
from phasefield.errors import CaseError
from phasefield.materials.parameter_sets import LITHIUM
from tests.broken_cases import GOOD

CASES = sorted((Path(__file__).parents[1] / "cases").glob("*.yaml"))

SMALLEST = {
    "format": 1,
    "name": "smallest",
    "geometry": {"pore_size": "1.5 um", "porosity": "50 %", "height": "10 um"},
    "grid": {"spacing": "0.05 um"},
    "lithium": {"depth": "5 um"},
    "electrolyte": {"conductivity": "0.32 mS/cm"},
    "kinetics": {"resistance": "24.6 ohm*cm^2"},
    "protocol": [{"plate": {"current_density": "0.2 mA/cm^2", "duration": "1000 s"}}],
}


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "good.yaml"
    path.write_text(GOOD)
    return path


def smallest(*overrides: str):
    return case_from_dict(SMALLEST, overrides)


def problems_of(call):
    with pytest.raises(CaseError) as caught:
        call()
    return caught.value.problems


def test_values_are_si():
    case = smallest()
    assert case.geometry.pore_size == 1.5e-6
    assert case.geometry.porosity == 0.5
    assert case.kinetics.resistance == 24.6e-4
    assert case.protocol[0].kind == "plate"
    assert case.protocol[0].current_density == 2.0
    assert case.duration == 1000.0


def test_defaults():
    case = smallest()
    assert (case.model, case.backend, case.dimensions, case.seed) == ("conserved", "numba", 2, 0)
    assert case.cell.kind == "half"
    assert case.temperature == 298.0
    assert case.lithium.contact_angle == math.pi / 2
    assert case.lithium.molar_volume == LITHIUM.molar_volume.value
    assert case.kinetics.basis == "contact"
    assert case.output.precision == "float64"
    assert case.solver.time_step is None


def test_defaults_that_follow_from_other_keys():
    case = smallest()
    assert case.geometry.arrangement == "slit"
    assert case.interface.width == pytest.approx(0.25e-6)
    assert case.output.fields_every == 100.0
    assert case.solver.time_steps(case.duration) == (1.0, 50.0)
    assert smallest("dimensions=3").geometry.arrangement == "square"


def test_given_steps_bound_the_ones_that_follow():
    assert smallest("solver.max_step=0.1 s").solver.time_steps(1000.0) == (0.1, 0.1)
    assert smallest("solver.initial_step=100 s").solver.time_steps(1000.0) == (100.0, 100.0)
    assert smallest("solver.time_step=3 s").solver.time_steps(1000.0) == (3.0, 3.0)


def test_a_case_is_frozen():
    case = smallest()
    with pytest.raises(ValueError, match="frozen"):
        case.geometry.pore_size = 1.0


def test_conductivity_from_a_material_follows_arrhenius():
    material = ("electrolyte.conductivity=null", "electrolyte.material=llzo")
    at_reference = smallest(*material, "temperature=20 degC")
    warmer = smallest(*material, "temperature=30 degC")
    assert at_reference.conductivity == pytest.approx(0.032, rel=1e-12)
    slope = math.log(warmer.conductivity / 0.032) / (1 / 293.15 - 1 / 303.15)
    assert slope == pytest.approx(0.417 / 8.617333262e-5, rel=1e-6)


def test_conductivity_with_and_without_activation_energy():
    assert smallest("temperature=350 K").conductivity == 0.032
    activated = smallest(
        "temperature=350 K",
        "electrolyte.activation_energy=0.417 eV",
        "electrolyte.reference_temperature=298 K",
    )
    expected = 0.032 * math.exp(0.417 / 8.617333262e-5 * (1 / 298 - 1 / 350))
    assert activated.conductivity == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_shipped_cases_survive_a_round_trip(path):
    case = load_case(path)
    again = case_from_dict(case.to_dict())
    assert again == case
    assert again.digest() == case.digest()


def test_resolved_text_reads_back(tmp_path):
    case = smallest("lithium.contact_angle=62 deg", "geometry.pore_size=1.7 um")
    path = tmp_path / "resolved.yaml"
    path.write_text(case_text(case))
    assert load_case(path) == case


@settings(max_examples=20)
@given(
    angle=st.floats(1e-3, 179.9),
    pore=st.floats(0.3, 9.0),
    temperature=st.floats(200.0, 400.0),
)
def test_any_number_survives_a_round_trip(angle, pore, temperature):
    case = smallest(
        f"lithium.contact_angle={angle} deg",
        f"geometry.pore_size={pore} um",
        f"temperature={temperature} K",
    )
    again = case_from_dict(case.to_dict())
    assert again.model_dump() == case.model_dump()


def test_digest_changes_with_every_value_but_the_name():
    digest = smallest().digest()
    assert len(digest) == 10
    assert smallest("name=other").digest() == digest
    assert smallest("seed=1").digest() != digest
    assert smallest("protocol.0.plate.duration=1001 s").digest() != digest
    assert smallest("geometry.pore_size=1500 nm").digest() == digest


def test_equal_cases_have_equal_hashes():
    assert hash(smallest()) == hash(smallest())
    assert smallest() != smallest("name=other")


def test_source_keeps_the_file_as_it_is(good):
    case = load_case(good, ["seed=4"])
    assert case.source.text == GOOD
    assert case.problem("lithium.depth", "too deep").line == 16
    assert case.problem("seed", "bad").file == "--set seed=4"


# -- overrides ------------------------------------------------------------------------------------


def test_overrides_apply_in_order_and_reach_into_lists(good):
    case = load_case(good, ["seed=1", "seed=2", "protocol.0.plate.duration = 20 s"])
    assert case.seed == 2
    assert case.duration == 20.0


def test_overriding_a_case_computes_its_defaults_anew():
    case = with_overrides(smallest(), ["geometry.pore_size=3 um"])
    assert case.interface.width == pytest.approx(0.5e-6)


@pytest.mark.parametrize(
    ("override", "path", "message"),
    [
        ("seed", "", "write an override as dotted.path=value"),
        ("=3", "", "write an override as dotted.path=value"),
        ("geometry..pore_size=3 um", "", "write an override as dotted.path=value"),
        ("seed=[", "", "the value is not readable"),
        ("protocol.3.plate.duration=1 s", "", "protocol has entries 0 to 0"),
        ("protocol.plate.duration=1 s", "", "name an entry by its number"),
        ("seed.x=1", "", "seed is one value, no section"),
        ("geometry.pore_sise=3 um", "geometry.pore_sise", 'did you mean "pore_size"?'),
        ("geometry.pore_size=3", "geometry.pore_size", '"3" has no unit'),
        ("solvr.tolerance=1e-8", "solvr", 'did you mean "solver"?'),
        ("lithium.depth=9 um", "lithium.depth", "nothing is left to plate into"),
    ],
)
def test_a_bad_override_is_named(override, path, message, good):
    (problem,) = problems_of(lambda: load_case(good, [override]))
    assert problem.file == f"--set {override}"
    assert problem.path == path
    assert message in problem.message


# -- problems -------------------------------------------------------------------------------------


def test_all_problems_at_once_in_the_order_of_the_file(tmp_path):
    text = (
        GOOD.replace("porosity: 50 %", "porosity: 50 %\n  porosity: 60 %")
        .replace("pore_size: 1.5 um", "pore_siz: 1.5 um")
        .replace("depth: 3 um", "depth: 30 um")
        .replace("seed: 0", "seed: zero")
    )
    path = tmp_path / "case.yaml"
    path.write_text(text)
    found = problems_of(lambda: load_case(path, ["temperature=3"]))
    assert {problem.path for problem in found} == {
        "geometry.porosity",
        "geometry.pore_siz",
        "lithium.depth",
        "seed",
        "temperature",
    }
    lines = [problem.line for problem in found[1:-1]]
    assert lines == sorted(lines)
    assert found[-1].file == "--set temperature=3"


def test_a_misspelt_key_is_not_also_missing():
    (problem,) = problems_of(lambda: case_from_dict({**SMALLEST, "grid": {"spacng": "0.05 um"}}))
    assert problem.path == "grid.spacng"


# -- schema ---------------------------------------------------------------------------------------


def test_every_key_of_the_schema_has_a_meaning_and_an_example():
    schema = json_schema()
    sections = [schema, *schema["$defs"].values()]
    for section in sections:
        assert section["additionalProperties"] is False
        for name, key in section["properties"].items():
            assert key.get("description"), name
            if "$ref" not in key and key.get("type") != "array":
                assert key["examples"], name


SALT = (
    "electrolyte={conductivity: 0.32 mS/cm, transference_number: 0.38, "
    "diffusivity: 3.2e-10 m^2/s, concentration: 1000 mol/m^3}"
)
TOGETHER = {
    "noise.thermal": "noise.thickness=1 um",
    "noise.thickness": "noise.thermal=true",
    "noise.seed": "noise={thermal: true, thickness: 1 um, seed: 1}",
    "cell.kind": "lithium.depth_top=2 um",
    "electrolyte.transference_number": SALT,
    "electrolyte.diffusivity": SALT,
    "electrolyte.concentration": SALT,
    "lithium.depth_top": "cell.kind=symmetric",
    "electrolyte.material": "electrolyte.conductivity=null",
    "electrolyte.activation_energy": "electrolyte.reference_temperature=293 K",
    "electrolyte.reference_temperature": "electrolyte.activation_energy=0.4 eV",
    "lithium.activation_energy": "lithium.reference_temperature=298 K",
    "lithium.reference_temperature": "lithium.activation_energy=0.5 eV",
    "coatings.0.thickness": "coatings.0.conductivity=1e-8 S/cm",
    "coatings.0.conductivity": "coatings.0.thickness=5 nm",
    "coatings.0.electronic_conductivity": "coatings.0.thickness=5 nm",
    "coatings.0.nucleation_overpotential": (
        "coatings=[{name: a, thickness: 5 nm, electronic_conductivity: 1 S/m,"
        " nucleation_overpotential: 10 mV}]"
    ),
    "kinetics.activation_energy": "kinetics.reference_temperature=298 K",
    "kinetics.reference_temperature": "kinetics.activation_energy=0.4 eV",
}
"""What else must be set for an example to stand."""


def test_examples_of_the_schema_are_valid_values():
    definitions = json_schema()["$defs"]
    steps = {
        "PlateStep": "{plate: {current_density: 0.2 mA/cm^2, duration: 1 s}}",
        "StripStep": "{strip: {current_density: 0.2 mA/cm^2, duration: 1 s}}",
        "RestStep": "{rest: {duration: 1 s}}",
        "HoldStep": "{hold: {voltage: 9 mV, duration: 1 s}}",
        "PulseEntry": "{pulse: {current_density: 1 mA/cm^2, on: 1 s, off: 1 s, times: 2}}",
        "RepeatEntry": "{repeat: {times: 2, steps: [{rest: {duration: 1 s}}]}}",
        "StaircaseEntry": "{staircase: {last: 0.1 mA/cm^2, duration: 1 s}}",
    }
    image = (
        "geometry={kind: image, file: scan.tif, axes: yx, growth: +y, voxel_size: 50 nm,"
        " pore_size: 2 um}"
    )
    coated = (
        "coatings=[{name: a, contact_angle: 90 deg, where: {patches: {size: 2 um, fraction: 0.5}}}]"
    )
    region = "electrolyte.regions=[{where: {}, conductivity: 1 mS/cm}]"
    parts = {
        "Coating": ("coatings.0", [coated]),
        "WallPlace": ("coatings.0.where", [image, coated]),
        "Patches": ("coatings.0.where.patches", [coated]),
        "Region": ("electrolyte.regions.0", [region]),
        "Place": ("electrolyte.regions.0.where", [image, region]),
    }
    homes = {name: f"protocol.0.{text[1:].split(':')[0]}" for name, text in steps.items()}
    homes |= {name: home for name, (home, _) in parts.items()}
    for section, definition in definitions.items():
        if "kind" in definition["properties"] and section != "Cell":
            continue
        for key, entry in definition["properties"].items():
            for example in entry.get("examples", ()):
                path = f"{homes.get(section, section.lower())}.{key}"
                also = [TOGETHER[path]] if path in TOGETHER else []
                also += ["model=paper"] * (section == "Paper")
                also += ["solver.time_step=1 s"] * (section == "Noise")
                first = [f"protocol=[{steps[section]}]"] if section in steps else []
                first += parts.get(section, ("", []))[1]
                smallest(*first, f"{path}={example}", *also)


def scaffolds():
    kinds = json_schema()["$defs"].items()
    return {n: d["properties"] for n, d in kinds if "kind" in d["properties"] and n != "Cell"}


@pytest.mark.parametrize("section", scaffolds())
def test_examples_of_every_kind_of_scaffold_are_valid_values(section):
    keys = scaffolds()[section]
    given = {name: key["examples"][0] for name, key in keys.items() if "default" not in key}
    given = {name: value for name, value in given.items() if value is not None}
    given["kind"] = keys["kind"]["const"]
    case = case_from_dict({**SMALLEST, "geometry": given, "dimensions": 2})
    assert type(case.geometry).__name__ == section
    assert case.geometry.smallest_pore > 0
    assert case_from_dict(case.to_dict()) == case


def test_closures_of_the_paper_model_need_that_model():
    with pytest.raises(CaseError, match="need model: paper"):
        smallest("paper.cross_term=8")
    assert smallest("paper.cross_term=8", "model=paper").paper.cross_term == 8.0


def test_the_paper_model_only_plates():
    for step in ("rest: {duration: 1 s}", "hold: {voltage: -1 mV, duration: 1 s}"):
        with pytest.raises(CaseError, match="model: paper plates only"):
            smallest(f"protocol=[{{{step}}}]", "model=paper")
    pulsed = "repeat: {times: 2, steps: [{hold: {voltage: 5 mV, duration: 1 s}}]}"
    assert len(smallest(f"protocol=[{{{pulsed}}}]", "model=paper").protocol) == 2


def test_diffusivity_and_resistance_follow_the_temperature():
    plain = smallest("temperature=333 K")
    assert plain.diffusivity == plain.lithium.diffusivity
    assert plain.resistance == plain.kinetics.resistance
    warm = smallest(
        "temperature=333 K",
        "lithium.activation_energy=0.55 eV",
        "lithium.reference_temperature=298 K",
        "kinetics.activation_energy=0.4 eV",
        "kinetics.reference_temperature=298 K",
    )
    faster = (1 / 298 - 1 / 333) * 96485.33 / 8.314463
    assert warm.diffusivity == pytest.approx(5.6e-15 * math.exp(0.55 * faster), rel=1e-6)
    assert warm.resistance == pytest.approx(plain.resistance * math.exp(-0.4 * faster), rel=1e-6)
    from phasefield.setup.parameters import coefficients

    cold, hot = (coefficients(case, case.resistance) for case in (plain, warm))
    gain = hot.mobility / cold.mobility
    assert gain == pytest.approx(math.exp(0.55 * faster), rel=1e-6)


@pytest.mark.parametrize("section", ["lithium", "kinetics"])
def test_an_activation_energy_needs_its_reference(section):
    with pytest.raises(CaseError, match="needs reference_temperature as well"):
        smallest(f"{section}.activation_energy=0.5 eV")
