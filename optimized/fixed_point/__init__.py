"""Fixed-point operations on raw bits, shared by the CPU and the CUDA kernels.

An I32F32 is its ``int64``; an I64F64 or I96F32 is a pair ``(high, low)`` of ``uint64``
limbs in two's complement. Every function is plain integer arithmetic on 64-bit words, so
that one source is compiled for the CPU, for CUDA and run by the CUDA simulator, and so
that the tests can run the same source on symbolic words and on narrow words.

Names are those of the reference's operations (:mod:`taospec.reference.fixed_point.types`);
a name that the reference does not have is a fast path, and its docstring holds the domain
and the argument that it is exact there.
"""
