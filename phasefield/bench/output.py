"""The measured rows as a table, as JSON, and as a plot."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from statistics import fmean
from typing import Any

from phasefield import __version__
from phasefield.bench.rows import TITLES, Row

__all__ = ["machine", "table", "write_json", "write_plot"]

HEADER = ("what", "side", "cells", "threads", "tol.", "time", "ratio", "its", "peak MB", "note")


def machine() -> dict[str, Any]:
    """What the numbers were measured on."""
    import numba
    import numpy
    import scipy

    return {
        "date": date.today().isoformat(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "python": platform.python_version(),
        "phasefield": __version__,
        "numba": numba.__version__,
        "numpy": numpy.__version__,
        "scipy": scipy.__version__,
    }


def _processor() -> str:
    """Name of the processor, where Linux tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def table(found: Sequence[Row]) -> str:
    """Markdown: one table under the title of each row."""
    parts = []
    for number in sorted({row.row for row in found}):
        lines = [_cells(row) for row in found if row.row == number]
        parts.append(f"({number}) {TITLES[number]}\n\n{_aligned([HEADER, *lines])}")
    return "\n\n".join(parts)


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.what,
        row.side,
        f"{row.cells}",
        f"{row.threads}",
        f"{row.tolerance:.0e}" if row.tolerance else "",
        "failed" if row.seconds is None else _time(row.seconds),
        "" if row.ratio is None else f"{row.ratio:.3g}",
        "" if row.iterations is None else f"{row.iterations:.3g}",
        f"{row.peak_mb:.0f}",
        row.note,
    )


def _time(seconds: float) -> str:
    return f"{seconds:.3g} s" if seconds >= 0.1 else f"{1e3 * seconds:.3g} ms"


def _aligned(lines: Sequence[Sequence[str]]) -> str:
    widths = [max(len(line[n]) for line in lines) for n in range(len(lines[0]))]
    lines = [lines[0], ["-" * width for width in widths], *lines[1:]]
    texts = [" | ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) for line in lines]
    return "\n".join(f"| {text} |" for text in texts)


def write_json(path: Path, found: Sequence[Row]) -> None:
    """Write the machine and all rows."""
    text = json.dumps({"machine": machine(), "rows": [asdict(row) for row in found]}, indent=1)
    path.write_text(text + "\n")


PLOTTED = (0.1, 0.3, 1.0, 3.0, 10.0)
"""Times per cell that are marked in the plot of conduction [us]."""


def write_plot(path: Path, found: Sequence[Row]) -> None:
    """Draw time per cell over cells: conduction for every side, and the coupled step."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 4), layout="constrained")
    for axis, number in zip(figure.subplots(1, 2), (1, 2), strict=True):
        rows = [row for row in found if row.row == number and row.seconds and row.cells]
        for (side, dimensions), points in _lines(rows).items():
            known = list(dict.fromkeys(row.side for row in rows)).index(side)
            label = side if dimensions == 2 else None
            axis.plot(*points, {2: "o-", 3: "s--"}[dimensions], color=f"C{known}", label=label)
        cells = sorted({row.cells for row in rows})
        axis.set(
            xlabel="cells (squares: 3D)",
            ylabel="time per cell (us)",
            title=TITLES[number],
            xscale="log",
        )
        axis.set_xticks(cells, [f"{n / 1e3:.0f}k" for n in cells])
        axis.set_xticks([], minor=True)
        if number == 1:
            axis.set_yscale("log")
            axis.set_yticks(PLOTTED, [f"{value:g}" for value in PLOTTED])
            axis.set_yticks([], minor=True)
        else:
            axis.set_ylim(bottom=0.0)
        if rows:
            axis.legend(fontsize="small")
    figure.savefig(path)


def _lines(rows: Sequence[Row]) -> dict[tuple[str, int], tuple[list[int], list[float]]]:
    """Cells and mean time per cell [us] of every side and number of dimensions."""
    points: dict[tuple[str, int], dict[int, list[float]]] = {}
    for row in rows:
        kind = row.what.split()[0]  # 400x400 or 64^3
        dimensions = int(kind.partition("^")[2] or 1 + kind.count("x"))
        line = points.setdefault((row.side, dimensions), {})
        line.setdefault(row.cells, []).append(1e6 * (row.seconds or 0.0) / row.cells)
    return {
        key: (sorted(line), [fmean(line[cells]) for cells in sorted(line)])
        for key, line in points.items()
    }
