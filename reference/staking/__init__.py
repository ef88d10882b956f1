"""Staking: shares of a hotkey's stake pool."""
