"""Where every rao goes: conservation laws on random subnets."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taospec.reference.emission.coinbase import (
    OwnerHooks,
    emitting_netuids,
    mint_block_emission,
    run_coinbase,
    update_moving_prices,
)
from taospec.reference.emission.distribution import distribute_emission
from taospec.reference.emission.dividends import split_by_stake
from taospec.reference.emission.epochs import run_epochs
from taospec.reference.emission.rates import u64_fraction
from taospec.reference.emission.schedule import Drained
from taospec.reference.fixed_point import I96F32, U96F32
from taospec.reference.staking.stake_ledger import increase_stake, total_stake_of_hotkey
from taospec.reference.state.hyperparameters import RecycleOrBurn
from taospec.reference.state.ledger import subnet_account
from taospec.reference.state.state import State
from taospec.reference.supply.halvings import THRESHOLDS

EPSILON = 2**-32
NETUID = 1
ROOT = 0
TAO = 10**9
NOTHING_ELSE = OwnerHooks(change_owner=lambda netuid: None, owner_cut_paid=lambda netuid, amount: None)


def account(number):
    return number.to_bytes(32, "big")


def add_neurons(state, netuid, neurons):
    """``(alpha, root, take, weights, active)`` of each uid; coldkey 100 + uid owns hotkey 200 + uid."""
    permits = []
    for uid, (alpha, root, take, weights, active) in enumerate(neurons):
        hotkey, coldkey = account(200 + uid), account(100 + uid)
        state.hotkeys[hotkey].owner = coldkey
        state.hotkeys[hotkey].delegate_take = take
        state.neurons[netuid, uid].hotkey = hotkey
        membership = state.memberships[netuid, hotkey]
        membership.uid, membership.is_member = uid, True
        increase_stake(state, hotkey, coldkey, netuid, alpha)
        increase_stake(state, hotkey, account(99), netuid, alpha // 3)
        if netuid == NETUID:
            increase_stake(state, hotkey, account(99), ROOT, root)
        state.matrix_rows[netuid, uid].weights = tuple(
            (column, weight) for column, weight in enumerate(weights[: len(neurons)]) if weight
        )
        permits.append(active)
    state.subnets[netuid].neurons = len(neurons)
    state.metagraphs[netuid].validator_permit = tuple(permits)
    state.mechanisms[netuid].last_update = tuple(state.clock.block - 1 for _ in neurons)
    state.hyperparameters[netuid].commit_reveal = False


amounts = st.integers(0, 10**15) | st.integers(0, 5)
neuron_lists = st.lists(
    st.tuples(
        amounts,
        amounts,
        st.integers(0, 11_796),
        st.lists(st.integers(0, 65535), min_size=6, max_size=6),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
)


def one_subnet(neurons, owner_hotkey, withheld):
    state = State()
    state.clock.block = 10_000
    state.subnets[NETUID].owner = account(1)
    state.subnets[NETUID].owner_hotkey = account(200 if owner_hotkey else 999)
    state.hyperparameters[NETUID].recycle_or_burn = withheld
    state.pools[NETUID].alpha_out = 2 * 10**16
    add_neurons(state, NETUID, neurons)
    return state


def staked(state):
    return sum(pool.total_alpha for (_, netuid), pool in state.hotkey_stakes.items() if netuid == NETUID)


def claimable(state):
    """Root dividends of the last epoch that were not staked for lack of root stake."""
    reports = [(key[1], state.dividend_reports[key].root_alpha_dividends) for key in state.dividend_reports]
    return sum(amount for hotkey, amount in reports if amount <= total_stake_of_hotkey(state, hotkey, ROOT))


@pytest.mark.rule("EMISSION-CONSERVE-3", "EMISSION-DISTRIBUTE-2", "EMISSION-DISTRIBUTE-8")
@settings(deadline=None, max_examples=150)
@given(
    neuron_lists,
    st.tuples(*[st.integers(0, 10**12)] * 4),
    st.booleans(),
    st.sampled_from(RecycleOrBurn),
)
def test_what_an_epoch_drains_is_staked_withheld_claimable_or_bounded_dust(neurons, pendings, own, withheld):
    drained = Drained(**dict(zip(("server", "validator", "root", "owner_cut"), pendings, strict=True)))
    e = drained.server + drained.validator + drained.root
    earned = run_epochs(one_subnet(neurons, own, withheld), NETUID, e)
    miners = sum(each.incentive for each in earned)
    validators_earned = sum(each.dividends for each in earned)

    state = one_subnet(neurons, own, withheld)
    before = staked(state)
    distribute_emission(state, NETUID, drained, lambda netuid, amount: None)
    report = state.subnet_reports[NETUID]
    assert state.pools[NETUID].alpha_out == 2 * 10**16 - report.recycled_alpha
    kept = report.burned_alpha + report.recycled_alpha
    paid = staked(state) - before + kept + claimable(state)

    n = len(neurons)
    if miners and validators_earned:
        assert -4 / 3 * n * EPSILON * e - n < miners - e / 2 <= n * EPSILON * e / 3
    others = drained.validator + drained.root + (0 if miners else drained.server)
    dust = drained.owner_cut + miners + others - paid
    assert dust >= 0
    reports = [state.dividend_reports[key] for key in state.dividend_reports]
    assert sum(each.alpha_dividends + each.root_alpha_dividends for each in reports) <= others
    alpha_parts, root_parts = _parts(one_subnet(neurons, own, withheld), earned)
    if alpha_parts and (root_parts or not drained.root):
        assert dust < n * (EPSILON * others + 4 + 4 * EPSILON)


def _parts(state, earned):
    """Sums of the alpha parts and of the root parts of all dividends, raw bits."""
    tao_weight = u64_fraction(state.parameters.tao_weight)
    parts = [
        split_by_stake(
            U96F32.from_num(each.dividends),
            total_stake_of_hotkey(state, each.hotkey, NETUID),
            total_stake_of_hotkey(state, each.hotkey, ROOT),
            tao_weight,
        )
        for each in earned
    ]
    return sum(alpha.bits for alpha, _ in parts), sum(root.bits for _, root in parts)


def network(issuance, pools, root_tao, stake=10**9):
    """Several started subnets with an owner, one validator who has all stake, and one miner each."""
    validator, miner = (stake, stake, 0, [0, 65535, 0, 0, 0, 0], True), (0, 0, 0, [0] * 6, False)
    state = State()
    state.clock.block = 5_000
    state.issuance.total = state.issuance.of_balances = issuance
    state.subnets[ROOT].added = True
    state.pools[ROOT].tao_reserve = root_tao
    for netuid, (tao, alpha_in, alpha_out, price, burned, enabled, trading) in enumerate(pools, start=1):
        subnet = state.subnets[netuid]
        subnet.added, subnet.first_emission_block, subnet.subtoken_enabled = True, 10, trading
        subnet.owner, subnet.owner_hotkey = account(1), account(2)
        pool = state.pools[netuid]
        pool.mechanism, pool.initialized = 1, True
        pool.tao_reserve, pool.alpha_in, pool.alpha_out = tao, alpha_in, alpha_out
        state.accounts[subnet_account(netuid)].free = tao + 500
        emission = state.emissions[netuid]
        emission.moving_price = I96F32.from_bits(price)
        emission.miner_burned = emission.miner_burned.from_bits(burned)
        state.hyperparameters[netuid].emission_enabled = enabled
        state.schedules[netuid].tempo = 2 + netuid
        add_neurons(state, netuid, [validator, miner])
    return state


pool_lists = st.lists(
    st.tuples(
        st.integers(1, 10**15),
        st.integers(1, 10**16),
        st.integers(0, 10**16),
        st.integers(0, 2**33),
        st.integers(0, 2**32),
        st.booleans() | st.just(True),
        st.booleans() | st.just(True),
    ),
    max_size=4,
)


def alpha_issuance_of(state):
    return {netuid: pool.alpha_in + pool.alpha_out for netuid, pool in state.pools.items() if netuid}


def pending_of(state, netuid):
    emission = state.emissions[netuid]
    return (
        emission.pending_server
        + emission.pending_validator
        + emission.pending_root_alpha
        + emission.pending_owner_cut
    )


@pytest.mark.rule("EMISSION-CONSERVE-1", "EMISSION-CONSERVE-2", "EMISSION-COINBASE-3", "EMISSION-INJECT-3")
@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from([0, THRESHOLDS[1] - 3 * TAO, THRESHOLDS[1], THRESHOLDS[30] - 2, THRESHOLDS[30]]),
    pool_lists,
    st.integers(0, 10**16),
)
def test_in_every_block_what_is_issued_is_in_accounts_and_pools(issuance, pools, root_tao):
    state = network(issuance, pools, root_tao)
    for _ in range(4):
        state.clock.block += 1
        total, alpha = state.issuance.total, alpha_issuance_of(state)
        recycled = {netuid: state.subnet_reports[netuid].recycled_alpha for netuid in alpha}
        balances = sum(held.free for _, held in state.accounts.items())
        reserves = {netuid: state.pools[netuid].tao_reserve for netuid in alpha}
        credit = mint_block_emission(state)
        run_coinbase(state, credit, NOTHING_ELSE)
        update_moving_prices(state)

        issued = state.issuance.total - total
        assert issued == sum(held.free for _, held in state.accounts.items()) - balances
        assert 0 <= issued <= credit
        in_pools = 0
        for netuid in alpha:
            report = state.subnet_reports[netuid]
            entered = report.tao_in_emission + report.excess_tao
            assert state.pools[netuid].tao_reserve - reserves[netuid] == entered
            in_pools += entered
        assert in_pools <= issued
        emitting = emitting_netuids(state, alpha)
        healthy = all(
            state.pools[netuid].alpha_in > 10**8 and state.subnet_reports[netuid].alpha_in_emission
            for netuid in emitting
        )
        if healthy and any(state.emissions[netuid].moving_price.bits for netuid in emitting):
            enabled = [netuid for netuid in emitting if state.hyperparameters[netuid].emission_enabled]
            shares = [state.emissions[netuid].moving_price.bits for netuid in enabled]
            if all(share > 2**16 for share in shares) and enabled and in_pools == issued:
                assert credit - issued <= 2 * len(emitting) + 1
        for netuid, before in alpha.items():
            report = state.subnet_reports[netuid]
            minted = report.alpha_in_emission + report.alpha_out_emission if netuid in emitting else 0
            gone = report.recycled_alpha - recycled[netuid]
            assert alpha_issuance_of(state)[netuid] == before + minted - gone


@pytest.mark.rule("EMISSION-CONSERVE-1", "SUPPLY-HALVING-1")
@pytest.mark.parametrize(("issuance", "emitted"), [(10**15, 7_200 * TAO), (THRESHOLDS[1], 3_600 * TAO)])
def test_the_account_of_a_day_closes(issuance, emitted):
    """7,200 blocks of 1 TAO before the first halving, of 0.5 TAO after it, in three subnets.

    TAO: emitted = injected + bought + at most 7 rao a block that were not issued. Alpha: minted for
    participants = staked + pending + claimable + recycled + burned + dust. Prices sum to less than 1, so
    that root's alpha is recycled and miners lack half as much again; the rest of the dust is at most 3
    rao a subnet and block, and n * epsilon * E and a few rao an epoch, less than 1,000.
    """
    pools = [
        (10**13, 10**14, 10**14, 2**31, 0, True, True),
        (10**12, 5 * 10**13, 10**15, 2**27, 0, True, True),
        (10**11, 10**14, 3 * 10**15, 2**24, 0, True, True),
    ]
    state = network(issuance, pools, 10**15, stake=10**15)
    for netuid in (1, 2, 3):
        state.schedules[netuid].tempo = 360
        state.hyperparameters[netuid].activity_cutoff_factor = 10**6
    start, alpha = state.issuance.total, alpha_issuance_of(state)
    stakes = sum(pool.total_alpha for (_, netuid), pool in state.hotkey_stakes.items() if netuid)
    pooled = minted_alpha = injected_alpha = epochs = 0
    for _ in range(7_200):
        state.clock.block += 1
        run_coinbase(state, mint_block_emission(state), NOTHING_ELSE)
        update_moving_prices(state)
        for netuid in (1, 2, 3):
            report = state.subnet_reports[netuid]
            pooled += report.tao_in_emission + report.excess_tao
            injected_alpha += report.alpha_in_emission
            minted_alpha += report.alpha_out_emission
            epochs += state.schedules[netuid].last_epoch_block == state.clock.block

    assert state.issuance.total - start == pooled
    assert 0 <= emitted - pooled <= 7_200 * (2 * 3 + 1)
    recycled = sum(state.subnet_reports[netuid].recycled_alpha for netuid in alpha)
    grown = sum(alpha_issuance_of(state).values()) - sum(alpha.values())
    assert grown == injected_alpha + minted_alpha - recycled
    burned = sum(state.subnet_reports[netuid].burned_alpha for netuid in alpha)
    staked_now = sum(pool.total_alpha for (_, netuid), pool in state.hotkey_stakes.items() if netuid)
    pending = sum(pending_of(state, netuid) for netuid in alpha)
    claims = sum(
        dividend.claimable.bits * total_stake_of_hotkey(state, hotkey, ROOT) >> 32
        for (hotkey, _), dividend in state.root_dividends.items()
    )
    assert epochs == 3 * 20
    dust = minted_alpha - recycled - burned - (staked_now - stakes) - pending - claims
    not_yet_drained = sum(
        state.emissions[netuid].pending_server - state.emissions[netuid].pending_validator for netuid in alpha
    )
    lost_by_miners = (recycled - not_yet_drained) / 2
    assert abs(dust - lost_by_miners) < 7_200 * 3 * 4 + epochs * 1_000
