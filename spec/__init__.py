"""The ideal of every rule in real numbers, and how far the normative model may be from it.

mpmath, nothing else. Chapters (``*.md``) and models (``*.py``) of a domain stand side by side.
"""
