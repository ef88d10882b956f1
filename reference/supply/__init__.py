"""Supply: how much is emitted in a block, when it halves, and when it ends."""
