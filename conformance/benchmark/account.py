"""The account of a run of emission: where every rao of TAO and of alpha went.

Two records of it are held against each other: what the kernel booked block by block and the
distribution reported epoch by epoch, and what the state's totals were before and are after.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import attrs

from taospec.optimized.emission.arrays import Books
from taospec.optimized.emission.network import Played
from taospec.reference.emission.distribution import Paid
from taospec.reference.state.ledger import subnet_account
from taospec.reference.state.state import State
from taospec.reference.supply.block_emission import block_emission

COIN: Final = 10**9
ROOT_NETUID: Final = 0


@attrs.frozen(kw_only=True)
class Totals:
    """Sums over a state's subnets but root, rao."""

    issuance: int
    """TAO issued."""
    reserves: int
    """TAO in pools."""
    accounts: int
    """TAO on the accounts of subnets."""
    alpha_in: int
    """Alpha in pools."""
    alpha_out: int
    """Alpha outside pools."""
    staked: int
    """Alpha staked."""
    pending: int
    """Alpha that waits for epochs."""
    recycled: int
    """Alpha recycled so far, by the reports."""
    burned: int
    """Alpha burned so far, by the reports."""

    @classmethod
    def of(cls, state: State) -> Totals:
        """Add up a state."""
        netuids = [netuid for netuid in state.subnets if netuid != ROOT_NETUID]
        pools = [state.pools.peek(netuid) for netuid in netuids]
        reports = [state.subnet_reports.peek(netuid) for netuid in netuids]
        emissions = [state.emissions.peek(netuid) for netuid in netuids]
        return cls(
            issuance=state.issuance.total,
            reserves=sum(pool.tao_reserve for pool in pools),
            accounts=sum(state.accounts.peek(subnet_account(netuid)).free for netuid in netuids),
            alpha_in=sum(pool.alpha_in for pool in pools),
            alpha_out=sum(pool.alpha_out for pool in pools),
            staked=sum(
                held.total_alpha for (_, netuid), held in state.hotkey_stakes.items() if netuid != ROOT_NETUID
            ),
            pending=sum(
                each.pending_server
                + each.pending_validator
                + each.pending_root_alpha
                + each.pending_owner_cut
                for each in emissions
            ),
            recycled=sum(report.recycled_alpha for report in reports),
            burned=sum(report.burned_alpha for report in reports),
        )


def account_of(before: Totals, after: Totals, played: Played) -> list[str]:
    """The account in lines, TAO and alpha with nine decimals: to the rao.

    No block may cross a halving.

    Raises:
        AssertionError: some rao is missing, or is there twice.
    """
    if played.books is None:
        raise AssertionError("a block that the reference played is not in the books")
    return [*_tao(before, after, played.books, played.blocks), *_alpha(before, after, played.books, played)]


def joined(first: Played, second: Played) -> Played:
    """Two runs, one after the other, as one."""
    sums = {
        field.name: getattr(first, field.name) + getattr(second, field.name)
        for field in attrs.fields(Played)
        if field.name != "books"
    }
    if first.books is None or second.books is None:
        return Played(**sums)
    books = attrs.asdict(first.books)
    return Played(**sums, books=Books(**{name: books[name] + getattr(second.books, name) for name in books}))


def _tao(before: Totals, after: Totals, books: Books, blocks: int) -> list[str]:
    pooled = books.injected + books.bought
    _require("TAO of the blocks", books.minted, blocks * block_emission(before.issuance))
    _require("TAO minted", books.minted, pooled + books.stranded + books.recycled)
    _require("TAO issued", after.issuance - before.issuance, pooled + books.stranded)
    _require("TAO in pools", after.reserves - before.reserves, pooled)
    _require("TAO on accounts", after.accounts - before.accounts, pooled + books.stranded)
    return [
        _line("TAO minted", books.minted),
        _line("  injected into pools", books.injected),
        _line("  pools' purchases", books.bought),
        _line("  stranded on accounts", books.stranded),
        _line("  recycled", books.recycled),
    ]


def _alpha(before: Totals, after: Totals, books: Books, played: Played) -> list[str]:
    paid = _summed(played.paid)
    drained = sum(each.to_earn + each.owner_cut for each in played.drained)
    pended = books.alpha_owner + books.alpha_server + books.alpha_validator + books.alpha_root
    split_dust = books.alpha_minted - pended - books.alpha_root_recycled
    gone = after.recycled - before.recycled
    _require("alpha drained", drained, before.pending + pended - after.pending)
    staked = paid.owner + paid.miners + paid.validators + paid.root_staked
    _require("alpha staked", after.staked - before.staked, staked)
    withheld_recycled = gone - books.alpha_root_recycled - paid.childkey_burned
    _require("alpha withheld", paid.withheld, withheld_recycled + after.burned - before.burned)
    in_pools, outside = after.alpha_in - before.alpha_in, after.alpha_out - before.alpha_out
    _require("alpha in pools", in_pools, books.alpha_injected - books.alpha_bought)
    _require("alpha outside", outside, books.alpha_minted + books.alpha_bought - gone)
    epoch_dust = drained - paid.total
    still_pending = after.pending - before.pending
    rest = books.alpha_root_recycled + still_pending + split_dust + epoch_dust
    _require("alpha minted", books.alpha_minted, paid.total + rest)
    return [
        _line("alpha minted for participants", books.alpha_minted),
        _line("  owners' stake", paid.owner),
        _line("  miners' stake", paid.miners),
        _line("  withheld from owners' miners", paid.withheld),
        _line("  validators' and nominators' stake", paid.validators),
        _line("  root dividends staked", paid.root_staked),
        _line("  root dividends to claim", paid.claimable),
        _line("  recycled by childkey burn", paid.childkey_burned),
        _line("  recycled: root must not sell", books.alpha_root_recycled),
        _line("  more pending than before", still_pending),
        _line("  dust of splits", split_dust),
        _line("  dust of epochs", epoch_dust),
        _line("alpha minted into pools", books.alpha_injected),
        _line("alpha bought from pools", books.alpha_bought),
    ]


def _summed(paid: Iterable[Paid]) -> Paid:
    sums = dict.fromkeys((field.name for field in attrs.fields(Paid)), 0)
    for each in paid:
        for name in sums:
            sums[name] += getattr(each, name)
    return Paid(**sums)


def _require(name: str, found: int, expected: int) -> None:
    if found != expected:
        raise AssertionError(f"{name}: {found} rao, but its parts are {expected} rao")


def _line(name: str, rao: int) -> str:
    whole, part = divmod(abs(rao), COIN)
    return f"  {name:<36}{'-' if rao < 0 else ' '}{whole:>14,}.{part:09}"
