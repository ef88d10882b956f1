"""The exchange of TAO and alpha as it is meant, and how far the chain's arithmetic may be from it."""
