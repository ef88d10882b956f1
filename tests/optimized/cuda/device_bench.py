"""The benchmark with the device among the contenders, where no command-line packages are installed.

    source tests/optimized/cuda/device_setup.sh
    python3 tests/optimized/cuda/device_bench.py FOLDER

Writes ``bench.json`` to the folder; ``python -m taospec.conformance.benchmark.document`` makes
the tables of it. Before it is timed, every work is answered by the device and by the CPU, and the
answers must be equal.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from taospec.conformance.benchmark.epochs import measure
from taospec.conformance.benchmark.workloads import DENSITIES, SIZES, workloads


def main(folder: Path, budget: float) -> int:
    """Measure all works; 1 if there is no device."""
    folder.mkdir(parents=True, exist_ok=True)
    results = measure(
        list(workloads(SIZES, DENSITIES)),
        budget=budget,
        threads=os.cpu_count() or 1,
        reference_limit=0,
        with_batch=True,
        with_starts=False,
        progress=lambda work: print(work, flush=True),
    )
    results.write(folder / "bench.json")
    for bar in results.bars:
        print(bar)
    return 0 if results.machine["gpu"] else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 0.4))
