"""``emission.*``: shares, pool terms, coinbase of a block, dividends, moving price.

Fixed-point values are the decimal text of their raw bits, amounts decimal text, netuids and
stored u16 rates numbers. Results by subnet or hotkey are lists of pairs, ascending.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final, TypeVar

import attrs

from taospec.conformance.operations import Inputs, Operation, decoding
from taospec.conformance.storage_changes import Dump, decode_dump, encode_dump, storage_changes
from taospec.reference.amm.swap import current_price
from taospec.reference.emission.alpha_split import split_alpha
from taospec.reference.emission.coinbase import (
    OwnerHooks,
    mint_block_emission,
    run_coinbase,
    update_moving_prices,
    update_root_proportions,
)
from taospec.reference.emission.dividends import dividend_distribution, dividends_and_incentives
from taospec.reference.emission.flow_shares import FlowAverage, FlowPolicy, TaoFlow, flow_shares
from taospec.reference.emission.injection import Credit, Injection, inject
from taospec.reference.emission.moving_price import moving_alpha_price, moving_rate, next_moving_price
from taospec.reference.emission.parents import (
    Parent,
    ParentDividends,
    parent_child_dividends,
    self_contribution,
)
from taospec.reference.emission.power_shares import power_shares
from taospec.reference.emission.rates import u16_fraction, u64_fraction
from taospec.reference.emission.shares import (
    enabled_shares,
    price_shares,
    root_sell_flag,
    tao_emissions,
    unburned_price_shares,
)
from taospec.reference.emission.terms import SubnetTerms, root_proportion, subnet_terms
from taospec.reference.fixed_point import I64F64, I96F32, U64F64, U96F32, FixedPoint
from taospec.reference.fixed_point.numbers import U64
from taospec.reference.invalid_input import U16_MAX, U64_MAX
from taospec.reference.state.pool import EQUAL_WEIGHTS, Pool
from taospec.reference.state.state import State
from taospec.reference.state.upstream_names import export_state, import_state
from taospec.reference.supply.block_emission import alpha_issuance

_Fixed = TypeVar("_Fixed", bound=FixedPoint)

I64 = (-(2**63), 2**63 - 1)


# Moving price.


def _moving_price(inputs: Inputs) -> dict[str, Any]:
    pool = _pool(inputs)
    moving_alpha = decoding.bits(inputs, "moving_alpha_bits", I96F32)
    stored = decoding.bits(inputs, "moving_price_bits", I96F32)
    first = (
        None if inputs["first_emission_block"] is None else decoding.amount(inputs, "first_emission_block")
    )
    block, halving = decoding.amount(inputs, "current_block"), decoding.amount(inputs, "halving")
    price = current_price(pool)
    new = next_moving_price(
        moving_alpha_price(decoding.number(inputs, "netuid", U16_MAX), pool.mechanism, stored),
        price,
        moving_rate(moving_alpha, block, first, halving),
    )
    return _value(
        {
            "moving_alpha_bits": str(moving_alpha.bits),
            "moving_price_bits": str(new.bits),
            "price_bits": str(price.bits),
        }
    )


# Shares.


def _shares_by_price(inputs: Inputs) -> dict[str, Any]:
    subnets = {decoding.number(subnet, "netuid", U16_MAX): subnet for subnet in inputs["subnets"]}
    prices = {
        netuid: moving_alpha_price(
            netuid,
            decoding.number(subnet, "mechanism", U16_MAX),
            decoding.bits(subnet, "moving_price_bits", I96F32),
        )
        for netuid, subnet in subnets.items()
    }
    burned = {
        netuid: decoding.bits(subnet, "miner_burned_bits", U96F32) for netuid, subnet in subnets.items()
    }
    disabled = {netuid for netuid, subnet in subnets.items() if not decoding.flag(subnet, "emission_enabled")}
    shares = unburned_price_shares(prices, burned)
    emissions = tao_emissions(
        enabled_shares(shares, disabled), decoding.bits(inputs, "block_emission_bits", U96F32)
    )
    return _value(
        {
            "emissions": _pairs(emissions),
            "price_shares": _pairs(price_shares(prices)),
            "root_sell_flag": root_sell_flag(prices.values()),
            "shares": _pairs(shares),
        }
    )


def _shares_by_flow(inputs: Inputs) -> dict[str, Any]:
    policy = FlowPolicy(
        net=decoding.flag(inputs, "net_flow_enabled"),
        smoothing=decoding.amount(inputs, "smoothing"),
        cutoff=decoding.bits(inputs, "cutoff_bits", I64F64),
        exponent=decoding.bits(inputs, "exponent_bits", U64F64),
    )
    flows = {decoding.number(subnet, "netuid", U16_MAX): _flow(subnet) for subnet in inputs["subnets"]}
    shares, after = flow_shares(flows, policy, decoding.amount(inputs, "current_block"))
    return _value(
        {
            "after": [{"netuid": netuid, **_flow_after(flow)} for netuid, flow in after.items()],
            "shares": _pairs(shares),
        }
    )


def _flow(subnet: Inputs) -> TaoFlow:
    return TaoFlow(
        user=decoding.decimal("user_flow", decoding.field(subnet, "user_flow"), *I64),
        protocol=decoding.decimal("protocol_flow", decoding.field(subnet, "protocol_flow"), *I64),
        user_average=_flow_average(subnet, "user_ema"),
        protocol_average=_flow_average(subnet, "protocol_ema"),
    )


def _flow_average(subnet: Inputs, field: str) -> FlowAverage | None:
    if subnet[field] is None:
        return None
    block, bits = decoding.array(field, subnet[field], 2)
    return FlowAverage(
        decoding.decimal(f"{field}[0]", block),
        decoding.fixed(f"{field}[1]", bits, I64F64),
    )


def _flow_after(flow: TaoFlow) -> dict[str, Any]:
    def average(held: FlowAverage | None) -> list[str] | None:
        return None if held is None else [str(held.block), str(held.value.bits)]

    return {
        "protocol_ema": average(flow.protocol_average),
        "protocol_flow": str(flow.protocol),
        "user_ema": average(flow.user_average),
        "user_flow": str(flow.user),
    }


def _pow_normalize(inputs: Inputs) -> dict[str, Any]:
    values = dict(_keyed_fixed("values", inputs["values"], U64F64))
    return _value(_pairs(power_shares(values, decoding.bits(inputs, "p_bits", U64F64))))


# Pool terms and the coinbase of a block.


def _subnet_terms(inputs: Inputs) -> dict[str, Any]:
    return _value(_encoded_terms(_terms(inputs, _pools(inputs))))


def _emit_to_subnets(inputs: Inputs) -> dict[str, Any]:
    pools = _pools(inputs)
    terms = _terms(inputs, pools)
    credit = Credit(decoding.amount(inputs, "credit"))
    injections = {netuid: inject(netuid, pool, terms[netuid], credit) for netuid, pool in pools.items()}
    after = [
        {"netuid": netuid, **_emitted(inputs, subnet, pools[netuid], terms[netuid], injections[netuid])}
        for netuid, subnet in _subnets(inputs).items()
    ]
    total_stake = decoding.amount(inputs, "total_stake")
    for injection in injections.values():
        total_stake = min(total_stake + injection.total_stake_increase, U64_MAX)
    return _value(
        {
            "after": after,
            **_encoded_terms(terms),
            "total_issuance": str(max(decoding.amount(inputs, "total_issuance") - credit.remaining, 0)),
            "total_stake": str(total_stake),
        }
    )


def _emitted(
    inputs: Inputs, subnet: Inputs, pool: Pool, terms: SubnetTerms, injection: Injection
) -> dict[str, Any]:
    """Mint and split a subnet's alpha, and report everything that the block did to it."""
    created = terms.alpha_out.saturating_to_num(U64)
    pool.alpha_out = min(pool.alpha_out + created, U64_MAX)
    issuance = alpha_issuance(pool.alpha_in, pool.alpha_out)
    proportion = root_proportion(decoding.amount(inputs, "root_tao"), _tao_weight(inputs), issuance)
    cut = (
        u16_fraction(decoding.number(inputs, "owner_cut", U16_MAX))
        if decoding.flag(subnet, "owner_cut_enabled")
        else U96F32.zero()
    )
    split = split_alpha(terms.alpha_out, cut, proportion)
    sells = decoding.flag(inputs, "root_sell_flag")
    if not sells:
        pool.alpha_out = max(pool.alpha_out - split.root, 0)
    amounts = {
        "alpha_in_emission": injection.alpha_in,
        "alpha_out": pool.alpha_out,
        "alpha_out_emission": created,
        "alpha_reserve": pool.alpha_in,
        "excess_tao": injection.excess_tao,
        "owner_cut": split.owner,
        "price_bits": current_price(pool).bits,
        "protocol_alpha": pool.protocol_alpha,
        "protocol_flow": injection.protocol_flow,
        "quote": pool.quote_weight,
        "root_alpha": split.root if sells else 0,
        "server": split.server,
        "tao_in_emission": injection.tao_in,
        "tao_reserve": pool.tao_reserve,
        "validator": split.validator,
        "volume": pool.volume,
    }
    return {"initialized": pool.initialized, **{name: str(amount) for name, amount in amounts.items()}}


def _subnets(inputs: Inputs) -> dict[int, Inputs]:
    return {decoding.number(subnet, "netuid", U16_MAX): subnet for subnet in inputs["subnets"]}


def _pools(inputs: Inputs) -> dict[int, Pool]:
    return {netuid: _pool(subnet) for netuid, subnet in _subnets(inputs).items()}


def _terms(inputs: Inputs, pools: Mapping[int, Pool]) -> dict[int, SubnetTerms]:
    root_tao, tao_weight = decoding.amount(inputs, "root_tao"), _tao_weight(inputs)
    return {
        netuid: subnet_terms(
            pools[netuid], decoding.bits(subnet, "tao_emission_bits", U96F32), root_tao, tao_weight
        )
        for netuid, subnet in _subnets(inputs).items()
    }


def _encoded_terms(terms: Mapping[int, SubnetTerms]) -> dict[str, Any]:
    names = {
        "alpha_in": "alpha_in",
        "alpha_out": "alpha_out",
        "excess_tao": "excess_tao",
        "price_bits": "price",
        "root_prop_bits": "root_proportion",
        "tao_in": "tao_in",
    }
    return {
        field: _pairs({netuid: getattr(terms[netuid], name) for netuid in sorted(terms)})
        for field, name in names.items()
    }


def _pool(subnet: Inputs) -> Pool:
    initialized = subnet["quote"] is not None
    return Pool(
        mechanism=decoding.number(subnet, "mechanism", U16_MAX),
        tao_reserve=decoding.amount(subnet, "tao_reserve"),
        alpha_in=decoding.amount(subnet, "alpha_reserve"),
        alpha_out=decoding.amount(subnet, "alpha_out"),
        fee_rate=decoding.number(subnet, "fee_rate", U16_MAX),
        quote_weight=decoding.amount(subnet, "quote") if initialized else EQUAL_WEIGHTS,
        initialized=initialized,
    )


# A whole block's emission, on chain storage.

_READ_OR_WRITTEN = """
Active ActivityCutoffFactorMilli Alpha AlphaAssets::AlphaBurned AlphaAssets::AlphaRecycled
AlphaAssets::TotalAlphaIssuance AlphaDividendsPerSubnet AlphaSigmoidSteepness AlphaV2 AlphaValues
AutoStakeDestination Balances::Account Balances::TotalIssuance BlockAtRegistration BlockEmission
BlocksSinceLastStep Bonds BondsMovingAverage BondsPenalty CKBurn ChildKeys ChildkeyTake
CommitRevealWeightsEnabled Consensus Delegates Dividends EMAPriceHalvingBlocks Emission
FirstEmissionBlockNumber Incentive IsNetworkMember Kappa Keys LastEpochBlock LastMechansimStepBlock
LastUpdate LiquidAlphaOn MaxAllowedValidators MaxEpochsPerBlock MechanismCountCurrent
MechanismEmissionSplit MinChildkeyTake MinChildkeyTakePerSubnet MinerBurned
NetworkRegistrationAllowed NetworksAdded OwnedHotkeys Owner OwnerCutEnabled ParentKeys
PendingEpochAt PendingOwnerCut PendingRootAlphaDivs PendingServerEmission PendingValidatorEmission
RecycleOrBurn RevealPeriodEpochs RootAlphaDividendsPerSubnet RootClaimable RootProp StakeThreshold
StakeWeight StakingHotkeys SubnetAlphaIn SubnetAlphaInEmission SubnetAlphaOut SubnetAlphaOutEmission
SubnetEmissionEnabled SubnetEpochIndex SubnetExcessTao SubnetMechanism SubnetMovingAlpha
SubnetMovingPrice SubnetOwner SubnetOwnerCut SubnetOwnerHotkey SubnetProtocolAlpha
SubnetProtocolFlow SubnetRootSellTao SubnetTAO SubnetTaoInEmission SubnetVolume SubnetworkN
SubtokenEnabled Swap::FeeRate Swap::PalSwapInitialized Swap::SwapBalancer TaoWeight Tempo
TimelockedWeightCommits TotalHotkeyAlpha TotalHotkeyAlphaLastEpoch TotalHotkeyShares
TotalHotkeySharesV2 TotalIssuance TotalStake Uids ValidatorPermit ValidatorTrust VotingPower
VotingPowerDisableAtBlock VotingPowerEmaAlpha VotingPowerTrackingEnabled WeightCommits Weights
Yuma3On
"""
COINBASE_ITEMS: Final = frozenset(_READ_OR_WRITTEN.split())
"""The storage items that a block's emission reads or writes."""


def _coinbase(inputs: Inputs) -> dict[str, Any]:
    state, before = state_before_block(inputs)
    state.clock.block += 1
    run_coinbase(state, mint_block_emission(state), NOTHING_ELSE)
    update_moving_prices(state)
    update_root_proportions(state)
    return changes_of_block(before, state)


NOTHING_ELSE: Final = OwnerHooks(change_owner=lambda netuid: None, owner_cut_paid=lambda netuid, amount: None)
"""The cases are blocks in which no owner's cut is passed on or locked and no subnet changes its owner."""


def state_before_block(inputs: Inputs) -> tuple[State, Dump]:
    """The state before the block, as records and as storage."""
    state = import_state(decode_dump(inputs["state"]))
    state.clock.block = decoding.decimal("block", decoding.field(inputs, "block"), 1) - 1
    return state, export_state(state)


def changes_of_block(before: Dump, state: State) -> dict[str, Any]:
    """What the block changed; its number is not asked for."""
    changes = storage_changes(before, export_state(state))
    changes["set"].pop("System::Number")
    return _value(encode_dump(changes))


# Dividends.


@attrs.frozen(kw_only=True)
class _Hotkey:
    owner: int
    alpha: int
    root: int
    take: int
    parents: tuple[tuple[int, int], ...]
    children: tuple[tuple[int, int], ...]


def _dividend_distribution(inputs: Inputs) -> dict[str, Any]:
    stakes = {
        decoding.decimal("stakes", hotkey): (
            decoding.decimal("stakes", alpha),
            decoding.decimal("stakes", root),
        )
        for hotkey, alpha, root in inputs["stakes"]
    }
    distribution = dividend_distribution(
        {
            decoding.decimal("dividends", key): value
            for key, value in _keyed_fixed("dividends", inputs["dividends"], U96F32)
        },
        stakes,
        decoding.amount(inputs, "pending_alpha"),
        decoding.amount(inputs, "pending_root_alpha"),
        decoding.bits(inputs, "tao_weight_bits", U96F32),
    )
    return _value({"alpha": _text_pairs(distribution.alpha), "root_alpha": _text_pairs(distribution.root)})


def _parent_child_dividends(inputs: Inputs) -> dict[str, Any]:
    hotkeys = _hotkeys(inputs)
    hotkey = decoding.amount(inputs, "hotkey")
    shared = _shared_with_parents(inputs, hotkeys, hotkey, decoding.amount(inputs, "dividends"))
    return _value(
        {
            "alpha_out": str(max(decoding.amount(inputs, "alpha_out") - shared.recycled, 0)),
            "self_contribution": str(_self_contribution(inputs, hotkeys, hotkey)),
            "tuples": [[str(receiver), str(amount)] for receiver, amount in shared.received],
        }
    )


def _dividends_and_incentives(inputs: Inputs) -> dict[str, Any]:
    hotkeys = _hotkeys(inputs)
    emission = [_hotkey_emission(row) for row in inputs["hotkey_emission"]]
    earnings = dividends_and_incentives(emission, partial(_shared_with_parents, inputs, hotkeys))
    distribution = dividend_distribution(
        earnings.dividends,
        {hotkey: _stakes(hotkeys, hotkey) for hotkey in earnings.dividends},
        decoding.amount(inputs, "pending_alpha"),
        decoding.amount(inputs, "pending_root_alpha"),
        _tao_weight(inputs),
    )
    return _value(
        {
            "alpha": _text_pairs(distribution.alpha),
            "alpha_out": str(max(decoding.amount(inputs, "alpha_out") - earnings.recycled, 0)),
            "incentives": [[str(hotkey), str(amount)] for hotkey, amount in earnings.incentives.items()],
            "root_alpha": _text_pairs(distribution.root),
        }
    )


def _hotkey_emission(row: Any) -> tuple[int, int, int]:
    field = "hotkey_emission"
    hotkey, incentive, dividends = (decoding.decimal(field, text) for text in decoding.array(field, row, 3))
    return hotkey, incentive, dividends


def _shared_with_parents(
    inputs: Inputs, hotkeys: Mapping[int, _Hotkey], hotkey: int, dividends: int
) -> ParentDividends[int]:
    child = hotkeys[hotkey]
    return parent_child_dividends(
        hotkey,
        dividends,
        _self_contribution(inputs, hotkeys, hotkey),
        [
            Parent(
                hotkey=parent,
                proportion=proportion,
                alpha=hotkeys[parent].alpha,
                root=hotkeys[parent].root,
                same_owner=hotkeys[parent].owner == child.owner,
            )
            for proportion, parent in child.parents
        ],
        tao_weight=_tao_weight(inputs),
        childkey_take=child.take,
        childkey_burn=u64_fraction(decoding.amount(inputs, "ck_burn")),
    )


def _self_contribution(inputs: Inputs, hotkeys: Mapping[int, _Hotkey], hotkey: int) -> int:
    proportions = [proportion for proportion, _ in hotkeys[hotkey].children]
    return self_contribution(*_stakes(hotkeys, hotkey), proportions, _tao_weight(inputs))


def _stakes(hotkeys: Mapping[int, _Hotkey], hotkey: int) -> tuple[int, int]:
    return hotkeys[hotkey].alpha, hotkeys[hotkey].root


def _hotkeys(inputs: Inputs) -> dict[int, _Hotkey]:
    return {
        decoding.amount(hotkey, "hotkey"): _Hotkey(
            owner=decoding.amount(hotkey, "owner"),
            alpha=decoding.amount(hotkey, "alpha"),
            root=decoding.amount(hotkey, "root"),
            take=decoding.number(hotkey, "take", U16_MAX),
            parents=_edges("parents", hotkey["parents"]),
            children=_edges("children", hotkey["children"]),
        )
        for hotkey in inputs["hotkeys"]
    }


def _edges(field: str, edges: Any) -> tuple[tuple[int, int], ...]:
    pairs = [decoding.array(field, edge, 2) for edge in decoding.array(field, edges)]
    return tuple((decoding.decimal(field, a), decoding.decimal(field, b)) for a, b in pairs)


REFERENCE: dict[str, Operation] = {
    "emission.moving_price": _moving_price,
    "emission.shares_by_price": _shares_by_price,
    "emission.shares_by_flow": _shares_by_flow,
    "emission.pow_normalize": _pow_normalize,
    "emission.subnet_terms": _subnet_terms,
    "emission.emit_to_subnets": _emit_to_subnets,
    "emission.coinbase": _coinbase,
    "emission.dividend_distribution": _dividend_distribution,
    "emission.parent_child_dividends": _parent_child_dividends,
    "emission.dividends_and_incentives": _dividends_and_incentives,
}
"""Op name to the reference's answer."""


# JSON forms.


def _tao_weight(inputs: Inputs) -> U96F32:
    return u64_fraction(decoding.amount(inputs, "tao_weight"))


def _keyed_fixed(field: str, pairs: Any, number: type[_Fixed]) -> list[tuple[Any, _Fixed]]:
    return [
        (key, decoding.fixed(field, bits, number))
        for key, bits in (decoding.array(field, pair, 2) for pair in decoding.array(field, pairs))
    ]


def _value(value: Any) -> dict[str, Any]:
    return {"value": value}


def _pairs(by_netuid: Mapping[int, FixedPoint]) -> list[list[Any]]:
    return [[netuid, str(value.bits)] for netuid, value in by_netuid.items()]


def _text_pairs(by_hotkey: Mapping[int, FixedPoint]) -> list[list[str]]:
    return [[str(hotkey), str(value.bits)] for hotkey, value in by_hotkey.items()]
