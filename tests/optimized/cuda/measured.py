"""The tables of ``optimized/yuma/cuda/MEASURED.md``, from what ``device_check.py`` wrote.

python3 tests/optimized/cuda/measured.py FOLDER/device_check.json > optimized/yuma/cuda/MEASURED.md
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

COLUMNS = ("all", "stakes", "row_sums", "consensus", "incentives", "bonds", "outputs", "load_launch_answer")


def measured(report: dict[str, Any]) -> Iterator[str]:
    """The document's lines."""
    machine = report["machine"]
    capability = ".".join(map(str, machine["capability"]))
    yield "# Measured on a GPU"
    yield ""
    yield f"{machine['date']}, {machine['gpu']} (compute capability {capability},"
    yield f"{machine['multiprocessors']} multiprocessors); Python {machine['python']},"
    yield f"numba {machine['numba']}, numba-cuda {machine['numba_cuda']}, numpy {machine['numpy']}."
    yield ""
    yield "```"
    yield "source tests/optimized/cuda/device_setup.sh"
    yield "python3 tests/optimized/cuda/device_check.py FOLDER --small 8192"
    yield "```"
    yield from compared(report)
    yield from timed(report)


def compared(report: dict[str, Any]) -> Iterator[str]:
    """What was found equal or not, and what could not be compared."""
    yield ""
    yield "## Compared"
    yield ""
    yield "Every bit of the output, with the answers of the real runtime (`upstream`), of the reference"
    yield "(`random small`) or of the CPU kernels (the others); each batch ran twice, over memory filled with"
    yield "different bytes. What a guard refuses on the device, the CPU kernels or the reference answer."
    yield ""
    yield "| what | compared | refused | differing |"
    yield "|---|---|---|---|"
    failed = []
    for name, part in report["parts"].items():
        result = part["result"] or {}
        if part.get("error") or "error" in result:
            failed.append(f"`{name}` ({': '.join((part.get('error') or result['error']).split(': ')[:2])})")
        elif name.startswith(("upstream", "random")):
            refused = [
                f"{count} {key.removeprefix('refused ')}"
                for key, count in result.items()
                if key.startswith("refused")
            ]
            yield f"| {name} | {result['compared']} | {', '.join(refused) or '0'} | {result['differing']} |"
        elif name.startswith("arrays"):
            differing = sum(verdict != "equal" for verdict in result.values())
            name = name.replace("arrays", "synthetic, a batch in each mode:")
            yield f"| {name} | {len(result)} | 0 | {differing} |"
        elif name == "guards":
            wrong = sum(bool(fields) for fields in result.values())
            yield f"| what a guard refuses, without the guard: to differ | {len(result)} | 0 | {wrong} |"
    if failed:
        yield ""
        yield "Ended by an error in this run:"
        yield ""
        yield from (f"- {name}" for name in failed)


def timed(report: dict[str, Any]) -> Iterator[str]:
    """Microseconds by size and mode."""
    bandwidth = report["parts"]["bandwidth"]["result"]["copy_TB_per_s"]
    yield ""
    yield "## Times"
    yield ""
    yield "Median microseconds on the device: a batch, then each of its kernels. The host takes about half a"
    yield "millisecond for the six launches, so the time of a small batch is that of launching."
    yield f"A copy on the device moves {bandwidth} TB/s, read and written. The last column is the way"
    yield "from host arrays to host arrays. The mode is Yuma 3, Yuma 3 with liquid alpha, or Yuma 2;"
    yield "a number is the density of the matrices, else 1."
    yield ""
    yield f"| subnets x rows x neurons | mode | {' | '.join(COLUMNS)} |"
    yield "|---|---|" + "---|" * len(COLUMNS)
    for size, modes in report["timings"].items():
        if size != "blocks":
            for mode, times in modes.items():
                row = " | ".join(str(times.get(column, "")) for column in COLUMNS)
                yield f"| {size} | {mode} | {row} |"
    shapes = report["timings"].get("blocks", {})
    if shapes:
        yield ""
        yield "Other blocks (threads x rows in shared memory; 0: in device memory), Yuma 3:"
        yield ""
        yield "| batch and block | all | consensus | bonds |"
        yield "|---|---|---|---|"
        for shape, times in shapes.items():
            yield f"| {shape} | {times['all']} | {times['consensus']} | {times['bonds']} |"
    graphs = report["parts"].get("graph", {}).get("result") or {}
    if any("host_us" in graph for graph in graphs.values()):
        yield ""
        yield "Yuma 3 captured as a graph, from its launch on the host to its end:"
        yield ""
        yield "| batch | microseconds | answer |"
        yield "|---|---|---|"
        for name, graph in graphs.items():
            if "host_us" in graph:
                yield f"| {name} | {graph['host_us']} | {'equal' if graph['equal'] else 'DIFFERS'} |"


if __name__ == "__main__":
    print("\n".join(measured(json.loads(Path(sys.argv[1]).read_text("utf-8")))))
