"""Matter between the equations and the arrays: scalar functions, term by term.

Importing it also chooses where compiled kernels are cached: Numba looks at the file of a kernel
alone, not at those of the functions compiled into it, so the directory carries a digest of all of
them. An edit or another version never meets an old kernel.
"""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

from numba import config

_PACKAGE = Path(__file__).parents[1]


def _cache_root() -> Path:
    """NUMBA_CACHE_DIR if set; beside the code where that is writable; else the user's cache."""
    if config.CACHE_DIR:
        return Path(config.CACHE_DIR)
    if os.access(_PACKAGE, os.W_OK):
        return _PACKAGE / "__pycache__"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "phasefield"


def _digest() -> str:
    """Twelve digits that change with any file that holds a formula or a kernel."""
    files = sorted(p for room in ("physics", "solvers") for p in (_PACKAGE / room).glob("*.py"))
    return sha256(b"".join(p.read_bytes() for p in files)).hexdigest()[:12]


config.CACHE_DIR = str(_cache_root() / f"kernels-{_digest()}")
