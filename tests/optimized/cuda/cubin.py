"""What a cubin says that its kernel needs. A cubin is an ELF file of 64 bits, little-endian."""

from __future__ import annotations

import struct
from collections.abc import Iterator

REGISTER_COUNT = 0x2F04
"""Attribute of ``.nv.info``: 4 bytes of header, 4 of the symbol, 4 of the count."""


def registers(code: bytes) -> int:
    """Registers of a thread of the only kernel, those of what it calls included."""
    (info,) = (code[at : at + size] for name, at, size in sections(code) if name == ".nv.info")
    return max(
        struct.unpack_from("<I", info, at + 8)[0]
        for at in range(0, len(info) - 11, 4)
        if struct.unpack_from("<H", info, at)[0] == REGISTER_COUNT
    )


def static_shared_memory(code: bytes) -> int:
    """Bytes of shared memory of a block of the only kernel."""
    return sum(size for name, _, size in sections(code) if name.startswith(".nv.shared."))


def sections(code: bytes) -> Iterator[tuple[str, int, int]]:
    """Name, position and size of each section."""
    (table,) = struct.unpack_from("<Q", code, 40)
    entry, count, names = struct.unpack_from("<HHH", code, 58)
    headers = [struct.unpack_from("<IIQQQQ", code, table + i * entry) for i in range(count)]
    first_name = headers[names][4]
    for name, _, _, _, at, size in headers:
        start = first_name + name
        yield code[start : code.index(b"\0", start)].decode(), at, size
