"""Wrong implementations that a careful person could write.

Each replaces one text of the reference that occurs exactly once in its file.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """One wrong implementation."""

    name: str
    """Short and unique."""
    rule: str
    """Id of the rule that it breaks."""
    file: str
    """Path below ``reference/``."""
    old: str
    """Text of the reference."""
    new: str
    """What stands there instead."""
    description: str
    """The mistake, in words."""


TYPES = "fixed_point/types.py"
NUMBERS = "fixed_point/numbers.py"
TRANSCENDENTAL = "fixed_point/transcendental.py"
SAFE_MATH = "fixed_point/safe_math.py"
STAKE = "yuma/stake.py"
COMMITS = "yuma/commits.py"
PROPORTIONS = "yuma/proportions.py"
SPARSE = "yuma/sparse.py"
MEDIAN = "yuma/median.py"
LIQUID_ALPHA = "yuma/liquid_alpha.py"
BONDS = "yuma/bonds.py"
EPOCH = "yuma/epoch.py"

FIXED_POINT = (
    Mutant(
        "multiplication-truncates",
        "FIX-MUL-1",
        TYPES,
        "return self.bits * other.bits >> self.FRACTION_BITS",
        "return divide_truncating(self.bits * other.bits, self.ONE_BITS)",
        "negative products are rounded toward zero instead of down",
    ),
    Mutant(
        "multiplication-rounds-to-nearest",
        "FIX-MUL-1",
        TYPES,
        "return self.bits * other.bits >> self.FRACTION_BITS",
        "return self.bits * other.bits + (self.ONE_BITS >> 1) >> self.FRACTION_BITS",
        "products are rounded to the nearest ulp",
    ),
    Mutant(
        "division-floors",
        "FIX-DIV-1",
        TYPES,
        "return divide_truncating(self.bits << self.FRACTION_BITS, other.bits)",
        "return (self.bits << self.FRACTION_BITS) // other.bits",
        "negative quotients are rounded down instead of toward zero",
    ),
    Mutant(
        "safe-division-saturates",
        "FIX-SAFEDIV-1",
        TYPES,
        "return _make(cls, bits) if cls.MIN_BITS <= bits <= cls.MAX_BITS else default",
        "return _saturated(cls, bits)",
        "an overflowing safe_div answers the largest value instead of 0",
    ),
    Mutant(
        "saturating-sum-wraps",
        "FIX-FAMILY-1",
        TYPES,
        "return _saturated(cls, self.bits + other.bits)",
        "return _wrapped(cls, self.bits + other.bits)",
        "saturating_add wraps",
    ),
    Mutant(
        "saturating-product-wraps",
        "FIX-FAMILY-1",
        TYPES,
        "return _saturated(type(self), self._product_bits(other))",
        "return _wrapped(type(self), self._product_bits(other))",
        "saturating_mul wraps",
    ),
    Mutant(
        "plain-sum-saturates",
        "FIX-SUM-1",
        TYPES,
        "return _wrapped(number, total)",
        "return _saturated(number, total)",
        "`.sum()` saturates instead of wrapping",
    ),
    Mutant(
        "bare-product-saturates",
        "FIX-FAMILY-1",
        TYPES,
        "return _wrapped(type(self), self._product_bits(other))",
        "return _saturated(type(self), self._product_bits(other))",
        "the bare `*` saturates instead of wrapping",
    ),
    Mutant(
        "remainder-takes-sign-of-divisor",
        "FIX-REM-1",
        TYPES,
        "self.bits - other.bits * divide_truncating(self.bits, other.bits)",
        "self.bits % other.bits",
        "the remainder has the sign of the divisor",
    ),
    Mutant(
        "ties-round-up",
        "FIX-ROUND-3",
        TYPES,
        "return magnitude if self.bits >= 0 else -magnitude",
        "return (self.bits + (self.ONE_BITS >> 1)) >> self.FRACTION_BITS << self.FRACTION_BITS",
        "ties below zero are rounded up instead of away from zero",
    ),
    Mutant(
        "nearest-ties-up",
        "FIX-CONV-3",
        NUMBERS,
        "return quotient + (remainder > half or (remainder == half and quotient & 1))",
        "return quotient + (remainder >= half)",
        "ties are rounded up instead of to the even value",
    ),
    Mutant(
        "float-conversion-floors",
        "FIX-CONV-3",
        TYPES,
        "shift_right_nearest_even(numerator, -shift)",
        "numerator >> -shift",
        "a float is floored to the type instead of rounded",
    ),
    Mutant(
        "narrowing-rounds-to-nearest",
        "FIX-CONV-2",
        TYPES,
        "return value.bits << shift if shift >= 0 else value.bits >> -shift",
        "return value.bits << shift if shift >= 0 else shift_right_nearest_even(value.bits, -shift)",
        "a conversion to fewer fraction bits rounds to nearest instead of down",
    ),
    Mutant(
        "integer-conversion-truncates",
        "FIX-CONV-4",
        TYPES,
        "return min(max(self.bits >> self.FRACTION_BITS, target.minimum), target.maximum)",
        "return min(max(divide_truncating(self.bits, self.ONE_BITS), target.minimum), target.maximum)",
        "-0.5 becomes the integer 0 instead of -1",
    ),
    Mutant(
        "exp-one-term-more",
        "FIX-EXP-1",
        TRANSCENDENTAL,
        "for i in range(2, number.FRACTION_BITS):",
        "for i in range(2, number.FRACTION_BITS + 1):",
        "the series has one term too many",
    ),
    Mutant(
        "exp-divides-first",
        "FIX-EXP-1",
        TRANSCENDENTAL,
        """        term = _present(term.checked_mul(x))
        term = _present(term.checked_div(number.from_num(i)))
""",
        """        term = _present(term.checked_div(number.from_num(i)))
        term = _present(term.checked_mul(x))
""",
        "a term is divided before it is multiplied",
    ),
    Mutant(
        "exp-of-1-by-the-series",
        "FIX-EXP-2",
        TRANSCENDENTAL,
        "    if operand.bits == operand.ONE_BITS:\n        return number.from_bits(E_BITS",
        "    if operand.bits == 0:\n        return number.from_bits(E_BITS",
        "exp(1) is computed by the series instead of read from the constant",
    ),
    Mutant(
        "e-rounded-to-nearest",
        "FIX-EXP-2",
        TRANSCENDENTAL,
        "E_BITS: Final = 22_802_600",
        "E_BITS: Final = 22_802_601",
        "the 23-bit constant e is rounded to nearest instead of down",
    ),
    Mutant(
        "exp-of-minus-1-from-the-constant",
        "FIX-EXP-3",
        TRANSCENDENTAL,
        "    x = number.from_num(magnitude)\n    term = x\n",
        "    if magnitude.bits == magnitude.ONE_BITS:\n"
        "        return number.one() / exp(magnitude, number)\n"
        "    x = number.from_num(magnitude)\n    term = x\n",
        "exp(-1) is the inverse of the constant instead of the inverse of the series",
    ),
    Mutant(
        "log2-of-e-rounded-up",
        "FIX-LN-1",
        TRANSCENDENTAL,
        "LOG2_E_BITS: Final = 12_102_203",
        "LOG2_E_BITS: Final = 12_102_204",
        "the 23-bit constant log2(e) is rounded up",
    ),
    Mutant(
        "log2-halves-down",
        "FIX-LOG2-2",
        TRANSCENDENTAL,
        "(x.bits >> 1) + (x.bits & 1)",
        "(x.bits >> 1)",
        "halving drops the lowest bit instead of rounding it up",
    ),
    Mutant(
        "sqrt-one-step-less",
        "FIX-SQRT-1",
        TRANSCENDENTAL,
        "    for _ in range(number.FRACTION_BITS):\n        root =",
        "    for _ in range(number.FRACTION_BITS - 1):\n        root =",
        "one Newton step is missing",
    ),
    Mutant(
        "bisection-stops-late",
        "FIX-SQRT-2",
        SAFE_MATH,
        "while quotient.abs_diff(middle) > epsilon:",
        "while quotient.abs_diff(middle) >= epsilon:",
        "a difference of exactly epsilon goes on",
    ),
    Mutant(
        "floor-of-the-trait-is-a-floor",
        "FIX-ROUND-6",
        SAFE_MATH,
        "return operand.int().checked_sub(type(operand).one())",
        "return operand.int()",
        "checked_floor is a floor, without upstream's extra 1 below zero",
    ),
    Mutant(
        "power-inverts-first",
        "FIX-POW-3",
        SAFE_MATH,
        "result, base, remaining = number.one(), operand, abs(exponent)",
        "result, base, remaining = number.one(), operand if exponent > 0 else "
        "number.one().safe_div(operand), abs(exponent)\n    exponent = abs(exponent)",
        "a negative power inverts the operand instead of the power",
    ),
    Mutant(
        "power-by-repeated-multiplication",
        "FIX-POW-3",
        SAFE_MATH,
        """    while remaining > 0:
        if remaining & 1:
            result = result.saturating_mul(base)
        base = base.saturating_mul(base)
        remaining >>= 1
""",
        """    for _ in range(min(remaining, 256)):
        result = result.saturating_mul(base)
""",
        "powers are taken by repeated multiplication instead of squaring",
    ),
)

YUMA = (
    Mutant(
        "activity-one-block-short",
        "YUMA-ACTIVE-2",
        STAKE,
        "return [min(updated + cutoff, U64_MAX) < block for updated in last_update]",
        "return [min(updated + cutoff, U64_MAX) <= block for updated in last_update]",
        "a validator is inactive one block too early",
    ),
    Mutant(
        "activity-cutoff-may-be-zero",
        "YUMA-ACTIVE-1",
        STAKE,
        "return max(min(factor_milli * tempo, U64_MAX) // 1000, 1)",
        "return min(factor_milli * tempo, U64_MAX) // 1000",
        "the activity cutoff has no minimum of one block",
    ),
    Mutant(
        "threshold-inclusive",
        "YUMA-STAKE-4",
        STAKE,
        "stake.saturating_to_num(U64) < threshold else stake",
        "stake.saturating_to_num(U64) <= threshold else stake",
        "stake of exactly the threshold is dropped",
    ),
    Mutant(
        "owner-not-exempt-from-threshold",
        "YUMA-STAKE-4",
        STAKE,
        "I64F64.zero() if uid != owner_uid and stake",
        "I64F64.zero() if stake",
        "the owner's stake is dropped below the threshold too",
    ),
    Mutant(
        "tao-weight-over-two-to-the-64",
        "YUMA-STAKE-2",
        STAKE,
        "_U64_MAX = U96F32.from_num(U64_MAX)",
        "_U64_MAX = U96F32.from_num(U64_MAX + 1)",
        "proportions are divided by 2**64 instead of 2**64 - 1",
    ),
    Mutant(
        "children-keep-nothing",
        "YUMA-STAKE-1",
        STAKE,
        "own.saturating_sub(to_children)",
        "own",
        "stake lent to children counts twice",
    ),
    Mutant(
        "stake-rounded-to-nearest",
        "YUMA-STAKE-5",
        STAKE,
        "return [I32F32.saturating_from_num(stake) for stake in filtered]",
        "return [I32F32.from_bits((stake.bits + 2**31) >> 32) for stake in filtered]",
        "the normalised stake is rounded to nearest on its way to I32F32",
    ),
    Mutant(
        "active-stake-not-normalised",
        "YUMA-STAKE-6",
        STAKE,
        "return normalize(mask_vector(forbids, mask_vector(inactive, stake)))",
        "return mask_vector(forbids, mask_vector(inactive, stake))",
        "stake is not normalised again after the masks",
    ),
    Mutant(
        "permits-ignored-in-active-stake",
        "YUMA-STAKE-6",
        STAKE,
        "mask_vector(forbids, mask_vector(inactive, stake))",
        "mask_vector(inactive, stake)",
        "stake without a permit counts",
    ),
    Mutant(
        "top-k-ties-keep-the-lower-uid",
        "YUMA-PERMIT-2",
        PROPORTIONS,
        "ascending = sorted(range(len(vector)), key=lambda i: vector[i].bits)",
        "ascending = sorted(range(len(vector)), key=lambda i: (vector[i].bits, -i))",
        "of equal stakes the lower uid gets the permit",
    ),
    Mutant(
        "top-k-keeps-zeros",
        "YUMA-PERMIT-2",
        PROPORTIONS,
        "return [top and value != ZERO for top, value in zip(is_top_k(vector, k), vector, strict=True)]",
        "return is_top_k(vector, k)",
        "zero stake can get a permit",
    ),
    Mutant(
        "owner-gets-no-permit",
        "YUMA-PERMIT-3",
        EPOCH,
        "return permits_in_force(is_top_k_nonzero(stake, max_allowed), owner_uid)",
        "return is_top_k_nonzero(stake, max_allowed)",
        "the owner's next permit is not forced",
    ),
    Mutant(
        "owner-has-no-permit-in-force",
        "YUMA-PERMIT-1",
        EPOCH,
        "permits = permits_in_force(inputs.permits, inputs.owner_uid)",
        "permits = list(inputs.permits)",
        "the owner's old permit is not forced",
    ),
    Mutant(
        "bonds-kept-by-old-permits",
        "YUMA-OUTPUT-3",
        EPOCH,
        "bonds=kept_bonds(bonds, new_permits),",
        "bonds=kept_bonds(bonds, [*inputs.permits, *[False] * inputs.n][: inputs.n]),",
        "bonds are kept for the old permits instead of the new ones",
    ),
    Mutant(
        "owner-loses-self-weight",
        "YUMA-MASK-2",
        SPARSE,
        "if i != j or i == except_index]",
        "if i != j]",
        "the owner's weight on itself is dropped",
    ),
    Mutant(
        "outdated-weights-off-by-one",
        "YUMA-MASK-3",
        EPOCH,
        "return mask_rows_against_columns(weights, last_update, registered, le)",
        "return mask_rows_against_columns(weights, last_update, registered, lt)",
        "a weight set in the block of the registration counts",
    ),
    Mutant(
        "committed-weights-off-by-one",
        "YUMA-MASK-5",
        EPOCH,
        "return mask_rows_against_columns(weights, commits, registered, lt)",
        "return mask_rows_against_columns(weights, commits, registered, le)",
        "a commit in the block of the registration is too old",
    ),
    Mutant(
        "commit-expires-one-epoch-early",
        "YUMA-MASK-4",
        COMMITS,
        "return epoch > min(commit_epoch + inputs.reveal_period, U64_MAX)",
        "return epoch >= min(commit_epoch + inputs.reveal_period, U64_MAX)",
        "a commit expires in the epoch of its reveal",
    ),
    Mutant(
        "earliest-of-all-hashed-commits",
        "YUMA-MASK-4",
        COMMITS,
        "_lower(blocks, uid, next(live, U64_MAX))",
        "_lower(blocks, uid, min(live, default=U64_MAX))",
        "the earliest of a uid's live hashed commits counts instead of the first in the queue",
    ),
    Mutant(
        "latest-commit-counts",
        "YUMA-MASK-4",
        COMMITS,
        "blocks[uid] = min(blocks[uid], block)",
        "blocks[uid] = block if blocks[uid] == U64_MAX else max(blocks[uid], block)",
        "the latest live commit counts instead of the earliest",
    ),
    Mutant(
        "row-weights-to-strangers-kept",
        "YUMA-WEIGHTS-1",
        SPARSE,
        "for j, w in row if j < n] for row in _first_rows(rows, n)]",
        "for j, w in row] for row in _first_rows(rows, n)]",
        "weights to uids >= n stay in the row and in its sum",
    ),
    Mutant(
        "median-lower-inclusive",
        "YUMA-MEDIAN-1",
        MEDIAN,
        "if lower and minority < below:",
        "if lower and minority <= below:",
        "stake of exactly the minority is enough to go lower",
    ),
    Mutant(
        "median-upper-exclusive",
        "YUMA-MEDIAN-1",
        MEDIAN,
        "elif upper and above <= minority:",
        "elif upper and above < minority:",
        "stake of exactly the minority is not enough to go higher",
    ),
    Mutant(
        "minority-of-one",
        "YUMA-MEDIAN-3",
        MEDIAN,
        "minority = total.saturating_sub(majority)",
        "minority = I32F32.one().saturating_sub(majority)",
        "the minority is 1 - kappa instead of sum(stake) - kappa",
    ),
    Mutant(
        "median-without-renormalisation",
        "YUMA-MEDIAN-3",
        MEDIAN,
        "voting_stake = normalize([value for value in stake if value > ZERO])",
        "voting_stake = [value for value in stake if value > ZERO]",
        "the voters' stake is not normalised once more",
    ),
    Mutant(
        "clipped-to-zero-kept",
        "YUMA-CLIP-2",
        SPARSE,
        ">= value or threshold > ZERO",
        ">= value or threshold >= ZERO",
        "an entry clipped to 0 stays as an explicit zero",
    ),
    Mutant(
        "penalty-branch-at-1-dropped",
        "YUMA-PENALTY-1",
        SPARSE,
        "if ratio == ONE or len(start) != len(end):",
        "if len(start) != len(end):",
        "full penalty is interpolated, which drops explicit zeros and sorts",
    ),
    Mutant(
        "penalty-branch-at-0-dropped",
        "YUMA-PENALTY-1",
        SPARSE,
        "    if ratio == ZERO:\n        return start\n",
        "",
        "no penalty is interpolated, which drops explicit zeros and sorts",
    ),
    Mutant(
        "penalty-towards-the-weights",
        "YUMA-PENALTY-2",
        SPARSE,
        "value = x.saturating_add(ratio.saturating_mul(y.saturating_sub(x)))",
        "value = y.saturating_add((ONE.saturating_sub(ratio)).saturating_mul(x.saturating_sub(y)))",
        "the interpolation starts from the clipped weights: the same in real numbers, other roundings",
    ),
    Mutant(
        "bonds-mask-off-by-one",
        "YUMA-BONDS-2",
        EPOCH,
        "return mask_columns_against(bonds, last_tempo, registered, le)",
        "return mask_columns_against(bonds, last_tempo, registered, lt)",
        "a bond to a neuron registered in the block of the last tempo is kept",
    ),
    Mutant(
        "last-tempo-without-plus-1",
        "YUMA-BONDS-1",
        BONDS,
        "return min(last_mechanism_step_block + 1, U64_MAX)",
        "return last_mechanism_step_block",
        "the last tempo is the block of the last step instead of the next one",
    ),
    Mutant(
        "yuma2-bonds-as-proportions",
        "YUMA-BONDS2-1",
        EPOCH,
        "bonds = stored_bonds(inputs.bonds, inputs.n)",
        "bonds = stored_bond_proportions(inputs.bonds, inputs.n)",
        "Yuma 2 reads its bonds as proportions instead of integers",
    ),
    Mutant(
        "moving-average-in-binary-parts",
        "YUMA-BONDS3-2",
        BONDS,
        "retained = I64F64.from_num(bonds_moving_average).saturating_div(_MILLION)",
        "retained = I64F64.from_num(bonds_moving_average).saturating_div(I64F64.from_num(1 << 20))",
        "the moving average is in parts of 2**20 instead of 10**6",
    ),
    Mutant(
        "old-bonds-one-ulp-lighter",
        "YUMA-BONDS3-3",
        SPARSE,
        "complement = ONE.saturating_sub(rate)",
        "complement = ONE.saturating_sub(rate).saturating_sub(I32F32.from_bits(1))",
        "the weight of the old bonds is one ulp too small",
    ),
    Mutant(
        "moving-average-keeps-zeros",
        "YUMA-BONDS3-3",
        SPARSE,
        "if j < len(new) and averages[j] > ZERO]",
        "if j < len(new) and averages[j] >= ZERO]",
        "entries that decay to 0 are kept",
    ),
    Mutant(
        "liquid-alpha-keeps-old-bonds",
        "YUMA-LIQUID-4",
        SPARSE,
        "            for j, value in new_row\n            if j < len(rate_row)\n",
        "            for j, value in (dict.fromkeys(previous, ZERO) | dict(new_row)).items()\n"
        "            if j < len(rate_row)\n",
        "a bond without an entry in the new weights decays instead of vanishing",
    ),
    Mutant(
        "liquid-alpha-unclamped",
        "YUMA-LIQUID-4",
        SPARSE,
        "return min(decayed.saturating_add(max(rate.saturating_mul(new), ZERO)), ONE)",
        "return decayed.saturating_add(max(rate.saturating_mul(new), ZERO))",
        "a bond under liquid alpha may exceed 1",
    ),
    Mutant(
        "liquid-alpha-equal-sells",
        "YUMA-LIQUID-2",
        LIQUID_ALPHA,
        "if weight >= bond:",
        "if weight > bond:",
        "a weight equal to the bond is a sale",
    ),
    Mutant(
        "liquid-alpha-clamps-low-first",
        "YUMA-LIQUID-2",
        LIQUID_ALPHA,
        "return clamp(alpha, alpha_low, alpha_high)",
        "return min(max(alpha, alpha_low), alpha_high)",
        "for low > high the answer is high instead of low",
    ),
    Mutant(
        "exponent-one-ulp-off",
        "YUMA-LIQUID-2",
        LIQUID_ALPHA,
        "exponent = steepness.saturating_div(_MINUS_HUNDRED)",
        "exponent = steepness.saturating_neg().saturating_div(I32F32.from_num(100)).saturating_add("
        "I32F32.from_bits(1))",
        "the slope of the sigmoid is one ulp off",
    ),
    Mutant(
        "liquid-alpha-reads-unsorted-rows",
        "YUMA-LIQUID-3",
        LIQUID_ALPHA,
        "        if j > highest:\n            highest = j\n            if j < columns:",
        "        if j >= 0:\n            highest = j\n            if j < columns:",
        "an entry behind a larger column is found, where upstream's forward scan misses it",
    ),
    Mutant(
        "liquid-alpha-without-consensus",
        "YUMA-LIQUID-1",
        BONDS,
        "return inputs.liquid_alpha and any(value != ZERO for value in consensus)",
        "return inputs.liquid_alpha",
        "liquid alpha applies although all consensus is 0",
    ),
    Mutant(
        "exp-safe-clamped-at-19",
        "YUMA-EXP-1",
        LIQUID_ALPHA,
        "EXP_LIMIT: Final = I32F32.from_num(20)",
        "EXP_LIMIT: Final = I32F32.from_num(19)",
        "operands of exp are clamped at 19 instead of 20",
    ),
    Mutant(
        "dividend-product-saturates",
        "YUMA-MATRIX-5",
        PROPORTIONS,
        "products = (a.checked_mul(b) for a, b in zip(left, right, strict=False))",
        "products = (a.saturating_mul(b) for a, b in zip(left, right, strict=False))",
        "a product of vectors that overflows saturates instead of becoming 0",
    ),
    Mutant(
        "yuma3-dividends-without-stake",
        "YUMA-DIVIDENDS-1",
        BONDS,
        "return normalize(elementwise_product(total_bonds, active_stake))",
        "return normalize(total_bonds)",
        "dividends are not weighted by stake",
    ),
    Mutant(
        "ranks-rounded-once",
        "YUMA-RANK-1",
        SPARSE,
        "result[j] = result[j].saturating_add(scale.saturating_mul(value))",
        "result[j] = result[j].saturating_add(I32F32.from_bits((scale.bits * value.bits + 2**31) >> 32))",
        "products in the ranks are rounded to nearest instead of down",
    ),
    Mutant(
        "upscale-floors",
        "YUMA-WEIGHTS-2",
        PROPORTIONS,
        "value.saturating_mul(U16_MAX).safe_div(largest).round()",
        "value.saturating_mul(U16_MAX).safe_div(largest)",
        "max-upscale floors instead of rounding",
    ),
    Mutant(
        "limit-exclusive",
        "YUMA-WEIGHTS-3",
        PROPORTIONS,
        "max(shares) <= u16_proportion_to_fixed(limit)",
        "max(shares) < u16_proportion_to_fixed(limit)",
        "a largest share of exactly the limit is refused",
    ),
    Mutant(
        "u16-rounds-to-nearest",
        "YUMA-OUTPUT-1",
        PROPORTIONS,
        "return value.saturating_mul(U16_MAX).saturating_to_num(U16)",
        "return value.saturating_mul(U16_MAX).round().saturating_to_num(U16)",
        "stored proportions are rounded to nearest instead of down",
    ),
    Mutant(
        "fallback-ignores-activity",
        "YUMA-EMISSION-2",
        EPOCH,
        "fallback = list(stake if is_zero(active) else active)",
        "fallback = list(stake)",
        "without incentive and dividends the inactive share too",
    ),
    Mutant(
        "fallback-dropped",
        "YUMA-EMISSION-2",
        EPOCH,
        "if total != ZERO:\n        return server,",
        "if total == total:\n        return server,",
        "without incentive and dividends nobody gets anything",
    ),
    Mutant(
        "emission-rounded-up",
        "YUMA-EMISSION-3",
        EPOCH,
        "return product.saturating_to_num(U64)",
        "return product.ceil().saturating_to_num(U64)",
        "amounts in rao are rounded up instead of down",
    ),
    Mutant(
        "masks-swapped",
        "YUMA-MASK-3",
        EPOCH,
        "    return mask_rows_against_columns(weights, last_update, registered, le)",
        "    return mask_rows_against_columns(weights, registered, last_update, le)",
        "the row's registration is compared with the column's last update",
    ),
    Mutant(
        "emission-sum-one-ulp-off",
        "YUMA-EMISSION-1",
        EPOCH,
        "server = normalize_using_sum(incentive, total)",
        "server = normalize_using_sum(incentive, total.saturating_add(I32F32.from_bits(1)))",
        "incentive is divided by a sum that is one ulp too large",
    ),
    Mutant(
        "negative-sums-not-normalised",
        "YUMA-NORM-1",
        PROPORTIONS,
        "    if total == ZERO:\n        return list(vector)\n",
        "    if total <= ZERO:\n        return list(vector)\n",
        "a vector with a negative sum stays as it is",
    ),
    Mutant(
        "missing-rows-of-the-mask-are-kept",
        "YUMA-MASK-1",
        SPARSE,
        "return [[] if i >= len(mask) or mask[i] else",
        "return [[] if i < len(mask) and mask[i] else",
        "a row that the permits do not reach is kept",
    ),
)

MUTANTS = (*FIXED_POINT, *YUMA)
