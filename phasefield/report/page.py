"""The report of one run: figures, animation, one self-contained page."""

from __future__ import annotations

import logging
import time
from pathlib import Path

from phasefield.output.run import open_run
from phasefield.report.data import RunData, read_run
from phasefield.report.document import Document, write
from phasefield.report.published_charges import bypass
from phasefield.report.sections import sections
from phasefield.report.sentences import headline, narrative, notice
from phasefield.report.style import look
from phasefield.report.tables import HEADLINES, headline_value

__all__ = ["write_report"]

_log = logging.getLogger(__name__)

AT_THE_TOP = ("nonuniformity", "mean_rise_m", "wall_to_centre", "voltage_V", "charge_balance_error")


def write_report(run_dir: str | Path) -> Path:
    """Write report.html, figures/*.png and animation.gif of a run; return the path of the page.

    A run that was interrupted or failed is reported with what it left; figures that its data are
    not enough for are left out.

    Raises
    ------
    RunDirectoryError : `run_dir` is not a run directory.
    """
    started = time.perf_counter()
    data = read_run(open_run(run_dir))
    directory = Path(run_dir)
    (directory / "figures").mkdir(exist_ok=True)
    with look():
        parts = sections(data, directory)
    document = Document(
        title=data.name,
        subtitle=headline(data),
        notice=notice(data),
        key_numbers=_key_numbers(data),
        summary=narrative(data),
        sections=parts,
        footer=_footer(data),
    )
    path = write(document, directory / "report.html")
    _log.info("wrote %s in %.1f s", path, time.perf_counter() - started)
    return path


def _key_numbers(data: RunData) -> list[tuple[str, str]]:
    chosen = [headline for headline in HEADLINES if headline.key in AT_THE_TOP]
    values = [(headline, headline_value(data, headline)) for headline in chosen]
    if (
        data.case.model == "paper"
    ):  # its metal agrees with the charge by control, which says nothing
        values = [pair for pair in values if pair[0].key != "charge_balance_error"]
    written = [(shown.name, shown.write(found)) for shown, found in values if found is not None]
    return [*written, *bypass(data)]


def _footer(data: RunData) -> list[str]:
    versions = data.manifest.get("versions", {})
    return [
        f"phasefield-llzo {versions.get('phasefield', '')}; figures as PNG in figures/, numbers in"
        " summary.json and history.csv, fields in fields.xdmf and fields.pvd (ParaView)."
    ]
