"""The directive ``call-errors``: what refuses a call, in order, and the vector that shows it.

``{call-errors} CALL``
    one check a line, ``Error | when``, or ``Error | when | why it cannot happen``; the options ``effects``,
    ``fee`` and ``rounding``, all needed, stand below the table. Which case shows an error is read from the
    committed vectors. A call without a line is one that nothing refuses. The build fails if a vector
    refuses the call with an error that the table lacks, or if the table names one that does not exist.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Final

from docutils import nodes
from docutils.parsers.rst import directives
from refusals import SOURCES, disagreement, refusals
from rules import table
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

EFFECTS: Final = ("effects", "fee", "rounding")


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
        checks = [[cell.strip() for cell in line.split("|", 2)] for line in self.content if line.strip()]
        if problem := disagreement([check[0] for check in checks], shown):
            raise self.error(f"{call}: {problem}")
        rows = [
            [
                [nodes.literal("", error)],
                self.parse_inline(when)[0],
                self.parse_inline(never[0])[0] if never else _case(shown.get(error)),
            ]
            for error, when, *never in checks
        ]
        if not rows:
            rows = [[[nodes.Text("none")], [nodes.Text("nothing refuses it")], [nodes.Text("")]]]
        errors = table([f"{call}: error", "if", "shown by"], rows)
        items = (f":{name.capitalize()}: {self.options[name]}" for name in EFFECTS)
        fields = self.parse_text_to_nodes("\n".join(items))
        return [nodes.container("", errors, *fields, classes=["call-errors", "wide-table"])]


def _case(case_id: str | None) -> list[nodes.Node]:
    return [nodes.Text("no vector")] if case_id is None else [nodes.literal("", case_id.split("/")[-1])]


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("call-errors", CallErrorsDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
