"""Checkpoints: everything that has memory, in a file that is either whole or recognised as damaged.

A checkpoint is an HDF5 file with arrays and a JSON text, under a SHA-256 checksum over both. It is
written beside its name, flushed to disk and renamed; the two newest are kept.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasefield.errors import PhaseFieldError
from phasefield.output.atomic import replacing
from phasefield.output.hdf5 import open_hdf5

__all__ = ["KEPT", "load_latest", "save"]

KEPT = 2
"""Checkpoints kept: the newest, and one to fall back to."""

_log = logging.getLogger(__name__)


def save(
    run_dir: Path,
    arrays: Mapping[str, NDArray],
    meta: Mapping[str, Any],
    *,
    finite: Collection[str] = (),
) -> Path:
    """Write a checkpoint and remove those older than the two newest.

    Parameters
    ----------
    run_dir : directory of the run; checkpoints go to checkpoints/ckpt-000001.h5 and on.
    arrays : name -> array of any shape and type.
    meta : what else must survive; JSON types (tuples come back as lists, floats exactly).
    finite : names of arrays that must hold neither NaN nor infinity.

    Returns
    -------
    Path of the new checkpoint.

    Raises
    ------
    PhaseFieldError : an array of `finite` is not; the checkpoints that exist are left alone.
    """
    broken = [name for name in finite if not np.isfinite(arrays[name]).all()]
    if broken:
        raise PhaseFieldError(
            f"no checkpoint written: {', '.join(broken)} holds NaN or infinity;"
            " the last good checkpoint is kept"
        )
    existing = _existing(run_dir)
    number = int(existing[-1].stem.removeprefix("ckpt-")) + 1 if existing else 1
    path = run_dir / "checkpoints" / f"ckpt-{number:06d}.h5"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(meta, sort_keys=True)
    with replacing(path) as temporary, open_hdf5(temporary, "w") as file:
        for name, values in arrays.items():
            file[f"arrays/{name}"] = values
        file.attrs["sha256"] = _checksum(arrays, text)
        file["meta"] = text
    for old in [*existing, path][:-KEPT]:
        old.unlink()
    return path


def load_latest(run_dir: Path) -> tuple[dict[str, NDArray], dict[str, Any]] | None:
    """Return arrays and meta of the newest sound checkpoint, None if there is none.

    A damaged one is reported in the log and set aside as ckpt-….h5.damaged; the older one is
    taken.
    """
    existing = _existing(run_dir)
    for path in reversed(existing):
        try:
            return _load(path)
        except (OSError, KeyError, ValueError, TypeError, AttributeError, RuntimeError) as error:
            _log.warning("checkpoint %s is damaged (%s): trying the one before", path.name, error)
            with suppress(OSError):
                path.rename(path.with_suffix(".h5.damaged"))
    if existing:
        _log.warning("no checkpoint is sound: the run starts again at t = 0")
    return None


def _existing(run_dir: Path) -> list[Path]:
    """Return the checkpoints, oldest first."""
    return sorted((run_dir / "checkpoints").glob("ckpt-*.h5"))


def _load(path: Path) -> tuple[dict[str, NDArray], dict[str, Any]]:
    with open_hdf5(path) as file:
        arrays = {name: item[()] for name, item in file.get("arrays", {}).items()}
        text, checksum = file["meta"].asstr()[()], file.attrs["sha256"]
    if _checksum(arrays, text) != checksum:
        raise ValueError("its content does not match its checksum")
    return arrays, json.loads(text)


def _checksum(arrays: Mapping[str, NDArray], text: str) -> str:
    """Return the SHA-256 over names, types, shapes and bytes of `arrays`, and over `text`."""
    digest = hashlib.sha256(text.encode())
    for name in sorted(arrays):
        values = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {values.dtype.str} {np.shape(arrays[name])}".encode())
        digest.update(values.tobytes())
    return digest.hexdigest()
