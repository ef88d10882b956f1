"""Random calls by many holders on several subnets, and blocks between them: what always holds.

What upstream's own rules weaken, and by how much at most:

- A sale or claim that leaves less than the existential deposit on a subnet's account kills it:
  the account then has up to 499 rao less than ``SubnetTAO`` says. A sweep that the dead account
  cannot pay takes them off ``SubnetTAO`` all the same.
- A buy's fee that no author takes and that would not bring the burn account to the existential
  deposit stays on the subnet's account, outside its pool.
- A swap stopped by its limit enters the pool with the amount that reaches the limit, whatever was
  paid: the two differ by the rounding of that amount.
- A stake is floored by its holder's shares. Others' operations can take one rao off the floor of
  each position, so that a lock can exceed the stake by one rao for each hotkey.
- The fee of a registration stays on the subnet's account too.
- The sweep of a small nomination asks no lock: the lock shrinks by what was swept.
- Root stake that arrives books the floor of rate times amount as claimed: its holder can claim up
  to one rao more than accrued on it. Root stake that leaves forfeits what was not claimed.
"""

from fractions import Fraction
from math import ceil
from pathlib import Path

import pytest
from economy import (
    AUTHOR,
    COLDKEYS,
    HOTKEYS,
    NETUIDS,
    ROOT,
    SURPLUS,
    TAO,
    TRADED,
    UNOWNED_HOTKEY,
    UNSTARTED,
    economy,
)
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from taospec.reference.amm.swap import current_price, swap_fee
from taospec.reference.chain.block_step import block_step
from taospec.reference.chain.calls import execute
from taospec.reference.chain.catalogue.balances import BALANCES_CALLS
from taospec.reference.chain.catalogue.staking import STAKING_CALLS
from taospec.reference.staking.conviction import DUST
from taospec.reference.staking.locks import available_to_unstake, current_lock
from taospec.reference.staking.positions import total_coldkey_alpha
from taospec.reference.staking.root_claims import owed, rate
from taospec.reference.staking.stake_ledger import has_shares, stake_of
from taospec.reference.state.digest import IncrementalDigest, state_digest
from taospec.reference.state.ledger import BURN_ACCOUNT, EXISTENTIAL_DEPOSIT, subnet_account
from taospec.reference.state.storage_types import numbered_account
from taospec.reference.supply.block_emission import block_emission

U64_MAX = 2**64 - 1
MISSING_SUBNET = 9
NEWCOMER = numbered_account(60)
SUBNET_ACCOUNTS = {subnet_account(netuid): netuid for netuid in NETUIDS}
LIMIT_ROUNDING = 1
"""Rao by which what enters a pool up to a limit can differ from what was paid.

Both fees, of the amount asked for and on top of the amount that reaches the limit, are floored:
the amounts without them are at most 1 rao apart where only one of them is stopped."""

SIGNERS = st.sampled_from((*COLDKEYS, NEWCOMER))
COLDKEY = st.sampled_from((*COLDKEYS, NEWCOMER))
HOTKEY = st.sampled_from((*HOTKEYS, *HOTKEYS[:3], *HOTKEYS[:3], UNOWNED_HOTKEY))
NETUID = st.sampled_from((ROOT, *TRADED, ROOT, *TRADED, UNSTARTED, MISSING_SUBNET))
RECEIVERS = st.sampled_from((*COLDKEYS, NEWCOMER, subnet_account(ROOT), subnet_account(1)))
AUTHORS = st.sampled_from((AUTHOR, COLDKEYS[2], None))
AMOUNT = st.one_of(
    st.tuples(st.just("whole"), st.integers(-2, 2)),
    st.tuples(st.just("free"), st.integers(-2, 2)),
    st.tuples(st.just("leaving"), st.integers(0, 1_000) | st.integers(0, 30_000_000)),
    st.tuples(st.just("part"), st.integers(1, 999)),
    st.tuples(st.just("rao"), st.integers(0, 3_000) | st.integers(1_900_000, 12_000_000)),
    st.tuples(st.just("tao"), st.integers(1, 2_000)),
    st.tuples(st.just("most"), st.just(0)),
)
"""An amount relative to what there is: see :meth:`Economy.resolved`."""
LIMIT = st.sampled_from((0, 500, 990, 999, 1_000, 1_001, 1_010, 1_500, 10**9))
"""A price limit in thousandths of the price."""
OPTIONAL_LIMIT = LIMIT | st.none()
PROPORTIONS = st.sampled_from((0, 1, 2**63, U64_MAX // 2, U64_MAX)) | st.integers(0, U64_MAX)
CHILDREN = st.one_of(
    st.lists(st.tuples(PROPORTIONS, HOTKEY), max_size=6),
    st.lists(
        st.tuples(st.integers(0, U64_MAX // 5), st.sampled_from(HOTKEYS)),
        max_size=3,
        unique_by=lambda edge: edge[1],
    ),
).map(tuple)
CLAIM_TYPE = st.one_of(
    st.sampled_from((("Swap",), ("Keep",))),
    st.lists(st.sampled_from(NETUIDS), max_size=2, unique=True).map(
        lambda netuids: ("KeepSubnets", tuple(sorted(netuids)))
    ),
)
CLAIMED = st.lists(st.sampled_from((*TRADED, ROOT, MISSING_SUBNET)), max_size=6, unique=True)
TAKE = st.sampled_from((0, 4_000, 5_000, 5_001, 11_796, 11_797, 65_535))


LOCKS = st.lists(
    st.tuples(
        st.sampled_from(COLDKEYS[:10]),
        st.sampled_from((ROOT, *TRADED, *TRADED)),
        st.sampled_from(HOTKEYS),
        st.sampled_from((1_000, 1_000, 999, 500, 1)),
        st.booleans(),
    ),
    max_size=10,
)
"""Locks of the first block: coldkey, subnet, hotkey, thousandths of the stake, perpetual."""
KEEPS_LOCKS = ("transfer_stake", "move_lock", "set_perpetual_lock", "set_reject_locked_alpha")
"""Calls that leave the locked mass of a subnet what it was, if they stay within it: but for dust, which
each of the two locks that they write may become."""


class Economy(RuleBasedStateMachine):
    """The economy of :mod:`economy`, and beside it what its books should say."""

    def __init__(self):
        super().__init__()
        self.start(economy())

    def start(self, state):
        """Open the books of a state."""
        self.state = state
        self.incremental = IncrementalDigest(self.state)
        self.seen = set()
        self.user_dust = 0
        self.beside_pool = {netuid: SURPLUS if netuid else 0 for netuid in NETUIDS}
        self.buy_fees = 0
        self.dead_subnet_dust = 0
        self.gifts = 0
        self.registration_alpha = dict.fromkeys(NETUIDS, 0)
        self.bookings = dict.fromkeys(TRADED, 0)
        self.epoch_rounding = dict.fromkeys(TRADED, Fraction(0))

    # What happens.

    @initialize(lean_root=st.booleans(), locks=LOCKS, accept=st.booleans())
    def begin(self, lean_root, locks, accept):
        """Root with many holders or one; some stake is locked already."""
        self.start(economy(lean_root=lean_root))
        for coldkey, netuid, hotkey, part, perpetual in locks:
            alpha = total_coldkey_alpha(self.state, coldkey, netuid) * part // 1_000
            self.call("lock_stake", coldkey, netuid=netuid, hotkey=hotkey, amount=alpha)
            self.call("set_perpetual_lock", coldkey, netuid=netuid, enabled=perpetual)
        for coldkey in COLDKEYS if accept else ():
            self.call("set_reject_locked_alpha", coldkey, enabled=False)

    @pytest.mark.rule("CHAIN-CALL-1", "STATE-ATOMIC-1")
    def call(self, name, signer, author=None, **arguments):
        """Execute a call; compare what it did to the balances with what it reports."""
        state = self.state
        before = self.incremental.digest()
        balances, issuance = self.balances(), (state.issuance.of_balances, state.issuance.total)
        pools = self.tao_reserves()
        root_shares = self.root_shares()
        unowned = {netuid: self.unowned(netuid) for netuid in TRADED}
        locked = self.locked()
        error = execute(state, name, signer, arguments, author).error
        events = state.events.take()
        self.seen.update(event.name for event in events)
        if error is not None:
            assert not events
            assert state_digest(state) == before
            return error
        died = [who for who in balances if who not in state.accounts]
        dust = issuance[0] - state.issuance.of_balances
        assert 0 <= dust <= (EXISTENTIAL_DEPOSIT - 1) * len(died)
        if name.startswith("transfer_") and name != "transfer_stake":
            assert state.issuance.total == issuance[1]
            self.user_dust += dust
            self.note_gift(arguments["dest"], balances)
        else:
            assert issuance[1] - state.issuance.total == dust
            self.note_surplus(name, events, balances, pools, arguments)
        self.note_bookings(root_shares)
        crosses = arguments.get("origin_netuid") != arguments.get("destination_netuid")
        if name in KEEPS_LOCKS and not crosses:
            after = self.locked()
            assert all(0 <= locked[netuid] - after[netuid] < 2 * DUST for netuid in NETUIDS)
        if name != "claim_root":
            self.require_alpha_of_somebody(name, unowned, arguments)
        return None

    def require_alpha_of_somebody(self, name, unowned, arguments):
        """No call but a claim touches alpha that nobody owns; a refused sweep of dust adds to it."""
        slack = LIMIT_ROUNDING if "limit_price" in arguments or "limit" in arguments else 0
        for netuid, before in unowned.items():
            change = self.unowned(netuid) - before
            assert change >= -slack
            assert change <= slack or name.startswith(("remove_", "unstake_"))

    def note_gift(self, receiver, balances):
        """TAO that a user sent to a subnet's account is outside the pool."""
        if receiver in SUBNET_ACCOUNTS:
            gift = self.balance(receiver) - balances.get(receiver, 0)
            self.beside_pool[SUBNET_ACCOUNTS[receiver]] += gift
            self.gifts += gift

    def note_surplus(self, name, events, balances, pools, arguments):
        """What a call left on a subnet's account outside the pool, compared with what it may."""
        fees = dict.fromkeys(NETUIDS, 0)
        for event in events:
            fields = dict(event.fields)
            if event.name == "StakeAdded":
                fees[fields["netuid"]] += fields["fee"]
        burned = self.balance(BURN_ACCOUNT) - balances.get(BURN_ACCOUNT, 0)
        limited = arguments.get("limit_price", arguments.get("limit")) is not None
        for account, netuid in SUBNET_ACCOUNTS.items():
            moved = self.balance(account) - balances.get(account, 0)
            kept = moved - (self.state.pools.peek(netuid).tao_reserve - pools[netuid])
            self.buy_fees += fees[netuid]
            if account in balances and account not in self.state.accounts:
                assert -max(-self.beside_pool[netuid], 0) <= -kept < EXISTENTIAL_DEPOSIT
                self.dead_subnet_dust -= kept
            elif "register" in name and netuid == arguments["netuid"]:
                assert kept == swap_fee(self.state.pools.peek(netuid), moved)
            else:
                untaken = fees[netuid] if burned == 0 and fees[netuid] < EXISTENTIAL_DEPOSIT else 0
                slack = LIMIT_ROUNDING if limited else 0
                assert -slack <= kept <= slack or -slack <= kept - untaken <= slack
            self.beside_pool[netuid] += kept

    def note_bookings(self, root_shares):
        """Every change of a root position books on each subnet, once for each subnet it came from."""
        for (hotkey, _, _), shares in self.root_shares().items():
            if root_shares.get((hotkey, _, ROOT)) != shares:
                for netuid in TRADED:
                    self.bookings[netuid] += len(NETUIDS)

    @rule(parent_hash=st.binary(min_size=32, max_size=32), blocks=st.sampled_from((1, 1, 1, 2, 5, 160)))
    def block(self, parent_hash, blocks):
        """A block after one or, as far as operations can tell, several."""
        state = self.state
        state.clock.block += blocks
        balances, total = self.balances(), state.issuance.total
        pools = self.tao_reserves()
        drained = {netuid: self.pending(netuid) for netuid in TRADED}
        root_shares, user_dust = self.root_shares(), self.user_dust
        block_step(state, parent_hash)
        self.seen.update(event.name for event in state.events.take())
        assert user_dust == state.issuance.total - state.issuance.of_balances
        assert state.issuance.total - total <= block_emission(total)
        paid = 0
        for who in {*balances, *self.balances()} - SUBNET_ACCOUNTS.keys():
            assert self.balance(who) == balances.get(who, 0)
        for account, netuid in SUBNET_ACCOUNTS.items():
            moved = self.balance(account) - balances.get(account, 0)
            paid += moved
            kept = moved - (state.pools.peek(netuid).tao_reserve - pools[netuid])
            if account in balances and account not in state.accounts:
                assert 0 <= -kept < EXISTENTIAL_DEPOSIT
                self.dead_subnet_dust -= kept
            else:
                assert kept == 0
            self.beside_pool[netuid] += kept
        assert paid == state.issuance.total - total
        self.note_bookings(root_shares)
        for netuid in TRADED:
            neurons = state.subnets.peek(netuid).neurons
            self.epoch_rounding[netuid] += 1 + Fraction(neurons * (drained[netuid] + 10**10), 3 * 2**32)

    @rule(first_hash=st.binary(min_size=32, max_size=32), blocks=st.integers(2, 7))
    def blocks_in_a_row(self, first_hash, blocks):
        for number in range(blocks):
            self.block(bytes((number + byte) % 256 for byte in first_hash), 1)

    @rule(signer=SIGNERS, hotkey=HOTKEY, netuid=NETUID, amount=AMOUNT, author=AUTHORS)
    def add_stake(self, signer, hotkey, netuid, amount, author):
        rao = self.tao_amount(amount, signer)
        self.call("add_stake", signer, author, hotkey=hotkey, netuid=netuid, amount_staked=rao)

    @rule(
        signer=SIGNERS,
        hotkey=HOTKEY,
        netuid=NETUID,
        amount=AMOUNT,
        author=AUTHORS,
        limit=LIMIT,
        partial=st.booleans(),
    )
    def add_stake_limit(self, signer, hotkey, netuid, amount, author, limit, partial):
        self.call(
            "add_stake_limit",
            signer,
            author,
            hotkey=hotkey,
            netuid=netuid,
            amount_staked=self.tao_amount(amount, signer),
            limit_price=self.price(netuid, limit),
            allow_partial=partial,
        )

    @rule(signer=SIGNERS, hotkey=HOTKEY, netuid=NETUID, amount=AMOUNT, author=AUTHORS, limit=OPTIONAL_LIMIT)
    def add_stake_burn(self, signer, hotkey, netuid, amount, author, limit):
        self.call(
            "add_stake_burn",
            signer,
            author,
            hotkey=hotkey,
            netuid=netuid,
            amount=self.tao_amount(amount, signer),
            limit=self.price(netuid, limit),
        )

    @rule(position=st.integers(0, 999), amount=AMOUNT, author=AUTHORS)
    def remove_stake(self, position, amount, author):
        signer, hotkey, netuid = self.held_place(position)
        alpha = self.alpha_amount(amount, signer, hotkey, netuid)
        self.call("remove_stake", signer, author, hotkey=hotkey, netuid=netuid, amount_unstaked=alpha)

    @rule(rest=st.integers(0, 2 * EXISTENTIAL_DEPOSIT), author=AUTHORS)
    def leave_root(self, rest, author):
        """Everybody unstakes from root, the last one but a few rao: less than an account may hold."""
        places = self.root_positions()
        for hotkey, coldkey in places:
            held = stake_of(self.state, hotkey, coldkey, ROOT)
            left = rest if (hotkey, coldkey) == places[-1] else 0
            alpha = max(held - left, 0)
            self.call("remove_stake", coldkey, author, hotkey=hotkey, netuid=ROOT, amount_unstaked=alpha)

    @rule(signer=SIGNERS, hotkey=HOTKEY, netuid=NETUID, amount=AMOUNT)
    def remove_any_stake(self, signer, hotkey, netuid, amount):
        alpha = self.alpha_amount(amount, signer, hotkey, netuid)
        self.call("remove_stake", signer, AUTHOR, hotkey=hotkey, netuid=netuid, amount_unstaked=alpha)

    @rule(position=st.integers(0, 999), amount=AMOUNT, author=AUTHORS, limit=LIMIT, partial=st.booleans())
    def remove_stake_limit(self, position, amount, author, limit, partial):
        signer, hotkey, netuid = self.held_place(position)
        self.call(
            "remove_stake_limit",
            signer,
            author,
            hotkey=hotkey,
            netuid=netuid,
            amount_unstaked=self.alpha_amount(amount, signer, hotkey, netuid),
            limit_price=self.price(netuid, limit),
            allow_partial=partial,
        )

    @rule(position=st.integers(0, 999), author=AUTHORS, limit=OPTIONAL_LIMIT)
    def remove_stake_full_limit(self, position, author, limit):
        signer, hotkey, netuid = self.held_place(position)
        price = self.price(netuid, limit)
        self.call("remove_stake_full_limit", signer, author, hotkey=hotkey, netuid=netuid, limit_price=price)

    @rule(
        signer=SIGNERS,
        hotkey=HOTKEY,
        author=AUTHORS,
        name=st.sampled_from(("unstake_all", "unstake_all_alpha")),
    )
    def unstake_everything(self, signer, hotkey, author, name):
        self.call(name, signer, author, hotkey=hotkey)

    @rule(position=st.integers(0, 999), hotkey=HOTKEY, netuid=NETUID, amount=AMOUNT, author=AUTHORS)
    def move_stake(self, position, hotkey, netuid, amount, author):
        signer, origin_hotkey, origin = self.held_place(position)
        self.call(
            "move_stake",
            signer,
            author,
            origin_hotkey=origin_hotkey,
            destination_hotkey=hotkey,
            origin_netuid=origin,
            destination_netuid=netuid,
            alpha_amount=self.alpha_amount(amount, signer, origin_hotkey, origin),
        )

    @rule(
        position=st.integers(0, 999),
        receiver=COLDKEY,
        netuid=NETUID | st.none(),
        amount=AMOUNT,
        author=AUTHORS,
    )
    def transfer_stake(self, position, receiver, netuid, amount, author):
        signer, hotkey, origin = self.held_place(position)
        self.call(
            "transfer_stake",
            signer,
            author,
            destination_coldkey=receiver,
            hotkey=hotkey,
            origin_netuid=origin,
            destination_netuid=origin if netuid is None else netuid,
            alpha_amount=self.alpha_amount(amount, signer, hotkey, origin),
        )

    @rule(held=st.integers(0, 99), position=st.integers(0, 99), receiver=COLDKEY, amount=AMOUNT)
    def transfer_locked_stake(self, held, position, receiver, amount):
        locks = list(self.state.locks)
        if not locks:
            return
        signer, netuid, _ = locks[held % len(locks)]
        hotkeys = self.state.coldkeys.peek(signer).staking_hotkeys
        hotkey = hotkeys[position % len(hotkeys)]
        self.call("set_reject_locked_alpha", receiver, enabled=position % 4 == 0)
        self.call(
            "transfer_stake",
            signer,
            AUTHOR,
            destination_coldkey=receiver,
            hotkey=hotkey,
            origin_netuid=netuid,
            destination_netuid=netuid,
            alpha_amount=self.alpha_amount(amount, signer, hotkey, netuid),
        )

    @rule(position=st.integers(0, 999), netuid=NETUID, amount=AMOUNT, author=AUTHORS)
    def swap_stake(self, position, netuid, amount, author):
        signer, hotkey, origin = self.held_place(position)
        alpha = self.alpha_amount(amount, signer, hotkey, origin)
        self.call(
            "swap_stake",
            signer,
            author,
            hotkey=hotkey,
            origin_netuid=origin,
            destination_netuid=netuid,
            alpha_amount=alpha,
        )

    @rule(
        position=st.integers(0, 999),
        netuid=NETUID,
        amount=AMOUNT,
        author=AUTHORS,
        limit=LIMIT,
        partial=st.booleans(),
    )
    def swap_stake_limit(self, position, netuid, amount, author, limit, partial):
        signer, hotkey, origin = self.held_place(position)
        ratio = self.price(origin, 1_000) * TAO // max(self.price(netuid, 1_000), 1)
        self.call(
            "swap_stake_limit",
            signer,
            author,
            hotkey=hotkey,
            origin_netuid=origin,
            destination_netuid=netuid,
            alpha_amount=self.alpha_amount(amount, signer, hotkey, origin),
            limit_price=min(ratio * limit // 1_000, U64_MAX),
            allow_partial=partial,
        )

    @rule(position=st.integers(0, 999), amount=AMOUNT, name=st.sampled_from(("recycle_alpha", "burn_alpha")))
    def destroy_alpha(self, position, amount, name):
        signer, hotkey, netuid = self.held_place(position)
        alpha = self.alpha_amount(amount, signer, hotkey, netuid)
        self.call(name, signer, hotkey=hotkey, amount=alpha, netuid=netuid)

    @rule(signer=SIGNERS, hotkey=HOTKEY, take=TAKE, name=st.sampled_from(("increase_take", "decrease_take")))
    def change_take(self, signer, hotkey, take, name):
        self.call(name, self.owner_or(signer, hotkey), hotkey=hotkey, take=take)

    @rule(signer=SIGNERS, netuid=NETUID, hotkey=HOTKEY)
    def set_auto_stake(self, signer, netuid, hotkey):
        self.call("set_coldkey_auto_stake_hotkey", signer, netuid=netuid, hotkey=hotkey)

    @rule(
        signer=SIGNERS,
        hotkey=st.sampled_from((*HOTKEYS, UNOWNED_HOTKEY, NEWCOMER)),
        netuid=NETUID,
        name=st.sampled_from(("register", "burned_register", "register_limit")),
        limit=st.sampled_from((0, TAO)),
    )
    def register(self, signer, hotkey, netuid, name, limit):
        """The alpha that a registration destroys leaves the issuance unreported."""
        in_pool = self.state.pools.peek(netuid).alpha_in
        extra = {"limit_price": limit} if name == "register_limit" else {}
        owner = self.owner_or(signer, hotkey)
        if self.call(name, owner, netuid=netuid, hotkey=hotkey, **extra) is None:
            self.registration_alpha[netuid] += in_pool - self.state.pools.peek(netuid).alpha_in

    @rule(signer=SIGNERS, hotkey=HOTKEY)
    def try_associate_hotkey(self, signer, hotkey):
        self.call("try_associate_hotkey", signer, hotkey=hotkey)

    @rule(signer=SIGNERS, subnets=CLAIMED)
    def claim_root(self, signer, subnets):
        self.call("claim_root", signer, subnets=tuple(subnets))

    @rule(signer=SIGNERS, claim_type=CLAIM_TYPE)
    def set_root_claim_type(self, signer, claim_type):
        self.call("set_root_claim_type", signer, new_root_claim_type=claim_type)

    @rule(signer=SIGNERS, hotkey=HOTKEY, netuid=NETUID, children=CHILDREN)
    def set_children(self, signer, hotkey, netuid, children):
        owner = self.owner_or(signer, hotkey)
        self.call("set_children", owner, hotkey=hotkey, netuid=netuid, children=tuple(children))

    @rule(signer=SIGNERS, hotkey=HOTKEY, netuid=NETUID, take=TAKE)
    def set_childkey_take(self, signer, hotkey, netuid, take):
        owner = self.owner_or(signer, hotkey)
        self.call("set_childkey_take", owner, hotkey=hotkey, netuid=netuid, take=take)

    @rule(position=st.integers(0, 999), hotkey=HOTKEY | st.none(), amount=AMOUNT)
    def lock_stake(self, position, hotkey, amount):
        signer, staked, netuid = self.held_place(position)
        alpha = self.alpha_amount(amount, signer, staked, netuid)
        self.call("lock_stake", signer, netuid=netuid, hotkey=hotkey or staked, amount=alpha)

    @rule(signer=SIGNERS, hotkey=HOTKEY, netuid=NETUID, held=st.none() | st.integers(0, 99))
    def move_lock(self, signer, hotkey, netuid, held):
        locks = list(self.state.locks)
        if locks and held is not None:
            signer, netuid, _ = locks[held % len(locks)]
        self.call("move_lock", signer, destination_hotkey=hotkey, netuid=netuid)

    @rule(signer=SIGNERS, netuid=NETUID, enabled=st.booleans())
    def set_perpetual_lock(self, signer, netuid, enabled):
        self.call("set_perpetual_lock", signer, netuid=netuid, enabled=enabled)

    @rule(signer=SIGNERS, enabled=st.booleans())
    def set_reject_locked_alpha(self, signer, enabled):
        self.call("set_reject_locked_alpha", signer, enabled=enabled)

    @rule(
        signer=SIGNERS,
        receiver=RECEIVERS,
        amount=AMOUNT,
        name=st.sampled_from(("transfer_allow_death", "transfer_keep_alive")),
    )
    def transfer(self, signer, receiver, amount, name):
        self.call(name, signer, dest=receiver, value=self.tao_amount(amount, signer))

    @rule(signer=SIGNERS, receiver=RECEIVERS, keep_alive=st.booleans())
    def transfer_all(self, signer, receiver, keep_alive):
        self.call("transfer_all", signer, dest=receiver, keep_alive=keep_alive)

    # What always holds.

    @invariant()
    @pytest.mark.rule("CHAIN-CALL-1", "LEDGER-TRANSFER-1", "LEDGER-DUST-1")
    def balances_are_the_issuance_and_only_users_dust_stays_in_the_total(self):
        issuance = self.state.issuance
        assert sum(self.balances().values()) == issuance.of_balances
        assert issuance.total == issuance.of_balances + self.user_dust
        assert all(free >= EXISTENTIAL_DEPOSIT for free in self.balances().values())

    @invariant()
    @pytest.mark.rule("STAKE-INTO-1", "STAKE-OUT-1", "STAKE-CLAIM-12", "STAKE-FEE-1")
    def a_subnets_account_holds_its_pool_and_what_was_left_beside_it(self):
        for account, netuid in SUBNET_ACCOUNTS.items():
            pool = self.state.pools.peek(netuid).tao_reserve
            assert self.balance(account) == pool + self.beside_pool[netuid]

    @invariant()
    @pytest.mark.rule("STAKE-SWAP-1", "STAKE-SWAP-2")
    def total_stake_is_the_pools_and_the_fees_of_buys(self):
        pools = sum(self.state.pools.peek(netuid).tao_reserve for netuid in NETUIDS)
        beside = sum(self.beside_pool.values()) - SURPLUS * (len(NETUIDS) - 1)
        difference = self.state.issuance.total_stake - pools - self.buy_fees
        kept_fees_or_rounding = beside - self.gifts + self.dead_subnet_dust
        assert min(0, kept_fees_or_rounding) <= difference <= max(0, kept_fees_or_rounding)

    @invariant()
    @pytest.mark.rule("SUPPLY-ALPHA-2", "SUPPLY-ALPHA-3", "STAKE-BURN-1", "STAKE-BURN-2", "AMM-BOOK-1")
    def alpha_in_and_out_of_the_pool_is_what_was_minted_and_not_recycled(self):
        for netuid in (*TRADED, UNSTARTED):
            pool = self.state.pools.peek(netuid)
            minted = self.state.subnet_reports.peek(netuid).minted_alpha
            assert pool.alpha_in + pool.alpha_out == minted - self.registration_alpha[netuid]

    @invariant()
    @pytest.mark.rule("STAKE-INTO-1", "STAKE-OUT-1", "STAKE-CLAIM-12")
    def root_stake_is_the_tao_of_root(self):
        root = self.state.pools.peek(ROOT)
        assert root.tao_reserve == root.alpha_out >= self.staked(ROOT)

    @invariant()
    @pytest.mark.rule("STAKE-CLAIM-6", "STAKE-CLAIM-7", "STAKE-CLAIM-8", "STAKE-CLAIM-11", "EMISSION-ROOT-1")
    def claims_never_exceed_the_alpha_that_accrued_for_them(self):
        """Alpha outside the pool covers stakes, pendings, what nobody has, and all that is owed."""
        for netuid in TRADED:
            left = self.unowned(netuid)
            claimable = sum(
                max(owed(self.state, hotkey, coldkey, netuid).bits, 0) // 2**32
                for hotkey, coldkey in self.root_positions()
            )
            rounding = self.bookings[netuid] + ceil(self.epoch_rounding[netuid])
            assert claimable <= left + rounding, netuid

    @invariant()
    @pytest.mark.rule("STAKE-LEDGER-1", "STAKE-POOL-1")
    def holders_of_a_hotkey_never_have_more_than_it(self):
        for (hotkey, netuid), pool in self.state.hotkey_stakes.items():
            holders = [key[1] for key in self.state.positions.keys_with(hotkey=hotkey, netuid=netuid)]
            held = sum(stake_of(self.state, hotkey, coldkey, netuid) for coldkey in holders)
            assert held <= pool.total_alpha

    @invariant()
    @pytest.mark.rule("STAKE-LOCK-1", "STAKE-LOCK-3", "STAKE-LOCK-13", "STAKE-CHECK-2", "STAKE-NOMINATOR-2")
    def stake_covers_its_lock_to_one_rao_for_each_hotkey(self):
        for coldkey, netuid, _ in self.state.locks:
            mass = current_lock(self.state, coldkey, netuid).locked_mass
            hotkeys = self.state.coldkeys.peek(coldkey).staking_hotkeys
            assert mass <= total_coldkey_alpha(self.state, coldkey, netuid) + len(hotkeys)

    @invariant()
    @pytest.mark.rule("STAKE-LOCK-1", "STAKE-LOCK-11", "STAKE-LOCK-13")
    def a_coldkey_has_one_lock_on_a_subnet_and_it_is_indexed(self):
        held = [key[:2] for key, lock in self.state.locks.items() if lock.lock is not None]
        assert len(held) == len(set(held))
        assert all((lock.lock is None) == (lock.indexed is None) for _, lock in self.state.locks.items())

    @invariant()
    @pytest.mark.rule("STAKE-CHILD-2", "STAKE-CHILD-5", "STAKE-CHILD-6")
    def every_child_names_its_parent_and_every_parent_its_child(self):
        down, up = {}, {}
        for (hotkey, netuid), family in self.state.childkeys.items():
            children = {child: proportion for proportion, child in family.children}
            parents = {parent: proportion for proportion, parent in family.parents}
            assert len(children) == len(family.children) <= 5
            assert len(parents) == len(family.parents)
            assert not {hotkey, *children} & parents.keys()
            assert hotkey not in children
            assert sum(children.values()) <= U64_MAX
            down.update({(netuid, hotkey, child): part for child, part in children.items()})
            up.update({(netuid, parent, hotkey): part for parent, part in parents.items()})
        assert down == up

    @invariant()
    @pytest.mark.rule("STAKE-CLAIM-9", "STAKE-CLAIM-10", "STAKE-CLAIM-5")
    def places_of_root_stakers_and_their_indices_mirror_each_other(self):
        places = {place: held.coldkey for place, held in self.state.root_stakers.items()}
        assert list(places) == list(range(self.state.network.root_stakers))
        indices = {
            held.root_index: coldkey
            for coldkey, held in self.state.coldkeys.items()
            if held.root_index is not None
        }
        assert places == indices

    @invariant()
    @pytest.mark.rule("STAKE-LEDGER-2", "STAKE-AUTO-1")
    def staking_hotkeys_hold_every_position_once(self):
        for coldkey, held in self.state.coldkeys.items():
            assert len(set(held.staking_hotkeys)) == len(held.staking_hotkeys), coldkey
        for hotkey, coldkey, netuid in self.state.positions:
            if has_shares(self.state, hotkey, coldkey, netuid) and stake_of(
                self.state, hotkey, coldkey, netuid
            ):
                assert hotkey in self.state.coldkeys.peek(coldkey).staking_hotkeys
        for (coldkey, netuid), chosen in self.state.auto_stakes.items():
            assert self.state.auto_stakers.peek((chosen.hotkey, netuid)).coldkeys.count(coldkey) == 1

    @invariant()
    @pytest.mark.rule("STATE-DIGEST-4")
    def the_incremental_digest_is_the_digest(self):
        assert self.incremental.digest() == state_digest(self.state)

    # Inside.

    def balances(self):
        return {who: held.free for who, held in self.state.accounts.items()}

    def balance(self, who):
        return self.state.accounts.peek(who).free

    def locked(self):
        """Locked mass of all coldkeys on each subnet, rao."""
        held = [key[:2] for key, lock in self.state.locks.items() if lock.lock is not None]
        return {
            netuid: sum(current_lock(self.state, *key).locked_mass for key in held if key[1] == netuid)
            for netuid in NETUIDS
        }

    def tao_reserves(self):
        return {netuid: self.state.pools.peek(netuid).tao_reserve for netuid in NETUIDS}

    def staked(self, netuid):
        keys = self.state.hotkey_stakes.keys_with(netuid=netuid)
        return sum(self.state.hotkey_stakes.peek(key).total_alpha for key in keys)

    def unowned(self, netuid):
        """Alpha outside the pool that is not staked, pending, bought by the protocol or burned."""
        pool, report = self.state.pools.peek(netuid), self.state.subnet_reports.peek(netuid)
        nobodys = pool.protocol_alpha + report.burned_alpha
        return pool.alpha_out - self.staked(netuid) - self.pending(netuid) - nobodys

    def pending(self, netuid):
        held = self.state.emissions.peek(netuid)
        return held.pending_server + held.pending_validator + held.pending_root_alpha + held.pending_owner_cut

    def root_shares(self):
        return {
            key: self.state.positions.peek(key).shares for key in self.state.positions.keys_with(netuid=ROOT)
        }

    def root_positions(self):
        return [(hotkey, coldkey) for hotkey, coldkey, _ in self.root_shares()]

    def owner_or(self, signer, hotkey):
        """Nearly always the hotkey's owner: strangers only see the first error."""
        owner = self.state.hotkeys.peek(hotkey).owner
        return signer if owner is None or signer == NEWCOMER else owner

    def held_place(self, number):
        """Coldkey, hotkey and subnet of one of the positions there are."""
        keys = [key for key in self.state.positions if has_shares(self.state, *key)]
        hotkey, coldkey, netuid = keys[number % len(keys)] if keys else (HOTKEYS[0], COLDKEYS[0], ROOT)
        return coldkey, hotkey, netuid

    def price(self, netuid, thousandths):
        """A limit: so many thousandths of the subnet's price, rao per alpha."""
        if thousandths is None:
            return None
        price = current_price(self.state.pools.peek(netuid))
        return min(price.bits * TAO * thousandths // (1_000 << 64), U64_MAX)

    def tao_amount(self, amount, signer):
        free = self.balance(signer)
        return self.resolved(amount, free, free - EXISTENTIAL_DEPOSIT)

    def alpha_amount(self, amount, coldkey, hotkey, netuid):
        held = stake_of(self.state, hotkey, coldkey, netuid)
        return self.resolved(amount, held, available_to_unstake(self.state, coldkey, netuid))

    def resolved(self, amount, whole, free):
        kind, number = amount
        rao = {
            "whole": whole + number,
            "free": free + number,
            "leaving": whole - number,
            "part": whole * number // 1_000,
            "rao": number,
            "tao": number * TAO,
            "most": U64_MAX,
        }[kind]
        return min(max(rao, 0), U64_MAX)


TestEconomy = Economy.TestCase
TestEconomy.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)


def test_the_machine_knows_every_call_of_staking_and_balances():
    text = Path(__file__).read_text(encoding="utf-8")
    assert all(f'"{name}"' in text for name in (*STAKING_CALLS, *BALANCES_CALLS))


@pytest.mark.rule("CHAIN-BLOCK-1")
def test_the_economy_pays_everybody_in_its_first_blocks():
    state = economy()
    for number in range(1, 13):
        state.clock.block += 1
        block_step(state, bytes([number]) * 32)
    for netuid in TRADED:
        assert state.schedules.peek(netuid).epoch_index >= 2
        assert rate(state, HOTKEYS[0], netuid).bits > 0
        assert state.subnet_reports.peek(netuid).burned_alpha > 0
