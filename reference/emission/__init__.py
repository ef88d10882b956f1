"""Emission: from a block's TAO to pools, and from a subnet's alpha to everybody who is paid."""
