"""Members on workers of Dask: a cluster of this machine, one that is there, or jobs of a queue."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from phasefield.errors import PhaseFieldError, not_installed
from phasefield.studies.member import launch
from phasefield.studies.sweep_file import DaskExecutor

__all__ = ["run_dask"]

QUEUES = {
    "htcondor": "HTCondorCluster",
    "lsf": "LSFCluster",
    "oar": "OARCluster",
    "pbs": "PBSCluster",
    "sge": "SGECluster",
    "slurm": "SLURMCluster",
}
"""Classes of dask-jobqueue."""


def run_dask(
    directory: Path,
    digests: Sequence[str],
    executor: DaskExecutor,
    ended: Callable[[str, int], None],
) -> None:
    """Run members on workers, one at a time on each; the parameters are those of `run_local`.

    Raises
    ------
    phasefield.errors.PhaseFieldError
        Dask is not installed, or its cluster does not start.
    """
    try:
        from dask.distributed import Client, as_completed

        cluster = _cluster(executor)
        client = Client(executor.scheduler or cluster)
    except ImportError as error:
        raise not_installed("the executor dask", error, "dask") from error
    except (OSError, TypeError, ValueError) as error:
        raise PhaseFieldError(f"the Dask cluster does not start: {error}") from error
    with client:
        root, threads = str(directory.resolve()), executor.threads
        futures = {
            client.submit(launch, root, digest, threads, pure=False): digest for digest in digests
        }
        for future in as_completed(list(futures)):
            ended(futures[future], future.result() if future.status == "finished" else -1)
        if cluster is not None:
            client.shutdown()


def _cluster(executor: DaskExecutor) -> Any:
    """Start workers; None when they are behind a scheduler that is there."""
    if executor.scheduler is not None:
        return None
    if executor.queue is None:
        from dask.distributed import LocalCluster

        return LocalCluster(
            n_workers=executor.workers, threads_per_worker=1, dashboard_address=None
        )
    import dask_jobqueue

    options = {"cores": executor.threads, "processes": 1, **executor.options}
    cluster = getattr(dask_jobqueue, QUEUES[executor.queue])(**options)
    # adapt, not scale: a job that meets its limit is replaced, else the sweep would wait for ever
    cluster.adapt(minimum_jobs=executor.workers, maximum_jobs=executor.workers)
    return cluster
