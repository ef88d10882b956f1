"""The timelock of chain traces: a ciphertext is ``TLE1``, then its plaintext, and any pulse opens it.

Traces and vectors have no cryptography: that of the chain (timelock encryption on BLS12-381) would
make every case depend on the beacon's signatures without testing a rule of the economy.
"""

from __future__ import annotations

from typing import Final

from taospec.reference.state.beacon import Pulse

MARK: Final = b"TLE1"
"""How a ciphertext begins; any other cannot be opened."""


def open_stub(ciphertext: bytes, _: Pulse) -> bytes | None:
    """The plaintext of a ciphertext, ``None`` if it has none."""
    return ciphertext.removeprefix(MARK) if ciphertext.startswith(MARK) else None
