"""Shares of work are done once each, by as many threads as there are."""

from __future__ import annotations

import multiprocessing
import threading
from collections import Counter

import pytest

from taospec.optimized.threads import run_shares


@pytest.mark.parametrize(("shares", "threads"), [(0, 2), (1, 1), (1, 4), (7, 1), (7, 2), (100, 3), (3, 50)])
def test_every_share_is_done_once(shares: int, threads: int) -> None:
    done: list[int] = []
    run_shares(done.append, shares, threads)
    assert Counter(done) == Counter(range(shares))


def test_two_threads_work_at_the_same_time() -> None:
    both = threading.Barrier(2, timeout=30)
    run_shares(lambda share: both.wait(), 2, 2)


def test_a_thread_that_does_not_start_holds_nobody_up() -> None:
    release = threading.Event()
    blockers = [threading.Thread(target=run_shares, args=(lambda share: release.wait(30), 64, 64))]
    blockers[0].start()
    done: list[int] = []
    run_shares(done.append, 10, 2)
    assert sorted(done) == list(range(10))
    release.set()
    blockers[0].join()


def test_an_error_of_any_share_is_raised() -> None:
    def fail(share: int) -> None:
        if share == 5:
            raise ValueError("share 5")

    for threads in (1, 2):
        with pytest.raises(ValueError, match="share 5"):
            run_shares(fail, 8, threads)


def _shares_of_a_child() -> list[int]:
    done: list[int] = []
    run_shares(done.append, 4, 2)
    return sorted(done)


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="no fork on this system")
def test_a_forked_child_has_threads_of_its_own() -> None:
    run_shares(lambda share: None, 4, 2)
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply_async(_shares_of_a_child).get(30) == [0, 1, 2, 3]
