"""Constants of the exchange that differ between protocol revisions or runtimes."""

from __future__ import annotations

from typing import Final, Self

import attrs
from attrs.validators import optional

from taospec.reference.field_types import u32, u64
from taospec.reference.invalid_input import InvalidInputError
from taospec.reference.state.revision import BASE, Revision


@attrs.frozen(kw_only=True)
class ExchangeParameters:
    """What the runtime fixes for every pool."""

    payout_precision: int = attrs.field(validator=u32)
    """Fraction bits of the power in a payout (``balancer.rs:152``); 1024 before ``spec_version`` 424."""
    limit_precision: int = attrs.field(default=1024, validator=u32)
    """Fraction bits of the power in an amount up to a price limit (``balancer.rs:319``)."""
    input_reserve_multiple: int | None = attrs.field(validator=optional(u64))
    """Largest input, in reserves (``swap_step.rs:11``); none before ``spec_version`` 424."""
    minimum_reserve: int = attrs.field(default=1_000_000, validator=u64)
    """Smallest reserve, rao, that a swap pays from (``runtime/src/lib.rs:1134``)."""

    @classmethod
    def of(cls, revision: Revision) -> Self:
        """Those of a revision.

        Raises:
            InvalidInputError: its pools have no weights.
        """
        if revision.power_precision_bits is None:
            raise InvalidInputError("revision", revision.spec_version, "must have weighted pools")
        return cls(
            payout_precision=revision.power_precision_bits,
            input_reserve_multiple=revision.largest_swap_input,
        )


BASE_PARAMETERS: Final = ExchangeParameters.of(BASE)
"""Those of the base revision."""

MINIMUM_PRICE_LIMIT: Final = 1_000
"""Default limit of a sale, rao of TAO per alpha (``impls.rs:280``)."""
MAXIMUM_PRICE_LIMIT: Final = 1_000_000_000_000_000
"""Default limit of a purchase, rao of TAO per alpha (``impls.rs:284``)."""
DEFAULT_FEE_RATE: Final = 33
"""About 0.05 %, a fraction of 65535 (``mod.rs:91``)."""
