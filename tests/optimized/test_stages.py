"""Threads that meet in compiled code: every part is done once, nobody waits for ever."""

from __future__ import annotations

import multiprocessing
import os
import re
import threading
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import pytest

from taospec.optimized import atomics, threads
from taospec.optimized.compilation import MEANINGS
from taospec.optimized.stages import (
    NONE_LEFT,
    OPEN,
    OVER,
    WAITING,
    Board,
    all_finished,
    finish_part,
    new_board,
    next_part,
    open_stage,
    stage_opened,
)
from taospec.optimized.threads import run_stages, usable_threads

STAGES = 20
PARTS = 7


@numba.njit(nogil=True)
def relay(thread: int, threads: int, stage: int, board: Any, numbers: Any, done: Any) -> int:
    """Stage after stage every number grows by one; the leader then adds their sum to the first."""
    while stage < STAGES:
        if thread == 0:
            if stage > 0:
                if not all_finished(board, stage - 1, PARTS):
                    return stage
                numbers[0] += numbers.sum()
                open_stage(board, stage)
        elif stage > 0:
            opened = stage_opened(board, stage)
            if opened != stage:
                return stage if opened == WAITING else OVER
        part = next_part(board, STAGES, threads, stage, PARTS, thread)
        while part != NONE_LEFT:
            numbers[part] += 1
            done[thread, stage, part] += 1
            finish_part(board, stage)
            part = next_part(board, STAGES, threads, stage, PARTS, thread)
        stage += 1
    if thread == 0 and not all_finished(board, STAGES - 1, PARTS):
        return STAGES
    return OVER


def relayed(threads: int) -> tuple[np.ndarray, np.ndarray]:
    board, numbers = new_board(STAGES, threads), np.zeros(PARTS, np.int64)
    done = np.zeros((threads, STAGES, PARTS), np.int64)
    run_stages(lambda thread, stage: relay(thread, threads, stage, board, numbers, done), board, threads)
    return numbers, done


def expected_numbers() -> list[int]:
    numbers = [0] * PARTS
    for stage in range(STAGES):
        if stage > 0:
            numbers[0] += sum(numbers)
        numbers = [number + 1 for number in numbers]
    return numbers


@pytest.mark.parametrize("threads", [1, 2, 3, 5, 12, usable_threads() + 1])
def test_every_part_is_done_once_and_seen_by_all_in_the_next_stage(threads: int) -> None:
    for _ in range(200 if threads < 4 else 20):
        numbers, done = relayed(threads)
        assert numbers.tolist() == expected_numbers()
        assert (done.sum(axis=0) == 1).all()


def test_several_python_threads_run_stages_at_once() -> None:
    answers: list[list[int]] = []

    def run() -> None:
        for _ in range(50):
            answers.append(relayed(3)[0].tolist())

    callers = [threading.Thread(target=run) for _ in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert answers == [expected_numbers()] * 200


def test_threads_that_never_come_are_not_waited_for() -> None:
    release = threading.Event()
    board = new_board(1, 1)
    blocked = threading.Thread(
        target=run_stages, args=(lambda thread, stage: release.wait(30) and OVER, board, 64)
    )
    blocked.start()
    assert relayed(2)[0].tolist() == expected_numbers()
    release.set()
    blocked.join()


class Presence:
    """Who is inside ``member``."""

    def __init__(self, member: Callable[[int, int], int]) -> None:
        self.member = member
        self.inside = 0
        self.lock = threading.Lock()

    def __call__(self, thread: int, stage: int) -> int:
        with self.lock:
            self.inside += 1
        try:
            return self.member(thread, stage)
        finally:
            with self.lock:
                self.inside -= 1


def follow(board: Board, stage: int) -> int:
    opened = int(stage_opened(board, stage))
    return stage if opened == WAITING else opened


@pytest.mark.parametrize("failing", [1, 2])
def test_an_error_of_a_follower_ends_the_work_of_all(failing: int) -> None:
    board = new_board(2, 3)

    def work(thread: int, stage: int) -> int:
        if thread == failing:
            assert next_part(board, 2, 3, 0, 3, thread) == thread
            raise ValueError(f"thread {failing}")
        if thread > 0:
            return follow(board, 1)
        return OVER if all_finished(board, 0, 3) else 0

    member = Presence(work)
    with pytest.raises(ValueError, match=f"thread {failing}"):
        run_stages(member, board, 3)
    assert member.inside == 0
    assert board[OPEN, 0] == OVER


@pytest.mark.parametrize("error", [MemoryError, KeyboardInterrupt])
def test_an_error_of_the_leader_ends_the_work_of_all(error: type[BaseException]) -> None:
    board = new_board(2, 3)
    waiting = threading.Barrier(3, timeout=30)
    met = threading.Event()

    def work(thread: int, stage: int) -> int:
        if not met.is_set():
            waiting.wait()
            met.set()
        if thread > 0:
            return follow(board, 1)
        raise error

    member = Presence(work)
    with pytest.raises(error):
        run_stages(member, board, 3)
    assert member.inside == 0
    assert next_part(board, 2, 3, 0, 3, 0) == NONE_LEFT, "who is over takes nothing more"


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="no fork on this system")
def test_a_forked_child_has_followers_of_its_own() -> None:
    relayed(2)
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply_async(_relayed_by_a_child).get(60) == expected_numbers()


def _relayed_by_a_child() -> list[int]:
    numbers: list[int] = relayed(2)[0].tolist()
    return numbers


def test_no_two_threads_count_to_the_same_number() -> None:
    @numba.njit(nogil=True)
    def count(board: Any, seen: Any) -> None:
        for _ in range(100_000):
            seen[atomics.count_up(board, 1)] += 1

    board, seen = new_board(1, 1), np.zeros(300_000, np.int64)
    count(new_board(1, 1), np.zeros(300_000, np.int64))
    callers = [threading.Thread(target=count, args=(board, seen)) for _ in range(3)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert (seen == 1).all()
    assert board[1, 0] == 300_000


def test_words_on_a_board_mean_the_same_without_compilation() -> None:
    @numba.njit
    def compiled(board: Any) -> Any:
        atomics.publish(7, board, 2)
        before = atomics.count_up(board, 2)
        atomics.wait_a_little()
        return before, atomics.published(board, 2)

    boards = new_board(2, 1), new_board(2, 1)
    MEANINGS["publish"](7, boards[1], 2)
    meant = MEANINGS["count_up"](boards[1], 2)
    assert MEANINGS["wait_a_little"]() is None
    assert compiled(boards[0]) == (meant, MEANINGS["published"](boards[1], 2)) == (7, 8)
    assert np.array_equal(*boards)


def test_what_was_written_before_a_word_is_read_after_it_on_any_processor() -> None:
    @numba.njit(error_model="numpy")
    def compiled(board: Any) -> Any:
        atomics.publish(7, board, 1)
        atomics.count_up(board, 1)
        return atomics.published(board, 1)

    assert compiled(new_board(1, 1)) == 8
    (code,) = compiled.inspect_llvm().values()
    # Constants may be folded into the words, never the order taken from them.
    assert re.search(r"store atomic i64 .* release", code)
    assert re.search(r"atomicrmw add .* acq_rel", code)
    assert re.search(r"load atomic i64.* acquire", code)


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="the system does not say where threads run")
def test_a_follower_leaves_the_core_of_its_leader() -> None:
    usable = os.sched_getaffinity(0)
    seen: list[set[int]] = []

    def run() -> None:
        threads.leave_core(None, leader)
        seen.append(os.sched_getaffinity(0))
        for core in sorted(usable):
            threads.leave_core(core, leader)
            seen.append(os.sched_getaffinity(0))

    leader = threading.get_native_id()
    follower = threading.Thread(target=run)
    follower.start()
    follower.join()
    assert seen == [usable, *(usable - {core} or usable for core in sorted(usable))]
    assert os.sched_getaffinity(0) == usable, "the leader stays where it was"


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system does not say where threads run")
def test_followers_of_a_leader_with_one_core_stay_on_it() -> None:
    places: list[set[int]] = []

    def work(thread: int, stage: int) -> int:
        if thread == 0:
            return OVER if all_finished(board, 0, 1) else 0
        places.append(os.sched_getaffinity(0))
        finish_part(board, 0)
        return OVER

    def lead() -> None:
        os.sched_setaffinity(0, one)
        run_stages(work, board, 2)

    one = {min(os.sched_getaffinity(0))}
    board = new_board(1, 2)
    leader = threading.Thread(target=lead)
    leader.start()
    leader.join(60)
    assert places == [one]
    assert threads.current_core() in os.sched_getaffinity(0)
