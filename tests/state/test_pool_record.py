"""The pool record, alone and in a table."""

import pytest

from taospec.reference.invalid_input import InvalidInputError
from taospec.reference.state.journal import Journal, Transaction
from taospec.reference.state.pool import EQUAL_WEIGHTS, WEIGHT_SCALE, Pool
from taospec.reference.state.table import Table


def test_a_new_pool_has_equal_weights_and_is_not_initialized():
    pool = Pool()
    assert 2 * pool.quote_weight == 2 * EQUAL_WEIGHTS == WEIGHT_SCALE
    assert not pool.initialized


def test_a_pool_stands_alone():
    pool = Pool(tao_reserve=5, alpha_in=7)
    pool.tao_reserve += 2
    assert pool == Pool(tao_reserve=7, alpha_in=7)


@pytest.mark.parametrize(
    ("field", "value"), [("tao_reserve", -1), ("tao_reserve", 2**64), ("fee_rate", 65536), ("initialized", 1)]
)
def test_a_pool_refuses_what_storage_cannot_hold(field, value):
    with pytest.raises(InvalidInputError, match=field):
        Pool(**{field: value})


def test_a_failed_transaction_leaves_the_pool_as_it_was():
    journal = Journal()
    pools = Table(Pool, journal)
    pools[3].tao_reserve = 10

    def fail_half_way():
        with Transaction(journal):
            pools[3].tao_reserve = 11
            pools[4].alpha_in = 1
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert pools[3] == Pool(tao_reserve=10)
    assert list(pools) == [3]
