"""The directive ``call-errors``: what refuses a call, in order, and the vector that shows it.

``{call-errors} CALL``
    one check a line, ``Error | when``; the options ``effects``, ``fee`` and ``rounding``, all needed, stand
    below the table. Which case shows an error is read from the committed vectors. The build fails if a
    vector refuses the call with an error that the table lacks, or if the table names one that does not exist.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final

from docutils import nodes
from docutils.parsers.rst import directives
from rules import table
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from taospec.reference.state.errors import FrameError, SubtensorError, SwapError

SOURCES: Final = ("chain/chain_apply_block.jsonl.gz", "staking/staking_conviction.jsonl.gz")
EFFECTS: Final = ("effects", "fee", "rounding")
ERRORS: Final = frozenset(error.value for kind in (SubtensorError, SwapError, FrameError) for error in kind)


class CallErrorsDirective(SphinxDirective):
    """Checks of one call in order."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = dict.fromkeys(EFFECTS, directives.unchanged_required)

    def run(self) -> list[nodes.Node]:
        call = self.arguments[0]
        folder = Path(self.env.srcdir) / "conformance" / "vectors"
        for source in SOURCES:
            self.env.note_dependency(str(folder / source))
        shown = {error: case for (name, error), case in refusals(folder).items() if name == call}
        checks = [[cell.strip() for cell in line.split("|", 1)] for line in self.content if line.strip()]
        if problem := disagreement([check[0] for check in checks], shown):
            raise self.error(f"{call}: {problem}")
        rows = [
            [[nodes.literal("", error)], self.parse_inline(when)[0], _case(shown.get(error))]
            for error, when in checks
        ]
        errors = table([f"{call}: error", "if", "shown by"], rows)
        items = (f":{name.capitalize()}: {self.options[name]}" for name in EFFECTS)
        fields = self.parse_text_to_nodes("\n".join(items))
        return [nodes.container("", errors, *fields, classes=["call-errors", "wide-table"])]


def refusals(folder: Path) -> dict[tuple[str, str], str]:
    """Return the first case that shows each pair of a call and the error that refused it."""
    found: dict[tuple[str, str], str] = {}
    for source in SOURCES:
        with gzip.open(folder / source, "rt", encoding="utf-8") as lines:
            next(lines)
            for case in map(json.loads, lines):
                for call, error in _refused(case):
                    found.setdefault((call, error), case["id"])
    return found


def _refused(case: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    value = case.get("out", {}).get("value")
    if case["op"] == "chain.apply_block":
        results = zip(case["in"]["calls"], value["results"], strict=True)
        yield from ((call["call"], result) for call, result in results if result != "Ok")
    elif case["op"] == "staking.conviction.sequence":
        steps = zip(case["in"]["ops"], value, strict=True)
        locks = (step["r"] for operation, step in steps if operation[0] == "lock")
        yield from (("lock_stake", result["err"]) for result in locks if result != "ok")


def disagreement(named: Sequence[str], shown: Iterable[str]) -> str:
    """Say what is wrong with the errors of a table, nothing if they fit what vectors show."""
    unknown, missing = sorted(set(named) - ERRORS), sorted(set(shown) - set(named))
    if unknown:
        return f"there is no error {', '.join(unknown)}"
    return f"vectors show {', '.join(missing)}, which the table lacks" if missing else ""


def _case(case_id: str | None) -> list[nodes.Node]:
    return [nodes.Text("no vector")] if case_id is None else [nodes.literal("", case_id.split("/")[-1])]


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("call-errors", CallErrorsDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
