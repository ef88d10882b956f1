"""What the chain's fixed-point code answers when it has no number to give."""

from __future__ import annotations


class MathError(ArithmeticError):
    """A transcendental function returned ``Err``: outside its domain, or an overflow inside it."""


class Panic(ArithmeticError):  # noqa: N818 - Rust's word for it
    """The Rust code would panic: a bare or wrapping division by zero."""


class MixedTypesError(TypeError):
    """An operation on values of two different types: nothing is converted silently."""

    def __init__(self, left: object, right: object) -> None:
        super().__init__(f"mixed types: {type(left).__name__} and {type(right).__name__}")
