"""Cases of headers: authors, hashes, digests of calls, and blocks that are imported or refused.

``python -m taospec.conformance.header_cases OUT`` writes them, answered by the reference. The calls are
those of :mod:`taospec.conformance.fee_cases`, and one of every type of argument.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import attrs

from taospec.conformance.answers import Answer, ProtocolError
from taospec.conformance.fee_cases import ALICE, ALPHA_CALLS, BOB, HOTKEY, PAYMENT, POOR, SUBNET, TRANSFER
from taospec.conformance.fee_cases import chain as small_chain
from taospec.conformance.operations.headers import REFERENCE, decode_extrinsics
from taospec.conformance.storage_changes import encode_dump
from taospec.conformance.vector_file import Case, case_id, write_public_suite
from taospec.reference.chain.block import Block, apply_block
from taospec.reference.chain.header import (
    NO_PARENT,
    SLOT_MILLISECONDS,
    Header,
    block_hash,
    extrinsics_digest,
    first_header,
    next_block,
    seal,
)
from taospec.reference.invalid_input import U64_MAX
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import account, numbered_account
from taospec.reference.state.upstream_names import export_state

AUTHORITIES: Final = (5, 6, 7)
"""Numbers of the accounts that take turns."""
SLOTS: Final = (40, 41, 45)
"""Slots of the blocks of a chain: one after the other, then one after three that were missed."""

Call = Mapping[str, Any]


def main(arguments: list[str]) -> None:
    """Write the cases."""
    (out,) = arguments
    write_public_suite(Path(out), "chain_headers", "reference", list(cases()))


def cases() -> Iterator[Case]:
    """Every case, in the order of the file."""
    for inputs in _times():
        yield _case("chain.author", inputs)
    for header in _headers():
        yield _case("chain.block_hash", {"header": _header(header)})
    for calls in _lists_of_calls():
        yield _case("chain.extrinsics_digest", {"extrinsics": calls})
    for inputs in _imports():
        yield _case("chain.import_block", inputs)


def _case(op: str, inputs: Mapping[str, Any]) -> Case:
    try:
        expected = Answer(out=REFERENCE[op](inputs))
    except ProtocolError as error:
        expected = Answer(error=error.name, after_error=error.after_error)
    return Case(id=case_id(op, inputs), op=op, inputs=inputs, expected=expected)


def _times() -> Iterator[dict[str, Any]]:
    for milliseconds in (0, SLOT_MILLISECONDS - 1, SLOT_MILLISECONDS, 1_750_000_000_000, U64_MAX):
        for count in (1, 3, 32):
            authorities = [str(100 + index) for index in range(count)]
            yield {"milliseconds": str(milliseconds), "authorities": authorities}


def _headers() -> Iterator[Header]:
    first = first_header(small_chain())
    yield first
    calls, state = bytes(range(32)), bytes(range(32, 64))
    for slot, author in ((None, None), (0, numbered_account(0)), (U64_MAX, bytes([255]) * 32)):
        for number in (0, 1, U64_MAX):
            yield Header(number, block_hash(first), slot, author, calls, state)
    yield Header(1, NO_PARENT, None, numbered_account(ALICE), extrinsics_digest(()), state)


def _lists_of_calls() -> Iterator[list[dict[str, Any]]]:
    transfer = _extrinsic("transfer_keep_alive", TRANSFER)
    yield []
    yield [transfer]
    yield [transfer, transfer]
    yield [transfer] * 64  # one more than a compact length of one byte counts
    for signer in ("root", None, BOB):
        yield [_extrinsic("transfer_keep_alive", TRANSFER, signer=signer)]
    full = {"weight": U64_MAX, "length": 2**32 - 1, "tip": U64_MAX, "actual_weight": 0}
    yield [_extrinsic("transfer_keep_alive", TRANSFER, full)]
    for call, arguments in _of_every_type().items():
        yield [_extrinsic(call, arguments, None)]
    yield [_extrinsic(call, arguments) for call, arguments in ALPHA_CALLS.items()]


def _of_every_type() -> dict[str, Call]:
    """Calls that show each type that an argument can have."""
    subnet, row = {"netuid": SUBNET}, {"version_key": U64_MAX}
    return {
        "transfer_all": {"dest": BOB, "keep_alive": True},
        "remove_stake_full_limit": {**subnet, "hotkey": HOTKEY, "limit_price": 7},
        "set_children": {**subnet, "hotkey": HOTKEY, "children": [[U64_MAX, BOB], [1, ALICE]]},
        "set_root_claim_type": {"new_root_claim_type": {"KeepSubnets": {"subnets": [1, 2, 300]}}},
        "set_weights": {**subnet, **row, "dests": [0, 1, 65_535], "weights": [65_535, 0, 1]},
        "batch_set_weights": {"netuids": [1], "weights": [[[0, 1], [2, 3]]], "version_keys": [9]},
        "commit_weights": {**subnet, "commit_hash": "0x" + "ab" * 32},
        "commit_timelocked_mechanism_weights": {
            **subnet,
            "mecid": 255,
            "commit": "0x00ff",
            "reveal_round": 1,
            "commit_reveal_version": 4,
        },
        "batch_reveal_weights": {
            **subnet,
            "uids_list": [[1], []],
            "values_list": [[2], []],
            "salts_list": [[3], []],
            "version_keys": [0, 1],
        },
        "swap_hotkey": {"hotkey": HOTKEY, "new_hotkey": BOB, "netuid": None},
    }


def _extrinsic(
    call: str, arguments: Call, payment: Mapping[str, Any] | None = PAYMENT, signer: int | str | None = ALICE
) -> dict[str, Any]:
    return {
        "call": encode_dump({"call": call, "signer": signer, **arguments}),
        "payment": None if payment is None else encode_dump(dict(payment)),
    }


def _imports() -> Iterator[dict[str, Any]]:
    """A chain of three blocks, then each way in which the header of its second can be wrong."""
    state = _start()
    parent = first_header(state)
    links = []
    for slot in SLOTS:
        calls = [
            _extrinsic("transfer_keep_alive", TRANSFER),
            _extrinsic("burn_alpha", ALPHA_CALLS["burn_alpha"]),
        ]
        calls.append(_extrinsic("add_stake", {"hotkey": HOTKEY, "netuid": SUBNET, "amount_staked": 10**15}))
        before = export_state(state)
        authorities = [numbered_account(number) for number in AUTHORITIES]
        block = next_block(parent, slot, authorities, decode_extrinsics({"extrinsics": calls}))
        apply_block(state, block)
        header = seal(state, block, slot)
        links.append((parent, header, block, calls, before))
        parent = header
    for link in links:
        yield _import(*link)
    yield from _refused(*links[1])


def _refused(
    parent: Header, header: Header, block: Block, calls: list[dict[str, Any]], before: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    assert parent.slot is not None
    assert header.slot is not None
    other = bytes([1]) * 32
    for changed in (
        {"number": header.number + 1},
        {"number": parent.number},
        {"parent_hash": other},
        {"slot": parent.slot, "author": parent.author},
        {"slot": None, "author": None},
        {"slot": header.slot + 1},
        {"author": parent.author},
        {"author": None},
        {"extrinsics_digest": other},
        {"state_digest": parent.state_digest},
        {"state_digest": other, "extrinsics_digest": other},
    ):
        yield _import(parent, attrs.evolve(header, **changed), block, calls, before)
    for changed in ({"number": 1}, {"parent_hash": other}, {"author": None}):
        yield _import(parent, header, attrs.evolve(block, **changed), calls, before)
    for others in ([], calls[:2], calls[::-1], [{**calls[0], "payment": None}, *calls[1:]]):
        yield _import(parent, header, block, others, before)
    yield _import(attrs.evolve(parent, state_digest=other), header, block, calls, before)


def _start() -> State:
    """A state in which Alice can pay one fee in TAO, and then pays in alpha."""
    state = small_chain()
    POOR(state)
    state.accounts[numbered_account(ALICE)].free = 4 * 10**9
    state.issuance.of_balances = sum(held.free for _, held in state.accounts.items())
    state.issuance.total = state.issuance.of_balances
    return state


def _import(
    parent: Header,
    header: Header,
    block: Block,
    calls: list[dict[str, Any]],
    before: Mapping[str, Any],
) -> dict[str, Any]:
    return {
        "parent": _header(parent),
        "header": _header(header),
        "block": {
            "number": str(block.number),
            "parent_hash": "0x" + block.parent_hash.hex(),
            "author": _account(block.author),
            "extrinsics": calls,
        },
        "authorities": [str(number) for number in AUTHORITIES],
        "state": encode_dump(before),
    }


def _header(header: Header) -> dict[str, Any]:
    return {
        "number": str(header.number),
        "parent_hash": "0x" + header.parent_hash.hex(),
        "slot": None if header.slot is None else str(header.slot),
        "author": _account(header.author),
        "extrinsics_digest": "0x" + header.extrinsics_digest.hex(),
        "state_digest": "0x" + header.state_digest.hex(),
    }


def _account(who: bytes | None) -> str | None:
    return None if who is None else str(account.to_json(who))


if __name__ == "__main__":
    main(sys.argv[1:])
