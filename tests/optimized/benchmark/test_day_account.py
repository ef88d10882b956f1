"""The account of a day of emission closes, and an account that does not is refused."""

from __future__ import annotations

import attrs
import pytest

from taospec.conformance.benchmark.account import COIN, Totals, account_of
from taospec.conformance.benchmark.network import NOTHING_ELSE, day, network
from taospec.optimized.emission.network import emit_on

BLOCKS = 800


@pytest.mark.rule("EMISSION-CONSERVE-1", "EMISSION-CONSERVE-2", "SUPPLY-HALVING-1")
@pytest.mark.parametrize(("issuance", "minted"), [(9 * 10**15, "800"), (10_500_000 * COIN, "400")])
def test_the_account_of_many_blocks_closes_before_and_after_the_halving(issuance: int, minted: str) -> None:
    """One TAO a block below an issuance of 10.5 million, half of one from there on."""
    state = network(issuance, subnets=5, neurons=12)
    report = day(state, BLOCKS, 300)
    assert ["TAO", "minted", f"{minted}.000000000"] in [line.split() for line in report]
    assert report[-1].startswith("after block 300: window of 20 blocks")
    assert "equal digests and events" in report[-1]


@pytest.mark.parametrize("name", [field.name for field in attrs.fields(Totals)])
def test_an_account_that_lacks_a_rao_is_refused_whichever_it_is(name: str) -> None:
    state = network(9 * 10**15, subnets=5, neurons=12)
    before = Totals.of(state)
    played = emit_on(state, BLOCKS, NOTHING_ELSE)
    after = Totals.of(state)
    assert played.epochs
    account_of(before, after, played)
    with pytest.raises(AssertionError):
        account_of(before, attrs.evolve(after, **{name: getattr(after, name) - 1}), played)


def test_an_epoch_that_paid_a_rao_which_nobody_got_is_refused() -> None:
    state = network(9 * 10**15, subnets=5, neurons=12)
    before = Totals.of(state)
    played = emit_on(state, BLOCKS, NOTHING_ELSE)
    played.paid[0] = attrs.evolve(played.paid[0], miners=played.paid[0].miners + 1)
    with pytest.raises(AssertionError, match="alpha staked"):
        account_of(before, Totals.of(state), played)
