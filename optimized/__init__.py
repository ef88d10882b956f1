"""The fast model: numba kernels that agree with the reference bit for bit.

Where a kernel's proofs do not hold for an input, the reference computes the answer; no
input gets a different one. Sub-packages carry the same names as in ``taospec.reference``.
"""
