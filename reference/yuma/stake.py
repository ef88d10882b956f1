"""Stake weights: own and inherited stake of each neuron, and who counts as active."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from taospec.reference.fixed_point import I32F32, I64F64, U96F32, wrapping_sum
from taospec.reference.fixed_point.numbers import U64
from taospec.reference.invalid_input import U64_MAX
from taospec.reference.rules import implements
from taospec.reference.yuma.proportions import mask_vector, normalize
from taospec.reference.yuma.records import Edges, EpochInput

_U64_MAX = U96F32.from_num(U64_MAX)


def total_stake(inputs: EpochInput) -> list[I64F64]:
    """Stake weight of each uid, rao: inherited alpha plus inherited root TAO times its weight.

    Source: ``pallets/subtensor/src/staking/stake_utils.rs:233``.
    """
    weight = I64F64.saturating_from_num(tao_weight(inputs.tao_weight))
    parents, children = dict(inputs.parents), dict(inputs.children)
    alpha = dict(enumerate(inputs.alpha)) | {uid: alpha for uid, alpha, _ in inputs.outside}
    root_tao = dict(enumerate(inputs.root_tao)) | {uid: tao for uid, _, tao in inputs.outside}
    return [
        stake_weight(
            inherited_stake(uid, alpha, parents.get(uid, ()), children.get(uid, ())),
            inherited_stake(uid, root_tao, parents.get(uid, ()), children.get(uid, ())),
            weight,
        )
        for uid in range(inputs.n)
    ]


@implements("YUMA-STAKE-3")
def stake_weight(alpha: int, root_tao: int, weight: I64F64) -> I64F64:
    """``alpha + root_tao * weight``, the product floored.

    Source: ``pallets/subtensor/src/staking/stake_utils.rs:279``.
    """
    weighted_tao = I64F64.saturating_from_num(root_tao).saturating_mul(weight)
    return I64F64.saturating_from_num(alpha).saturating_add(weighted_tao)


@implements("YUMA-STAKE-2")
def tao_weight(stored: int) -> U96F32:
    """``trunc(stored / (2**64 - 1))``.

    Source: ``pallets/subtensor/src/staking/stake_utils.rs:160``.
    """
    return U96F32.saturating_from_num(stored).safe_div(_U64_MAX)


@implements("YUMA-STAKE-1")
def inherited_stake(uid: int, stake: Mapping[int, int], parents: Edges, children: Edges) -> int:
    """Own stake less what children hold of it plus what parents lend, rao.

    Each proportion is truncated to 32 fraction bits before it multiplies; the difference
    saturates at 0 **before** the parents' part is added; the sum is floored. Hotkeys
    without an entry in ``stake`` have none.

    Source: ``pallets/subtensor/src/staking/stake_utils.rs:381``.
    """
    own = _amount(stake, uid)
    to_children = from_parents = U96F32.zero()
    for proportion, _ in children:
        to_children = to_children.saturating_add(own.saturating_mul(tao_weight(proportion)))
    for proportion, parent in parents:
        lent = _amount(stake, parent).saturating_mul(tao_weight(proportion))
        from_parents = from_parents.saturating_add(lent)
    return own.saturating_sub(to_children).saturating_add(from_parents).saturating_to_num(U64)


def _amount(stake: Mapping[int, int], uid: int) -> U96F32:
    return U96F32.saturating_from_num(stake.get(uid, 0))


@implements("YUMA-STAKE-4")
def filter_stake(total: Sequence[I64F64], threshold: int, owner_uid: int | None) -> list[I64F64]:
    """Zero where the floored stake is below ``threshold`` rao, the owner's uid exempt.

    Source: ``pallets/subtensor/src/epoch/run_epoch.rs:640``.
    """
    return [
        I64F64.zero() if uid != owner_uid and stake.saturating_to_num(U64) < threshold else stake
        for uid, stake in enumerate(total)
    ]


@implements("YUMA-STAKE-5")
def normalize_stake(filtered: Sequence[I64F64]) -> list[I32F32]:
    """``x_i / sum(x)`` in I64F64, then floored to I32F32; unchanged where the (wrapping) sum is 0.

    Source: ``pallets/subtensor/src/epoch/math.rs:273``, ``pallets/subtensor/src/epoch/run_epoch.rs:652``.
    """
    total = wrapping_sum(filtered, I64F64)
    if total != I64F64.zero():
        filtered = [stake.safe_div(total) for stake in filtered]
    return [I32F32.saturating_from_num(stake) for stake in filtered]


@implements("YUMA-STAKE-6")
def active_stake(stake: Sequence[I32F32], inactive: Sequence[bool], permits: Sequence[bool]) -> list[I32F32]:
    """Stake with the inactive and the non-permitted zeroed, normalised again.

    Source: ``pallets/subtensor/src/epoch/run_epoch.rs:690``.
    """
    forbids = [not permit for permit in permits]
    return normalize(mask_vector(forbids, mask_vector(inactive, stake)))


@implements("YUMA-ACTIVE-1")
def activity_cutoff(factor_milli: int, tempo: int) -> int:
    """``max(1, floor(factor_milli * tempo / 1000))`` blocks.

    Source: ``pallets/subtensor/src/utils/misc.rs:614``.
    """
    return max(min(factor_milli * tempo, U64_MAX) // 1000, 1)


@implements("YUMA-OUTPUT-4")
def extended_last_update(last_update: Sequence[int], n: int) -> list[int]:
    """The stored vector, extended by zeros to ``n``: a uid without an entry never set weights.

    Source: ``pallets/subtensor/src/utils/misc.rs:192``.
    """
    return list(last_update) + [0] * (n - len(last_update))


def registration_blocks(block_at_registration: Sequence[int], n: int) -> list[int]:
    """The registration block of the ``n`` uids, 0 where there is none.

    Source: ``pallets/subtensor/src/epoch/run_epoch.rs:1090``.
    """
    return (list(block_at_registration) + [0] * n)[:n]


@implements("YUMA-ACTIVE-2")
def inactive_mask(last_update: Sequence[int], cutoff: int, block: int) -> list[bool]:
    """Whether ``last_update + cutoff < block``, the sum saturating at ``2**64 - 1``.

    Source: ``pallets/subtensor/src/epoch/run_epoch.rs:612``.
    """
    return [min(updated + cutoff, U64_MAX) < block for updated in last_update]
