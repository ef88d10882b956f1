"""What shares of a stake pool mean, and how far the stored decimals are from it."""
