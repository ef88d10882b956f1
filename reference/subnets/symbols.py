"""The symbols of subnets' tokens.

Source: ``pallets/subtensor/src/subnets/symbols.rs``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from taospec.reference.rules import implements
from taospec.reference.staking.positions import require
from taospec.reference.state.errors import SubtensorError
from taospec.reference.state.origin import Origin
from taospec.reference.state.state import State
from taospec.reference.subnets.access import require_owner_or_root


@implements("SUBNET-SYMBOL-2")
def update_symbol(state: State, origin: Origin, netuid: int, symbol: bytes) -> None:
    """Give a subnet another symbol; root can give one to a subnet that does not exist.

    Raises in this order:
        BadOrigin: neither the subnet's owner nor root asks.
        SymbolDoesNotExist: it is none of :data:`SYMBOLS`, or root's.
        SymbolAlreadyInUse: a subnet has it, be it this one.

    Source: ``pallets/subtensor/src/macros/dispatches.rs:1979``.
    """
    require_owner_or_root(state, origin, netuid)
    require(symbol in SYMBOLS[1:], SubtensorError.SymbolDoesNotExist)
    require(symbol not in _used_symbols(state), SubtensorError.SymbolAlreadyInUse)
    state.subnets[netuid].symbol = symbol
    state.events.deposit("SymbolUpdated", netuid=netuid, symbol=symbol)


@implements("SUBNET-SYMBOL-1")
def next_symbol(state: State, netuid: int) -> bytes:
    """The symbol at the netuid's place, else the first free one, else root's.

    Source: ``symbols.rs:934``.
    """
    used = _used_symbols(state)
    preferred = SYMBOLS[netuid] if netuid < len(SYMBOLS) else SYMBOLS[0]
    if preferred not in used:
        return preferred
    return next((symbol for symbol in SYMBOLS[1:] if symbol not in used), SYMBOLS[0])


def _used_symbols(state: State) -> set[bytes]:
    return {subnet.symbol for _, subnet in state.subnets.items() if subnet.symbol is not None}


_RANGES: Final = (
    (0x03A4, 0x03A4),
    (0x03B1, 0x03C1),
    (0x03C3, 0x03C3),
    (0x0074, 0x0074),
    (0x03C5, 0x03C9),
    (0x05D0, 0x05EA),
    (0x0627, 0x0628),
    (0x062A, 0x063A),
    (0x0641, 0x0648),
    (0x064A, 0x064A),
    (0x0649, 0x0649),
    (0x16A0, 0x16A0),
    (0x16A2, 0x16A2),
    (0x16A6, 0x16A6),
    (0x16A8, 0x16A8),
    (0x16B1, 0x16B1),
    (0x16B3, 0x16B3),
    (0x042B, 0x042B),
    (0x16C9, 0x16C9),
    (0x16D2, 0x16D2),
    (0x1680, 0x1685),
    (0x169B, 0x169B),
    (0x10D0, 0x10D5),
    (0x0531, 0x0536),
    (0x055E, 0x055E),
    (0x0400, 0x0405),
    (0x044A, 0x044A),
    (0x2C80, 0x2C85),
    (0x11000, 0x11003),
    (0x11005, 0x11005),
    (0x0DB1, 0x0DB1),
    (0x0DB3, 0x0DB7),
    (0x2C00, 0x2C20),
    (0x0E01, 0x0E23),
    (0x0E25, 0x0E25),
    (0x0E27, 0x0E2E),
    (0x3131, 0x3131),
    (0x3134, 0x3134),
    (0x3137, 0x3137),
    (0x3139, 0x3139),
    (0x3141, 0x3142),
    (0x3145, 0x3145),
    (0x3147, 0x3148),
    (0x314A, 0x3163),
    (0x12A0, 0x12A7),
    (0x12C8, 0x12CE),
    (0x12B0, 0x12B6),
    (0x1310, 0x1312),
    (0x1218, 0x1218),
    (0x1314, 0x1316),
    (0x0905, 0x090B),
    (0x090F, 0x0910),
    (0x0913, 0x0928),
    (0x092A, 0x0930),
    (0x0932, 0x0932),
    (0x0935, 0x0939),
    (0x30A2, 0x30A2),
    (0x30A4, 0x30A4),
    (0x30A6, 0x30A6),
    (0x30A8, 0x30A8),
    (0x30AA, 0x30AB),
    (0x30AD, 0x30AD),
    (0x30AF, 0x30AF),
    (0x30B1, 0x30B1),
    (0x30B3, 0x30B3),
    (0x30B5, 0x30B5),
    (0x30B7, 0x30B7),
    (0x30B9, 0x30B9),
    (0x30BB, 0x30BB),
    (0x30BD, 0x30BD),
    (0x30BF, 0x30BF),
    (0x30C1, 0x30C1),
    (0x30C4, 0x30C4),
    (0x30C6, 0x30C6),
    (0x30C8, 0x30C8),
    (0x30CA, 0x30CF),
    (0x30D2, 0x30D2),
    (0x30D5, 0x30D5),
    (0x30D8, 0x30D8),
    (0x30DB, 0x30DB),
    (0x30DE, 0x30E2),
    (0x30E4, 0x30E4),
    (0x30E6, 0x30E6),
    (0x30E8, 0x30ED),
    (0x30EF, 0x30EF),
    (0x30F2, 0x30F3),
    (0x2D30, 0x2D53),
    (0x0D85, 0x0D86),
    (0x0D89, 0x0D96),
    (0x0D9A, 0x0D9E),
    (0x0DA0, 0x0DA4),
    (0x0DA7, 0x0DA7),
    (0x0DA5, 0x0DA6),
    (0x0DA9, 0x0DA9),
    (0x0DA8, 0x0DA8),
    (0x0DAA, 0x0DB0),
)
"""First and last code point of each run of symbols, in order."""


def _symbols() -> Iterator[bytes]:
    for first, last in _RANGES:
        for code in range(first, last + 1):
            yield chr(code).encode()


SYMBOLS: Final = tuple(_symbols())
"""UTF-8 of the 439 symbols, the place of each the netuid that it is meant for; the first is root's."""
