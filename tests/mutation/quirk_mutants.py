"""The chain without its quirks, as somebody would write it who thinks that they are mistakes."""

from __future__ import annotations

from mutant import Mutant

QUIRKS = (
    Mutant(
        "repaired-window-of-root",
        "SUBNET-ACCESS-2",
        "subnets/access.py",
        "return blocks_until_next_epoch(schedule, block) < ",
        "return netuid != 0 and blocks_until_next_epoch(schedule, block) < ",
        "root, which has no epochs, is never frozen",
    ),
    Mutant(
        "repaired-claims",
        "STAKE-CLAIM-1",
        "staking/root_claims.py",
        "                _claim_on_subnet(state, hotkey, coldkey, netuid)\n",
        "                try:\n"
        "                    with state.transaction():\n"
        "                        _claim_on_subnet(state, hotkey, coldkey, netuid)\n"
        "                except DispatchError:\n"
        "                    continue\n",
        "a sale that is refused leaves the claims on other subnets",
    ),
    Mutant(
        "repaired-entries-of-no-claims",
        "SUBNET-HOTKEY-1",
        "staking/root_claims.py",
        "is_stored = position.root_claimed == 0",
        "is_stored = False",
        "an entry of 0 is the same as none",
    ),
    Mutant(
        "repaired-place-of-the-owner",
        "SUBNET-UID-5",
        "subnets/uids.py",
        "    if state.subnets.peek(netuid).owner_hotkey == old:\n        return\n",
        "",
        "the owner's neuron is replaced like any other",
    ),
    Mutant(
        "repaired-root-registration",
        "SUBNET-ROOT-1",
        "subnets/root_registration.py",
        "    associate_hotkey(state, coldkey, hotkey)\n    uid = ",
        "    associate_hotkey(state, coldkey, hotkey)\n"
        "    require(state.hotkeys.peek(hotkey).owner == coldkey, SubtensorError.NonAssociatedColdKey)\n"
        "    uid = ",
        "nobody registers a hotkey of somebody else on root",
    ),
    Mutant(
        "repaired-start-of-emission",
        "EMISSION-SHARE-6",
        "emission/coinbase.py",
        "and state.subnets.peek(netuid).first_emission_block is not None",
        "and (state.subnets.peek(netuid).first_emission_block or 2**64) <= state.clock.block",
        "a subnet emits from its first emission block on",
    ),
    Mutant(
        "repaired-flows",
        "EMISSION-FLOW-1",
        "chain/block_step.py",
        "    update_root_proportions(state)\n",
        "    update_root_proportions(state)\n"
        "    for netuid in all_netuids(state):\n"
        "        state.emissions[netuid].tao_flow = 0\n",
        "flows are taken in every block",
    ),
)
