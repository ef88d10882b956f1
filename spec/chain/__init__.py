"""The ideal of subnets."""
