"""Emission split between mechanisms and the sum of their epochs, against hand calculations."""

import attrs
import pytest

from taospec.reference.fixed_point import U64F64
from taospec.reference.yuma.mechanisms import aggregate_mechanisms, mechanism_weight, split_emission
from taospec.reference.yuma.records import EpochOutput

NOTHING = EpochOutput(
    server_emission=(0,),
    validator_emission=(0,),
    emission=(0,),
    stake=(0,),
    consensus=(0,),
    incentive=(0,),
    dividends=(0,),
    validator_trust=(0,),
    stake_weight=(0,),
    active=(False,),
    new_permits=(False,),
    bonds=((),),
)


@pytest.mark.rule("YUMA-MECHANISM-1")
@pytest.mark.parametrize(
    ("alpha", "count", "split", "expected"),
    [
        # 100 // 3 = 33 each, the remaining 1 to mechanism 0
        (100, 3, None, [34, 33, 33]),
        # 1000 * 21845 // 65535 = 333, 1000 * 43690 // 65535 = 666, the remaining 1 to mechanism 0
        (1000, 2, (21845, 43690), [334, 666]),
        # a split for fewer mechanisms than there are: the others get nothing
        (1000, 2, (65535,), [1000, 0]),
        # a split for more mechanisms than there are: 500 and 499, the second falls to mechanism 0
        (1000, 1, (32768, 32767), [1000]),
        # a split that sums to more than 65535 pays more than there is: 1000 each, nothing is taken back
        (1000, 2, (65535, 65535), [1000, 1000]),
        (1000, 0, None, []),
    ],
)
def test_emission_is_split_with_the_remainder_to_mechanism_0(alpha, count, split, expected):
    assert split_emission(alpha, count, split) == expected


@pytest.mark.rule("YUMA-MECHANISM-2")
def test_a_mechanism_weighs_its_truncated_share_of_the_emission():
    # three fifths of 2**64, floored
    assert mechanism_weight(1, 60, 100) == U64F64.from_bits(11068046444225730969)


@pytest.mark.rule("YUMA-MECHANISM-2")
def test_without_emission_mechanism_0_has_all_the_weight():
    assert [mechanism_weight(i, 0, 0) for i in range(3)] == [U64F64.one(), U64F64.zero(), U64F64.zero()]


@pytest.mark.rule("YUMA-MECHANISM-3")
def test_full_marks_in_two_mechanisms_do_not_add_up_to_full_marks():
    # Weights are 0.6 and 0.4, truncated: 65535 * 0.6 falls just below 39321 and is floored to
    # 39320; adding 65535 * 0.4, just below 26214, and flooring again gives 65533.
    full = attrs.evolve(NOTHING, consensus=(65535,), dividends=(65535,))
    aggregated = aggregate_mechanisms([full, full], [60, 40], 100)
    assert aggregated.consensus == (65533,)
    assert aggregated.dividends == (65533,)


@pytest.mark.rule("YUMA-MECHANISM-3")
def test_incentive_is_that_of_mechanism_0_alone():
    first = attrs.evolve(NOTHING, incentive=(65535,))
    second = attrs.evolve(NOTHING, incentive=(40000,))
    assert aggregate_mechanisms([first, second], [60, 40], 100).incentive == (39320,)


@pytest.mark.rule("YUMA-MECHANISM-3")
def test_amounts_add_up_and_flags_are_ored():
    first = attrs.evolve(NOTHING, server_emission=(7,), validator_emission=(1,), stake=(10,), active=(True,))
    second = attrs.evolve(
        NOTHING, server_emission=(5,), validator_emission=(2,), stake=(10,), new_permits=(True,)
    )
    aggregated = aggregate_mechanisms([first, second], [60, 40], 100)
    assert aggregated.server_emission == (12,)
    assert aggregated.validator_emission == (3,)
    assert aggregated.stake == (20,), "the same stake counts once per mechanism"
    assert aggregated.active == (True,)
    assert aggregated.new_permits == (True,)


@pytest.mark.rule("YUMA-MECHANISM-3")
def test_the_pruning_score_is_weighted_and_floored_at_each_step():
    # 11 * 0.5 = 5.5 -> 5; 5 + 11 * 0.5 = 10.5 -> 10 (an even split of 2 has weights of exactly 1/2)
    output = attrs.evolve(NOTHING, emission=(11,))
    assert aggregate_mechanisms([output, output], [50, 50], 100).emission == (10,)
