"""Case files: read, checked, frozen. This is what the rest of the package imports.

>>> case = load_case("cases/fig5_1p5um.yaml", ["grid.spacing=0.025 um"])  # doctest: +SKIP
>>> case.geometry.pore_size                                               # doctest: +SKIP
1.5e-06
"""

from phasefield.case.case import Case
from phasefield.case.loading import (
    case_from_dict,
    case_from_text,
    case_text,
    json_schema,
    load_case,
    with_overrides,
)
from phasefield.case.protocol import Stage
from phasefield.case.protocol_steps import (
    AppliedQuantity,
    LimitedQuantity,
    ProtocolStep,
    WrittenQuantity,
)

__all__ = [
    "AppliedQuantity",
    "Case",
    "LimitedQuantity",
    "ProtocolStep",
    "Stage",
    "WrittenQuantity",
    "case_from_dict",
    "case_from_text",
    "case_text",
    "json_schema",
    "load_case",
    "with_overrides",
]
