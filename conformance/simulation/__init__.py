"""Simulations: scenarios of actors who make calls, block by block, on the chain of the reference."""
