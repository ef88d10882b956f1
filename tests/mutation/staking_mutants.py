"""Wrong implementations of stakes, locks and the ledger that a careful person could write."""

from __future__ import annotations

from mutant import Mutant

LEDGER = "state/ledger.py"
LOCKS = "staking/locks.py"
OPERATIONS = "staking/operations.py"
DELEGATION = "staking/delegation.py"
CHILDKEYS = "staking/childkeys.py"
CLAIMS = "staking/root_claims.py"

STAKING = (
    Mutant(
        "lock-stays-behind",
        "STAKE-LOCK-13",
        LOCKS,
        "    if origin == destination or amount == 0:\n        return\n    source_hotkey",
        "    if amount >= 0:\n        return\n    source_hotkey",
        "a lock does not follow a transfer of the stake that it binds",
    ),
    Mutant(
        "dust-stays-in-the-total",
        "LEDGER-TRANSFER-2",
        LEDGER,
        "    dust = move(state, source, destination, amount, keep_alive=False)\n"
        "    _lower_total_issuance(state, dust)",
        "    move(state, source, destination, amount, keep_alive=False)",
        "the dust of an account that dies leaves the issuance of balances and not the total",
    ),
    Mutant(
        "smallest-stake-without-fee",
        "STAKE-CHECK-1",
        OPERATIONS,
        "require(amount >= MIN_STAKE + fee, SubtensorError.AmountTooLow)",
        "require(amount >= MIN_STAKE, SubtensorError.AmountTooLow)",
        "the smallest stake does not include the fee on it",
    ),
    Mutant(
        "take-limit-one-block-early",
        "STAKE-TAKE-5",
        DELEGATION,
        "state.clock.block - last <= limit",
        "state.clock.block - last < limit",
        "a take can change again one block too early",
    ),
    Mutant(
        "childkey-limit-one-block-late",
        "STAKE-CHILD-4",
        CHILDKEYS,
        "max(state.clock.block - last, 0) < limit",
        "max(state.clock.block - last, 0) <= limit",
        "a childkey take or children can change again one block too late",
    ),
    Mutant(
        "claim-above-the-threshold",
        "STAKE-CLAIM-11",
        CLAIMS,
        "if due >= state.hyperparameters.peek(netuid).root_claim_threshold",
        "if due > state.hyperparameters.peek(netuid).root_claim_threshold",
        "what is owed is paid above the threshold, not from it on",
    ),
    Mutant(
        "six-subnets-claimed",
        "STAKE-CLAIM-1",
        CLAIMS,
        "MAX_CLAIMED_SUBNETS: Final = 5",
        "MAX_CLAIMED_SUBNETS: Final = 6",
        "one call claims of six subnets",
    ),
    Mutant(
        "nomination-of-the-minimum-is-swept",
        "STAKE-NOMINATOR-2",
        OPERATIONS,
        "if not 0 < alpha < minimum:",
        "if not 0 < alpha <= minimum:",
        "a nomination of exactly the minimum is swept",
    ),
    Mutant(
        "transfer-above-the-smallest-stake",
        "STAKE-MOVE-6",
        "staking/transitions.py",
        "require(tao >= MIN_STAKE, SubtensorError.AmountTooLow)",
        "require(tao > MIN_STAKE, SubtensorError.AmountTooLow)",
        "a transfer of exactly the smallest stake is refused",
    ),
    Mutant(
        "lock-of-the-whole-stake-refused",
        "STAKE-LOCK-1",
        LOCKS,
        "if total < lock.locked_mass:",
        "if total <= lock.locked_mass:",
        "no stake can be locked whole",
    ),
)
