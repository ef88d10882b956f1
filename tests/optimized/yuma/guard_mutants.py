"""Guards and bounds of fast paths, each with an epoch answered wrongly without it; short cuts."""

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
CODES = "yuma/consensus.py"
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
        "special weight of 1.0 at the edge of a stored bond",
    ),
    Mutant("median-of-nobody", MEDIAN, "if staked == 0:", "if False:", "edge 10"),
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
    Mutant("plain-without-weight-1", BONDS, "not liquid and not has_one and", "not liquid and", "edge 7"),
    Mutant(
        "plain-rate-above-0",
        BONDS,
        "p.rate > 0 and p.rate < ONE_BITS\n\n",
        "p.rate < ONE_BITS\n\n",
        "edge 26",
    ),
    Mutant(
        "plain-rate-below-1",
        BONDS,
        " and p.rate > 0 and p.rate < ONE_BITS\n\n",
        " and p.rate > 0\n\n",
        "edge 59",
    ),
    Mutant("plain-yuma-3", BONDS, "return p.yuma3 and not", "return not", "edge 58"),
    Mutant(
        "plain-whole-tiles",
        BONDS,
        "if is_plain and first + TILE <= rows.weights.shape[1]:",
        "if is_plain:",
        "edge 39",
    ),
    Mutant("penalty-of-1", BONDS, "        if penalty == ONE_BITS:\n", "        if False:\n", "edge 22"),
    Mutant(
        "penalty-of-0-in-halves",
        PLAIN,
        "U32_MAX if penalty == 0 else NO_BITS",
        "NO_BITS",
        "special no penalty",
    ),
    Mutant(
        "bond-of-65535",
        PLAIN,
        "lanes.add_where_above(lanes.high_product(retained, proportion), proportion, almost_one, UNIT)",
        "lanes.high_product(retained, proportion)",
        "special whole bond at the edge of a stored one",
    ),
    Mutant(
        "income-in-doubt",
        PLAIN,
        "if lanes.any_upper_half(changes):",
        "if False:",
        "special lone bonds in a tile of little incentive",
    ),
    Mutant("sums-of-small-weights", CODES, "0 if weight_sum <= LARGEST_SMALL_SUM else ", "", "edge 0"),
    Mutant(
        "whole-sums-of-small-weights",
        CODES,
        "LARGEST_SMALL_SUM = np.int64(1 << 16)",
        "LARGEST_SMALL_SUM = np.int64((1 << 16) - 1)",
        "special weights that sum to 65536",
    ),
    Mutant("usual-stake", STAKE, "        if usual:\n", "        if True:\n", "special stakes beyond a word"),
    Mutant(
        "permits-of-negative-stakes",
        STAKE,
        "count > p.max_validators or negative",
        "count > p.max_validators",
        "special negative stakes",
    ),
    Mutant(
        "stakeless-neuron-in-median",
        ROWS,
        "if (active[uids[row]] > 0) == with_stake:",
        "if (active[uids[row]] >= 0) == with_stake:",
        "special stakeless validator",
    ),
    Mutant(
        "staked-neuron-without-row",
        ROWS,
        "return holders > staked",
        "return False",
        "special silent validator",
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

SHORT_CUTS = (
    Mutant("mostly-zeros", MEDIAN, "if lanes.any_at_most(low, zero):", "if False:", "edge 0..20"),
    Mutant("only-fine-steps", MEDIAN, "COARSE_STEPS = 8", "COARSE_STEPS = 0", "edge 0..20"),
    Mutant(
        "always-estimated",
        PLAIN,
        "if share <= LARGEST_ESTIMATED else IN_DOUBT",
        "",
        "special one miner by consensus",
    ),
    Mutant(
        "never-estimated",
        PLAIN,
        "if share <= LARGEST_ESTIMATED else IN_DOUBT",
        "if False else IN_DOUBT",
        "special lone bonds in a tile of little incentive",
    ),
)
"""What only saves time: without it the answers to the cases are the same."""
