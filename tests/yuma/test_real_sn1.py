"""A mainnet epoch: subnet 1 of Finney at block 6,852,690, ``spec_version`` 343.

The metagraph (1,024 neurons) has what the epoch answered, but not all that it read.

Exact, element by element, because the inputs are known:

- the total stake weight of every neuron, from its alpha and TAO;
- consensus, incentive and validator trust: consensus is one-hot on uid 395, so every
  active validator's normalised row is one-hot;
- the emission of every neuron, given the shares: only one amount of emission can have been
  split into the eleven amounts, and the shares that it implies give the recorded dividends.

Not exact, because an input is missing: the dividends themselves. The stakes are those of the
query's block, 93 blocks after the epoch, and the bonds are unknown; with saturated bonds
dividends go by stake, which moved by less than 0.1 % of the whole in these blocks.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from taospec.conformance.rule_lookup import VECTORS
from taospec.reference.fixed_point import I32F32
from taospec.reference.yuma.epoch import emission_amount, emission_shares
from taospec.reference.yuma.epoch import run_epoch as run_reference
from taospec.reference.yuma.proportions import fixed_proportion_to_u16
from taospec.reference.yuma.records import EpochInput, EpochOutput

METAGRAPH = VECTORS / "real" / "bittensor-sn1-block6852690-spec343.json.gz"

N = 1024
OWNER = 395
"""The owner's hotkey, to which the validators give all their weight."""
TAO_WEIGHT = 3_320_413_933_267_719_290
"""The stored TAO weight: 0.18 of 2**64 - 1."""
EMISSION = 82_000_457_588
"""The only amount that fits; derived below."""


@cache
def metagraph() -> dict[str, Any]:
    with gzip.open(METAGRAPH, "rt", encoding="utf-8") as file:
        content: dict[str, Any] = json.load(file)
    return content


def column(name: str) -> list[int]:
    values: list[int] = metagraph()["columns"][name]
    return values


def validators() -> list[int]:
    permits, active = column("validator_permit"), column("active")
    return [uid for uid in range(N) if permits[uid] and active[uid]]


def epoch_input() -> EpochInput:
    """The last epoch as far as it is known: one-hot weights, saturated bonds."""
    known = metagraph()["hyperparameters_and_pool"]
    one_hot = tuple(((OWNER, 65_535),) if uid in validators() else None for uid in range(N))
    return EpochInput(
        n=N,
        block=known["last_step"],
        tempo=known["tempo"],
        activity_cutoff_factor_milli=known["activity_cutoff"] * 1000 // known["tempo"],
        last_mechanism_step_block=known["last_step"] - known["tempo"] - 1,
        last_update=tuple(min(block, known["last_step"]) for block in column("last_update")),
        block_at_registration=tuple(column("block_at_registration")),
        permits=tuple(bool(permit) for permit in column("validator_permit")),
        max_allowed_validators=known["max_validators"],
        alpha=tuple(column("alpha_stake")),
        root_tao=tuple(column("tao_stake")),
        tao_weight=TAO_WEIGHT,
        stake_threshold=0,
        owner_uid=OWNER,
        kappa=known["kappa"],
        bonds_penalty=65_535,
        bonds_moving_average=known["bonds_moving_avg"],
        yuma3=True,
        liquid_alpha=known["liquid_alpha_enabled"],
        alpha_low=known["alpha_low"],
        alpha_high=known["alpha_high"],
        alpha_sigmoid_steepness=1000,
        commit_reveal=False,
        reveal_period=1,
        subnet_epoch_index=0,
        last_epoch_block=0,
        pending_epoch_at=0,
        blocks_since_last_step=0,
        weight_commits=(),
        timelocked_commits=(),
        parents=(),
        children=(),
        outside=(),
        weights=one_hot,
        bonds=one_hot,
        rao_emission=EMISSION,
    )


def reference(inputs: EpochInput) -> EpochOutput:
    return run_reference(inputs).output


def optimized(inputs: EpochInput) -> EpochOutput:
    epoch = pytest.importorskip("taospec.optimized.yuma.epoch", reason="needs the extra 'optimized'")
    output: EpochOutput = epoch.run_epoch(inputs, backend="cpu")
    return output


implementations = pytest.mark.parametrize("run_epoch", [reference, optimized])


@implementations
@pytest.mark.rule("YUMA-STAKE-3")
def test_every_stake_weight_is_mainnets(run_epoch: Callable[[EpochInput], EpochOutput]) -> None:
    assert list(run_epoch(epoch_input()).stake) == column("total_stake")


@implementations
@pytest.mark.rule("YUMA-MEDIAN-1", "YUMA-RANK-2", "YUMA-TRUST-1", "YUMA-OUTPUT-1")
@pytest.mark.parametrize("name", ["consensus", "incentive", "validator_trust"])
def test_one_hot_weights_give_mainnets_vectors_exactly(
    run_epoch: Callable[[EpochInput], EpochOutput], name: str
) -> None:
    assert list(getattr(run_epoch(epoch_input()), name)) == column(name)


@implementations
@pytest.mark.rule("YUMA-DIVIDENDS-1")
def test_dividends_agree_but_for_the_stake_that_moved_in_93_blocks(
    run_epoch: Callable[[EpochInput], EpochOutput],
) -> None:
    computed, recorded = run_epoch(epoch_input()).dividends, column("dividends")
    assert [uid for uid in range(N) if computed[uid]] == [uid for uid in range(N) if recorded[uid]]
    assert sum(abs(c - r) for c, r in zip(computed, recorded, strict=True)) < 65_535 // 1000


def share_behind(amount: int, emission: int) -> int | None:
    """The raw I32F32 share with ``floor(share * emission / 2**32) = amount``, if there is one.

    One step of the share is more than 19 rao here, so 18 of 19 amounts have none.
    """
    share = -(-(amount << 32) // emission)
    return share if share * emission >> 32 == amount else None


def shares_of(emission: int) -> list[int] | None:
    shares = [share_behind(amount, emission) for amount in column("emission") if amount]
    return None if None in shares else [share for share in shares if share is not None]


@pytest.mark.rule("YUMA-EMISSION-3")
def test_only_one_emission_can_have_been_split_into_mainnets_amounts() -> None:
    paid = sum(column("emission"))
    assert paid == 82_000_457_507
    # Truncation loses less than one step of the share and one rao for each of the eleven.
    most_lost = 11 * (paid // 2**32 + 2)
    assert [e for e in range(paid, paid + most_lost) if shares_of(e)] == [EMISSION]


@pytest.mark.rule("YUMA-EMISSION-3")
def test_the_owners_share_is_one_half_and_its_amount_shows_the_truncation() -> None:
    half = I32F32.from_bits(1 << 31)
    assert column("emission")[OWNER] == 41_000_228_794
    assert emission_amount(half, EMISSION) == 41_000_228_794
    assert share_behind(41_000_228_794, EMISSION) == half.bits


@pytest.mark.rule("YUMA-EMISSION-1", "YUMA-EMISSION-3", "YUMA-OUTPUT-1")
def test_the_shares_behind_the_amounts_lead_back_to_every_amount_and_every_dividend() -> None:
    # E = 1 + sum(D) is 2 but for a few ulps, so each share is D / 2 truncated and D is twice the
    # share or one more. The owner's share is exactly one half only if E >= 2 - 3 ulps: of the ten
    # dividends at least five are odd. Any five do.
    emission = column("emission")
    dividends = [0] * N
    for odd, uid in enumerate(validators()):
        share = share_behind(emission[uid], EMISSION)
        assert share is not None
        dividends[uid] = 2 * share + (odd < 5)
    fixed = [I32F32.from_bits(bits) for bits in dividends]
    assert [fixed_proportion_to_u16(dividend) for dividend in fixed] == column("dividends")

    incentive = [I32F32.one() if uid == OWNER else I32F32.zero() for uid in range(N)]
    server, validator, _ = emission_shares(incentive, fixed, fixed, fixed)
    amounts = [
        emission_amount(s, EMISSION) + emission_amount(v, EMISSION)
        for s, v in zip(server, validator, strict=True)
    ]
    assert amounts == emission
