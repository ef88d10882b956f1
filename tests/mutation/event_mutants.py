"""Wrong events that a careful person could deposit; the traces of upstream tell them."""

from __future__ import annotations

from mutant import Mutant

LOG = "state/events.py"
CONVERSION = "staking/conversion.py"
CLAIMS = "staking/root_claims.py"
TRANSITIONS = "staking/transitions.py"
WEIGHTS = "subnets/weights.py"
DISTRIBUTION = "emission/distribution.py"
EPOCHS = "emission/epochs.py"

EVENTS = (
    Mutant(
        "events-of-failed-calls-stay",
        "CHAIN-EVENT-1",
        LOG,
        "        del self._events[length:]",
        "        del self._events[len(self._events) :]",
        "a call that returns an error leaves the events that it deposited before",
    ),
    Mutant(
        "stake-added-without-its-fee",
        "CHAIN-EVENT-2",
        CONVERSION,
        "        tao=moved,\n",
        "        tao=moved - result.fee_paid,\n",
        "StakeAdded tells the TAO that the pool got, without the fee",
    ),
    Mutant(
        "stake-removed-with-its-fee",
        "CHAIN-EVENT-2",
        CONVERSION,
        "        alpha=result.amount_paid_in,\n",
        "        alpha=result.amount_paid_in + result.fee_paid,\n",
        "StakeRemoved tells the alpha that left the stake, with the fee",
    ),
    Mutant(
        "claims-of-nothing-are-silent",
        "CHAIN-EVENT-2",
        CLAIMS,
        '    state.events.deposit("RootClaimed", coldkey=coldkey)',
        "    if state.coldkeys.peek(coldkey).staking_hotkeys:\n"
        '        state.events.deposit("RootClaimed", coldkey=coldkey)',
        "a coldkey that stakes nowhere has no RootClaimed",
    ),
    Mutant(
        "batch-lists-what-succeeded",
        "CHAIN-EVENT-2",
        WEIGHTS,
        "netuids=tuple(netuids)",
        "netuids=tuple(netuid for netuid in netuids if netuid not in dict(failures))",
        "BatchWeightsCompleted leaves out the subnets that refused",
    ),
    Mutant(
        "moves-tell-the-alpha",
        "CHAIN-EVENT-2",
        TRANSITIONS,
        "        destination_hotkey=destination_hotkey,\n"
        "        destination_netuid=destination_netuid,\n"
        "        tao=tao,",
        "        destination_hotkey=destination_hotkey,\n"
        "        destination_netuid=destination_netuid,\n"
        "        tao=alpha,",
        "StakeMoved tells the alpha that was moved instead of its TAO",
    ),
    Mutant(
        "no-income-no-event",
        "CHAIN-EVENT-2",
        DISTRIBUTION,
        "        state.events.deposit(\n",
        "        incentive and state.events.deposit(\n",
        "AutoStakeAdded is left out for an incentive of 0",
    ),
    Mutant(
        "incentive-by-netuid",
        "CHAIN-EVENT-2",
        EPOCHS,
        "netuid=index, emissions=emissions",
        "netuid=index % 4096, emissions=emissions",
        "IncentiveAlphaEmittedToMiners tells the netuid instead of the storage index",
    ),
)
