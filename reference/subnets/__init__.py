"""Subnets: what it costs to join one or to open one, and how they live and end."""
