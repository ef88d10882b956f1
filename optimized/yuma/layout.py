"""Which row of the kernels' arrays holds what."""

from __future__ import annotations

from typing import Final

ALPHA = 0
ROOT_TAO = 1
LAST_UPDATE = 2
REGISTERED = 3
COMMIT_BLOCK = 4
VECTORS = 5
"""Rows of the input vectors (u64), and their number."""

SERVER = 0
VALIDATOR = 1
COMBINED = 2
STAKE_AMOUNT = 3
AMOUNTS = 4
"""Rows of the output amounts (u64, rao), and their number."""

CONSENSUS = 0
INCENTIVE = 1
DIVIDENDS = 2
VALIDATOR_TRUST = 3
STAKE_WEIGHT = 4
PROPORTIONS = 5
"""Rows of the output proportions (u16), and their number; the first rows of the working vectors."""

ACTIVE_WEIGHT = 5
WORKING_VECTORS = 6
"""Row of the working vectors (I32F32) with the active stake, and their number."""

ACTIVE = 0
NEW_PERMITS = 1
MASKS = 2
"""Rows of the output masks, and their number."""

TILE = 128
"""Columns that are worked on together. Their scratch stays in the nearer caches, and a visit to
a row, which is a page away from the next in large matrices, is worth its while. The working
vectors end with a whole tile."""

ROWS_AHEAD = 4
"""Rows of a large matrix are pages apart: one is fetched so many rows before it is needed."""

AMOUNT_NAMES: Final = ("server_emission", "validator_emission", "emission", "stake")
PROPORTION_NAMES: Final = ("consensus", "incentive", "dividends", "validator_trust", "stake_weight")
MASK_NAMES: Final = ("active", "new_permits")
"""The rows' names in :class:`~taospec.reference.yuma.records.EpochOutput`."""
