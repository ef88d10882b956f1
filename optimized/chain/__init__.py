"""Blocks over arrays: what happens in each of them before its calls."""
