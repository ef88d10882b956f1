"""The tests of the CUDA kernels share the upstream epochs of the other kernels' tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "yuma"))
