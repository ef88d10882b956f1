"""Blocks of emission, one after the other, until an epoch runs or a block has to be refused."""

from __future__ import annotations

from typing import Final

import numpy as np

from taospec.optimized.amm.power import DECIDED, SCALE
from taospec.optimized.amm.swap_kernel import (
    HALF,
    LARGEST_DECREASE,
    NO_ERROR,
    PAID_IN,
    PAID_OUT,
    Words,
    price,
    weight_ratio,
)
from taospec.optimized.amm.swap_kernel import _swap as swap_one
from taospec.optimized.compilation import kernel, subroutine
from taospec.optimized.emission.arithmetic import (
    SUPPLY,
    WHOLE,
    Pair,
    add_saturating,
    block_emission,
    moving_rate,
    multiply_32,
    next_moving_price,
    part_of_whole,
    root_proportion,
    tao_of_share,
    terms,
    weight_after_deposit,
)
from taospec.optimized.emission.arrays import DEFERRED, DRAINED, NO_SLOT, SKIPPED, Records
from taospec.optimized.fixed_point.words import HALF_BITS, ONE, ZERO, add_pair, multiply_wide
from taospec.reference.amm.parameters import BASE_PARAMETERS, MAXIMUM_PRICE_LIMIT
from taospec.reference.rules import implements
from taospec.reference.state.ledger import EXISTENTIAL_DEPOSIT, MAX_ISSUANCE
from taospec.reference.yuma.commits import MAX_TEMPO

PLAYED: Final = 0
"""Every block was played, or the last one had a slot."""
OUTSIDE_DOMAIN: Final = 1
"""A value is outside the domain in which the kernel is exact."""
UNDECIDED_PURCHASE: Final = 2
"""A purchase needs the literal power series."""

DOMAIN_SHIFT: Final = np.uint64(62)
CAP: Final = np.uint64(MAX_ISSUANCE)
SMALLEST_BALANCE: Final = np.uint64(EXISTENTIAL_DEPOSIT)
PRICE_LIMIT: Final = np.uint64(MAXIMUM_PRICE_LIMIT)
assert BASE_PARAMETERS.input_reserve_multiple is not None
INPUT_MULTIPLE: Final = np.uint64(BASE_PARAMETERS.input_reserve_multiple)
MINIMUM_RESERVE: Final = np.uint64(BASE_PARAMETERS.minimum_reserve)
LONGEST_TEMPO: Final = np.uint64(MAX_TEMPO)
LARGEST_FLOW: Final = np.int64(2**62)
PRICE_SHIFT: Final = np.uint64(30)


@kernel
@implements("EMISSION-COINBASE-1", "EMISSION-COINBASE-2")
def emit_blocks(
    network: Records, subnets: Records, before: Records, by_netuid: np.ndarray, blocks: int, row: Words
) -> tuple[int, int, int]:
    """Play up to ``blocks`` blocks; how many were played, slots that came in the last one, and a status.

    Stops after a block with a slot. A refused block leaves everything as it was before it.
    ``before`` and ``row`` are for the kernel's own use.
    """
    for played in range(blocks):
        _copy_records(subnets, before)
        network[1] = network[0]
        status = _emit_block(network, subnets, by_netuid, row)
        if status != PLAYED:
            _copy_records(before, subnets)
            network[0] = network[1]
            return played, 0, status
        slots = _drain(network, subnets)
        _advance_prices(network, subnets)
        if slots > 0:
            return played + 1, slots, PLAYED
    return blocks, 0, PLAYED


@subroutine
def _copy_records(source: Records, target: Records) -> None:
    for i in range(source.size):
        target[i] = source[i]


@subroutine
def _emit_block(network: Records, subnets: Records, by_netuid: np.ndarray, row: Words) -> int:
    """Everything up to the schedule; ``PLAYED`` or why the block is refused."""
    n = network[0]
    n.block = n.block + ONE
    emission = block_emission(n.issuance)
    if n.issuance < SUPPLY:
        n.reported_emission = emission
    credit = min(emission, CAP - min(n.issuance_of_balances, CAP))
    n.issuance = n.issuance + credit
    n.issuance_of_balances = n.issuance_of_balances + credit
    if (n.root_tao | n.issuance | n.total_stake) >> DOMAIN_SHIFT != ZERO:
        return OUTSIDE_DOMAIN
    if not _in_domain(network, subnets):
        return OUTSIDE_DOMAIN
    sells = _shares(subnets)
    for k in range(subnets.size):
        if subnets[by_netuid[k]].emitting and not _terms(network, subnets, by_netuid[k], credit):
            return OUTSIDE_DOMAIN
    left = credit
    for i in range(subnets.size):
        if subnets[i].emitting:
            left, status = _inject(network, subnets, i, left, row)
            if status != PLAYED:
                return status
    n.issuance = n.issuance - left
    n.issuance_of_balances = n.issuance_of_balances - left
    n.minted = n.minted + credit
    n.recycled = n.recycled + left
    for i in range(subnets.size):
        if subnets[i].emitting:
            _split(network, subnets, i, sells)
    return PLAYED


@subroutine
def _in_domain(network: Records, subnets: Records) -> bool:
    """Whether every amount leaves room for what a block adds, and every average is at most 1."""
    n = network[0]
    for i in range(subnets.size):
        s = subnets[i]
        amounts = s.tao_reserve | s.alpha_in | s.alpha_out | s.protocol_alpha | s.account | s.minted_alpha
        pendings = s.pending_server | s.pending_validator | s.pending_root_alpha | s.pending_owner_cut
        if (amounts | pendings | s.recycled_alpha | s.epoch_index) >> DOMAIN_SHIFT != ZERO:
            return False
        if s.moving_price > WHOLE or s.halving_blocks == ZERO or s.halving_blocks >> DOMAIN_SHIFT != ZERO:
            return False
        if s.protocol_flow > LARGEST_FLOW or s.quote_weight > SCALE:
            return False
    return bool(n.moving_alpha <= WHOLE and n.block >> DOMAIN_SHIFT == ZERO)


@subroutine
def _price_of(subnets: Records, i: int) -> np.uint64:
    """The moving price that counts: 1 without a pool."""
    s = subnets[i]
    moving_price: np.uint64 = s.moving_price if s.dynamic else WHOLE
    return moving_price


@subroutine
@implements("EMISSION-SHARE-1", "EMISSION-SHARE-2", "EMISSION-SHARE-3", "EMISSION-SHARE-5")
def _shares(subnets: Records) -> bool:
    """Write the share of every emitting subnet; whether root may sell."""
    total = ZERO
    for i in range(subnets.size):
        if subnets[i].emitting:
            total = total + _price_of(subnets, i)
    weight_high, weight = ZERO, ZERO
    for i in range(subnets.size):
        s = subnets[i]
        if s.emitting:
            s.share_high, s.share = part_of_whole(ZERO, _price_of(subnets, i), ZERO, total)
            high, low = _unburned(s.share_high, s.share, s.miner_burned)
            weight_high, weight = add_pair(weight_high, weight, high, low)
    enabled_high, enabled = ZERO, ZERO
    some_disabled = False
    for i in range(subnets.size):
        s = subnets[i]
        if s.emitting:
            if (weight_high | weight) != ZERO:
                high, low = _unburned(s.share_high, s.share, s.miner_burned)
                s.share_high, s.share = part_of_whole(high, low, weight_high, weight)
            if s.emission_enabled:
                enabled_high, enabled = add_pair(enabled_high, enabled, s.share_high, s.share)
            else:
                some_disabled = True
    if some_disabled:
        for i in range(subnets.size):
            s = subnets[i]
            if s.emitting:
                if s.emission_enabled:
                    s.share_high, s.share = part_of_whole(s.share_high, s.share, enabled_high, enabled)
                else:
                    s.share_high, s.share = ZERO, ZERO
    return bool(total > WHOLE)


@subroutine
def _unburned(share_high: np.uint64, share: np.uint64, burned: np.uint64) -> Pair:
    """``floor_64(share * (1 - min(burned, 1)))`` of a share up to 1."""
    if burned == ZERO:
        return share_high, share
    if burned >= WHOLE:
        return ZERO, ZERO
    factor = ZERO - (burned << HALF_BITS)
    if share_high != ZERO:
        return ZERO, factor
    high, _ = multiply_wide(share, factor)
    return ZERO, high


@subroutine
@implements("EMISSION-TERMS-2", "EMISSION-TERMS-3")
def _terms(network: Records, subnets: Records, i: int, credit: np.uint64) -> bool:
    """Write what is to be injected, what is to buy, and the new alpha; false for a price from 2**30 on."""
    n, s = network[0], subnets[i]
    issuance = s.alpha_in + s.alpha_out
    new_alpha = block_emission(issuance)
    if issuance < SUPPLY:
        n.reported_emission = new_alpha
    s.new_alpha = new_alpha
    price_high, price_low = _pool_price(subnets, i)
    if price_high >> PRICE_SHIFT != ZERO:
        return False
    tao = tao_of_share(credit, s.share_high, s.share)
    cap = root_proportion(n.root_tao, n.tao_weight, issuance) * new_alpha
    price_bits = (price_high << HALF_BITS) | (price_low >> HALF_BITS)
    s.tao_to_inject, s.alpha_to_inject = terms(tao, price_bits, cap)
    s.tao_to_buy = tao - s.tao_to_inject
    return True


@subroutine
def _pool_price(subnets: Records, i: int) -> Pair:
    s = subnets[i]
    if not s.dynamic:
        return ONE, ZERO
    if s.quote_weight == ZERO:
        return ZERO, ZERO
    return price(weight_ratio(s.quote_weight), s.alpha_in, s.tao_reserve)


@subroutine
@implements("EMISSION-INJECT-1", "EMISSION-INJECT-2", "EMISSION-INJECT-3")
def _inject(
    network: Records, subnets: Records, i: int, credit: np.uint64, row: Words
) -> tuple[np.uint64, int]:
    """Reweight, buy, deposit; what is left of the credit, and a status."""
    n, s = network[0], subnets[i]
    tao, alpha, buy = s.tao_to_inject >> HALF_BITS, s.alpha_to_inject >> HALF_BITS, s.tao_to_buy >> HALF_BITS
    weight = weight_after_deposit(s.quote_weight, s.tao_reserve, s.alpha_in, tao, alpha)
    if weight == ZERO:
        tao, alpha = ZERO, ZERO
    else:
        s.quote_weight = weight
    s.excess_tao = ZERO
    s.tao_in_emission = ZERO
    if buy > ZERO and _pays(subnets, i, credit, buy):
        credit = credit - buy
        s.account = s.account + buy
        status = _buy(network, subnets, i, buy, row)
        if status != PLAYED:
            return credit, status
    s.alpha_in_emission = alpha
    s.alpha_in = s.alpha_in + alpha
    s.minted_alpha = s.minted_alpha + alpha
    n.alpha_injected = n.alpha_injected + alpha
    if tao > ZERO and _pays(subnets, i, credit, tao):
        credit = credit - tao
        s.account = s.account + tao
        n.injected = n.injected + tao
        s.tao_in_emission = tao
        s.tao_reserve = s.tao_reserve + tao
        n.total_stake = n.total_stake + tao
        s.protocol_flow = s.protocol_flow + np.int64(tao)
    return credit, PLAYED


@subroutine
def _pays(subnets: Records, i: int, credit: np.uint64, amount: np.uint64) -> bool:
    return bool(amount <= credit and subnets[i].account + amount >= SMALLEST_BALANCE)


@subroutine
def _buy(network: Records, subnets: Records, i: int, tao: np.uint64, row: Words) -> int:
    """Buy alpha with TAO that was paid; a pool that refuses keeps everything but the TAO."""
    n, s = network[0], subnets[i]
    paid_in = paid_out = tao
    if s.dynamic:
        weight = s.quote_weight if s.initialized else HALF
        decided, error = swap_one(
            s.tao_reserve,
            s.alpha_in,
            weight,
            ZERO,
            True,
            tao,
            PRICE_LIMIT,
            INPUT_MULTIPLE,
            MINIMUM_RESERVE,
            row,
        )
        if decided != DECIDED:
            return UNDECIDED_PURCHASE
        if error != NO_ERROR:
            n.stranded = n.stranded + tao
            return PLAYED
        s.quote_weight = weight
        s.initialized = True
        paid_in, paid_out = row[PAID_IN], row[PAID_OUT]
    s.alpha_in = s.alpha_in - min(min(paid_out, LARGEST_DECREASE), s.alpha_in)
    s.alpha_out = s.alpha_out + paid_out
    s.tao_reserve = s.tao_reserve + paid_in
    s.volume_high, s.volume_low = add_pair(s.volume_high, s.volume_low, ZERO, tao)
    n.total_stake = n.total_stake + tao
    s.protocol_alpha = s.protocol_alpha + paid_out
    s.excess_tao = paid_in
    s.protocol_flow = s.protocol_flow + np.int64(paid_in)
    n.bought = n.bought + paid_in
    n.stranded = n.stranded + (tao - paid_in)
    n.alpha_bought = n.alpha_bought + paid_out
    return PLAYED


@subroutine
@implements("EMISSION-SPLIT-1", "EMISSION-SPLIT-2", "EMISSION-SPLIT-3")
def _split(network: Records, subnets: Records, i: int, sells: bool) -> None:
    """Mint the new alpha and divide it."""
    n, s = network[0], subnets[i]
    s.alpha_out_emission = s.new_alpha
    s.alpha_out = s.alpha_out + s.new_alpha
    s.minted_alpha = s.minted_alpha + s.new_alpha
    rest = s.new_alpha << HALF_BITS
    owner = ZERO
    if s.owner_cut_enabled:
        cut = s.new_alpha * n.owner_cut
        rest = rest - cut
        owner = cut >> HALF_BITS
    proportion = root_proportion(n.root_tao, n.tao_weight, s.alpha_in + s.alpha_out)
    root_bits = multiply_32(proportion, rest) >> ONE
    server_bits = rest >> ONE
    server, root = server_bits >> HALF_BITS, root_bits >> HALF_BITS
    validator = (rest - server_bits - root_bits) >> HALF_BITS
    s.pending_owner_cut = s.pending_owner_cut + owner
    s.pending_server = s.pending_server + server
    s.pending_validator = s.pending_validator + validator
    if sells:
        s.pending_root_alpha = s.pending_root_alpha + root
        n.alpha_root = n.alpha_root + root
    else:
        s.alpha_out = s.alpha_out - min(root, s.alpha_out)
        s.recycled_alpha = s.recycled_alpha + root
        s.minted_alpha = s.minted_alpha - min(root, s.minted_alpha)
        n.alpha_root_recycled = n.alpha_root_recycled + root
    n.alpha_minted = n.alpha_minted + s.new_alpha
    n.alpha_owner = n.alpha_owner + owner
    n.alpha_server = n.alpha_server + server
    n.alpha_validator = n.alpha_validator + validator


@subroutine
@implements("EMISSION-SCHEDULE-1", "EMISSION-SCHEDULE-2")
def _drain(network: Records, subnets: Records) -> int:
    """Take the pending alpha of the subnets whose epoch runs; how many have a slot, run or not."""
    n = network[0]
    slots = drained = 0
    for i in range(subnets.size):
        s = subnets[i]
        s.blocks_since_last_step = add_saturating(s.blocks_since_last_step, ONE)
        s.slot = NO_SLOT
        if not _is_due(network, subnets, i):
            continue
        slots += 1
        if drained >= n.max_epochs:
            s.pending_epoch_at = n.block + ONE
            s.slot = DEFERRED
            continue
        s.slot = SKIPPED
        if s.distinct_hotkeys:
            s.blocks_since_last_step = ZERO
            s.drained_server, s.pending_server = s.pending_server, ZERO
            s.drained_validator, s.pending_validator = s.pending_validator, ZERO
            s.drained_root, s.pending_root_alpha = s.pending_root_alpha, ZERO
            s.drained_owner_cut, s.pending_owner_cut = s.pending_owner_cut, ZERO
            s.slot = DRAINED
            drained += 1
        s.last_epoch_block = n.block
        s.pending_epoch_at = ZERO
        s.epoch_index = s.epoch_index + ONE
    return slots


@subroutine
def _is_due(network: Records, subnets: Records, i: int) -> bool:
    block, s = network[0].block, subnets[i]
    if s.tempo == ZERO:
        return False
    if s.pending_epoch_at != ZERO and s.pending_epoch_at <= block:
        return True
    if s.blocks_since_last_step > LONGEST_TEMPO:
        return True
    return bool(block - min(s.last_epoch_block, block) >= s.tempo)


@subroutine
@implements("EMISSION-PRICE-1", "EMISSION-PRICE-5")
def _advance_prices(network: Records, subnets: Records) -> None:
    n = network[0]
    for i in range(subnets.size):
        s = subnets[i]
        if s.emitting:
            age = n.block - min(s.start_block, n.block)
            rate = moving_rate(n.moving_alpha, age, s.halving_blocks)
            high, low = _pool_price(subnets, i)
            s.moving_price = next_moving_price(_price_of(subnets, i), high, low, rate)
