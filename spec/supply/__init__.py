"""The ideal of supply."""
