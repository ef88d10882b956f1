"""The digest of a state: a tree of blake2b-256 with one leaf per record.

:func:`state_digest` is the definition; :class:`IncrementalDigest` gives the same 32 bytes and
rehashes only the records that changed since it was last asked.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, Final

from taospec.reference.rules import implements
from taospec.reference.state.encoding import encoded_key, encoded_values
from taospec.reference.state.record import Record, is_absent
from taospec.reference.state.state import State

DIGEST_BYTES: Final = 32

EMPTY: Final = bytes(DIGEST_BYTES)
"""The digest of no record."""

BRANCHES: Final = 16
"""Children of a node, one for each half-byte of a path."""

_assign: Final = object.__setattr__
_HALF_BYTES: Final = bytes.maketrans(b"0123456789abcdef", bytes(range(BRANCHES)))


@implements("STATE-DIGEST-4")
def state_digest(state: State) -> bytes:
    """The digest of the state as it is, from nothing: 32 bytes."""
    leaves = [
        (path_of(encoded_key(table.kind, key)), leaf_hash(table.kind, key, held))
        for table in state.tables.values()
        if not table.kind.IS_REPORT
        for key, held in table.items()
    ]
    return _subtree_hash(leaves, 0)


@implements("STATE-DIGEST-1")
def leaf_hash(kind: type[Record], key: Any, held: Record) -> bytes:
    """The hash of a record: of a zero byte, its encoded key, its encoded values."""
    return _leaf_hash(encoded_key(kind, key), held)


def _leaf_hash(key: bytes, held: Record) -> bytes:
    return _blake2b(b"\x00" + key + encoded_values(held))


@implements("STATE-DIGEST-2")
def path_of(key: bytes) -> bytes:
    """Where the leaf of an encoded key stands: the half-bytes of the key's hash, high half first."""
    return _blake2b(key).hex().encode().translate(_HALF_BYTES)


@implements("STATE-DIGEST-3")
def _subtree_hash(leaves: list[tuple[bytes, bytes]], depth: int) -> bytes:
    """Of leaves (path, hash) whose paths agree in the first ``depth`` half-bytes.

    Zero for no leaf, its own hash for a single one, else the hash of a one byte and the sixteen
    subtrees by the next half-byte.
    """
    if not leaves:
        return EMPTY
    if len(leaves) == 1:
        return leaves[0][1]
    branches: list[list[tuple[bytes, bytes]]] = [[] for _ in range(BRANCHES)]
    for leaf in leaves:
        branches[leaf[0][depth]].append(leaf)
    return _node_hash([_subtree_hash(branch, depth + 1) for branch in branches])


def _node_hash(children: list[bytes]) -> bytes:
    return _blake2b(b"\x01" + b"".join(children))


def _blake2b(content: bytes | bytearray) -> bytes:
    return blake2b(content, digest_size=DIGEST_BYTES).digest()


class IncrementalDigest:
    """Keeps the digest of one state up to date.

    It takes over the journal's list of changes, so a state has one of these at a time: a new one
    replaces the older.
    """

    def __init__(self, state: State) -> None:
        self._journal = state.journal
        self._root = _Node()
        state.journal.changed.clear()
        for table in state.tables.values():
            for held in table.made():
                self._note(held)
        state.journal.reader = self

    @implements("STATE-DIGEST-4")
    def digest(self) -> bytes:
        """The digest of the state as it is, 32 bytes.

        Raises:
            RuntimeError: another one has replaced this.
        """
        if self._journal.reader is not self:
            raise RuntimeError("a newer incremental digest has taken over the journal of this state")
        changed = self._journal.changed
        for held in changed:
            self._note(held)
        changed.clear()
        top = self._root.reduced()
        return EMPTY if top is None else top.hash()

    def _note(self, held: Record) -> None:
        _assign(held, "_changed", False)
        kind, key = type(held), held._key
        if kind.IS_REPORT:
            return
        path = held._path
        if path is None:
            _assign(held, "_encoded_key", encoded_key(kind, key))
            path = path_of(held._encoded_key)
            _assign(held, "_path", path)
        current = held._table.held(key)
        leaf = None if current is None or is_absent(current) else _leaf_hash(held._encoded_key, current)
        self._root.put(path, leaf, 0)


class _Leaf:
    """One record's place."""

    __slots__ = ("path", "value")

    def __init__(self, path: bytes, value: bytes) -> None:
        self.path = path
        self.value = value

    def hash(self) -> bytes:
        return self.value


class _Node:
    """The leaves whose paths begin with the same half-bytes, two at least below the root.

    ``content`` is what its hash is made of. A change below marks its place stale, so that hashing
    again reads nothing of the other fifteen.
    """

    __slots__ = ("children", "content", "stale")

    def __init__(self) -> None:
        self.children: list[_Node | _Leaf | None] = [None] * BRANCHES
        self.content = bytearray(b"\x01" + EMPTY * BRANCHES)
        self.stale = 0

    def put(self, path: bytes, leaf: bytes | None, depth: int) -> None:
        """Set the leaf at ``path``, or delete it (``None``)."""
        place = path[depth]
        child = self.children[place]
        self.stale |= 1 << place
        if isinstance(child, _Node):
            child.put(path, leaf, depth + 1)
            if leaf is None:
                self.children[place] = child.reduced()
        elif child is None or child.path == path:
            self.children[place] = None if leaf is None else _Leaf(path, leaf)
        elif leaf is not None:
            below = _Node()
            below.put(child.path, child.value, depth + 1)
            below.put(path, leaf, depth + 1)
            self.children[place] = below

    def reduced(self) -> _Node | _Leaf | None:
        """What stands for the node: nothing, its only leaf, or itself."""
        children = [child for child in self.children if child is not None]
        if not children:
            return None
        return children[0] if len(children) == 1 and isinstance(children[0], _Leaf) else self

    def hash(self) -> bytes:
        stale, content = self.stale, self.content
        self.stale = 0
        while stale:
            place = (stale & -stale).bit_length() - 1
            stale &= stale - 1
            child = self.children[place]
            start = 1 + DIGEST_BYTES * place
            content[start : start + DIGEST_BYTES] = EMPTY if child is None else child.hash()
        return _blake2b(content)
