"""Parameter sets: values as in the sources, no number without a source, citations."""

from __future__ import annotations

import math
import re
from types import SimpleNamespace

import pytest

from phasefield.constants import FARADAY
from phasefield.materials.parameter_sets import CHOSEN, ELECTROLYTES, LITHIUM, SETS
from phasefield.materials.references import BACKEND_SOURCES, MODEL_SOURCES, SALT_SOURCES, SOURCES
from phasefield.setup.citations import bibtex


@pytest.mark.parametrize("name", SETS)
def test_every_number_has_unit_and_source(name: str) -> None:
    quantities = dict(SETS[name])
    assert len(quantities) >= 3
    for key, quantity in quantities.items():
        assert quantity.unit, key
        assert math.isfinite(quantity.value), key
        assert quantity.source == CHOSEN or quantity.source in SOURCES, key
        assert quantity.source != CHOSEN or quantity.note, f"{key}: chosen, and why?"
        assert all(reference in SOURCES for reference in quantity.references), key


def test_llzo_of_the_porous_membranes() -> None:
    llzo = ELECTROLYTES["llzo"]
    assert llzo.conductivity.value == pytest.approx(0.032)
    assert llzo.activation_energy.value == pytest.approx(0.417 * FARADAY)
    assert llzo.reference_temperature.value == 293.15
    assert llzo.resistance is not None
    assert llzo.resistance.value == pytest.approx(24.6e-4)


@pytest.mark.parametrize(
    ("cycles", "conductivity"), [(10, 0.041), (25, 0.039), (50, 0.037), (100, 0.033)]
)
def test_llzto_with_alumina(cycles: int, conductivity: float) -> None:
    llzto = ELECTROLYTES[f"llzto_al2o3_{cycles}"]
    assert llzto.conductivity.value == pytest.approx(conductivity)
    assert llzto.activation_energy.value == pytest.approx(41.5e3, rel=1e-2)
    assert llzto.resistance is None
    assert llzto.reference_temperature.value == 298.15
    assert (llzto.electronic_conductivity is None) == (cycles == 50)


def test_lithium() -> None:
    assert LITHIUM.molar_volume.value == 13.02e-6
    assert LITHIUM.molar_volume.value == pytest.approx(6.02214e23 * 3.51e-10**3 / 2, rel=1e-3)
    assert LITHIUM.self_diffusivity.value == 5.6e-15
    assert math.degrees(LITHIUM.contact_angle_clean.value) == pytest.approx(62)
    assert math.degrees(LITHIUM.contact_angle_carbonate.value) == pytest.approx(142)
    assert SETS["lithium"] is LITHIUM


def case_like(**changes: object) -> SimpleNamespace:
    case = SimpleNamespace(
        model="conserved",
        backend="numba",
        electrolyte=SimpleNamespace(material="llzo", transference_number=1.0),
        lithium=SimpleNamespace(
            surface_energy=0.5,
            diffusivity=1e-14,
            contact_angle=math.pi / 2,
            bulk_modulus=1.1e10,
            anisotropy=0.0,
            activation_energy=None,
        ),
        kinetics=SimpleNamespace(resistance=1e-4),
    )
    case.__dict__.update(changes)
    return case


def cited(case: SimpleNamespace) -> list[str]:
    return re.findall(r"^@\w+\{(\w+),$", bibtex(case), flags=re.MULTILINE)


def test_a_case_cites_what_it_uses_once() -> None:
    keys = cited(case_like())
    assert keys[0] == "phasefield_llzo"
    assert len(set(keys)) == len(keys)
    assert {"porous_llzo_membranes", "yu2012", "cahn1958", "numba2015", "masias2019"} <= set(keys)
    assert not {"steinhoff2026", "sharafi2017", "yoon2023", "lodding1970"} & set(keys)


def test_citations_follow_the_numbers() -> None:
    own = SimpleNamespace(
        surface_energy=0.3,
        diffusivity=5.6e-15,
        contact_angle=math.radians(62),
        bulk_modulus=1e9,
        anisotropy=0.05,
        activation_energy=LITHIUM.self_diffusion_activation_energy.value,
    )
    keys = cited(
        case_like(
            electrolyte=SimpleNamespace(material="llzto_al2o3_25", transference_number=1.0),
            lithium=own,
        )
    )
    assert {"steinhoff2026", "sharafi2017", "yoon2023", "lodding1970"} <= set(keys)
    assert "kobayashi1993" in keys and "kobayashi1993" not in cited(case_like())
    assert not {"masias2019", "vitos1998"} & set(keys)
    without = cited(
        case_like(electrolyte=SimpleNamespace(material=None, transference_number=1.0), lithium=own)
    )
    assert "steinhoff2026" not in without


def test_bibtex_entries_are_well_formed() -> None:
    for key, source in SOURCES.items():
        entry = source.bibtex()
        assert source.key == key
        assert entry.count("{") == entry.count("}")
        assert source.title or source.note
        assert re.match(r"10\.\d{4,}/\S+$", source.doi) or not source.doi


def test_tables_name_known_sources() -> None:
    for table in (MODEL_SOURCES, BACKEND_SOURCES):
        assert all(key in SOURCES for keys in table.values() for key in keys)
    assert set(SALT_SOURCES) <= set(SOURCES)
