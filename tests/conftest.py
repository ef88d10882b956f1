"""Hypothesis without a deadline: an example can be slow because the machine is busy.

Every run draws the same examples, so that a run that fails does so for what was changed;
``pytest --hypothesis-profile=search`` draws new ones.
"""

from hypothesis import settings

settings.register_profile("same_examples", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, derandomize=False, print_blob=True)
settings.load_profile("same_examples")
