"""Cases of ``chain.apply_block`` in which root raises the smallest nomination, cut from chain traces.

``python -m taospec.conformance.sweep_cases TRACE... OUT`` writes every block of the traces in which that
call cleared nominations and whose other calls are modelled.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from taospec.conformance.block_cases import block_cases
from taospec.conformance.vector_file import Case, write_public_suite

CALL: Final = "sudo_set_nominator_min_required_stake"
CLEARED: Final = "AlphaV2"
"""The item whose entries go when a position is sold."""


def main(arguments: list[str]) -> None:
    """Write the cases of the traces."""
    *traces, out = arguments
    chosen = list(sweep_cases([Path(trace) for trace in traces]))
    write_public_suite(Path(out), "staking_sweeps", "upstream-execution", chosen)


def sweep_cases(traces: Sequence[Path]) -> Iterator[Case]:
    """Blocks with the call that removed positions."""
    for trace in traces:
        for case in block_cases(trace):
            called = any(call["call"] == CALL for call in case.inputs["calls"])
            if called and CLEARED in case.expected.out["value"]["removed"]:
                yield case


if __name__ == "__main__":
    main(sys.argv[1:])
