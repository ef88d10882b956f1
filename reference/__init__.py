"""The normative fixed-point model: bit for bit what the chain computes.

Plain Python integers and attrs, nothing else. One sub-package a domain, under the same
names as in ``taospec.spec``, ``taospec.optimized`` and the conformance vectors.
"""
