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
from phasefield.report.tables import headlines, written

__all__ = ["write_report"]

_log = logging.getLogger(__name__)


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
    chosen = [each for each in headlines() if each.headline and each.headline.at_the_top]
    if data.case.model == "paper":  # its metal agrees with the charge by control: says nothing
        chosen = [each for each in chosen if each.name != "charge balance error"]
    values = [(each, data.value(each)) for each in chosen]
    numbers = [(each.title, written(each, found)) for each, found in values if found is not None]
    return [*numbers, *bypass(data)]


def _footer(data: RunData) -> list[str]:
    versions = data.manifest.get("versions", {})
    return [
        f"phasefield-llzo {versions.get('phasefield', '')}; figures as PNG in figures/, numbers in"
        " summary.json and history.csv, fields in fields.xdmf and fields.pvd (ParaView)."
    ]
