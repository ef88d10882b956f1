"""Wrong implementations of the life of subnets that a careful person could write."""

from __future__ import annotations

from mutant import Mutant

OPENING = "subnets/network_registration.py"
ENDING = "subnets/dissolution.py"
REMOVAL = "subnets/removal.py"
PLACES = "subnets/root_registration.py"
MECHANISMS = "subnets/mechanisms.py"
TRIMMING = "subnets/trimming.py"

SUBNETS = (
    Mutant(
        "remainders-served-from-the-end",
        "SUBNET-DISSOLVE-2",
        ENDING,
        "order.sort(key=lambda place: pot * weights[place] % total, reverse=True)",
        "order.sort(key=lambda place: (pot * weights[place] % total, place), reverse=True)",
        "of equal remainders the last in the list is served first",
    ),
    Mutant(
        "claims-by-account",
        "SUBNET-DISSOLVE-3",
        ENDING,
        "return sorted(hotkeys, key=hashed_account_order)",
        "return sorted(hotkeys)",
        "claims follow the accounts of hotkeys, not their hashes",
    ),
    Mutant(
        "worthless-stakes-have-no-claim",
        "SUBNET-DISSOLVE-3",
        ENDING,
        "return stake_of(state, hotkey, coldkey, netuid) or to_u64(shares)",
        "return stake_of(state, hotkey, coldkey, netuid)",
        "a stake that is worth 0 has no claim, whatever its shares",
    ),
    Mutant(
        "worthless-hotkeys-are-removed",
        "SUBNET-DISSOLVE-6",
        ENDING,
        "        if state.hotkey_stakes.peek((hotkey, netuid)).total_alpha > 0\n",
        "",
        "the shares of a hotkey without value are claims, and removed",
    ),
    Mutant(
        "protocol-counts-from-the-block-on",
        "SUBNET-DISSOLVE-4",
        ENDING,
        "state.subnets.peek(netuid).registered_at > state.parameters.tao_in_refund_deployment_block",
        "state.subnets.peek(netuid).registered_at >= state.parameters.tao_in_refund_deployment_block",
        "the pool's alpha counts for a subnet registered in the very block",
    ),
    Mutant(
        "no-refund",
        "SUBNET-DISSOLVE-5",
        ENDING,
        "payable = min(refund, max(balance_of(state, account) - kept, 0))",
        "payable = 0",
        "the owner of an old subnet is refunded nothing",
    ),
    Mutant(
        "refund-of-the-protocol-s-share",
        "SUBNET-DISSOLVE-1",
        ENDING,
        "payable = min(refund, max(balance_of(state, account) - kept, 0))",
        "payable = min(refund, balance_of(state, account))",
        "the refund can take the protocol's share",
    ),
    Mutant(
        "the-rest-is-kept",
        "SUBNET-DISSOLVE-1",
        ENDING,
        "    recycle_tao(state, account, keep_alive_balance_of(state, account))\n",
        "",
        "what is left on the account is not recycled",
    ),
    Mutant(
        "a-clean-end",
        "SUBNET-REMOVE-1",
        REMOVAL,
        '            "recycle_or_burn",\n',
        "",
        "the next subnet of the netuid begins with the default of recycling or burning",
    ),
    Mutant(
        "root-dividends-survive",
        "SUBNET-REMOVE-3",
        REMOVAL,
        '    _remove_all(state, "root dividend", netuid)\n',
        "",
        "what root stakers have not claimed outlives the subnet",
    ),
    Mutant(
        "emission-is-on",
        "SUBNET-OPEN-1",
        OPENING,
        "    state.hyperparameters[netuid].emission_enabled = False\n",
        "",
        "TAO emission to a new subnet is on",
    ),
    Mutant(
        "median-before-the-pruning",
        "SUBNET-OPEN-1",
        OPENING,
        "    if pruned is not None:\n        dissolve_network(state, pruned)\n"
        "    netuid = next_netuid(state) if pruned is None else pruned\n    price = median_price(state)\n",
        "    price = median_price(state)\n"
        "    if pruned is not None:\n        dissolve_network(state, pruned)\n"
        "    netuid = next_netuid(state) if pruned is None else pruned\n",
        "the subnet that is pruned still counts in the median price",
    ),
    Mutant(
        "the-lower-middle",
        "SUBNET-OPEN-4",
        OPENING,
        "return upper if len(prices) % 2 else lower.saturating_add(upper).safe_div(_TWO)",
        "return lower",
        "of an even number of prices the lower middle is the median",
    ),
    Mutant(
        "pool-of-what-was-paid",
        "SUBNET-OPEN-6",
        OPENING,
        "tao = max(locked, state.parameters.network_min_lock_cost)",
        "tao = locked",
        "the pool gets what was paid, not at least the lowest price",
    ),
    Mutant(
        "numbers-in-order",
        "SUBNET-PRUNE-1",
        OPENING,
        "return min(candidates, key=lambda netuid: _strength(state, netuid), default=None)",
        "return min(candidates, key=lambda netuid: (*_strength(state, netuid), netuid), default=None)",
        "of equal subnets the lowest netuid is pruned",
    ),
    Mutant(
        "no-window-for-missing-subnets",
        "SUBNET-MECHANISM-1",
        MECHANISMS,
        "    require_not_frozen(state, netuid)\n"
        "    require(state.subnets.peek(netuid).added, SubtensorError.MechanismDoesNotExist)\n"
        "    require(0 < count",
        "    require(state.subnets.peek(netuid).added, SubtensorError.MechanismDoesNotExist)\n"
        "    require_not_frozen(state, netuid)\n"
        "    require(0 < count",
        "whether the subnet exists is asked before the window",
    ),
    Mutant(
        "the-split-stays",
        "SUBNET-MECHANISM-1",
        MECHANISMS,
        "    parameters.mechanism_count = count\n    parameters.mechanism_emission_split = None\n",
        "    parameters.mechanism_count = count\n",
        "a change of the number of mechanisms keeps the split",
    ),
    Mutant(
        "an-equal-stake-is-enough",
        "SUBNET-ROOT-2",
        PLACES,
        "weakest = min(stakes, key=stakes.__getitem__)",
        "weakest = max(stakes, key=lambda uid: (-stakes[uid], uid))",
        "of equal root stakes the last uid is replaced",
    ),
    Mutant(
        "the-oldest-goes-first",
        "SUBNET-TRIM-2",
        TRIMMING,
        "key=lambda uid: (-emission[uid], uid))",
        "key=lambda uid: (-emission[uid], -uid))",
        "of equal emission the lowest uid is removed first",
    ),
    Mutant(
        "weights-become-zero",
        "SUBNET-TRIM-4",
        TRIMMING,
        "return tuple((places[uid], value) for uid, value in row if uid in places)",
        "return tuple((places.get(uid, uid), value if uid in places else 0) for uid, value in row)",
        "weights for removed neurons become 0 in place of disappearing",
    ),
    Mutant(
        "trimmed-to-what-is-kept",
        "SUBNET-TRIM-2",
        TRIMMING,
        "    state.subnets[netuid].neurons = count\n",
        "    state.subnets[netuid].neurons = len(kept)\n",
        "a subnet with a short emission vector has as many neurons as were kept",
    ),
)
"""Mutants of opening, ending, places on root, mechanisms and trimming."""
