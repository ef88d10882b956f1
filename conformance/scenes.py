"""Scenes: blocks on small states made for them, as cases of ``chain.apply_block`` that the reference answers.

A generator of such cases is a state that all of its scenes share, and a table of scenes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import attrs

from taospec.conformance.answers import Answer
from taospec.conformance.operations.chain import REFERENCE, SUCCESS
from taospec.conformance.storage_changes import encode_dump
from taospec.conformance.vector_file import Case, case_id
from taospec.reference.state.state import State
from taospec.reference.state.upstream_names import export_state

Prepare = Callable[[State], None]
Call = Mapping[str, Any]
"""A call in JSON form: its name, its signer and its arguments."""

OP: Final = "chain.apply_block"
PARENT_HASH: Final = "0x" + "00" * 32


def nothing(state: State) -> None:
    """Nothing is special in the state."""


@attrs.frozen
class Scene:
    """Calls of one block, and what becomes of each."""

    calls: tuple[Call, ...]
    """The calls."""
    results: tuple[str, ...] = (SUCCESS,)
    """Their results."""
    prepare: Prepare = nothing
    """What is special in the state."""
    rule: str = ""
    """The rule that it shows, where it is for one."""


@attrs.frozen
class Stage:
    """Where scenes are played."""

    state: Callable[[], State]
    """Makes the state that they share."""
    block: int
    """The block's number."""
    author: int | None = None
    """The block's author, by number."""


def scene_cases(scenes: Iterable[Scene], stage: Stage) -> Iterator[Case]:
    """Every scene as a case.

    Raises:
        AssertionError: the reference answers other results.
    """
    for scene in scenes:
        state = stage.state()
        scene.prepare(state)
        case = block_case(state, scene.calls, stage.block, stage.author)
        results = tuple(case.expected.out["value"]["results"])
        if results != scene.results:
            raise AssertionError(f"{scene.calls}: {results} in place of {scene.results}")
        yield case


def block_case(state: State, calls: Sequence[Call], block: int, author: int | None = None) -> Case:
    """A block with these calls on this state, and the reference's answer."""
    inputs = {
        "block": str(block),
        "parent_hash": PARENT_HASH,
        "author": encode_dump(author),
        "calls": encode_dump([dict(call) for call in calls]),
        "state": encode_dump(export_state(state)),
    }
    return Case(id=case_id(OP, inputs), op=OP, inputs=inputs, expected=Answer(out=REFERENCE[OP](inputs)))
