"""The conformance suite: vectors, their format, and the command that checks implementations.

It knows the reference and the optimized implementation; neither knows it.
"""
