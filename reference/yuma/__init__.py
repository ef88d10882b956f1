"""Yuma Consensus: from stake and weights to consensus, bonds, dividends and emission."""
