"""What storage cannot hold is refused by field and value; what it can hold is computed."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from taospec.reference.invalid_input import InvalidInputError
from taospec.reference.yuma.epoch import run_epoch
from taospec.reference.yuma.records import EpochInput

U64_MAX = 2**64 - 1

VALID = EpochInput(
    n=2,
    block=1000,
    tempo=100,
    activity_cutoff_factor_milli=1000,
    last_mechanism_step_block=0,
    last_update=(990, 990),
    block_at_registration=(0, 0),
    permits=(True, False),
    max_allowed_validators=2,
    alpha=(10**12, 10**12),
    root_tao=(0, 0),
    tao_weight=0,
    stake_threshold=0,
    owner_uid=None,
    kappa=32767,
    bonds_penalty=65535,
    bonds_moving_average=900_000,
    yuma3=True,
    liquid_alpha=False,
    alpha_low=6554,
    alpha_high=58982,
    alpha_sigmoid_steepness=1000,
    commit_reveal=False,
    reveal_period=1,
    subnet_epoch_index=0,
    last_epoch_block=0,
    pending_epoch_at=0,
    blocks_since_last_step=0,
    weight_commits=(),
    timelocked_commits=(),
    parents=(),
    children=(),
    outside=(),
    weights=(((1, 65535),), None),
    bonds=((), None),
    rao_emission=10**9,
)


@pytest.mark.parametrize(
    ("field", "value", "name", "reason"),
    [
        ("n", -1, "n", r"must be in \[0, 65535\], got -1"),
        ("n", 65536, "n", r"must be in \[0, 65535\], got 65536"),
        ("n", 2.0, "n", "must be an integer, got 2.0"),
        ("n", True, "n", "must be an integer, got True"),
        ("block", "1000", "block", "must be an integer, got '1000'"),
        ("block", 2**64, "block", "got 18446744073709551616"),
        ("tempo", 65536, "tempo", "got 65536"),
        ("activity_cutoff_factor_milli", 2**32, "activity_cutoff_factor_milli", r"in \[0, 4294967295\]"),
        ("last_mechanism_step_block", -1, "last_mechanism_step_block", "got -1"),
        ("last_update", (990, -1), r"last_update\[1\]", "got -1"),
        ("last_update", (2**64,), r"last_update\[0\]", "got 18446744073709551616"),
        ("block_at_registration", (None, 0), r"block_at_registration\[0\]", "must be an integer, got None"),
        ("permits", (True, 1), r"permits\[1\]", "must be true or false, got 1"),
        ("max_allowed_validators", -2, "max_allowed_validators", "got -2"),
        ("alpha", (0, 1.5), r"alpha\[1\]", "must be an integer, got 1.5"),
        ("root_tao", (2**64, 0), r"root_tao\[0\]", "got 18446744073709551616"),
        ("tao_weight", 2**64, "tao_weight", "got"),
        ("stake_threshold", -1, "stake_threshold", "got -1"),
        ("owner_uid", 65536, "owner_uid", "got 65536"),
        ("owner_uid", False, "owner_uid", "must be an integer, got False"),
        ("kappa", 65536, "kappa", "got 65536"),
        ("bonds_penalty", -1, "bonds_penalty", "got -1"),
        ("bonds_moving_average", 2**64, "bonds_moving_average", "got"),
        ("yuma3", 1, "yuma3", "must be true or false, got 1"),
        ("liquid_alpha", None, "liquid_alpha", "must be true or false, got None"),
        ("alpha_low", 65536, "alpha_low", "got 65536"),
        ("alpha_high", -1, "alpha_high", "got -1"),
        ("alpha_sigmoid_steepness", 32768, "alpha_sigmoid_steepness", r"in \[-32768, 32767\], got 32768"),
        ("commit_reveal", "yes", "commit_reveal", "must be true or false, got 'yes'"),
        ("reveal_period", -1, "reveal_period", "got -1"),
        ("weights", (((65536, 1),),), r"weights\[0\]\[0\].uid", "got 65536"),
        ("weights", ((), ((0, 65536),)), r"weights\[1\]\[0\].value", "got 65536"),
        ("weights", (((1, 2), (1, 3)),), r"weights\[0\]\[1\].uid", "must not repeat in a row, got 1"),
        ("bonds", (((0, -1),), None), r"bonds\[0\]\[0\].value", "got -1"),
        (
            "bonds",
            (None, ((3, 1), (0, 1), (3, 1))),
            r"bonds\[1\]\[2\].uid",
            "must not repeat in a row, got 3",
        ),
        ("parents", ((0, ((2**64, 1),)),), r"parents\[0\].edges\[0\].proportion", "got"),
        ("children", ((0, ()), (0, ())), r"children\[1\].uid", "must not repeat, got 0"),
        ("outside", ((2, -1, 0),), r"outside\[0\].alpha", "got -1"),
        ("outside", ((2, 0, -1),), r"outside\[0\].tao", "got -1"),
        ("weight_commits", ((0, ((1, -1),)),), r"weight_commits\[0\]\[1\]\[0\]\[1\]", "got -1"),
        ("timelocked_commits", ((-1, ()),), r"timelocked_commits\[0\]\[0\]", "got -1"),
        ("rao_emission", 10.0, "rao_emission", "must be an integer, got 10.0"),
    ],
)
def test_what_storage_cannot_hold_is_refused(field: str, value: Any, name: str, reason: str) -> None:
    with pytest.raises(InvalidInputError, match=f"^{name}: .*{reason}") as caught:
        attrs.evolve(VALID, **{field: value})
    assert f"{caught.value.field}: " in str(caught.value)
    assert repr(caught.value.value) in str(caught.value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("last_update", ()),
        ("block_at_registration", (0,)),
        ("permits", ()),
        ("weights", ()),
        ("weights", (((7, 1), (1, 1)), None)),
        ("bonds", (((9, 65535), (0, 1)),)),
        ("alpha_low", 65535),
        ("bonds_moving_average", U64_MAX),
        ("owner_uid", 500),
        ("max_allowed_validators", 0),
        ("tao_weight", U64_MAX),
        ("rao_emission", U64_MAX),
    ],
)
def test_whatever_storage_can_hold_has_an_answer_of_n_elements(field: str, value: Any) -> None:
    output = run_epoch(attrs.evolve(VALID, **{field: value})).output
    lengths = {name: len(vector) for name, vector in attrs.asdict(output, recurse=False).items()}
    assert set(lengths.values()) == {2}, lengths
