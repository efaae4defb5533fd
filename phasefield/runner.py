"""Run a case in its run directory: start, go on, or find it finished."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numba
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from phasefield.case import Case, load_case, with_overrides
from phasefield.errors import DidNotConverge, Interrupted
from phasefield.output import checkpoint
from phasefield.output.fields import FieldSeries
from phasefield.output.history import HistoryWriter
from phasefield.output.run_directory import RunDirectory
from phasefield.preflight import require_resolved
from phasefield.record import columns, row, summary
from phasefield.results import Run, open_run
from phasefield.signals import Deferred
from phasefield.simulation import Simulation, build

__all__ = ["run"]

log = logging.getLogger(__name__)


def run(
    case: Case | str | Path,
    out: str | Path | None = None,
    *,
    overrides: Sequence[str] = (),
    threads: int | None = None,
    fresh: bool = False,
    force: bool = False,
    progress: bool = False,
) -> Run:
    """Run a case to the end of its protocol and return the run, opened for reading.

    A run directory that was interrupted goes on from its last checkpoint; a finished one is
    returned as it is.

    Parameters
    ----------
    case : a case, or the path of a case file.
    out : run directory; by default <name>-<digest> in the working directory.
    overrides : texts ``dotted.path=value``, as ``--set`` on the command line.
    threads : of the compiled kernels; all cores by default.
    fresh : throw the results away that are there and compute them again.
    force : run although the interface is under-resolved.
    progress : show a progress bar with the time left.

    Raises
    ------
    CaseError, GeometryInvalid, RunDirectoryError : before anything is computed.
    DidNotConverge, Interrupted : a checkpoint was written; the same call goes on from there.
    """
    if isinstance(case, Case):
        case = with_overrides(case, overrides) if overrides else case
    else:
        case = load_case(case, overrides)
    require_resolved(case, force)
    threads = threads or numba.config.NUMBA_NUM_THREADS
    numba.set_num_threads(threads)
    with RunDirectory.open(out, case, threads=threads, fresh=fresh) as directory:
        if directory.status() != "finished":
            with threadpool_limits(1):  # the linear solver is serial: its sums must not be split
                writers = _Writers.open(directory, case, force=force)
                with writers.history:
                    writers.go(progress)
        return open_run(directory.path)


@dataclass
class _Writers:
    """A simulation and everything that records it."""

    directory: RunDirectory
    simulation: Simulation
    history: HistoryWriter
    fields: FieldSeries
    earlier_s: float
    started: float
    saved: float

    @classmethod
    def open(cls, directory: RunDirectory, case: Case, *, force: bool) -> _Writers:
        """Build the simulation, at its last checkpoint if there is one, and cut the files to it."""
        now = time.monotonic()
        found = checkpoint.load_latest(directory.path)
        start = found[0]["initial_xi"] if found else None
        simulation = build(case, force=force, initial_xi=start)
        domain = simulation.domain
        static = {"electrolyte_order_parameter": domain.phi, "wall_density": domain.wall_density}
        fields = FieldSeries(directory.path, domain.grid, static, precision=case.output.precision)
        history = HistoryWriter(directory.path / "history.csv", columns(case.model))
        if found:
            arrays, values = found
            simulation.recall(arrays, values["simulation"])
            history.truncate_after(simulation.step)
            fields.truncate(values["frames"])
            log.info("going on from step %d, t = %g s", simulation.step, simulation.time)
            return cls(directory, simulation, history, fields, values["wall_s"], now, now)
        history.truncate_after(-1)
        fields.truncate(0)
        writers = cls(directory, simulation, history, fields, 0.0, now, now)
        writers._record(frame=True)
        return writers

    @property
    def wall_s(self) -> float:
        """Wall time spent on the run so far, earlier calls included [s]."""
        return self.earlier_s + time.monotonic() - self.started

    def go(self, progress: bool) -> None:
        """Step to the end of the protocol, recording every step."""
        simulation, every = self.simulation, self.simulation.case.output.checkpoint_every
        try:
            with (
                Deferred(signal.SIGINT, signal.SIGTERM) as asked,
                _bar(simulation, progress) as bar,
            ):
                while not simulation.finished:
                    asked.check()
                    stop = simulation.advance()
                    self._record(frame=stop is not None and stop.frame)
                    bar.set_postfix_str(_status_line(simulation), refresh=False)
                    bar.update(simulation.time - bar.n)
                    if time.monotonic() - self.saved > every:
                        self._save()
        except DidNotConverge:
            self._leave("failed")
            raise
        except Interrupted:
            self._leave("interrupted")
            raise
        self._leave("finished")

    def _record(self, *, frame: bool) -> None:
        simulation = self.simulation
        values = row(simulation, self.wall_s)
        self.history.append(values)
        log.info(
            "step %d, t = %.6g s, %s", simulation.step, simulation.time, _status_line(simulation)
        )
        if frame:
            self.fields.write(len(self.fields), simulation.time, simulation.fields())

    def _save(self) -> None:
        self.history.sync()
        arrays, values = self.simulation.memory()
        meta = {"simulation": values, "frames": len(self.fields), "wall_s": self.wall_s}
        checkpoint.save(self.directory.path, arrays, meta, finite=arrays)
        self.saved = time.monotonic()

    def _leave(self, status: str) -> None:
        self._save()
        self.directory.write_summary(summary(self.simulation, status, self.wall_s))


def _bar(simulation: Simulation, progress: bool) -> tqdm:
    return tqdm(
        total=simulation.schedule.end,
        initial=simulation.time,
        disable=not progress,
        desc=simulation.case.name,
        bar_format="{desc}: {percentage:3.0f}% |{bar}| {n:.0f}/{total:.0f} s"
        " [{elapsed}, {remaining} left]{postfix}",
    )


def _status_line(simulation: Simulation) -> str:
    """Charge balance of the newest step, in words short enough for a progress bar."""
    ledger = simulation.ledger
    return f"metal/charge = {ledger.balance:.10f}" if ledger.balance is not None else "at rest"
