"""Blocks: what every block does, and the calls in it."""
