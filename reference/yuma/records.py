"""What an epoch reads from chain storage, and what it answers."""

from __future__ import annotations

from typing import Any

import attrs

from taospec.reference.field_types import (
    Attribute,
    boolean,
    i16,
    u16,
    u32,
    u64,
    vector_of_bool,
    vector_of_u64,
)
from taospec.reference.invalid_input import U16_MAX, U64_MAX, InvalidInputError, require_integer

SparseRow = tuple[tuple[int, int], ...]
"""One stored row: ``(uid, u16)`` pairs in stored order, no uid twice."""

Edges = tuple[tuple[int, int], ...]
"""``(proportion / 2**64-1, uid)`` pairs of one hotkey's parents or children."""

Commits = tuple[tuple[int, int], ...]
"""Weight commits: ``(epoch, block)`` of one uid, or ``(uid, block)`` of one epoch."""


def _rows(_: object, attribute: Attribute, value: Any) -> None:
    for row_uid, row in enumerate(value):
        if row is None:
            continue
        seen: set[int] = set()
        for position, (uid, proportion) in enumerate(row):
            if not (type(uid) is type(proportion) is int and 0 <= uid <= U16_MAX >= proportion >= 0):
                field = f"{attribute.name}[{row_uid}][{position}]"
                require_integer(f"{field}.uid", uid, 0, U16_MAX)
                require_integer(f"{field}.value", proportion, 0, U16_MAX)
            if uid in seen:
                field = f"{attribute.name}[{row_uid}][{position}].uid"
                raise InvalidInputError(field, uid, "must not repeat in a row")
            seen.add(uid)


def _edges(_: object, attribute: Attribute, value: Any) -> None:
    seen: set[int] = set()
    for position, (uid, edges) in enumerate(value):
        field = f"{attribute.name}[{position}]"
        require_integer(f"{field}.uid", uid, 0, U64_MAX)
        if uid in seen:
            raise InvalidInputError(f"{field}.uid", uid, "must not repeat")
        seen.add(uid)
        for index, (proportion, relative) in enumerate(edges):
            require_integer(f"{field}.edges[{index}].proportion", proportion, 0, U64_MAX)
            require_integer(f"{field}.edges[{index}].uid", relative, 0, U64_MAX)


def _outside(_: object, attribute: Attribute, value: Any) -> None:
    for position, (uid, alpha, tao) in enumerate(value):
        field = f"{attribute.name}[{position}]"
        require_integer(f"{field}.uid", uid, 0, U64_MAX)
        require_integer(f"{field}.alpha", alpha, 0, U64_MAX)
        require_integer(f"{field}.tao", tao, 0, U64_MAX)


def _commits(_: object, attribute: Attribute, value: Any) -> None:
    for position, (key, commits) in enumerate(value):
        field = f"{attribute.name}[{position}]"
        require_integer(f"{field}[0]", key, 0, U64_MAX)
        for index, (first, second) in enumerate(commits):
            require_integer(f"{field}[1][{index}][0]", first, 0, U64_MAX)
            require_integer(f"{field}[1][{index}][1]", second, 0, U64_MAX)


@attrs.frozen(kw_only=True)
class EpochInput:
    """Everything that one epoch of one mechanism reads.

    Field types are those of chain storage; a value outside its type raises
    :class:`~taospec.reference.invalid_input.InvalidInputError` with field and value. What
    storage *can* hold is valid, however odd: vectors shorter than ``n``, uids ``>= n``,
    ``alpha_low > alpha_high``, ``bonds_moving_average > 1_000_000``.
    """

    n: int = attrs.field(validator=u16)
    """Number of neurons (``SubnetworkN``)."""
    block: int = attrs.field(validator=u64)
    """Current block."""
    tempo: int = attrs.field(validator=u16)
    """Blocks between epochs."""
    activity_cutoff_factor_milli: int = attrs.field(validator=u32)
    """Thousandths of a tempo after which a silent validator counts as inactive."""
    last_mechanism_step_block: int = attrs.field(validator=u64)
    """Block of the last successful epoch, 0 if none (``LastMechansimStepBlock``)."""
    last_update: tuple[int, ...] = attrs.field(validator=vector_of_u64)
    """Block at which each uid last set weights."""
    block_at_registration: tuple[int, ...] = attrs.field(validator=vector_of_u64)
    """Block at which each uid was registered."""
    permits: tuple[bool, ...] = attrs.field(validator=vector_of_bool)
    """Validator permits of the previous epoch."""
    max_allowed_validators: int = attrs.field(validator=u16)
    """Number of permits to give."""
    alpha: tuple[int, ...] = attrs.field(validator=vector_of_u64)
    """Own alpha stake of each uid, rao."""
    root_tao: tuple[int, ...] = attrs.field(validator=vector_of_u64)
    """Own root stake of each uid, rao."""
    tao_weight: int = attrs.field(validator=u64)
    """Weight of root TAO in stake, a fraction of ``2**64 - 1``."""
    stake_threshold: int = attrs.field(validator=u64)
    """Minimum stake weight, rao, below which stake counts as zero."""
    owner_uid: int | None = attrs.field(validator=attrs.validators.optional(u16))
    """Uid of the subnet owner's hotkey, if it has one."""
    kappa: int = attrs.field(validator=u16)
    """Consensus majority, a fraction of 65535."""
    bonds_penalty: int = attrs.field(validator=u16)
    """Penalty on out-of-consensus bonds, a fraction of 65535."""
    bonds_moving_average: int = attrs.field(validator=u64)
    """Share of the old bonds in the moving average, in millionths."""
    yuma3: bool = attrs.field(validator=boolean)
    """Yuma 3 bonds (``Yuma3On``) instead of Yuma 2."""
    liquid_alpha: bool = attrs.field(validator=boolean)
    """A moving-average rate per validator and neuron (``LiquidAlphaOn``)."""
    alpha_low: int = attrs.field(validator=u16)
    """Lowest liquid alpha, a fraction of 65535."""
    alpha_high: int = attrs.field(validator=u16)
    """Highest liquid alpha, a fraction of 65535."""
    alpha_sigmoid_steepness: int = attrs.field(validator=i16)
    """Steepness of the liquid alpha sigmoid, in hundredths."""
    commit_reveal: bool = attrs.field(validator=boolean)
    """Whether weights are committed first and revealed later."""
    reveal_period: int = attrs.field(validator=u64)
    """Epochs between commit and reveal."""
    subnet_epoch_index: int = attrs.field(validator=u64)
    """Number of the subnet's current epoch."""
    last_epoch_block: int = attrs.field(validator=u64)
    """Block of the last epoch slot."""
    pending_epoch_at: int = attrs.field(validator=u64)
    """Block of a triggered epoch, 0 if none."""
    blocks_since_last_step: int = attrs.field(validator=u64)
    """Blocks since the last epoch."""
    weight_commits: tuple[tuple[int, Commits], ...] = attrs.field(validator=_commits)
    """Hashed commits: ``(uid, ((epoch, block), ...))``."""
    timelocked_commits: tuple[tuple[int, Commits], ...] = attrs.field(validator=_commits)
    """Timelocked commits: ``(epoch, ((uid, block), ...))``."""
    parents: tuple[tuple[int, Edges], ...] = attrs.field(validator=_edges)
    """Parent hotkeys of each uid: ``(uid, ((proportion, parent), ...))``."""
    children: tuple[tuple[int, Edges], ...] = attrs.field(validator=_edges)
    """Child hotkeys of each uid: ``(uid, ((proportion, child), ...))``."""
    outside: tuple[tuple[int, int, int], ...] = attrs.field(validator=_outside)
    """Hotkeys outside the subnet that edges may name: ``(uid >= n, alpha, root tao)``."""
    weights: tuple[SparseRow | None, ...] = attrs.field(validator=_rows)
    """Stored weights, one row per uid (``None``: no row)."""
    bonds: tuple[SparseRow | None, ...] = attrs.field(validator=_rows)
    """Stored bonds, one row per uid (``None``: no row)."""
    rao_emission: int = attrs.field(validator=u64)
    """Alpha to distribute, rao."""


@attrs.frozen(kw_only=True)
class EpochOutput:
    """What one epoch of one mechanism answers, one element per uid.

    Emissions and ``stake`` are u64 rao; ``consensus`` to ``stake_weight`` are u16
    proportions of 65535.
    """

    server_emission: tuple[int, ...]
    """Miners' emission, rao."""
    validator_emission: tuple[int, ...]
    """Validators' emission, rao."""
    emission: tuple[int, ...]
    """Combined emission as stored (the pruning score), rao."""
    stake: tuple[int, ...]
    """Total stake weight before normalisation, rao."""
    consensus: tuple[int, ...]
    """Stake-weighted median weight of each neuron."""
    incentive: tuple[int, ...]
    """Normalised ranks."""
    dividends: tuple[int, ...]
    """Normalised bond income of each validator."""
    validator_trust: tuple[int, ...]
    """Sum of each validator's clipped weights."""
    stake_weight: tuple[int, ...]
    """Normalised stake."""
    active: tuple[bool, ...]
    """Whether the neuron set weights recently."""
    new_permits: tuple[bool, ...]
    """Validator permits for the next epoch."""
    bonds: tuple[SparseRow | None, ...]
    """Bonds to store, one row per uid (empty where there is no permit)."""
