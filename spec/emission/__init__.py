"""The ideal of emission, and bounds that need computing."""
