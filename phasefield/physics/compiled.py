"""Where compiled kernels are kept on disk, and one writer at a time.

Numba looks at the file of a kernel alone, not at those of the functions compiled into it, so the
directory carries a digest of all of them: an edit or another version never meets an old kernel.
The processor is part of what Numba itself compares.

Numba writes each file of its cache in one piece, but not the pair of index and kernel: of two jobs
that compile one function for different arguments at once, one may leave the index and the other
the kernel. So a job takes a lock while it saves.
"""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from numba import config
from numba.core.caching import IndexDataCacheFile

__all__ = ["install"]

_PACKAGE = Path(__file__).parents[1]

PATIENCE = 20.0
"""Seconds to wait for the lock; a kernel that is not saved is compiled again by the next job."""

_save = IndexDataCacheFile.save


def install() -> None:
    """Let Numba cache in the directory of this version, one writer at a time."""
    config.CACHE_DIR = str(_root() / f"kernels-{_digest()}")
    IndexDataCacheFile.save = _save_alone


def _save_alone(self: Any, key: Any, data: Any) -> None:
    try:
        with FileLock(f"{self._index_path}.lock", timeout=PATIENCE):
            _save(self, key, data)
    except Timeout:
        return


def _root() -> Path:
    """NUMBA_CACHE_DIR if set; beside the code where that is writable; else the user's cache."""
    if config.CACHE_DIR:
        return Path(config.CACHE_DIR)
    if os.access(_PACKAGE, os.W_OK):
        return _PACKAGE / "__pycache__"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "phasefield"


def _digest() -> str:
    """Twelve digits that change with any file that holds a formula, a kernel, or a constant."""
    texts = [p.read_bytes() for p in sorted(_PACKAGE.rglob("*.py"))]
    compiled = [text for text in texts if b"njit" in text]
    return sha256(b"".join([*compiled, (_PACKAGE / "constants.py").read_bytes()])).hexdigest()[:12]
