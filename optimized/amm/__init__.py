"""Quotes and swaps for many pools and amounts at once, bit for bit the reference's.

:func:`~taospec.optimized.amm.batch.swap_batch` is the entry. The power that decides a payout is
computed with 128 bits and a proven bound on its error (:mod:`taospec.optimized.amm.power`); where
that cannot decide a digit of the chain's answer, the reference computes the swap, and the batch
counts it.
"""
