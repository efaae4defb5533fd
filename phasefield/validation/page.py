"""The table of what was verified, for the terminal and for REPORT.md, and the figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from matplotlib.ticker import NullLocator

from phasefield.output.manifest import commit, utc_now, versions
from phasefield.report.style import ACCENT, figure, look, save
from phasefield.validation.book import Report, Verdict
from phasefield.validation.outcome import Plot

__all__ = ["terminal_table", "write_pages"]

HEADER = ("problem", "check", "measured", "reference", "error", "allowed", "pass")


def _cells(verdict: Verdict) -> tuple[str, ...]:
    check, scale, unit = verdict.check, 1.0, ""
    if check.relative is not None:
        scale, unit = 100.0, " %"
    return (
        check.name,
        f"{verdict.measured:.4g} {check.unit}".strip(),
        f"{check.reference:.4g} {check.unit}".strip(),
        f"{scale * check.error(verdict.measured):+.2g}{unit}",
        f"{scale * check.limit:.2g}{unit}",
        "yes" if verdict.passed else "NO",
    )


def terminal_table(reports: Sequence[Report]) -> str:
    """One line for each check, columns aligned."""
    lines: list[tuple[str, ...]] = [HEADER]
    for report in reports:
        for n, verdict in enumerate(report.verdicts):
            lines.append(("" if n else report.name, *_cells(verdict)))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def write_pages(reports: Sequence[Report], quick: bool, out: Path) -> Path:
    """Write REPORT.md and the figure of each problem below `out`; return the report."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / "REPORT.md"
    path.write_text("\n".join(_markdown(reports, quick)) + "\n", encoding="utf-8")
    for report in reports:
        if report.plot is not None:
            (out / report.name).mkdir(exist_ok=True)
            _draw(report.plot, out / report.name / "figure.png")
    return path


def _markdown(reports: Sequence[Report], quick: bool) -> Iterator[str]:
    found = versions()
    passed = sum(report.passed for report in reports)
    yield "# What was verified\n"
    yield (
        f"{passed} of {len(reports)} problems passed, {'quick' if quick else 'full'} variants, "
        f"{utc_now()}, commit {commit() or 'unknown'}, phasefield {found['phasefield']}, "
        f"Python {found['python']}, NumPy {found['numpy']}, Numba {found['numba']}. "
        "Written by `phasefield verify`.\n"
    )
    yield "| problem | what it pins down | check | measured | reference | error | allowed | pass |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for report in reports:
        for n, verdict in enumerate(report.verdicts):
            first = f"[{report.name}]({report.name}/problem.md)", report.acceptance.pins_down
            yield "| " + " | ".join((*(("", "") if n else first), *_cells(verdict))) + " |"
    for report in reports:
        if report.failure:
            yield f"\n{report.name} failed: {report.failure}"


def _draw(plot: Plot, path: Path) -> None:
    with look():
        made = figure(3.5, 2.6)
        axes = made.subplots()
        for curve in plot.curves:
            (line,) = axes.plot(curve.x, curve.y, label=curve.label)
            if curve.points:
                line.set(marker="o", linestyle="none", color=ACCENT)
        axes.set(xlabel=plot.x_label, ylabel=plot.y_label)
        if plot.logarithmic:
            axes.set(xscale="log", yscale="log")
            at = sorted({float(x) for curve in plot.curves if len(curve.x) < 10 for x in curve.x})
            axes.set_xticks(at, labels=[f"{x:.3g}" for x in at])
            axes.xaxis.set_minor_locator(NullLocator())
        axes.legend()
        save(made, path)
