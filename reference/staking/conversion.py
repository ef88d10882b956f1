"""TAO into stake and stake into TAO, with the fee of the block's author.

Source: ``pallets/subtensor/src/staking/stake_utils.rs``.
"""

from __future__ import annotations

from taospec.reference.amm.records import Direction
from taospec.reference.amm.swap import default_price_limit
from taospec.reference.invalid_input import U64_MAX
from taospec.reference.rules import implements
from taospec.reference.staking.exchange import (
    buy_alpha,
    record_tao_inflow,
    record_tao_outflow,
    sell_alpha,
)
from taospec.reference.staking.locks import clean_lock
from taospec.reference.staking.positions import ROOT, require
from taospec.reference.staking.root_claims import (
    book_root_stake,
    index_root_staker,
    unbook_root_stake,
    unindex_root_staker,
)
from taospec.reference.staking.stake_ledger import buys_shares, decrease_stake, increase_stake
from taospec.reference.state.errors import DispatchError, SubtensorError
from taospec.reference.state.ledger import burn_tao, subnet_account, transfer_from_subnet, transfer_to_subnet
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import AccountId
from taospec.reference.supply.alpha import burn_alpha


@implements("STAKE-INTO-1")
def stake_into_subnet(
    state: State,
    hotkey: AccountId,
    coldkey: AccountId,
    netuid: int,
    tao: int,
    price_limit: int,
    *,
    drop_fees: bool,
    author: AccountId | None,
) -> int:
    """Move TAO to the subnet, swap it, and stake the alpha; answers the alpha staked, rao.

    The coldkey is kept alive, so less than ``tao`` may move. The fee goes to the block's
    author in TAO, or is burned without one.

    Raises in this order:
        SubnetNotExists, InsufficientBalance: the TAO cannot move.
        what the swap raises.
        AmountTooLow: nothing is paid out.
        InsufficientLiquidity: too little to change the hotkey's shares.

    Source: ``stake_utils.rs:851``.
    """
    moved = transfer_to_subnet(state, netuid, coldkey, tao)
    result = buy_alpha(state, netuid, moved, price_limit, drop_fees=drop_fees)
    alpha = result.amount_paid_out
    require(alpha > 0, SubtensorError.AmountTooLow)
    require(buys_shares(state, hotkey, netuid, alpha), SubtensorError.InsufficientLiquidity)
    increase_stake(state, hotkey, coldkey, netuid, alpha)
    _pay_tao_fee(state, netuid, result.fee_to_block_author, author)
    record_tao_inflow(state, netuid, result.amount_paid_in)
    clean_lock(state, coldkey, netuid)
    state.stake_reports[coldkey, hotkey].last_block = state.clock.block
    if netuid == ROOT:
        book_root_stake(state, hotkey, coldkey, alpha)
        index_root_staker(state, coldkey)
    state.events.deposit(
        "StakeAdded",
        coldkey=coldkey,
        hotkey=hotkey,
        tao=moved,
        alpha=alpha,
        netuid=netuid,
        fee=result.fee_paid,
    )
    return alpha


@implements("STAKE-OUT-1")
def unstake_from_subnet(
    state: State,
    hotkey: AccountId,
    coldkey: AccountId,
    beneficiary: AccountId,
    netuid: int,
    alpha: int,
    price_limit: int,
    *,
    drop_fees: bool,
    author: AccountId | None,
) -> int:
    """Take alpha from a stake, swap it, and pay the TAO out; answers the TAO paid, rao.

    What the limit leaves unswapped is staked again. The fee is swapped too, without a fee,
    and its TAO goes to the block's author; without one the alpha is burned.

    Raises:
        what the swaps and transfers raise.

    Source: ``stake_utils.rs:742``.
    """
    decrease_stake(state, hotkey, coldkey, netuid, alpha)
    result = sell_alpha(state, netuid, alpha, price_limit, drop_fees=drop_fees)
    refund = max(alpha - min(result.amount_paid_in + result.fee_paid, U64_MAX), 0)
    if refund > 0:
        increase_stake(state, hotkey, coldkey, netuid, refund)
    transfer_from_subnet(state, netuid, beneficiary, result.amount_paid_out)
    fee_tao = _pay_alpha_fee(state, netuid, result.fee_to_block_author, author)
    if netuid == ROOT:
        unbook_root_stake(state, hotkey, coldkey, alpha)
        unindex_root_staker(state, coldkey)
    record_tao_outflow(state, netuid, min(result.amount_paid_out + fee_tao, U64_MAX))
    clean_lock(state, coldkey, netuid)
    state.stake_reports[coldkey, hotkey].last_block = state.clock.block
    state.events.deposit(
        "StakeRemoved",
        coldkey=coldkey,
        hotkey=hotkey,
        tao=result.amount_paid_out,
        alpha=result.amount_paid_in,
        netuid=netuid,
        fee=result.fee_paid,
    )
    return result.amount_paid_out


@implements("STAKE-FEE-1")
def _pay_tao_fee(state: State, netuid: int, fee: int, author: AccountId | None) -> None:
    """A buy's fee leaves the subnet's account in TAO.

    Source: ``stake_utils.rs:890``.
    """
    if author is not None:
        transfer_from_subnet(state, netuid, author, fee)
        return
    try:
        burn_tao(state, subnet_account(netuid), fee)
    except DispatchError:
        return


@implements("STAKE-FEE-2")
def _pay_alpha_fee(state: State, netuid: int, fee: int, author: AccountId | None) -> int:
    """A sale's fee is sold without a fee; answers the TAO that the author gets.

    Source: ``stake_utils.rs:768``.
    """
    if author is None:
        burn_alpha(state.subnet_reports[netuid], fee)
        return 0
    result = sell_alpha(state, netuid, fee, default_price_limit(Direction.SELL), drop_fees=True)
    transfer_from_subnet(state, netuid, author, result.amount_paid_out)
    return result.amount_paid_out
