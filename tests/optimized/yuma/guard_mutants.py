"""Guards and bounds of fast paths taken away, each with an epoch that is then answered wrongly."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """The kernels without one of their guards."""

    name: str
    file: str
    """Path below ``optimized/``."""
    old: str
    """Text of the source."""
    new: str
    """What stands there instead."""
    killer: str
    """A case of ``interpreted.py``."""


GUARDS, KERNELS, CPU = "yuma/guards.py", "yuma/kernels.py", "yuma/cpu.py"
ARRAYS, ROWS, STAKE = "yuma/array_epochs.py", "yuma/rows.py", "yuma/stake.py"
MEDIAN, CONSENSUS, BONDS, PLAIN = (
    "yuma/median.py",
    "yuma/consensus.py",
    "yuma/bonds.py",
    "yuma/plain_bonds.py",
)
LIQUID, EXPONENTIAL, CONVERSION = "yuma/liquid_alpha.py", "fixed_point/exponential.py", "yuma/conversion.py"

MUTANTS = (
    Mutant("neurons", KERNELS, "if p.guards & NEURONS and not", "if False and not", "trip neurons"),
    Mutant(
        "active-stake", KERNELS, "if p.guards & ACTIVE_STAKE and not", "if False and not", "trip active_stake"
    ),
    Mutant("rate", KERNELS, "if not liquid and p.guards & RATE and not", "if False and not", "trip rate"),
    Mutant("weights-order", CPU, "guards & WEIGHTS_ORDER:", "False:", "trip weights_order"),
    Mutant(
        "weights-order-of-arrays",
        ARRAYS,
        "penalty == FULL_PENALTY and epoch",
        "False and epoch",
        "arrays uncovered weight",
    ),
    Mutant("permits-ranked", STAKE, "count > p.max_validators or negative", "negative", "edge 1"),
    Mutant("a-weight-of-1", ROWS, "has_one |= has_element(", "has_one |= False and has_element(", "edge 7"),
    Mutant(
        "weights-that-can-be-1",
        ROWS,
        "if weight_sum[row] <= U16_MAX:",
        "if weight_sum[row] < 100:",
        "edge 55",
    ),
    Mutant("median-of-nobody", MEDIAN, "if kappa == 0 or staked == 0:", "if kappa == 0:", "edge 10"),
    Mutant(
        "median-zero-lowest",
        MEDIAN,
        "return lanes.where_at_most(low, zero, decided, high)",
        "return decided",
        "edge 82",
    ),
    Mutant(
        "score-1-in-trust", CONSENSUS, "if has_one or held == ONE_BITS:", "if held == ONE_BITS:", "edge 0"
    ),
    Mutant("all-stake-in-ranks", CONSENSUS, "if has_one or held == ONE_BITS:", "if has_one:", "edge 23"),
    Mutant(
        "codes-of-1",
        CONSENSUS,
        "np.uint32(share - (share >> FRACTION_BITS))",
        "np.uint32(share & np.int64(0xFFFFFFFF))",
        "edge 0",
    ),
    Mutant(
        "plain-without-weight-1", BONDS, "not liquid and not rows.has_one and", "not liquid and", "edge 7"
    ),
    Mutant(
        "plain-rate-above-0",
        BONDS,
        "p.rate > 0 and p.rate < ONE_BITS\n    is_all",
        "p.rate < ONE_BITS\n    is_all",
        "edge 26",
    ),
    Mutant(
        "plain-rate-below-1",
        BONDS,
        " and p.rate > 0 and p.rate < ONE_BITS\n    is_all",
        " and p.rate > 0\n    is_all",
        "edge 59",
    ),
    Mutant("plain-yuma-3", BONDS, "is_plain = p.yuma3 and not", "is_plain = not", "edge 58"),
    Mutant(
        "plain-whole-tiles",
        BONDS,
        "if is_plain and first + TILE <= rows.weights.shape[1]:",
        "if is_plain:",
        "edge 39",
    ),
    Mutant("penalty-of-1", BONDS, "        if penalty == ONE_BITS:\n", "        if False:\n", "edge 22"),
    Mutant(
        "penalty-of-1-in-halves",
        PLAIN,
        "return clipped if clips else",
        "return",
        "special whole penalty in a tile",
    ),
    Mutant("any-rate", BONDS, "if rate <= 0 or rate == ONE_BITS:", "if False:", "edge 1"),
    Mutant(
        "rate-0", BONDS, "if rate <= 0 or rate == ONE_BITS:", "if rate < 0 or rate == ONE_BITS:", "edge 12"
    ),
    Mutant("rate-1", BONDS, "if rate <= 0 or rate == ONE_BITS:", "if rate <= 0:", "edge 1"),
    Mutant(
        "partial-rate-in-yuma-2",
        BONDS,
        "is_partial = rate > 0 and rate < ONE_BITS",
        "is_partial = True",
        "edge 8",
    ),
    Mutant(
        "outdated-or-1",
        BONDS,
        "elif has_outdated or weight_sum[row] <= U16_MAX:",
        "elif has_outdated:",
        "edge 29",
    ),
    Mutant(
        "outdated-bonds",
        BONDS,
        "elif has_outdated or weight_sum[row] <= U16_MAX:",
        "elif weight_sum[row] <= U16_MAX:",
        "dense outdated bond",
    ),
    Mutant("incentive-1", BONDS, "    has_one = any_is_one(incentive)\n", "    has_one = False\n", "edge 2"),
    Mutant(
        "incentive-1-in-halves",
        PLAIN,
        "has_one |= incentive[j] == ONE_BITS",
        "has_one |= False",
        "special one miner by consensus",
    ),
    Mutant(
        "bonds-beyond-1",
        BONDS,
        "store_tile(rows.source, rows.kept, liquid or p.rate >= 0,",
        "store_tile(rows.source, rows.kept, True,",
        "edge 26",
    ),
    Mutant(
        "zero-entries",
        BONDS,
        "if weight == 0 and not (j < marked and entries.zero[source[row], first + j]):",
        "if weight == 0:",
        "edge 21",
    ),
    Mutant(
        "marks-beyond-the-last-neuron",
        BONDS,
        "not (j < marked and entries",
        "not (keeps_zeros and entries",
        "edge 25",
    ),
    Mutant(
        "partial-penalty-orders-rows",
        BONDS,
        "keeps_rows = p.penalty == 0 or p.penalty == ONE_BITS",
        "keeps_rows = True",
        "special weights out of order, partial penalty",
    ),
    Mutant(
        "hidden-weights",
        BONDS,
        "has_hidden_weights = keeps_rows and",
        "has_hidden_weights = False and",
        "special weights out of order, no penalty",
    ),
    Mutant(
        "hidden-bonds",
        BONDS,
        "has_hidden_bonds = entries.hidden_bonds.shape[0] > 0",
        "has_hidden_bonds = False",
        "special bonds out of order",
    ),
    Mutant(
        "rates-out-of-order",
        LIQUID,
        "    if low >= high:\n        exponents[:] = low\n        return\n",
        "",
        "edge 6",
    ),
    Mutant("large-exponents", LIQUID, "if largest <= LARGEST_LANE_EXPONENT:", "if True:", "edge 25"),
    Mutant(
        "exponent-1", EXPONENTIAL, "    if exponent == ONE_BITS:\n        power = E_BITS\n", "", "edge 72"
    ),
)
