"""The registry of revisions."""

import itertools

import attrs
import pytest

from taospec.reference.invalid_input import InvalidInputError
from taospec.reference.state.revision import BASE, REVISIONS, EpochRule, PoolRule, ShareRule, revision_of


@pytest.mark.rule("STATE-REVISION-1")
def test_the_base_revision_is_the_pinned_commit():
    assert revision_of(425) is BASE
    assert BASE.commit == "14bc6f9f964b9cc362e9635dd110a487fa5d15a0"


@pytest.mark.rule("STATE-REVISION-1")
@pytest.mark.parametrize(
    ("spec_version", "share_rule", "pool_rule", "epoch_rule"),
    [
        (425, ShareRule.PRICE, PoolRule.BALANCER, EpochRule.SINCE_LAST),
        (424, ShareRule.PRICE_AND_ROOT_PROPORTION, PoolRule.BALANCER, EpochRule.SINCE_LAST),
        (422, ShareRule.PRICE_AND_ROOT_PROPORTION, PoolRule.CONCENTRATED, EpochRule.MODULO),
        (419, ShareRule.NET_FLOW, PoolRule.CONCENTRATED, EpochRule.MODULO),
        (402, ShareRule.GROSS_FLOW, PoolRule.CONCENTRATED, EpochRule.MODULO),
    ],
)
def test_a_number_has_the_rules_of_the_newest_known_revision_up_to_it(
    spec_version, share_rule, pool_rule, epoch_rule
):
    revision = revision_of(spec_version)
    assert (revision.share_rule, revision.pool_rule, revision.epoch_rule) == (
        share_rule,
        pool_rule,
        epoch_rule,
    )


@pytest.mark.parametrize("spec_version", [401, 426])
def test_an_unknown_number_is_refused(spec_version):
    with pytest.raises(InvalidInputError, match="spec_version"):
        revision_of(spec_version)


def test_revisions_are_in_order_and_each_differs_from_the_next_in_a_rule():
    ordered = list(REVISIONS.values())
    about = {"spec_version", "tag", "date", "commit"}
    for newer, older in itertools.pairwise(ordered):
        assert newer.spec_version > older.spec_version
        assert newer.date >= older.date
        rules = [field.name for field in attrs.fields(type(newer)) if field.name not in about]
        assert any(getattr(newer, name) != getattr(older, name) for name in rules)
