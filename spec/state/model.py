"""TAO as it is meant: amounts of real numbers that move, appear and disappear, and nothing else."""

from __future__ import annotations

from typing import NamedTuple

from taospec.spec.real_numbers import Real, real


class Ledger(NamedTuple):
    """Balances, by account."""

    balances: dict[str, Real]
    """What each account holds, rao."""

    @property
    def issuance(self) -> Real:
        """What there is."""
        return real.fsum(self.balances.values())

    def balance(self, who: str) -> Real:
        """What an account holds."""
        return self.balances.get(who, real.zero)

    def after_transfer(self, source: str, destination: str, amount: Real) -> Ledger:
        """``amount`` moves; nothing is lost on the way."""
        return self.after_change(source, -amount).after_change(destination, amount)

    def after_change(self, who: str, amount: Real) -> Ledger:
        """``amount`` appears in an account, or disappears from it."""
        return Ledger({**self.balances, who: self.balance(who) + amount})
