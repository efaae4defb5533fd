"""Compiled kernels on disk: one writer at a time, and none that the next process cannot find."""

from __future__ import annotations

import importlib
import pkgutil
from threading import Thread

import pytest
from numba.core.caching import IndexDataCacheFile
from numba.core.dispatcher import Dispatcher

import phasefield.physics
import phasefield.solvers


def test_two_jobs_that_save_at_once_leave_both_kernels(tmp_path, monkeypatch):
    first, second = (IndexDataCacheFile(str(tmp_path), "kernel", "stamp") for _ in range(2))
    save_index = first._save_index
    other = Thread(target=second.save, args=("complex", "kernel for complex numbers"))

    def interrupted(overloads):
        other.start()
        other.join(0.3)
        save_index(overloads)

    monkeypatch.setattr(first, "_save_index", interrupted)
    first.save("float", "kernel for floats")
    other.join()
    assert first.load("float") == "kernel for floats"
    assert first.load("complex") == "kernel for complex numbers"


@pytest.mark.parametrize("package", [phasefield.physics, phasefield.solvers])
def test_no_kernel_is_compiled_again_in_every_process(package):
    """One that is made inside a function holds objects by which Numba never finds it again."""
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        for name, kernel in vars(importlib.import_module(module.name)).items():
            if isinstance(kernel, Dispatcher):
                assert kernel.py_func.__closure__ is None, f"{module.name}.{name}"
