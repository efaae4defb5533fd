"""Run a case in its run directory: start, go on, or find it finished."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numba
import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from phasefield.case import Case, load_case, with_overrides
from phasefield.errors import DidNotConverge, Interrupted, OutOfMemory, RunDirectoryError
from phasefield.models.base import Json
from phasefield.output import checkpoint
from phasefield.output.fields import FieldSeries
from phasefield.output.history import HistoryWriter
from phasefield.output.run import Run, open_run
from phasefield.output.run_directory import RunDirectory
from phasefield.setup.coatings import map_fields
from phasefield.setup.forecast import require_resolved
from phasefield.simulation.history_row import columns, row
from phasefield.simulation.interruption import STOPPING, Deferred, WallLimit, raising
from phasefield.simulation.loop import Simulation, build
from phasefield.simulation.summary import summary

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
    max_wall: float | None = None,
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
    max_wall : wall time of this call [s], after which it stops with a checkpoint; None: no limit.

    Raises
    ------
    CaseError, GeometryInvalid : before anything is computed.
    DidNotConverge, Interrupted : a checkpoint was written; the same call goes on from there.
    RunDirectoryError, OutOfMemory : the last checkpoint is kept; the same call goes on from there
        when the cause is gone.
    """
    wall = WallLimit(max_wall)
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
                try:
                    _compute(directory, case, wall, force=force, progress=progress)
                except MemoryError as error:
                    raise OutOfMemory(
                        f"{directory.path}: the memory of this machine, or the limit set for this"
                        " process, is used up; what was saved is kept and the same command goes on"
                        " from its last checkpoint: give it more memory (phasefield check says how"
                        " much)"
                    ) from error
        return open_run(directory.path)


def _compute(
    directory: RunDirectory, case: Case, wall: WallLimit, *, force: bool, progress: bool
) -> None:
    """Bring the run in `directory` to its end."""
    with raising(*STOPPING):
        writers = _Writers.open(directory, case, force=force)
    with writers.history:
        writers.go(wall, progress)


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
        if found:
            _recall(simulation, found[0], found[1]["simulation"])
        with directory.writing():
            history, fields = _files(directory.path, simulation)
            history.truncate_after(simulation.step if found else -1)
            fields.truncate(found[1]["frames"] if found else 0)
        earlier = found[1]["wall_s"] if found else 0.0
        writers = cls(directory, simulation, history, fields, earlier, now, now)
        if found:
            log.info("going on from step %d, t = %g s", simulation.step, simulation.time)
        else:
            writers._record(frame=True)
        return writers

    @property
    def wall_s(self) -> float:
        """Wall time spent on the run so far, earlier calls included [s]."""
        return self.earlier_s + time.monotonic() - self.started

    def go(self, wall: WallLimit, progress: bool) -> None:
        """Step to the end of the protocol, recording every step."""
        simulation, every = self.simulation, self.simulation.case.output.checkpoint_every
        try:
            with (
                Deferred(signal.SIGINT, *STOPPING) as asked,
                _bar(simulation, progress) as bar,
            ):
                while not simulation.finished:
                    asked.check()
                    wall.check()
                    before = simulation.step
                    stop = simulation.advance()
                    if simulation.step > before:
                        self._record(frame=stop is not None and stop.frame)
                    bar.total = simulation.schedule.planned_end
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
        if simulation.time > self.fields.times[-1]:  # contact was lost before a step could be made
            self.fields.write(len(self.fields), simulation.time, simulation.fields())
        self._leave("finished")

    def _record(self, *, frame: bool) -> None:
        simulation = self.simulation
        values = row(simulation, self.wall_s)
        fields = simulation.fields() if frame else {}
        with self.directory.writing():
            self.history.append(values)
            if frame:
                self.fields.write(len(self.fields), simulation.time, fields)
        log.info(
            "step %d, t = %.6g s, %s", simulation.step, simulation.time, _status_line(simulation)
        )

    def _save(self) -> None:
        arrays, values = self.simulation.memory()
        meta = {"simulation": values, "frames": len(self.fields), "wall_s": self.wall_s}
        with self.directory.writing():
            self.history.sync()
            checkpoint.save(self.directory.path, arrays, meta, finite=arrays)
        self.saved = time.monotonic()

    def _leave(self, status: str) -> None:
        self._save()
        found = summary(self.simulation, status, self.wall_s)
        with self.directory.writing():
            self.directory.write_summary(found)


def _files(path: Path, simulation: Simulation) -> tuple[HistoryWriter, FieldSeries]:
    """Open, or make, the history and the field series in `path`."""
    case, domain = simulation.case, simulation.domain
    static = {"electrolyte_order_parameter": domain.phi, "wall_density": domain.wall_density}
    static |= map_fields(case, domain)
    fields = FieldSeries(path, domain.grid, static, precision=case.output.precision)
    return HistoryWriter(path / "history.csv", columns(case)), fields


def _recall(
    simulation: Simulation, arrays: Mapping[str, NDArray[np.float64]], values: Json
) -> None:
    """Put `simulation` where its checkpoint is."""
    try:
        simulation.recall(arrays, values)
    except (KeyError, TypeError, ValueError) as error:
        raise RunDirectoryError(
            f"the checkpoint is sound but of another version of the program ({error!r}): go on with"
            " the version that manifest.json names, or start again with --fresh"
        ) from error


def _bar(simulation: Simulation, progress: bool) -> tqdm:
    return tqdm(
        total=simulation.schedule.planned_end,
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
