"""What it costs to open a subnet: doubled by each registration, falling linearly with time."""

from __future__ import annotations

from typing import Final

from taospec.reference.fixed_point import I64F64
from taospec.reference.fixed_point.numbers import U64
from taospec.reference.invalid_input import U64_MAX
from taospec.reference.rules import implements

_FULL_EMISSION: Final = I64F64.from_num(1_000_000_000)


@implements("SUBNET-LOCK-1")
def network_lock_cost(last_lock: int, min_lock: int, last_lock_block: int, block: int, interval: int) -> int:
    """Price of a subnet, rao: ``2 * last - floor(last / interval) * blocks since``, at least ``min_lock``.

    Every step saturates in u64. Before the first registration (``last_lock_block = 0``) the
    last price counts once, not twice; for an interval of 0 the price does not fall.

    Source: ``pallets/subtensor/src/coinbase/root.rs:502``.
    """
    start = min(last_lock * (1 if last_lock_block == 0 else 2), U64_MAX)
    per_block = last_lock // interval if interval else 0
    fallen = min(per_block * max(block - last_lock_block, 0), U64_MAX)
    return max(start - fallen, min_lock, 0)


@implements("SUBNET-LOCK-2")
def lock_reduction_interval(interval: int, block_emission: int) -> int:
    """``floor(interval * trunc(block_emission / 1e9))`` blocks: the interval **halves with emission**.

    Args:
        interval: stored interval, blocks.
        block_emission: TAO emission of the current block, rao.

    Source: ``pallets/subtensor/src/coinbase/root.rs:569``.
    """
    halving = I64F64.saturating_from_num(block_emission).safe_div(_FULL_EMISSION)
    return I64F64.saturating_from_num(interval).saturating_mul(halving).saturating_to_num(U64)
