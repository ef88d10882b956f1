"""Hypothesis without a deadline: an example can be slow because the machine is busy."""

from hypothesis import settings

settings.register_profile("taospec", deadline=None)
settings.load_profile("taospec")
