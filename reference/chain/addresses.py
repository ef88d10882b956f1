"""Accounts as people write them: SS58 addresses of Substrate's general network."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

from taospec.reference.invalid_input import InvalidInputError
from taospec.reference.rules import implements
from taospec.reference.state.storage_types import AccountId

_DIGITS: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_LENGTH: Final = 48
"""Digits that 35 bytes have which begin with 42."""
_SUBSTRATE: Final = 42
"""The network number of addresses that are of no network in particular."""


@implements("CHAIN-GENESIS-4")
def account_of(address: str) -> AccountId:
    """The account of an SS58 address of network 42.

    Raises:
        InvalidInputError: it is not one, or its checksum is wrong.
    """
    if len(address) != _LENGTH:
        raise InvalidInputError("address", address, f"must have {_LENGTH} digits")
    number = 0
    for letter in address:
        if letter not in _DIGITS:
            raise InvalidInputError("address", address, "must be in base 58")
        number = number * 58 + _DIGITS.index(letter)
    if number >= 1 << (8 * 35):
        raise InvalidInputError("address", address, "must hold 35 bytes")
    content = number.to_bytes(35, "big")
    checksum = blake2b(b"SS58PRE" + content[:33]).digest()[:2]
    if content[0] != _SUBSTRATE or content[33:] != checksum:
        raise InvalidInputError("address", address, "must be of network 42 with a right checksum")
    return content[1:33]
