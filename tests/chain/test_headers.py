"""Headers, their hashes, and blocks that do not fit them."""

from __future__ import annotations

import struct
from hashlib import blake2b
from itertools import pairwise

import attrs
import pytest

from taospec.reference.chain.block import Block, Extrinsic, apply_block
from taospec.reference.chain.fees import Payment
from taospec.reference.chain.header import (
    NO_PARENT,
    Header,
    HeaderError,
    HeaderFault,
    author_of,
    block_hash,
    encoded_extrinsic,
    encoded_header,
    extrinsics_digest,
    first_header,
    import_block,
    next_block,
    seal,
    slot_at,
    verify_block,
    verify_link,
    verify_state,
)
from taospec.reference.invalid_input import InvalidInputError
from taospec.reference.state.digest import state_digest
from taospec.reference.state.origin import ROOT
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import numbered_account

TAO = 10**9
ALICE, BOB = numbered_account(1), numbered_account(2)
AUTHORITIES = tuple(numbered_account(number) for number in (101, 102, 103))
TRANSFER = Extrinsic("transfer_keep_alive", ALICE, {"dest": BOB, "value": 5}, Payment(1_000_000_000, 150))


def genesis() -> State:
    state = State()
    for who in (ALICE, BOB, *AUTHORITIES):
        state.accounts[who].free = TAO
    state.issuance.total = state.issuance.of_balances = 5 * TAO
    return state


def hashed(content: bytes) -> bytes:
    return blake2b(content, digest_size=32).digest()


def sealed(extrinsics: tuple[Extrinsic, ...] = (TRANSFER,)) -> tuple[Header, Header, Block]:
    """The first header, that of block 1 in slot 7, and the block."""
    state = genesis()
    first = first_header(state)
    block = next_block(first, 7, AUTHORITIES, extrinsics)
    apply_block(state, block)
    return first, seal(state, block, 7), block


@pytest.mark.rule("CHAIN-HEADER-1")
@pytest.mark.parametrize(
    ("milliseconds", "slot"),
    [(0, 0), (11_999, 0), (12_000, 1), (1_750_000_000_000, 145_833_333), (2**64 - 1, 1_537_228_672_809_129)],
)
def test_a_slot_is_twelve_seconds(milliseconds: int, slot: int) -> None:
    assert slot_at(milliseconds) == slot


@pytest.mark.rule("CHAIN-HEADER-2")
def test_authorities_take_turns() -> None:
    assert [author_of(slot, AUTHORITIES) for slot in range(6, 10)] == [*AUTHORITIES, AUTHORITIES[0]]
    assert author_of(2**64 - 1, AUTHORITIES) == AUTHORITIES[0]  # 2^64 - 1 is a multiple of 3
    assert author_of(None, AUTHORITIES) is None


@pytest.mark.rule("CHAIN-HEADER-2")
@pytest.mark.parametrize("count", [0, 33])
def test_there_are_one_to_thirty_two_authorities(count: int) -> None:
    with pytest.raises(InvalidInputError, match="authorities"):
        author_of(1, [ALICE] * count)
    assert author_of(31, [BOB] * 31 + [ALICE]) == ALICE


@pytest.mark.rule("CHAIN-HEADER-3")
def test_an_encoded_call_is_name_maker_arguments_and_payment() -> None:
    payment = struct.pack("<BQIQ", 1, 1_000_000_000, 150, 0) + b"\0"
    name = bytes([19 << 2]) + b"transfer_keep_alive"
    assert encoded_extrinsic(TRANSFER) == name + b"\2" + ALICE + BOB + struct.pack("<Q", 5) + payment
    used = attrs.evolve(TRANSFER, payment=Payment(1, 2, 3, 4), origin=None)
    payment = struct.pack("<BQIQBQ", 1, 1, 2, 3, 1, 4)
    assert encoded_extrinsic(used) == name + b"\0" + BOB + struct.pack("<Q", 5) + payment
    free = attrs.evolve(TRANSFER, payment=None, origin=ROOT)
    assert encoded_extrinsic(free) == name + b"\1" + BOB + struct.pack("<Q", 5) + b"\0"


@pytest.mark.rule("CHAIN-HEADER-3")
def test_the_digest_of_calls_counts_their_number_and_order() -> None:
    other = attrs.evolve(TRANSFER, origin=BOB)
    one, two = encoded_extrinsic(TRANSFER), encoded_extrinsic(other)
    assert extrinsics_digest(()) == hashed(b"taospec-extrinsics/1\0")
    assert extrinsics_digest((TRANSFER,)) == hashed(b"taospec-extrinsics/1\4" + one)
    assert extrinsics_digest((TRANSFER, other)) == hashed(b"taospec-extrinsics/1\x08" + one + two)
    assert extrinsics_digest((other, TRANSFER)) == hashed(b"taospec-extrinsics/1\x08" + two + one)


@pytest.mark.rule("CHAIN-HEADER-3")
def test_the_order_in_which_arguments_are_given_does_not_count() -> None:
    turned = attrs.evolve(TRANSFER, arguments={"value": 5, "dest": BOB})
    assert encoded_extrinsic(turned) == encoded_extrinsic(TRANSFER)


@pytest.mark.rule("CHAIN-HEADER-4")
def test_a_block_hash_is_that_of_the_encoded_header() -> None:
    parent, calls, state = (bytes([fill]) * 32 for fill in (1, 2, 3))
    header = Header(9, parent, 7, ALICE, calls, state)
    encoded = b"taospec-header/1" + struct.pack("<Q", 9) + parent + b"\1" + struct.pack("<Q", 7)
    encoded += b"\1" + ALICE + calls + state
    assert encoded_header(header) == encoded
    assert block_hash(header) == hashed(encoded)
    unknown = attrs.evolve(header, slot=None, author=None)
    assert encoded_header(unknown) == (
        b"taospec-header/1" + struct.pack("<Q", 9) + parent + b"\0\0" + calls + state
    )


@pytest.mark.rule("CHAIN-HEADER-4")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", -1),
        ("parent_hash", bytes(31)),
        ("slot", 2**64),
        ("author", bytes(33)),
        ("extrinsics_digest", b""),
        ("state_digest", "00"),
    ],
)
def test_a_header_with_a_field_of_another_type_has_no_hash(field: str, value: object) -> None:
    header = attrs.evolve(first_header(genesis()), **{field: value})
    with pytest.raises(InvalidInputError, match=f"header.{field}"):
        block_hash(header)


@pytest.mark.rule("CHAIN-HEADER-5")
def test_a_sealed_header_names_block_and_state_after_it() -> None:
    first, header, block = sealed()
    state = genesis()
    assert first == Header(0, NO_PARENT, None, None, extrinsics_digest(()), state_digest(state))
    apply_block(state, block)
    assert header == Header(
        1, block_hash(first), 7, AUTHORITIES[1], extrinsics_digest((TRANSFER,)), state_digest(state)
    )
    verify_block(header, block)
    verify_state(header, state)


@pytest.mark.rule("CHAIN-HEADER-6")
def test_the_parents_hash_of_a_block_is_the_hash_of_the_header_before_it() -> None:
    """Three blocks in slots 7, 8 and 11, imported into a second state."""
    made, imported = genesis(), genesis()
    headers = [first_header(made)]
    for slot in (7, 8, 11):
        block = next_block(headers[-1], slot, AUTHORITIES, (TRANSFER,))
        apply_block(made, block)
        headers.append(seal(made, block, slot))
        result = import_block(imported, headers[-2], headers[-1], block, AUTHORITIES)
        assert [outcome.name for outcome in result.outcomes] == ["Ok"]
    assert state_digest(imported) == state_digest(made)
    assert [header.author for header in headers[1:]] == [AUTHORITIES[1], AUTHORITIES[2], AUTHORITIES[2]]
    for parent, header in pairwise(headers):
        assert header.parent_hash == block_hash(parent)


@pytest.mark.rule("CHAIN-HEADER-5", "CHAIN-HEADER-6")
@pytest.mark.parametrize(
    ("fault", "value"),
    [
        (HeaderFault.NUMBER, 2),
        (HeaderFault.PARENT_HASH, bytes(32)),
        (HeaderFault.SLOT, None),
        (HeaderFault.AUTHOR, AUTHORITIES[0]),
        (HeaderFault.AUTHOR, None),
        (HeaderFault.EXTRINSICS_DIGEST, bytes(32)),
        (HeaderFault.STATE_DIGEST, bytes(32)),
    ],
)
def test_a_block_whose_header_is_wrong_is_not_imported_and_the_state_is_as_before(
    fault: HeaderFault, value: object
) -> None:
    first, header, block = sealed()
    parent = attrs.evolve(first, slot=6)
    block = attrs.evolve(block, parent_hash=block_hash(parent))
    header = attrs.evolve(header, parent_hash=block_hash(parent))
    import_block(genesis(), parent, header, block, AUTHORITIES)  # right as it is
    state = genesis()
    before = state_digest(state)
    wrong = attrs.evolve(header, **{fault.value: value})
    with pytest.raises(HeaderError, match=f"^header.{fault.value}: must be ") as refused:
        import_block(state, parent, wrong, block, AUTHORITIES)
    assert refused.value.fault is fault
    assert refused.value.stated == value
    assert state_digest(state) == before
    assert state.clock.block == 0


@pytest.mark.rule("CHAIN-HEADER-6")
@pytest.mark.parametrize("slot", [7, 8])
def test_a_slot_holds_one_block_and_the_next_is_later(slot: int) -> None:
    _, header, _ = sealed()
    parent = attrs.evolve(header, slot=slot)
    child = Header(2, block_hash(parent), 8, AUTHORITIES[2], bytes(32), bytes(32))
    if slot == 7:
        verify_link(child, parent, AUTHORITIES)
    else:
        with pytest.raises(HeaderError, match=r"header\.slot: must be later than 8, got 8"):
            verify_link(child, parent, AUTHORITIES)


@pytest.mark.rule("CHAIN-HEADER-6")
def test_faults_are_looked_for_in_the_order_of_their_declaration() -> None:
    first, header, block = sealed()
    parent = attrs.evolve(first, slot=6)
    wrong = Header(5, bytes(32), 6, ALICE, bytes(32), bytes(32))
    right = attrs.evolve(header, parent_hash=block_hash(parent))
    block = attrs.evolve(block, parent_hash=block_hash(parent))
    found = []
    for _ in HeaderFault:
        with pytest.raises(HeaderError) as refused:
            import_block(genesis(), parent, wrong, block, AUTHORITIES)
        fault = refused.value.fault
        found.append(fault)
        wrong = attrs.evolve(wrong, **{fault.value: getattr(right, fault.value)})
    assert found == list(HeaderFault)
    import_block(genesis(), parent, wrong, block, AUTHORITIES)


@pytest.mark.rule("CHAIN-HEADER-5")
@pytest.mark.parametrize("field", ["number", "parent_hash", "author"])
def test_a_header_of_another_block_is_refused(field: str) -> None:
    _, header, block = sealed()
    other = attrs.evolve(block, **{field: {"number": 3, "parent_hash": bytes(32), "author": None}[field]})
    with pytest.raises(HeaderError, match=f"header.{field}: must be the block's"):
        verify_block(header, other)


@pytest.mark.rule("CHAIN-HEADER-6")
def test_a_call_that_is_not_modelled_leaves_the_state_as_it_was() -> None:
    first, header, block = sealed(())
    state = genesis()
    before = state_digest(state)
    block = attrs.evolve(block, extrinsics=(Extrinsic("faucet", ALICE),))
    with pytest.raises(InvalidInputError, match="faucet"):
        import_block(state, first, header, block, AUTHORITIES)
    assert state_digest(state) == before
