"""The books of a subnet's alpha: what is minted, recycled and burned.

Recycled alpha leaves the issuance, so that the schedule moves back; burned alpha stays in it and
belongs to nobody.

Source: ``pallets/subtensor/src/coinbase/alpha.rs``, ``pallets/alpha-assets/src/lib.rs``.
"""

from __future__ import annotations

from taospec.reference.invalid_input import U64_MAX
from taospec.reference.rules import implements
from taospec.reference.state.pool import Pool
from taospec.reference.state.reports import SubnetReport


@implements("SUPPLY-ALPHA-2")
def mint_alpha_out(pool: Pool, report: SubnetReport, amount: int) -> None:
    """New alpha outside the pool, rao.

    Source: ``alpha.rs:13``.
    """
    pool.alpha_out = min(pool.alpha_out + amount, U64_MAX)
    report.minted_alpha = min(report.minted_alpha + amount, U64_MAX)


@implements("SUPPLY-ALPHA-3")
def recycle_alpha(pool: Pool, report: SubnetReport, amount: int) -> None:
    """Take alpha outside the pool out of the issuance, rao, at most all of it.

    The report counts the whole amount, even where less was there.

    Source: ``alpha.rs:39``.
    """
    pool.alpha_out = max(pool.alpha_out - amount, 0)
    report.recycled_alpha = min(report.recycled_alpha + amount, U64_MAX)
    report.minted_alpha = max(report.minted_alpha - amount, 0)


@implements("SUPPLY-ALPHA-3")
def burn_alpha(report: SubnetReport, amount: int) -> None:
    """Note that alpha outside the pool belongs to nobody from now on, rao.

    Source: ``alpha.rs:52``.
    """
    report.burned_alpha = min(report.burned_alpha + amount, U64_MAX)
