"""Yuma Consensus: the ideal epoch, and enclosures of every stage of the normative one."""
