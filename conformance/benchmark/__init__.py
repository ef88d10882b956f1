"""Speed, as ratios measured in one run. Needs the extra ``optimized``."""
