"""Fixed-point arithmetic: the ideal operations and the error bounds of the normative ones."""
