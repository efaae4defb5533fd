"""Files that are either the old one or the new one, never half of each."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["replacing", "sync_directory", "sync_file", "write_json", "write_text"]


def sync_file(path: Path) -> None:
    """Wait until the content of `path` is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_directory(path: Path) -> None:
    """Wait until the names in the directory `path` are on the disk, where that is offered."""
    with suppress(OSError):  # some network file systems refuse fsync of a directory
        sync_file(path)


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Yield a temporary path beside `target`, which becomes `target` if the block succeeds.

    The content reaches the disk before the name does, so neither a killed process nor a power cut
    leaves half a file under the final name. A block that raises leaves the old file as it was.
    """
    temporary = target.with_name(f".{target.name}.part")
    try:
        yield temporary
        sync_file(temporary)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    sync_directory(target.parent)


def write_text(target: Path, text: str) -> None:
    """Replace `target` by a UTF-8 file that holds `text`."""
    with replacing(target) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(target: Path, content: Mapping[str, Any]) -> None:
    """Replace `target` by `content` as JSON; numbers that are not finite become null."""
    write_text(target, json.dumps(_plain(content), indent=2, allow_nan=False) + "\n")


def _plain(value: Any) -> Any:
    """Return `value` with NumPy types, tuples, NaN and infinity turned into what JSON knows."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return _plain(value.tolist())
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
