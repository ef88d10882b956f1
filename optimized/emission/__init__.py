"""Emission of many blocks over arrays of subnets, bit for bit the reference's."""
