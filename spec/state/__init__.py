"""What moving TAO means, without existential deposit and dust."""
