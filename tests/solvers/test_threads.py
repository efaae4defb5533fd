"""A second thread only where there is work for it."""

from __future__ import annotations

import numba
import pytest
from numba import get_num_threads, set_num_threads

from phasefield.solvers.threads import ALONE_BELOW, threads_for


@pytest.fixture
def two():
    if numba.config.NUMBA_NUM_THREADS < 2:
        pytest.skip("one thread only")
    before = get_num_threads()
    set_num_threads(2)
    yield
    set_num_threads(before)


def test_small_grids_are_left_to_one_thread_and_what_comes_after_is_not(two):
    with threads_for(ALONE_BELOW):
        assert get_num_threads() == 2
        with threads_for(ALONE_BELOW - 1):
            assert get_num_threads() == 1
            with threads_for(8):
                assert get_num_threads() == 1
        assert get_num_threads() == 2
    with pytest.raises(RuntimeError), threads_for(8):
        raise RuntimeError
    assert get_num_threads() == 2
